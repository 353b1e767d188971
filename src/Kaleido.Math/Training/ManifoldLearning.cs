using Kaleido.Data;
using Kaleido.Networks;

namespace Kaleido.Training;

/// <summary>
/// Manifold learning as kaleidoscopic networks need it: a bounded network is fitted to map data to itself
/// (H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, Eq. 1).
/// </summary>
public static class ManifoldLearning
{
    /// <summary>
    /// Fits f(x) ≈ x by the squared error. The scaling of the network is set so that data in [0, 1] fill the range of its output
    /// activation: [0, 1] stays for sigmoid, becomes [-1, 1] for tanh, and is left alone for unbounded outputs.
    /// </summary>
    /// <exception cref="ArgumentException">The network does not map the data's features to as many outputs.</exception>
    public static Task<FitResult> FitAsync(
        Mlp network, Dataset data, TrainingOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Prepare(network, data);
        return Trainer.FitAsync(network, data.Values, data.Values, LossFunction.SquaredError, options, progress, cancellationToken);
    }

    /// <summary>The same on the calling thread.</summary>
    public static FitResult Fit(
        Mlp network, Dataset data, TrainingOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Prepare(network, data);
        return Trainer.Fit(network, data.Values, data.Values, LossFunction.SquaredError, options, progress, cancellationToken);
    }

    private static void Prepare(Mlp network, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        if (network.Inputs != data.Features || network.Outputs != data.Features)
        {
            throw new ArgumentException($"ManifoldLearning: the data have {data.Features} features, the network maps {network.Inputs} "
                + $"inputs to {network.Outputs} outputs; all three must be equal");
        }

        network.InputScaling = network.OutputScaling =
            network.Options.Output.Range is (-1, 1) ? DataScaling.ToSymmetric : DataScaling.ToUnit;
    }
}
