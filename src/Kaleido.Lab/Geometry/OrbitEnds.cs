using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>Where orbits of a network end: in the region that a sink is proved to catch, near another fixed point, or in a cycle.</summary>
internal static class OrbitEnds
{
    /// <summary>The stream of starts: "CENS".</summary>
    private const uint Stream = 0x43454E53;

    private const int LongestCycle = 64;
    private const double Near = 1e-3;

    /// <summary>Starts uniform over [low, high]^features.</summary>
    public static double[] Starts(int count, int features, double low, double high, uint seed)
    {
        var starts = new double[count * features];
        for (int i = 0; i < starts.Length; i++)
            starts[i] = low + (high - low) * MetricRandom.Uniform(seed, Stream, (ulong)(i / features), (ulong)(i % features));
        return starts;
    }

    /// <summary>
    /// The number of the fixed point each start comes to; -1 for none, -2-k for cycle k, which are put into <paramref name="cycles"/>.
    /// </summary>
    public static int[] Follow(
        Mlp network, double[] starts, IReadOnlyList<CensusPoint> points, int mostIterations, List<double[][]> cycles)
    {
        int features = network.Inputs, count = starts.Length / features;
        var labels = new int[count];
        double[] x = [.. starts];
        int[] rows = [.. Enumerable.Range(0, count)];
        using var map = new NetworkMap(nameof(Census), network);
        int active = Release(x, rows, count, features, points, labels);
        for (int i = 0; i < mostIterations && active > 0; i++)
        {
            map.Apply(x.AsSpan(0, active * features), x.AsSpan(0, active * features));
            active = Release(x, rows, active, features, points, labels);
        }

        // What nobody has caught: another LongestCycle steps show a period.
        var path = new List<double[]> { x[..(active * features)] };
        for (int i = 0; active > 0 && i < LongestCycle; i++)
        {
            var next = new double[active * features];
            map.Apply(path[^1], next);
            path.Add(next);
        }

        for (int row = 0; row < active; row++)
            labels[rows[row]] = Classify([.. path.Select(state => state.AsSpan(row * features, features).ToArray())], points, cycles);
        return labels;
    }

    private static int Release(double[] x, int[] rows, int active, int features, IReadOnlyList<CensusPoint> points, int[] labels)
    {
        int kept = 0;
        for (int row = 0; row < active; row++)
        {
            var state = x.AsSpan(row * features, features);
            int label = -1;
            for (int k = 0; k < points.Count && label < 0; k++)
            {
                if (points[k].Stability.Catches(state, points[k].Location)) label = k;
            }

            labels[rows[row]] = label;
            if (label >= 0) continue;
            state.CopyTo(x.AsSpan(kept * features, features));
            rows[kept++] = rows[row];
        }

        return kept;
    }

    private static int Classify(double[][] path, IReadOnlyList<CensusPoint> points, List<double[][]> cycles)
    {
        int period = 1;
        while (period <= LongestCycle && PointSets.Distance(path[0], path[period]) > 1e-5) period++;
        if (period > LongestCycle) return -1;
        if (period == 1)
        {
            var (nearest, least) = (-1, double.PositiveInfinity);
            for (int k = 0; k < points.Count; k++)
            {
                double distance = PointSets.Distance(points[k].Location, path[0]);
                if (distance < least) (nearest, least) = (k, distance);
            }

            return least <= Near ? nearest : -1;
        }

        int known = cycles.FindIndex(cycle => cycle.Length == period && cycle.Any(state => PointSets.Distance(state, path[0]) <= Near));
        if (known < 0)
        {
            known = cycles.Count;
            cycles.Add(path[..period]);
        }

        return -2 - known;
    }
}
