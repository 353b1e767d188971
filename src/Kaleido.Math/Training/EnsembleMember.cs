using Kaleido.Data;

namespace Kaleido.Training;

/// <summary>One network of an ensemble: its seeds, its data, its limit on the gradient's norm, and when it is to stop.</summary>
/// <param name="Inputs">Samples in rows, in the data's units; members may share one memory.</param>
/// <param name="Targets">Targets in rows, in the data's units; may be the same memory as the inputs.</param>
public sealed record EnsembleMember(ReadOnlyMemory<float> Inputs, ReadOnlyMemory<float> Targets)
{
    /// <summary>The seed of the initial parameters; that of the shape's options is not used.</summary>
    public uint WeightSeed { get; init; }

    /// <summary>The seed of minibatches and input noise; that of the training options is not used.</summary>
    public uint TrainingSeed { get; init; }

    /// <summary>The largest norm of this network's gradient; null for what the training options say.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Steps of this network at most; null for what the training options say.</summary>
    public long? Steps { get; init; }

    /// <summary>This network stops when its evaluation loss is at most this; null for what the training options say.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>From the data's units to what the network sees.</summary>
    public DataScaling InputScaling { get; init; } = DataScaling.ToUnit;

    /// <summary>From the targets' units to what the network gives.</summary>
    public DataScaling OutputScaling { get; init; } = DataScaling.ToUnit;
}
