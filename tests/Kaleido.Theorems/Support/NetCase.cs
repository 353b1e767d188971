using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends;
using Kaleido.Networks;

namespace Kaleido.Theorems.Support;

/// <summary>A generated network: its shape, and a seed for its numbers and for whatever else a law draws.</summary>
/// <param name="Features">D, inputs and outputs.</param>
/// <param name="Width">Of each hidden layer.</param>
/// <param name="HiddenLayers">Their number.</param>
/// <param name="Scale">Weights and biases are U(±Scale/√fan_in), rounded to float32.</param>
/// <param name="Hidden">relu, leakyrelu:0.1, tanh or softplus.</param>
/// <param name="Sigmoid">Sigmoid output on [0, 1]; otherwise tanh on [-1, 1].</param>
/// <param name="Seed">The seed.</param>
internal sealed record NetCase(int Features, int Width, int HiddenLayers, double Scale, string Hidden, bool Sigmoid, int Seed)
{
    /// <summary>The ends of the range.</summary>
    public double Low => Sigmoid ? 0 : -1;

    /// <summary>The shape.</summary>
    public MlpOptions Options => new(Features, Width, HiddenLayers)
    {
        Output = Sigmoid ? Activation.Sigmoid : Activation.Tanh, HiddenActivation = Activation.Parse(Hidden), Seed = (uint)Seed,
    };

    /// <summary>Random numbers for one purpose of a law.</summary>
    public Random Random(int purpose) => new(unchecked(Seed * 31 + purpose));

    /// <summary>The network, its numbers float32 on every device.</summary>
    public Mlp Create(Device device)
    {
        var network = Mlp.Create(device, Options);
        for (int layer = 0; layer < network.Layers; layer++)
        {
            foreach (var tensor in new[] { network.Weight(layer), network.Bias(layer) })
            {
                var values = new double[tensor.Count];
                tensor.Download(values);
                tensor.Upload([.. values.Select(value => (float)(value * Scale))]);
            }
        }

        return network;
    }

    /// <summary>The network with weights that the law changes, layer by layer; each is rounded to float32.</summary>
    public Mlp Create(Device device, Func<int, double[], double[], (double[] Weight, double[] Bias)> change)
    {
        var network = Create(device);
        for (int layer = 0; layer < network.Layers; layer++)
        {
            double[] weight = new double[network.Weight(layer).Count], bias = new double[network.Bias(layer).Count];
            network.Weight(layer).Download(weight);
            network.Bias(layer).Download(bias);
            var (newWeight, newBias) = change(layer, weight, bias);
            network.Weight(layer).Upload([.. newWeight.Select(value => (float)value)]);
            network.Bias(layer).Upload([.. newBias.Select(value => (float)value)]);
        }

        return network;
    }

    /// <summary>
    /// The network with a last layer that maps points to targets up to rounding: the least-norm solution of W h(xᵢ) + b = ψ⁻¹(tᵢ). Null
    /// where the hidden layers do not tell the points apart well enough.
    /// </summary>
    public Mlp? Interpolate(Device device, double[][] points, double[][] targets)
    {
        var network = Create(device);
        var last = ExactNet.Of(network).HiddenValues;
        double[][] h = [.. points.Select(point => (double[])[.. last(point), 1])];
        int n = points.Length, width = h[0].Length;
        var gram = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) gram[i, j] = Dense.Dot(h[i], h[j]);
        if (!Dense.TryCholesky(gram, 1e-5))
        {
            network.Dispose();
            return null;
        }

        var weight = new double[Features * (width - 1)];
        var bias = new double[Features];
        for (int k = 0; k < Features; k++)
        {
            double[] a = Dense.CholeskySolve(gram, [.. targets.Select(t => Inverse(t[k]))]);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < width - 1; j++) weight[k * (width - 1) + j] += a[i] * h[i][j];
                bias[k] += a[i];
            }
        }

        network.Weight(HiddenLayers).Upload([.. weight.Select(value => (float)value)]);
        network.Bias(HiddenLayers).Upload([.. bias.Select(value => (float)value)]);
        return network;
    }

    private double Inverse(double y) => Sigmoid ? Math.Log(y / (1 - y)) : Math.Atanh(y);

    /// <summary>Points drawn uniformly from the cube.</summary>
    public double[][] Points(int count, Random random, double margin = 0) => [.. Enumerable.Range(0, count).Select(_ =>
        Enumerable.Range(0, Features).Select(_ => (double)(float)(Low + margin + (1 - Low - 2 * margin) * random.NextDouble())).ToArray())];
}

/// <summary>Generators of networks, and how often laws are tried.</summary>
internal static class Nets
{
    private static readonly int s_factor = Environment.GetEnvironmentVariable("KALEIDO_THEOREMS") == "full" ? 10 : 1;

    /// <summary>All hidden activations that the laws know the exact form of.</summary>
    public static readonly string[] Any = ["relu", "relu", "leakyrelu:0.1", "tanh", "softplus"];

    /// <summary>Those with linear pieces.</summary>
    public static readonly string[] Piecewise = ["relu", "relu", "leakyrelu:0.1"];

    /// <summary>This many cases; ten times as many with KALEIDO_THEOREMS=full.</summary>
    public static int Cases(int cases) => cases * s_factor;

    /// <summary>
    /// Networks of at most these sizes, each at least 1. Shrinking tries fewer features, layers, units, then the plainest of the other
    /// choices; the seed stays.
    /// </summary>
    public static Arbitrary<NetCase> Of(int features, int width, int hiddenLayers, string[] hidden, params double[] scales)
    {
        var cases =
            from d in Gen.Choose(1, features)
            from h in Gen.Choose(1, width)
            from l in Gen.Choose(1, hiddenLayers)
            from scale in Gen.Elements(scales)
            from activation in Gen.Elements(hidden)
            from sigmoid in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select new NetCase(d, h, l, scale, activation, sigmoid, seed);
        return Arb.From(cases, it => Smaller(it, hidden, scales));
    }

    private static IEnumerable<NetCase> Smaller(NetCase it, string[] hidden, double[] scales)
    {
        foreach (int size in Sizes(it.Features)) yield return it with { Features = size };
        foreach (int size in Sizes(it.HiddenLayers)) yield return it with { HiddenLayers = size };
        foreach (int size in Sizes(it.Width)) yield return it with { Width = size };
        if (it.Hidden != hidden[0]) yield return it with { Hidden = hidden[0] };
        if (it.Scale != scales[0]) yield return it with { Scale = scales[0] };
        if (!it.Sigmoid) yield return it with { Sigmoid = true };

        static IEnumerable<int> Sizes(int size) =>
            new[] { 1, size / 2, size - 1 }.Where(smaller => smaller >= 1 && smaller < size).Distinct();
    }
}
