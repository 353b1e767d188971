using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Kaleido.Bench;

/// <summary>A benchmark class that knows how many floating-point operations one call makes.</summary>
internal interface ICountsFlops
{
    /// <summary>Operations of one call with the parameters as set.</summary>
    double Flops { get; }
}

/// <summary>GFLOP/s from the median time, for benchmarks that count their operations.</summary>
internal sealed class GigaflopsColumn : IColumn
{
    public string Id => nameof(GigaflopsColumn);

    public string ColumnName => "GFLOP/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "operations of the call divided by the median time";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (!benchmarkCase.Descriptor.Type.IsAssignableTo(typeof(ICountsFlops))) return "";
        var instance = (ICountsFlops)Activator.CreateInstance(benchmarkCase.Descriptor.Type)!;
        foreach (var parameter in benchmarkCase.Parameters.Items)
            benchmarkCase.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        double? median = summary[benchmarkCase]?.ResultStatistics?.Median;
        return median is { } ns ? (instance.Flops / ns).ToString("f1", CultureInfo.InvariantCulture) : "NA";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
