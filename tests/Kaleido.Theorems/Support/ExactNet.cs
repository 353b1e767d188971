using Kaleido.Networks;

namespace Kaleido.Theorems.Support;

/// <summary>
/// The function with a network's float32 weights, written once more with plain loops in float64, and a running bound of what rounding does
/// to it. float64 stands for the exact function: its own error is 2⁻²⁹ of the float32 bounds, which are widened by 2⁻²⁰.
/// </summary>
internal sealed class ExactNet
{
    /// <summary>u of float32 and of float64.</summary>
    public const double Single = 1.0 / (1 << 24), Double = 1.1102230246251565e-16;

    private const double Widened = 1 + 1.0 / (1 << 20);
    private readonly string _hidden;
    private readonly bool _sigmoid;

    private ExactNet(double[][,] weights, double[][] biases, string hidden, bool sigmoid) =>
        (Weights, Biases, _hidden, _sigmoid) = (weights, biases, hidden, sigmoid);

    public double[][,] Weights { get; }

    public double[][] Biases { get; }

    public int Features => Biases[^1].Length;

    /// <summary>max |ψ'| and max |ψ''| of the output activation: ¼ and 1/(6√3) for sigmoid, 1 and 4/(3√3) for tanh.</summary>
    public (double First, double Second) OutputSlopes => _sigmoid ? (0.25, 1 / (6 * Math.Sqrt(3))) : (1, 4 / (3 * Math.Sqrt(3)));

    public static ExactNet Of(Mlp network)
    {
        var weights = new double[network.Layers][,];
        var biases = new double[network.Layers][];
        for (int layer = 0; layer < network.Layers; layer++)
        {
            var tensor = network.Weight(layer);
            double[] flat = new double[tensor.Count];
            tensor.Download(flat);
            weights[layer] = new double[tensor.Rows, tensor.Columns];
            for (int i = 0; i < flat.Length; i++) weights[layer][i / tensor.Columns, i % tensor.Columns] = flat[i];
            network.Bias(layer).Download(biases[layer] = new double[tensor.Rows]);
        }

        return new(weights, biases, network.Options.HiddenActivation.ToString(), network.Options.Output == Activation.Sigmoid);
    }

    private double Phi(double z) => _hidden switch
    {
        "relu" => Math.Max(z, 0),
        "leakyrelu:0.1" => z > 0 ? z : 0.1 * z,
        "tanh" => Math.Tanh(z),
        "softplus" => Math.Max(z, 0) + Log1p(Math.Exp(-Math.Abs(z))),
        _ => throw new NotSupportedException(_hidden),
    };

    // ln(1 + t) for t in [0, 1] without cancellation: 2 artanh(t/(2 + t)).
    private static double Log1p(double t) => 2 * Math.Atanh(t / (2 + t));

    private double PhiSlope(double z) => _hidden switch
    {
        "relu" => z > 0 ? 1 : 0,
        "leakyrelu:0.1" => z > 0 ? 1 : 0.1,
        "tanh" => 1 / Math.Pow(Math.Cosh(z), 2),
        _ => Logistic(z),
    };

    private static double Logistic(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    private double Psi(double z) => _sigmoid ? Logistic(z) : Math.Tanh(z);

    /// <summary>ψ'(z).</summary>
    public double PsiSlope(double z) => _sigmoid ? Logistic(z) * Logistic(-z) : 1 / Math.Pow(Math.Cosh(z), 2);

    /// <summary>ψ''(z) = ψ'(z)·(1 - 2ψ(z)) for sigmoid, -2 ψ'(z) ψ(z) for tanh.</summary>
    public double PsiCurvature(double z) => PsiSlope(z) * (_sigmoid ? 1 - 2 * Psi(z) : -2 * Psi(z));

    /// <summary>The pre-activations of every layer.</summary>
    public double[][] PreActivations(double[] x)
    {
        var z = new double[Weights.Length][];
        for (int layer = 0; layer < z.Length; layer++)
        {
            z[layer] = Dense.AddScaled(Dense.Apply(Weights[layer], x), 1, Biases[layer]);
            x = [.. z[layer].Select(Phi)];
        }

        return z;
    }

    /// <summary>What goes into the last layer.</summary>
    public double[] HiddenValues(double[] x) => Weights.Length == 1 ? x : [.. PreActivations(x)[^2].Select(Phi)];

    /// <summary>The pre-activation of the output.</summary>
    public double[] Logits(double[] x) => PreActivations(x)[^1];

    /// <summary>f.</summary>
    public double[] Evaluate(double[] x) => [.. Logits(x).Select(Psi)];

    /// <summary>f, applied until the state no longer changes by more than 4u of its size, or so many times.</summary>
    public double[] Settle(double[] x, int most)
    {
        for (int i = 0; i < most; i++)
        {
            double[] next = Evaluate(x);
            double moved = Dense.Distance(next, x);
            x = next;
            if (moved <= 4 * Double * Math.Max(1, Dense.Norm(x))) break;
        }

        return x;
    }

    /// <summary>The Jacobian of the pre-activation of the output.</summary>
    public double[,] LogitJacobian(double[] x)
    {
        double[][] z = PreActivations(x);
        double[,] j = Weights[0];
        for (int layer = 1; layer < Weights.Length; layer++) j = Dense.Product(Weights[layer],
            ScaleRows(j, [.. z[layer - 1].Select(PhiSlope)]));
        return j;
    }

    /// <summary>J = ∂f/∂x.</summary>
    public double[,] Jacobian(double[] x) => ScaleRows(LogitJacobian(x), [.. Logits(x).Select(PsiSlope)]);

    /// <summary>max ψ'·|W_L|·…·|W₁|: what products of absolute values in any order cannot exceed (all slopes of φ are at most 1).</summary>
    public double[,] AbsoluteJacobian()
    {
        double[,] j = Absolute(Weights[0]);
        for (int layer = 1; layer < Weights.Length; layer++) j = Dense.Product(Absolute(Weights[layer]), j);
        return ScaleRows(j, [.. Enumerable.Repeat(OutputSlopes.First, j.GetLength(0))]);
    }

    /// <summary>Roundings in the longest chain of a Jacobian product through all layers: the sums, and five more a layer.</summary>
    public int ChainLength => Weights.Sum(w => Math.Max(w.GetLength(0), w.GetLength(1)) + 5);

    /// <summary>
    /// How far every x' may be from x so that no hidden unit changes sign: inside this ball f = ψ(Ax + c). Each unit is affine there, so
    /// the distance to its zero is |z|/‖∇z‖.
    /// </summary>
    public double KinkDistance(double[] x)
    {
        double[][] z = PreActivations(x);
        double[,] j = Weights[0];
        double least = double.PositiveInfinity;
        for (int layer = 0; layer < Weights.Length - 1; layer++)
        {
            for (int i = 0; i < z[layer].Length; i++)
            {
                double slope = Dense.Norm([.. Enumerable.Range(0, j.GetLength(1)).Select(k => j[i, k])]);
                if (slope > 0) least = Math.Min(least, Math.Abs(z[layer][i]) / slope);
            }

            j = Dense.Product(Weights[layer + 1], ScaleRows(j, [.. z[layer].Select(PhiSlope)]));
        }

        return least;
    }

    /// <summary>
    /// f(x) and a bound of |f̂(x) - f(x)| for an evaluation that follows the contract, by running error analysis: with ε the error of a
    /// layer's input h, the pre-activation is off by |W|ε + γ_{K+1+extra}(|W|(|h| + ε) + |b|), K multiply-adds and one addition each
    /// rounding once and each weight having been rounded <paramref name="extra"/> times before; this is LogitError for the last layer, at
    /// most over the units. φ carries an error on by its Lipschitz constant and adds 2 ulp (4u|φ|), leaky ReLU two roundings, ReLU none.
    /// Underflow adds at most one subnormal unit an operation.
    /// </summary>
    public (double[] Value, double[] Error, double LogitError) Bounded(double[] x, int extra = 0, double unit = Single)
    {
        double logitError = 0;
        double tiny = unit == Single ? float.Epsilon : double.Epsilon;
        double[] h = x, error = new double[x.Length];
        for (int layer = 0; layer < Weights.Length; layer++)
        {
            double[,] w = Weights[layer];
            int inputs = w.GetLength(1), roundings = inputs + 1 + extra;
            double gamma = roundings * unit / (1 - roundings * unit);
            bool last = layer == Weights.Length - 1;
            double[] next = new double[w.GetLength(0)], nextError = new double[next.Length];
            for (int i = 0; i < next.Length; i++)
            {
                double z = Biases[layer][i], carried = 0, size = Math.Abs(z);
                for (int k = 0; k < inputs; k++)
                {
                    z += w[i, k] * h[k];
                    carried += Math.Abs(w[i, k]) * error[k];
                    size += Math.Abs(w[i, k]) * (Math.Abs(h[k]) + error[k]);
                }

                double off = carried + gamma * size + (inputs + 2) * tiny;
                double slope = last ? OutputSlopes.First : 1, own = last || _hidden is "tanh" or "softplus" ? 4 : _hidden == "relu" ? 0 : 2;
                if (last) logitError = Math.Max(logitError, off * Widened);
                next[i] = last ? Psi(z) : Phi(z);
                nextError[i] = (slope * off + own * unit * (Math.Abs(next[i]) + slope * off) + 2 * tiny) * Widened;
            }

            (h, error) = (next, nextError);
        }

        return (h, error, logitError);
    }

    /// <summary>
    /// A bound of the magnitude of every number in a forward pass, partial
    /// sums included: Σ|W|·bound + |b| layer by layer (|φ(z)| ≤ |z| + 1).
    /// </summary>
    public double LargestMagnitude(double[] x)
    {
        double[] h = [.. x.Select(Math.Abs)];
        double largest = 0;
        for (int layer = 0; layer < Weights.Length; layer++)
        {
            h = [.. Dense.AddScaled(Dense.Apply(Absolute(Weights[layer]), h), 1,
                [.. Biases[layer].Select(Math.Abs)]).Select(value => value + 1)];
            largest = Math.Max(largest, h.Max());
        }

        return largest;
    }

    private static double[,] Absolute(double[,] a)
    {
        var c = (double[,])a.Clone();
        for (int i = 0; i < c.GetLength(0); i++)
            for (int j = 0; j < c.GetLength(1); j++) c[i, j] = Math.Abs(c[i, j]);
        return c;
    }

    private static double[,] ScaleRows(double[,] a, double[] factors)
    {
        var c = (double[,])a.Clone();
        for (int i = 0; i < c.GetLength(0); i++)
            for (int j = 0; j < c.GetLength(1); j++) c[i, j] *= factors[i];
        return c;
    }
}
