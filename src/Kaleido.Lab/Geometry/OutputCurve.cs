using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>The output activation φ of a bounded network, sigmoid or tanh, with what proofs need of φ' and φ''.</summary>
internal readonly struct OutputCurve
{
    private readonly bool _tanh;

    private OutputCurve(bool tanh) => _tanh = tanh;

    /// <summary>The least output: f maps everything into [Low, 1].</summary>
    public double Low => _tanh ? -1 : 0;

    /// <summary>max φ'.</summary>
    public double Steepest => _tanh ? 1 : 0.25;

    /// <exception cref="ArgumentException">The output activation is another one.</exception>
    public static OutputCurve Of(string what, Mlp network)
    {
        var output = network.Options.Output;
        return output == Activation.Sigmoid ? new(false) : output == Activation.Tanh ? new(true)
            : throw new ArgumentException($"{what}: the output must be Sigmoid or Tanh, which keep the network bounded", nameof(network));
    }

    public double At(double z) => _tanh ? Math.Tanh(z) : z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    /// <summary>φ⁻¹, infinite at the ends of φ's range.</summary>
    public double Inverse(double y) => _tanh ? Math.Atanh(y) : y <= 0.5 ? Math.Log(y / (1 - y)) : -Math.Log((1 - y) / y);

    /// <summary>φ' from the value y = φ(z).</summary>
    public double Slope(double y) => _tanh ? 1 - y * y : y * (1 - y);

    public Interval At(Interval z) => _tanh ? z.Tanh() : z.Sigmoid();

    /// <summary>φ' over an interval of z; it rises to z = 0 and falls from there.</summary>
    public Interval Slope(Interval z)
    {
        Interval low = SlopeOf(At(new Interval(z.Low))), high = SlopeOf(At(new Interval(z.High)));
        var hull = low.Hull(high);
        return new(Math.Max(0, hull.Low), z.Contains(0) ? Steepest : Math.Min(hull.High, Steepest));
    }

    /// <summary>An upper bound of |φ''| over an interval of z: 2|y|(1-y²) for tanh, y(1-y)|1-2y| for a sigmoid.</summary>
    public double Curvature(Interval z)
    {
        var y = At(z);
        return Slope(z).High * (_tanh ? 2 * y.Magnitude : Interval.Up((1 - 2 * y).Magnitude)) * (1 + 4 * ReluMap.Roundoff);
    }

    /// <summary>
    /// The places where a one-dimensional fixed-point equation φ⁻¹(x) = ax + c may turn: φ⁻¹'(x) = a at x = (1±√(1-4/a))/2 for a sigmoid if
    /// a &gt; 4, x = ±√(1-1/a) for tanh if a &gt; 1; ascending.
    /// </summary>
    public double[] Turns(double a)
    {
        if (!(a > 1 / Steepest)) return [];
        double root = Math.Sqrt(1 - 1 / (Steepest * a));
        return _tanh ? [-root, root] : [(1 - root) / 2, (1 + root) / 2];
    }

    private Interval SlopeOf(Interval y) => _tanh ? 1 - y.Square() : y * (1 - y);
}
