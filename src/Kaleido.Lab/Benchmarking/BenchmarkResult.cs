namespace Kaleido.Lab.Benchmarking;

/// <summary>The speed of one matrix product.</summary>
/// <param name="Shape">Such as "1000x500x784 NT".</param>
/// <param name="Threads">How many threads shared it.</param>
/// <param name="Gflops">10⁹ operations per second, the median of some rounds.</param>
/// <param name="PercentOfPeak">100 · gflops / (the multiply-add peak of
/// as many cores, probed just before and after); NaN if unknown.</param>
public sealed record ProductSpeed(string Shape, int Threads, double Gflops, double PercentOfPeak);

/// <summary>What a contender reached. What it cannot do is NaN.</summary>
public sealed record BenchmarkResult
{
    /// <summary>Who: "Kaleido", "PyTorch 2.1", …</summary>
    public required string Name { get; init; }

    /// <summary>Threads of everything below that does not say otherwise.</summary>
    public required int Threads { get; init; }

    /// <summary>Multiply-add peak of one core, GFLOP/s.</summary>
    public double PeakGflops { get; init; } = double.NaN;

    /// <summary>Multiply-add peak of all <see cref="Threads"/> cores together, GFLOP/s.</summary>
    public double PeakGflopsAllThreads { get; init; } = double.NaN;

    /// <summary>Matrix products.</summary>
    public IReadOnlyList<ProductSpeed> Products { get; init; } = [];

    /// <summary>A training step of <see cref="Workloads.Mnist"/>, milliseconds.</summary>
    public double StepMilliseconds { get; init; } = double.NaN;

    /// <summary>The same on one thread.</summary>
    public double StepMillisecondsOneThread { get; init; } = double.NaN;

    /// <summary>A sampling iteration of it, milliseconds.</summary>
    public double SamplingMilliseconds { get; init; } = double.NaN;

    /// <summary>Training steps of <see cref="Workloads.Tiny"/>, one network on one thread, per second.</summary>
    public double TinyStepsPerSecond { get; init; } = double.NaN;

    /// <summary>Training steps of an ensemble of such networks, times networks, per second.</summary>
    public double EnsembleNetworkStepsPerSecond { get; init; } = double.NaN;

    /// <summary>Bytes allocated on the managed heap per training step, once in steady state.</summary>
    public double BytesPerStep { get; init; } = double.NaN;
}
