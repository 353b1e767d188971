using System.Globalization;
using Kaleido.Lab.Benchmarking;

namespace Kaleido.DeviceBench;

/// <summary>The figures of a report as Markdown, in the form of docs/benchmarks.md.</summary>
internal static class DeviceTables
{
    /// <summary>All tables.</summary>
    public static IEnumerable<string> Lines(DeviceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Everything(report);
    }

    private static IEnumerable<string> Everything(DeviceReport report)
    {
        yield return $"{report.Date}, {report.Host}";
        yield return "";
        yield return "| contender | device |";
        yield return "|---|---|";
        foreach (var it in report.Contenders) yield return $"| {it.Title} | {it.Description} |";
        foreach (string kind in report.Timings.Select(it => Kind(it.Work)).Distinct())
        {
            yield return "";
            foreach (string line in Figures(report, kind)) yield return line;
        }

        string[][] sections =
            [[.. Crossover(report)], [.. Rates(report)], [.. FirstCalls(report)], [.. BesidePyTorch(report)], [.. Aims(report)]];
        foreach (string[] section in sections.Where(section => section.Length > 0))
        {
            yield return "";
            foreach (string line in section) yield return line;
        }

        if (report.Omissions.Count == 0) yield break;
        yield return "";
        foreach (var it in report.Omissions) yield return $"- Not measured: {it.What}: {it.Reason}";
    }

    private static string Kind(string work) => work.Split(' ')[0];

    private static string Title(string kind) => kind switch
    {
        "product" => "product of square matrices, ms",
        "step" => "training step of 784, 10 × 500, 784, ms; batch",
        "sampling" => "sampling iteration of it, ms; chains",
        "tiny" => "training step of a tiny network, ms",
        _ => $"{kind}, ms",
    };

    private static string[] Works(DeviceReport report, string kind) =>
        [.. report.Timings.Select(it => it.Work).Where(work => Kind(work) == kind).Distinct()];

    // A column for each contender that has a figure; the median, and in brackets the slowest and fastest round where they are far from it.
    private static IEnumerable<string> Figures(DeviceReport report, string kind)
    {
        var columns = report.Contenders.Where(c => report.Timings.Any(it => it.Contender == c.Title && Kind(it.Work) == kind)).ToList();
        yield return $"| {Title(kind)} | {string.Join(" | ", columns.Select(c => c.Title))} |";
        yield return $"|---|{string.Concat(columns.Select(_ => "---:|"))}";
        foreach (string work in Works(report, kind))
            yield return $"| {work[(kind.Length + 1)..]} | {string.Join(" | ", columns.Select(c => Cell(Find(report, work, c))))} |";
    }

    private static string Cell(Timing? it)
    {
        if (it is null) return "–";
        bool wide = it.High > 1.1 * it.Milliseconds || it.Low < 0.9 * it.Milliseconds;
        return wide ? $"{Text(it.Milliseconds)} ({Text(it.Low)}–{Text(it.High)})" : Text(it.Milliseconds);
    }

    private static Timing? Find(DeviceReport report, string work, Contender contender) =>
        report.Timings.Find(it => it.Work == work && it.Contender == contender.Title);

    // From which size on the GPU is faster: it must be so there and at every larger size measured.
    private static IEnumerable<string> Crossover(DeviceReport report)
    {
        var cpu = report.Contenders.Find(it => it is { Library: "Kaleido", OnGpu: false });
        var gpus = report.Contenders.Where(it => it is { Library: "Kaleido", OnGpu: true }).ToList();
        if (cpu is null || gpus.Count == 0) yield break;
        yield return $"| the GPU is faster than {cpu.Title} from | {string.Join(" | ", gpus.Select(c => c.Title))} |";
        yield return $"|---|{string.Concat(gpus.Select(_ => "---|"))}";
        foreach (string kind in report.Timings.Select(it => Kind(it.Work)).Distinct())
        {
            var cells = gpus.Select(gpu =>
            {
                var both = Works(report, kind).Select(work => (Work: work, Own: Find(report, work, gpu), Other: Find(report, work, cpu)))
                    .Where(it => it.Own is not null && it.Other is not null).ToList();
                if (both.Count == 0) return "–";
                int from = both.FindLastIndex(it => it.Own!.Milliseconds >= it.Other!.Milliseconds) + 1;
                if (from == both.Count) return "none";
                var last = both[^1];
                string ratio = Text(last.Other!.Milliseconds / last.Own!.Milliseconds);
                return $"{both[from].Work[(kind.Length + 1)..]} (at {last.Work[(kind.Length + 1)..]}: × {ratio})";
            });
            yield return $"| {kind} | {string.Join(" | ", cells)} |";
        }
    }

    // Floating-point operations of the products alone; a multiply-add is two.
    private static double Flops(string work)
    {
        var text = work.AsSpan(work.IndexOf(' ', StringComparison.Ordinal) + 1);
        if (!int.TryParse(text, CultureInfo.InvariantCulture, out int size)) return double.NaN;
        return Kind(work) switch
        {
            "product" => 2.0 * size * size * size,
            "step" => Workloads.StepFlops / Workloads.Batch * size,
            "sampling" => Workloads.SamplingFlops / Workloads.Batch * size,
            _ => double.NaN,
        };
    }

    private static IEnumerable<string> Rates(DeviceReport report)
    {
        var columns = report.Contenders.Where(c => c.Library == "Kaleido").ToList();
        string[] works = [.. report.Timings.Select(it => it.Work).Distinct().Where(work => double.IsFinite(Flops(work)))];
        if (columns.Count == 0 || works.Length == 0) yield break;
        yield return $"| TFLOP/s | {string.Join(" | ", columns.Select(c => c.Title))} |";
        yield return $"|---|{string.Concat(columns.Select(_ => "---:|"))}";
        foreach (string work in works)
        {
            var cells = columns.Select(c => Text(Flops(work) / (Find(report, work, c)?.Milliseconds ?? double.NaN) / 1e9));
            yield return $"| {work} | {string.Join(" | ", cells)} |";
        }
    }

    private static IEnumerable<string> FirstCalls(DeviceReport report)
    {
        var rows = report.Timings.Where(it => double.IsFinite(it.FirstMilliseconds) && Kind(it.Work) is "step" or "tiny").ToList();
        if (rows.Count == 0) yield break;
        yield return "| before the steady state, ms | contender | making it ready | first call | second call | of a steady call, issuing |";
        yield return "|---|---|---:|---:|---:|---:|";
        foreach (var it in rows)
        {
            yield return $"| {it.Work} | {it.Contender} | {Text(it.CompileMilliseconds)} | {Text(it.FirstMilliseconds)} "
                + $"| {Text(it.SecondMilliseconds)} | {Text(it.IssueMilliseconds)} |";
        }
    }

    private static (Timing? Own, Timing? Rival) Best(DeviceReport report, string work, string precision)
    {
        Timing? Of(string library) => report.Contenders.Where(it => it.OnGpu && it.Library == library && it.Precision == precision)
            .Select(it => Find(report, work, it)).OfType<Timing>().MinBy(it => it.Milliseconds);
        return (Of("Kaleido"), Of("PyTorch"));
    }

    private static string[] Precisions(DeviceReport report) =>
        [.. report.Contenders.Where(it => it.OnGpu).Select(it => it.Precision).Distinct()];

    // Against the fastest of PyTorch's ways, on the same device and in the same precision.
    private static IEnumerable<string> BesidePyTorch(DeviceReport report)
    {
        var rows = (from precision in Precisions(report)
                    from work in report.Timings.Select(it => it.Work).Distinct()
                    let best = Best(report, work, precision)
                    where best is { Own: not null, Rival: not null }
                    select (Work: work, Precision: precision, Own: best.Own!, Rival: best.Rival!)).ToList();
        if (rows.Count == 0) yield break;
        yield return "| work on the GPU | precision | Kaleido, ms | PyTorch's best, ms | which | Kaleido is faster by |";
        yield return "|---|---|---:|---:|---|---:|";
        foreach (var (work, precision, own, rival) in rows)
        {
            yield return $"| {work} | {precision} | {Text(own.Milliseconds)} | {Text(rival.Milliseconds)} | {rival.Contender} "
                + $"| × {Text(rival.Milliseconds / own.Milliseconds)} |";
        }
    }

    /// <summary>The aims are for an H100; elsewhere they are not judged.</summary>
    private static IEnumerable<string> Aims(DeviceReport report)
    {
        if (!report.Contenders.Any(it => it.OnGpu && it.Description.Contains("H100", StringComparison.Ordinal))) yield break;
        yield return "| aim (H100, MNIST network, batch 1000) | reached | |";
        yield return "|---|---:|---|";
        foreach (var (precision, limit) in new[] { ("float32", 0.55), ("TF32", 0.28) })
        {
            var (own, rival) = Best(report, "step 1000", precision);
            bool? quick = own is null ? null : own.Milliseconds <= limit;
            double ratio = own is null || rival is null ? double.NaN : rival.Milliseconds / own.Milliseconds;
            yield return $"| step, {precision}: at most {Text(limit)} ms | {Cell(own)} | {Verdict(quick)} |";
            yield return $"| step, {precision}: faster than PyTorch's best | {(double.IsNaN(ratio) ? "–" : $"× {Text(ratio)}")} "
                + $"| {Verdict(double.IsNaN(ratio) ? null : ratio > 1)} |";
        }
    }

    private static string Verdict(bool? met) => met switch { true => "met", false => "missed", null => "not measured" };

    private static string Text(double value) => !double.IsFinite(value) ? "–" : Math.Abs(value) switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
