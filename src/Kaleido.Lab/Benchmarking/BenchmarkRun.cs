using System.Diagnostics;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Lab.Benchmarking;

/// <summary>How much is measured.</summary>
/// <param name="Threads">Threads; figures are also taken on one.</param>
/// <param name="Products">Shapes of products.</param>
/// <param name="Rounds">Times of which the median is taken.</param>
/// <param name="RoundSeconds">Least seconds of a round.</param>
public sealed record BenchmarkOptions(int Threads, IReadOnlyList<ProductShape> Products, int Rounds, double RoundSeconds)
{
    /// <summary>Everything, in about half a minute.</summary>
    public static BenchmarkOptions Full(int threads) => new(threads, ProductShape.All, 7, 0.04);

    /// <summary>A rough look in some seconds, without the largest products.</summary>
    public static BenchmarkOptions Quick(int threads) =>
        new(threads, [.. ProductShape.All.Where(shape => shape.Flops < 2e10)], 3, 0.01);
}

/// <summary>Measures Kaleido on this machine: every figure is a median, beside the multiply-add peak of the same moments.</summary>
public sealed class BenchmarkRun
{
    private const int Ensemble = 512, SamplingIterations = 5;

    private readonly BenchmarkOptions _options;
    private readonly Action<string>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<double> _peaks = [], _peaksTogether = [];

    private BenchmarkRun(BenchmarkOptions options, Action<string>? progress, CancellationToken cancellation) =>
        (_options, _progress, _cancellation) = (options, progress, cancellation);

    /// <summary>Runs everything.</summary>
    /// <param name="options">How much.</param>
    /// <param name="progress">Told what is measured next.</param>
    /// <param name="cancellation">Ends the run between two figures.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BenchmarkResult Execute(BenchmarkOptions options, Action<string>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        return new BenchmarkRun(options, progress, cancellation).Execute();
    }

    private BenchmarkResult Execute()
    {
        using Device one = Device.Cpu(1), all = Device.Cpu(_options.Threads);
        var products = new List<ProductSpeed>();
        foreach (var device in _options.Threads == 1 ? [one] : new[] { one, all })
        {
            int threads = ReferenceEquals(device, one) ? 1 : _options.Threads;
            foreach (var shape in _options.Products) products.Add(Product(device, threads, shape));
        }

        return new BenchmarkResult
        {
            Name = "Kaleido",
            Threads = _options.Threads,
            Products = products,
            StepMilliseconds = Step(all, $"training step, {_options.Threads} threads"),
            StepMillisecondsOneThread = _options.Threads == 1 ? double.NaN : Step(one, "training step, 1 thread"),
            SamplingMilliseconds = Sampling(all),
            TinyStepsPerSecond = Tiny(one),
            EnsembleNetworkStepsPerSecond = EnsembleSteps(all),
            BytesPerStep = BytesPerStep(one),
            PeakGflops = Median(_peaks),
            PeakGflopsAllThreads = _options.Threads == 1 ? Median(_peaks) : Median(_peaksTogether),
        };
    }

    private void Begin(string what)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Invoke(what);
    }

    private double Probe(int threads)
    {
        double peak = PeakProbe.Gigaflops(threads, rounds: 2);
        (threads == 1 ? _peaks : _peaksTogether).Add(peak);
        return peak;
    }

    private static double Median(List<double> values)
    {
        if (values.Count == 0) return double.NaN;
        values.Sort();
        return values[values.Count / 2];
    }

    private ProductSpeed Product(Device device, int threads, ProductShape shape)
    {
        Begin($"product {shape}, {threads} thread{(threads == 1 ? "" : "s")}");
        using var plan = Workloads.Product(device, shape);
        double before = Probe(threads);
        double gflops = shape.Flops / Median(plan.Run) / 1e9;
        return new(shape.ToString(), threads, gflops, 100 * gflops / Math.Max(before, Probe(threads)));
    }

    private double Step(Device device, string what)
    {
        Begin(what);
        using var network = Mlp.Create(device, Workloads.Mnist);
        using var descent = new GradientDescent(network.Parameters, new Adam { LearningRate = 1e-4 });
        using var plan = Workloads.Step(network, descent, samples: 4000, Workloads.Batch);
        return 1000 * Median(plan.Run);
    }

    private double Sampling(Device device)
    {
        Begin("sampling iteration");
        using var network = Mlp.Create(device, Workloads.Mnist);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = Workloads.Batch, Epsilon = 0.01 });
        return 1000 * Median(() => kaleidoscope.Advance(SamplingIterations)) / SamplingIterations;
    }

    private double Tiny(Device device)
    {
        Begin("tiny network");
        var data = Workloads.TinyData();
        int steps = (int)Math.Max(2000, 2_000_000 * _options.RoundSeconds);
        using var network = Mlp.Create(device, Workloads.Tiny);
        return steps / Median(() => Trainer.Fit(
            network, data, data, LossFunction.SquaredError, new() { BatchSize = 2, Steps = steps, EvaluationInterval = 1000 }));
    }

    private double EnsembleSteps(Device device)
    {
        Begin("ensemble of tiny networks");
        var members = Workloads.TinyMembers(Ensemble);
        int steps = (int)Math.Max(100, 50_000 * _options.RoundSeconds);
        return (double)Ensemble * steps / Median(() => EnsembleTrainer.Fit(
            device, Workloads.Tiny, members, LossFunction.SquaredError,
            new() { BatchSize = 2, Steps = steps, EvaluationInterval = steps }));
    }

    // The runtime itself allocates now and then while it compiles hot code in the background; the median of several stretches leaves that
    // out.
    private double BytesPerStep(Device device)
    {
        Begin("allocation");
        const int Steps = 1000;
        using var network = Mlp.Create(device, Workloads.Tiny);
        using var descent = new GradientDescent(network.Parameters, new Adam());
        using var plan = Workloads.Step(network, descent, samples: 20, batch: 2);
        for (int i = 0; i < 5000; i++) plan.Run();
        Span<long> bytes = stackalloc long[5];
        for (int stretch = 0; stretch < bytes.Length; stretch++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Steps; i++) plan.Run();
            bytes[stretch] = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        bytes.Sort();
        return bytes[bytes.Length / 2] / (double)Steps;
    }

    // Seconds of one call: the median of rounds that are each long enough to be timed.
    private double Median(Action action)
    {
        action();
        long start = Stopwatch.GetTimestamp();
        action();
        double once = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int calls = (int)Math.Clamp(_options.RoundSeconds / Math.Max(once, 1e-9), 1, 10_000_000);
        // A first call may have compiled; many short calls are tried out again before they are counted.
        for (int i = 0; i < calls / 2; i++) action();
        double[] times = new double[_options.Rounds];
        for (int round = 0; round < times.Length; round++)
        {
            _cancellation.ThrowIfCancellationRequested();
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++) action();
            times[round] = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }
}
