using Kaleido.Networks;

namespace Kaleido.Tests.Support;

/// <summary>A multi-layer perceptron in plain double arithmetic, from the weights of one of ours.</summary>
internal static class TextbookNetwork
{
    public static double[] Forward(Mlp network, ReadOnlySpan<double> input)
    {
        double[] h = input.ToArray();
        for (int layer = 0; layer < network.Layers; layer++)
        {
            var weight = network.Weight(layer);
            double[] w = new double[weight.Count], b = new double[weight.Rows], z = new double[weight.Rows];
            weight.Download(w);
            network.Bias(layer).Download(b);
            for (int o = 0; o < z.Length; o++)
            {
                z[o] = b[o];
                for (int i = 0; i < h.Length; i++) z[o] += w[o * h.Length + i] * h[i];
            }

            if (layer == network.Layers - 1) return [.. z.Select(v => Apply(network.Options.Output, v))];
            double[] y = [.. z.Select(v => Apply(network.Options.HiddenActivation, v))];
            double atZero = Apply(network.Options.HiddenActivation, 0);
            h = network.Options.Residual && y.Length == h.Length ? [.. h.Zip(y, (x, v) => x + v - atZero)] : y;
        }

        throw new InvalidOperationException("a network has at least one layer");
    }

    public static double Apply(Activation activation, double z) => activation.ToString().Split(':')[0] switch
    {
        "identity" => z,
        "relu" => Math.Max(z, 0),
        "leakyrelu" => z > 0 ? z : activation.Alpha * z,
        "elu" => z > 0 ? z : activation.Alpha * (Math.Exp(z) - 1),
        "tanh" => Math.Tanh(z),
        "sigmoid" => 1 / (1 + Math.Exp(-z)),
        "softplus" => Math.Log(1 + Math.Exp(z)),
        "sin" => Math.Sin(z),
        "cos" => Math.Cos(z),
        var other => throw new NotSupportedException(other),
    };
}
