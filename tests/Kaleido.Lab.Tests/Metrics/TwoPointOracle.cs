using Kaleido.Backends;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

/// <summary>
/// The network that has the two points {a, 1 - a} as attracting fixed points and nothing else to say: f(x) = σ(b(x - ½)), b = 2·logit(1 -
/// a)/(1 - 2a). Its slope at the data is a(1 - a)b &lt; 1, at the repeller ½ it is b/4 &gt; 1.
/// </summary>
internal static class TwoPointOracle
{
    public const double A = 0.2;

    public static readonly double Steepness = 2 * Math.Log((1 - A) / A) / (1 - 2 * A);

    public static readonly float[] Data = [(float)A, (float)(1 - A)];

    public static double Apply(double x) => 1 / (1 + Math.Exp(-Steepness * (x - 0.5)));

    /// <summary>f as a network, with a hidden ReLU unit that passes x ≥ 0 through or without.</summary>
    public static Mlp Create(Device device, int hiddenLayers)
    {
        var network = Mlp.Create(device, new(1, 1, hiddenLayers) { Output = Activation.Sigmoid });
        if (hiddenLayers == 1)
        {
            network.Weight(0).Upload([1.0]);
            network.Bias(0).Upload([0.0]);
        }

        network.Weight(hiddenLayers).Upload([Steepness]);
        network.Bias(hiddenLayers).Upload([-Steepness / 2]);
        return network;
    }
}
