using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Kaleido.Bench;

/// <summary>A column about operations and the peak beside them; empty where a benchmark counts no operations.</summary>
/// <param name="name">The heading.</param>
/// <param name="legend">What it says.</param>
/// <param name="value">
/// From the benchmark's rate (GFLOP/s from the median time; null if not counted or not run) and the peak of the moment to the cell's text.
/// </param>
/// <param name="diagnoser">Who probes the peak.</param>
internal sealed class PeakColumn(string name, string legend, Func<double?, double, string> value, PeakDiagnoser diagnoser) : IColumn
{
    /// <summary>Rate, peak and percent of it.</summary>
    public static IColumn[] All(PeakDiagnoser diagnoser) =>
    [
        new PeakColumn("GFLOP/s", "operations of the call divided by the median time", (rate, _) => Text(rate, "f1"), diagnoser),
        new PeakColumn("Peak", "multiply-add peak in GFLOP/s of as many threads, probed before and after the runs", (_, peak) => Text(peak, "f0"), diagnoser),
        new PeakColumn("% of peak", "the one divided by the other", (rate, peak) => Text(100 * rate / peak, "f1"), diagnoser),
    ];

    public string Id => name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (diagnoser.PeakOf(benchmarkCase) is not { } peak) return "NA";
        double? median = summary[benchmarkCase]?.ResultStatistics?.Median;
        return value(PeakDiagnoser.CounterOf(benchmarkCase)?.Flops(benchmarkCase.Descriptor.WorkloadMethod.Name) / median, peak);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    private static string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
