using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Data;

namespace Kaleido.Lab.Creation;

/// <summary>
/// What to create: one whole path from data over a trained network to a picture of its kaleidoscope. One seed draws everything: the
/// embedded digits, the weights, the minibatches, the noise and the chains.
/// </summary>
public sealed record CreateOptions
{
    /// <summary>The name of the folder that is written to where none is named.</summary>
    public const string DefaultFolder = "kaleido-out";

    /// <summary>A folder or file of samples in [0, 1]; null for the embedded digits.</summary>
    public string? Data { get; init; }

    /// <summary>Only the samples of this class of <see cref="Data"/>; null for all.</summary>
    public int? Class { get; init; }

    /// <summary>So many samples of <see cref="Data"/>, drawn by <see cref="Seed"/>; null for no draw.</summary>
    public int? Random { get; init; }

    /// <summary>The size to bring the pictures of a folder to; null for their own.</summary>
    public ImageSize? Size { get; init; }

    /// <summary>
    /// What to compute on: "cpu", "reference" (float64), or another name with <see cref="OpenDevice"/>, as "cuda". It is part of the
    /// settings of a run.
    /// </summary>
    public string DeviceName { get; init; } = "cpu";

    /// <summary>
    /// Opens what <see cref="DeviceName"/> names; null where that is "cpu" or "reference". The run gives the device back.
    /// </summary>
    public Func<Device>? OpenDevice { get; init; }

    /// <summary>How many samples: digits drawn, or the first ones of <see cref="Data"/>; 0 for all of them.</summary>
    public int Samples { get; init; }

    /// <summary>Width of every hidden layer.</summary>
    public int Hidden { get; init; }

    /// <summary>Number of hidden layers.</summary>
    public int HiddenLayers { get; init; }

    /// <summary>Optimiser steps.</summary>
    public int Steps { get; init; }

    /// <summary>Samples of a step.</summary>
    public int BatchSize { get; init; }

    /// <summary>Adam's learning rate, at its start where <see cref="Cosine"/> lets it fall.</summary>
    public double LearningRate { get; init; }

    /// <summary>True: the learning rate falls along half a cosine to a hundredth over the steps; false: it is constant.</summary>
    public bool Cosine { get; init; }

    /// <summary>Standard deviation σ of normal noise on the inputs while training, in the network's units [-1, 1]; 0 for none.</summary>
    public double InputNoise { get; init; }

    /// <summary>Scale ε of the uniform noise between iterations; 0 for none.</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <summary>How often the network is applied.</summary>
    public int Iterations { get; init; }

    /// <summary>Number of chains.</summary>
    public int Chains { get; init; }

    /// <summary>The seed of everything that is drawn.</summary>
    public uint Seed { get; init; }

    /// <summary>Threads; 0 for as many as the process may use. It never changes a result.</summary>
    public int Threads { get; init; }

    /// <summary>The folder to write to.</summary>
    public string Output { get; init; } = DefaultFolder;

    /// <summary>Steps between checkpoints of the training; 0 for none by steps.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>Seconds between checkpoints of the training; 0 for none by time.</summary>
    public double CheckpointSeconds { get; init; } = 30;

    /// <summary>
    /// True to keep the checkpoint when the run is complete, so that one of more <see cref="Steps"/> can go on from it.
    /// </summary>
    public bool KeepCheckpoint { get; init; }

    /// <summary>True to go on from the checkpoint in <see cref="Output"/>.</summary>
    public bool Resume { get; init; }

    /// <summary>How long, about, the network is still applied to noise for the picture of a training that was cancelled.</summary>
    public TimeSpan SamplingAfterCancel { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between reports of progress.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For the embedded digits: trained in well under a minute on two cores until its chains settle on readable digits.</summary>
    public static CreateOptions ForEmbeddedDigits { get; } = new()
    {
        Samples = 120,
        Hidden = 400,
        HiddenLayers = 4,
        Steps = 3000,
        BatchSize = 100,
        LearningRate = 1e-3,
        Cosine = true,
        InputNoise = 0.7,
        Iterations = 100,
        Chains = 100,
    };

    /// <summary>For data of one's own: the settings of H. Shrivastava, arXiv 2402.11793, for MNIST (its Fig. 7).</summary>
    public static CreateOptions ForData { get; } = new()
    {
        Hidden = 500,
        HiddenLayers = 10,
        Steps = 10_000,
        BatchSize = 1000,
        LearningRate = 1e-4,
        Iterations = 300,
        Chains = 100,
    };

    /// <summary>Refuses values outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, Data is null ? 1 : 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(Hidden, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenLayers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Chains, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, ThreadTeam.Limit);
        ArgumentException.ThrowIfNullOrEmpty(Output);
        if (Random is { } drawn) ArgumentOutOfRangeException.ThrowIfLessThan(drawn, 1, nameof(Random));
        if (OpenDevice is null && DeviceName is not ("cpu" or "reference"))
            throw new ArgumentOutOfRangeException(nameof(DeviceName), DeviceName, "must be cpu or reference, or come with OpenDevice");
        if (Data is null && (Class, Random, Size) != default)
            throw new ArgumentOutOfRangeException(nameof(Data), Data, "a class, a draw and a size belong to data of one's own");
        ArgumentOutOfRangeException.ThrowIfLessThan(SamplingAfterCancel, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SamplingAfterCancel, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfNegative(CheckpointSteps);
        if (!(CheckpointSeconds >= 0) || CheckpointSeconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(CheckpointSeconds), CheckpointSeconds, "must be a number not below 0");
        if (!(LearningRate > 0) || !double.IsFinite(LearningRate))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "the learning rate must be a positive number");
        if (!(Epsilon >= 0) || !double.IsFinite(Epsilon))
            throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "must be a number not below 0");
        if (!(InputNoise >= 0) || !double.IsFinite(InputNoise))
            throw new ArgumentOutOfRangeException(nameof(InputNoise), InputNoise, "must be a number not below 0");
    }
}
