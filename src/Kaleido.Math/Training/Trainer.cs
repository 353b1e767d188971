using Kaleido.Networks;

namespace Kaleido.Training;

/// <summary>Fits networks to data.</summary>
public static class Trainer
{
    /// <summary>
    /// Makes the loss between f(inputs) and the targets small by minibatch steps. The work runs on a thread of the pool; cancelling ends
    /// it after the current step and returns the best network so far.
    /// </summary>
    /// <param name="network">The network; afterwards it holds the best weights.</param>
    /// <param name="inputs">Samples in rows, in the data's units (the network's input scaling is applied).</param>
    /// <param name="targets">
    /// Targets in rows, in the data's units (the output scaling is applied); for a cross entropy also one class number per sample. May be
    /// the same memory as the inputs.
    /// </param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told of the progress at intervals.</param>
    /// <param name="cancellationToken">Ends the training with <see cref="StopReason.Cancelled"/>; it never throws.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a value is NaN or infinite (sample and feature are named).</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static Task<FitResult> FitAsync(
        Mlp network, ReadOnlyMemory<float> inputs, ReadOnlyMemory<float> targets, LossFunction loss, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var data = TrainingData.Create(network, inputs, targets, loss, options);
        return Task.Run(() =>
        {
            using (data)
            using (var session = new TrainingSession(network, data, loss, options))
            {
                return session.Run(progress, cancellationToken);
            }
        }, CancellationToken.None);
    }

    /// <summary>The same on the calling thread.</summary>
    public static FitResult Fit(
        Mlp network, ReadOnlyMemory<float> inputs, ReadOnlyMemory<float> targets, LossFunction loss, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var data = TrainingData.Create(network, inputs, targets, loss, options);
        using var session = new TrainingSession(network, data, loss, options);
        return session.Run(progress, cancellationToken);
    }
}
