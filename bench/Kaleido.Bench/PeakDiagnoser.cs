using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;
using Kaleido.Lab.Benchmarking;

namespace Kaleido.Bench;

/// <summary>A benchmark class that knows how many floating-point operations its calls make, and on how many threads.</summary>
internal interface ICountsFlops
{
    /// <summary>Operations of one call of a method, with the parameters as set.</summary>
    double Flops(string method);

    /// <summary>Threads that the call may use.</summary>
    int Threads { get; }
}

/// <summary>
/// Probes the multiply-add peak right before and right after the measured runs of each benchmark, on as many threads as it uses: clock and
/// neighbours change on shared machines, so a figure means something only beside the peak of the same moment.
/// </summary>
internal sealed class PeakDiagnoser : IDiagnoser
{
    private readonly Dictionary<BenchmarkCase, double> _peaks = [];

    public IEnumerable<string> Ids => [nameof(PeakDiagnoser)];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    /// <summary>The better of the two probes in GFLOP/s, or null if the benchmark did not run.</summary>
    public double? PeakOf(BenchmarkCase benchmark) => _peaks.TryGetValue(benchmark, out double peak) ? peak : null;

    /// <summary>The class of a benchmark with its parameters set, or null if it counts no operations.</summary>
    public static ICountsFlops? CounterOf(BenchmarkCase benchmark)
    {
        var type = benchmark.Descriptor.Type;
        if (!type.IsAssignableTo(typeof(ICountsFlops))) return null;
        var instance = (ICountsFlops)Activator.CreateInstance(type)!;
        foreach (var parameter in benchmark.Parameters.Items) type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        return instance;
    }

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => RunMode.NoOverhead;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        if (signal is not (HostSignal.BeforeActualRun or HostSignal.AfterActualRun)) return;
        var benchmark = parameters.BenchmarkCase;
        double peak = PeakProbe.Gigaflops(CounterOf(benchmark)?.Threads ?? 1);
        _peaks[benchmark] = Math.Max(peak, _peaks.GetValueOrDefault(benchmark));
    }

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results) => [];

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];
}
