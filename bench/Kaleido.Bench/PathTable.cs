using System.Diagnostics;
using System.Globalization;
using Kaleido.Backends.Cpu;
using Kaleido.Lab.Benchmarking;
using Kaleido.Numerics;

namespace Kaleido.Bench;

/// <summary>
/// Every path of the matrix product beside the peak of the same moment and beside the path that the library chooses (in brackets):
/// <c>paths [--threads 1,4] [--vector 512,256] [--rounds 15] [M×N×K NN …]</c>.
/// </summary>
/// <remarks>
/// Each round runs the probe and every path in turn; a path's share is its rate divided by the probe's, and the median over the rounds is
/// printed. So a clock that changes or a neighbour who takes the core for a while hardly shows.
/// </remarks>
internal static class PathTable
{
    private static readonly string[] s_shapes =
    [
        "1000x500x500 NN", "1000x500x500 NT", "1000x500x500 TN", "1000x500x784 NN", "1000x784x500 NN", "1000x784x500 NT", "500x500x1000 TN",
        "784x500x1000 TN", "1024x1024x1024 NN", "2048x2048x2048 NN", "4096x4096x4096 NN", "32x500x500 NN", "32x500x500 NT", "2x10x10 NN",
        "1x500x500 NN", "1x500x500 NT",
    ];

    public static int Run(ReadOnlySpan<string> arguments)
    {
        int[] threads = [1, 4];
        SimdLevel[] levels = [Simd.Level];
        int rounds = 15;
        var shapes = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--threads":
                    threads = [.. arguments[++i].Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
                    break;
                case "--vector":
                    levels = [.. arguments[++i].Split(',').Select(t => Simd.Choose(t, Simd.Widest))];
                    break;
                case "--rounds":
                    rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                default:
                    shapes.Add(arguments[i].Contains(' ', StringComparison.Ordinal) ? arguments[i] : $"{arguments[i]} {arguments[++i]}");
                    break;
            }
        }

        if (shapes.Count == 0) shapes.AddRange(s_shapes);
        foreach (var level in levels)
        {
            foreach (int workers in threads)
            {
                Console.WriteLine($"\n{(level == SimdLevel.Scalar ? "one float at a time" : $"{(int)level} bits")}, {workers} thread(s): percent of the peak\n");
                Console.WriteLine("| shape | peak, GFLOP/s | in place | pieces | panels | panels and rows | chosen, GFLOP/s | µs | task |");
                Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---|");
                foreach (string shape in shapes) Measure(shape, level, workers, rounds);
            }
        }

        return 0;
    }

    private static void Measure(string shape, SimdLevel level, int workers, int rounds)
    {
        ProductRun?[] paths = [.. Enum.GetValues<ProductPath>().Select(path => Create(path))];
        using var chosen = new ProductRun(shape, level, workers);
        double flops = chosen.Flops;
        int repeats = Repeats(chosen);
        List<double>[] shares = [.. paths.Select(_ => new List<double>())];
        List<double> peaks = [], rates = [];
        foreach (var path in paths) path?.Run();
        for (int round = 0; round < rounds; round++)
        {
            double peak = PeakProbe.Gigaflops(workers, rounds: 2, Math.Max(128, (int)level));
            peaks.Add(peak);
            rates.Add(Rate(chosen));
            for (int i = 0; i < paths.Length; i++)
                if (paths[i] is { } path) shares[i].Add(Rate(path) / peak);
        }

        string cells = string.Join(" | ", paths.Select((path, i) =>
        {
            if (path is null) return "–";
            string share = (100 * Median(shares[i])).ToString("f0", CultureInfo.InvariantCulture);
            return path.Path == chosen.Path ? $"[{share}]" : share;
        }));
        double median = Median(rates);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {shape} | {Median(peaks):f0} | {cells} | {median:f1} | {flops / median / 1e3:f2} | {chosen.Block.Rows} × {chosen.Block.Columns} |"));
        foreach (var path in paths) path?.Dispose();

        ProductRun? Create(ProductPath path)
        {
            var run = new ProductRun(shape, level, workers, path);
            if (run.Path == path) return run;
            run.Dispose();
            return null;
        }

        double Rate(ProductRun run)
        {
            run.Run(); // the other paths have taken the cache
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++) run.Run();
            return flops * repeats / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        }
    }

    // Some milliseconds.
    private static int Repeats(ProductRun run)
    {
        for (int i = 0; i < 3; i++) run.Run();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3; i++) run.Run();
        return (int)Math.Max(1, 0.008 / (Stopwatch.GetElapsedTime(start).TotalSeconds / 3));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
