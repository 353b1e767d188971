using System.Globalization;

namespace Kaleido.Lab.Benchmarking;

/// <summary>Results as lines of text for people.</summary>
public static class BenchmarkTable
{
    /// <summary>The lines; with rivals a column for each: their figure, and how many times as fast Kaleido is.</summary>
    public static IEnumerable<string> Lines(BenchmarkResult result, IReadOnlyList<BenchmarkResult> rivals)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(rivals);
        return Rows(result, rivals);
    }

    private static IEnumerable<string> Rows(BenchmarkResult result, IReadOnlyList<BenchmarkResult> rivals)
    {
        string cores = result.Threads == 1 ? "" : $", of {result.Threads} together {Text(result.PeakGflopsAllThreads)}";
        yield return $"multiply-add peak of one core: {Text(result.PeakGflops)} GFLOP/s{cores}";
        yield return "";
        yield return Row("matrix product, GFLOP/s", "threads", result.Name, "of peak", rivals.Select(r => r.Name));
        foreach (var product in result.Products)
        {
            yield return Row(product.Shape, product.Threads.ToString(CultureInfo.InvariantCulture), Text(product.Gflops),
                $"{Text(product.PercentOfPeak)} %",
                rivals.Select(rival => Versus(product.Gflops, Find(rival, product), higherIsFaster: true)));
        }

        yield return "";
        string all = result.Threads.ToString(CultureInfo.InvariantCulture);
        yield return Row("workload", "threads", result.Name, "of peak", rivals.Select(r => r.Name));
        yield return Line("training step 784-10×500-784, ms", all, r => r.StepMilliseconds, false,
            Workloads.StepFlops / result.StepMilliseconds / 1e6 / result.PeakGflopsAllThreads);
        if (result.Threads > 1)
        {
            yield return Line("the same, ms", "1", r => r.StepMillisecondsOneThread, false,
                Workloads.StepFlops / result.StepMillisecondsOneThread / 1e6 / result.PeakGflops);
        }

        yield return Line("sampling iteration of it, ms", all, r => r.SamplingMilliseconds, false,
            Workloads.SamplingFlops / result.SamplingMilliseconds / 1e6 / result.PeakGflopsAllThreads);
        yield return Line("tiny network, steps/s", "1", r => r.TinyStepsPerSecond, true, double.NaN);
        yield return Line("512 of them, network steps/s", all, r => r.EnsembleNetworkStepsPerSecond, true, double.NaN);
        yield return Line("bytes allocated per step", "1", r => r.BytesPerStep, false, double.NaN);

        string Line(string name, string threads, Func<BenchmarkResult, double> figure, bool higherIsFaster, double share) => Row(
            name, threads, Text(figure(result)), double.IsFinite(share) ? $"{Text(100 * share)} %" : "",
            rivals.Select(rival => Versus(figure(result), figure(rival), higherIsFaster)));
    }

    private static double Find(BenchmarkResult rival, ProductSpeed product) =>
        rival.Products.FirstOrDefault(p => p.Shape == product.Shape && p.Threads == product.Threads)?.Gflops ?? double.NaN;

    private static string Versus(double own, double other, bool higherIsFaster)
    {
        if (!double.IsFinite(other)) return "-";
        double ratio = higherIsFaster ? own / other : other / own;
        return double.IsFinite(ratio) ? $"{Text(other)} (×{ratio.ToString("0.00", CultureInfo.InvariantCulture)})" : Text(other);
    }

    private static string Row(string name, string threads, string figure, string share, IEnumerable<string> rivals) =>
        $"{name,-34}{threads,8}{figure,14}{share,10}{string.Concat(rivals.Select(r => $"  {r,22}"))}".TrimEnd();

    private static string Text(double value) => !double.IsFinite(value) ? "-" : value switch
    {
        >= 10_000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
