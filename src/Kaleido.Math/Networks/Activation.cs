using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;

namespace Kaleido.Networks;

/// <summary>The function that a layer applies to its pre-activation, element by element (softmax: row by row).</summary>
public readonly record struct Activation
{
    private const string SoftmaxName = "softmax";
    private readonly UnaryOperation _function;
    private readonly bool _softmax;

    private Activation(UnaryOperation function, double alpha = 0) => (_function, Alpha, _softmax) = (function, alpha, false);

    private Activation(bool softmax) => (_function, Alpha, _softmax) = (UnaryOperation.Identity, 0, softmax);

    /// <summary>The slope of a leaky ReLU, the α of an ELU.</summary>
    public double Alpha { get; }

    /// <summary>x.</summary>
    public static Activation Identity { get; } = new(UnaryOperation.Identity);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu { get; } = new(UnaryOperation.Relu);

    /// <summary>tanh x.</summary>
    public static Activation Tanh { get; } = new(UnaryOperation.Tanh);

    /// <summary>1/(1 + e⁻ˣ).</summary>
    public static Activation Sigmoid { get; } = new(UnaryOperation.Sigmoid);

    /// <summary>ln(1 + eˣ).</summary>
    public static Activation Softplus { get; } = new(UnaryOperation.Softplus);

    /// <summary>x·Φ(x) (D. Hendrycks, K. Gimpel, 2016), the exact form.</summary>
    public static Activation Gelu { get; } = new(UnaryOperation.Gelu);

    /// <summary>erf x.</summary>
    public static Activation Erf { get; } = new(UnaryOperation.Erf);

    /// <summary>sin x.</summary>
    public static Activation Sin { get; } = new(UnaryOperation.Sin);

    /// <summary>cos x.</summary>
    public static Activation Cos { get; } = new(UnaryOperation.Cos);

    /// <summary>eˣ / Σ eˣ over a row.</summary>
    public static Activation Softmax { get; } = new(true);

    /// <summary>x for x &gt; 0, else slope·x.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The slope is not a finite number.</exception>
    public static Activation LeakyRelu(double slope = 0.01) => new(UnaryOperation.LeakyRelu, Finite(slope, nameof(slope)));

    /// <summary>x for x &gt; 0, else alpha·(eˣ - 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not a finite number.</exception>
    public static Activation Elu(double alpha = 1) => new(UnaryOperation.Elu, Finite(alpha, nameof(alpha)));

    private static double Finite(double value, string name) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "must be a finite number");

    /// <summary>
    /// The interval that the values lie in, ends included: [0, 1] for sigmoid and softmax, [-1, 1] for tanh, erf, sine and cosine; null if
    /// it is not bounded.
    /// </summary>
    public (double Low, double High)? Range => (_softmax, _function) switch
    {
        (true, _) or (_, UnaryOperation.Sigmoid) => (0, 1),
        (_, UnaryOperation.Tanh or UnaryOperation.Erf or UnaryOperation.Sin or UnaryOperation.Cos) => (-1, 1),
        _ => null,
    };

    /// <summary>The activation as a node.</summary>
    public Node Apply(Node x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (_softmax) return x.RowSoftmax();
        // The default of this type is the identity by its name, whatever number the first enumeration member has.
        return this == default || _function == UnaryOperation.Identity ? x : x.Unary(_function, Alpha);
    }

    /// <summary>The name that <see cref="Parse"/> reads, for example "tanh" or "leakyrelu:0.01".</summary>
    public override string ToString()
    {
        if (_softmax) return SoftmaxName;
        if (this == default) return "identity";
        string name = _function.ToString().ToLowerInvariant();
        return _function is UnaryOperation.LeakyRelu or UnaryOperation.Elu
            ? string.Create(CultureInfo.InvariantCulture, $"{name}:{Alpha:R}")
            : name;
    }

    /// <summary>The activation of a name as <see cref="ToString"/> writes it.</summary>
    /// <exception cref="FormatException">There is no such activation.</exception>
    public static Activation Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(':');
        double alpha = 0;
        bool hasAlpha = parts.Length == 2 && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out alpha)
            && double.IsFinite(alpha);
        if (parts.Length <= 2 && parts.Length == 2 == hasAlpha)
        {
            switch (parts[0])
            {
                case "leakyrelu": return LeakyRelu(hasAlpha ? alpha : 0.01);
                case "elu": return Elu(hasAlpha ? alpha : 1);
            }

            if (!hasAlpha)
            {
                foreach (var known in new[] { Identity, Relu, Tanh, Sigmoid, Softplus, Gelu, Erf, Sin, Cos, Softmax })
                {
                    if (known.ToString() == parts[0]) return known;
                }
            }
        }

        throw new FormatException($"\"{name}\" is not an activation; known are identity, relu, leakyrelu:slope, elu:alpha, gelu, tanh, "
            + "sigmoid, softplus, erf, sin, cos and softmax");
    }
}
