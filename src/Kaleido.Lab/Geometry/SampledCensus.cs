using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>What a found point is.</summary>
public enum SampledKind
{
    /// <summary>A sink within the tolerance of a training point.</summary>
    Datum,

    /// <summary>A sink that is no training point.</summary>
    SpuriousSink,

    /// <summary>A fixed point with ρ &gt; 1: a saddle or a repeller.</summary>
    Unstable,

    /// <summary>A cycle of two points or more, found by iteration.</summary>
    Cycle,

    /// <summary>Where a chain was when it had come neither to rest nor onto a cycle.</summary>
    Unsettled,
}

/// <summary>One fixed point, or one point of a cycle.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Point">[D], float64.</param>
/// <param name="Period">1 for a fixed point, p for a cycle, 0 where unsettled.</param>
/// <param name="Residual">‖f^p(x) - x‖₂.</param>
/// <param name="SpectralRadius">The largest ρ(J) at the point and on both sides of it; of the product along the orbit for a cycle.</param>
/// <param name="SmallestSpectralRadius">The smallest of these.</param>
/// <param name="KinkDistance">The distance to the border of its linear piece, if that is near; of all points of a cycle the least.</param>
/// <param name="NearestDatum">The nearest training point.</param>
/// <param name="Distance">The Euclidean distance to it.</param>
/// <param name="Chains">How many of the sampled starts end here.</param>
/// <param name="BasinLow">Wilson's 95 % interval of the basin's share under the distribution of the starts: its lower end.</param>
/// <param name="BasinHigh">Its upper end.</param>
/// <param name="Index">sign det(I - J) for a fixed point, else 0.</param>
public sealed record SampledPoint(
    SampledKind Kind, double[] Point, int Period, double Residual, double SpectralRadius, double SmallestSpectralRadius,
    double KinkDistance, int NearestDatum, double Distance, int Chains, double BasinLow, double BasinHigh, int Index)
{
    /// <summary>Whether it attracts.</summary>
    public bool IsSink => Kind is SampledKind.Datum or SampledKind.SpuriousSink;

    /// <summary>Whether the map is smooth there: no kink within 1e-9.</summary>
    public bool IsSmooth => KinkDistance > 1e-9;
}

/// <summary>How a census is taken.</summary>
public sealed record SampledCensusOptions
{
    /// <summary>Applications of f to each start, in the precision of the network's device.</summary>
    public int Iterations { get; init; } = 300;

    /// <summary>And in float64 after that.</summary>
    public int Polish { get; init; } = 300;

    /// <summary>A sink is a datum if within this Euclidean distance per √D of one.</summary>
    public double DatumTolerance { get; init; } = 0.05;

    /// <summary>Two ends are one point if within this distance per √D.</summary>
    public double Same { get; init; } = 1e-5;

    /// <summary>Pairs of sinks from whose middles Newton's method is started to find points between basins.</summary>
    public int Middles { get; init; } = 32;

    /// <summary>The longest period looked for.</summary>
    public int LongestPeriod { get; init; } = 16;
}

/// <summary>
/// A census of what a kaleidoscopic network's iteration comes to, for D up to about a thousand: ends of chains, refined by
/// Newton's method on x - f(x) = 0 with the full Jacobian in float64, and unstable fixed points found by the same method from
/// training points and from between sinks. Not complete: nothing is said about what no chain and no Newton iteration reached.
/// </summary>
/// <remarks>
/// A ReLU network is linear up to its output activation on each piece, so Newton's method converges quadratically inside one; where it does
/// not reduce the residual the end of the iteration itself is kept. Systems and eigenvalues are of the size of the last hidden layer where
/// that is narrower than D.
/// </remarks>
public sealed class SampledCensus
{
    private const int Sides = 4;

    private SampledCensus(IReadOnlyList<SampledPoint> points, int starts) => (Points, Starts) = (points, starts);

    /// <summary>What was found: attractors in the order of their first chains, then unstable fixed points.</summary>
    public IReadOnlyList<SampledPoint> Points { get; }

    /// <summary>How many starts were sampled.</summary>
    public int Starts { get; }

    /// <summary>The stable fixed points.</summary>
    public IEnumerable<SampledPoint> Sinks => Points.Where(point => point.IsSink);

    /// <summary>Takes a census.</summary>
    /// <param name="network">A network that <see cref="ReluSelfMap"/> takes.</param>
    /// <param name="starts">Row-major [starts, D]: where chains start; basin shares are under their distribution.</param>
    /// <param name="data">The training points, row-major [points, D].</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The network has another form, or a set is empty, not whole or not finite.</exception>
    public static SampledCensus Take(Mlp network, ReadOnlySpan<float> starts, ReadOnlySpan<float> data,
        SampledCensusOptions? options = null)
    {
        var map = ReluSelfMap.Of(network);
        options ??= new();
        int features = map.Features;
        PointSets.Require(nameof(SampledCensus), nameof(starts), starts, features);
        double[] points = PointSets.Require(nameof(SampledCensus), nameof(data), data, features);
        double same = options.Same * Math.Sqrt(features);
        float[] states = starts.ToArray();
        for (int i = 0; i < options.Iterations; i++) states = network.Evaluate(states);

        // Chains that float32 has taken to one place are one from here on.
        var ends = new List<(double[] Orbit, int Period, double Residual, int Chains)>();
        foreach (var (place, chains) in Groups(states, features, same))
        {
            var (orbit, period, residual) = Settle(map, place, options, same);
            int at = ends.FindIndex(end => end.Period == period && OnOrbit(end.Orbit, orbit.AsSpan(0, features), 4 * same));
            if (at >= 0) ends[at] = ends[at] with { Chains = ends[at].Chains + chains };
            else ends.Add((orbit, period, residual, chains));
        }

        int count = starts.Length / features;
        var found = ends.Select(end => Judge(map, end.Orbit, end.Period, end.Residual, end.Chains, count, points, options)).ToList();
        foreach (double[] start in NewtonStarts(found, points, features, options))
        {
            if (Newton(map, start) is not { } x || Residual(map, x) > 1e-10 * Math.Sqrt(features)) continue;
            if (found.Any(other => other.Period == 1 && Near(other.Point, x, 4 * same))) continue;
            found.Add(Judge(map, x, 1, Residual(map, x), 0, count, points, options));
        }

        return new(found, count);
    }

    /// <summary>
    /// Newton's method on x - f(x) = 0: x ← x + (I - J)⁻¹(f(x) - x) while the residual falls; null where it never gets below 1e-8.
    /// </summary>
    internal static double[]? Newton(ReluSelfMap map, double[] start)
    {
        const int Steps = 40;
        double[] x = (double[])start.Clone(), best = x;
        double least = double.PositiveInfinity;
        for (int step = 0; step < Steps; step++)
        {
            var at = map.Linearize(x);
            double[] difference = [.. at.Value.Zip(x, (y, value) => y - value)];
            double residual = DenseDouble.Norm(difference);
            if (!double.IsFinite(residual)) break;
            bool better = residual < least;
            if (better) (least, best) = (residual, x);
            if (residual == 0 || (!better && least < 1e-12)) break;
            if (at.SolveIdentityMinusJacobian(difference) is not { } move) break;
            x = [.. x.Zip(move, (value, d) => value + d)];
        }

        return least <= 1e-8 ? best : null;
    }

    // Rest, a cycle, or neither.
    private static (double[] Orbit, int Period, double Residual) Settle(
        ReluSelfMap map, double[] place, SampledCensusOptions options, double same)
    {
        int features = place.Length;
        double[] x = place;
        for (int i = 0; i < options.Polish; i++) map.Apply(x, x);
        var orbit = new List<double[]> { x };
        for (int period = 1; period <= options.LongestPeriod; period++)
        {
            var next = new double[features];
            map.Apply(orbit[^1], next);
            double away = PointSets.Distance(next, x);
            if (away <= 0.01 * same)
            {
                double[] exact = x;
                if (period == 1 && Newton(map, x) is { } refined && Near(refined, x, same) && Residual(map, refined) <= away)
                    exact = refined;
                return period == 1 ? (exact, 1, Residual(map, exact)) : ([.. orbit.SelectMany(point => point)], period, away);
            }

            orbit.Add(next);
        }

        // Slow convergence looks like no rest: Newton's method tells.
        return Newton(map, x) is { } slow && Near(slow, x, 100 * same) && map.Linearize(slow).SpectralRadius() < 1
            ? (slow, 1, Residual(map, slow))
            : (x, 0, Residual(map, x));
    }

    private static SampledPoint Judge(
        ReluSelfMap map, double[] orbit, int period, double residual, int chains, int starts, double[] data, SampledCensusOptions options)
    {
        int features = map.Features;
        double[] point = orbit[..features];
        var (nearest, distance) = PointSets.Nearest(point, data, features);
        var (low, high) = Statistics.WilsonInterval(chains, starts);
        double largest = double.NaN, smallest = double.NaN, kink = double.PositiveInfinity;
        int index = 0;
        var kind = SampledKind.Unsettled;
        if (period == 1)
        {
            var at = map.Linearize(point);
            (kink, index, largest) = (at.KinkDistance, at.Index(), at.SpectralRadius());
            smallest = largest;
            // Where no kink is near there is one side only.
            for (int i = 0; i < Sides && kink < 1e-6; i++)
            {
                double[] direction = MetricRandom.UnitVector(0, MetricRandom.Directions, (ulong)i, features);
                foreach (double sign in new[] { 1e-6, -1e-6 })
                {
                    var side = (double[])point.Clone();
                    DenseDouble.AddScaled(sign, direction, side);
                    double radius = map.Linearize(side).SpectralRadius();
                    (largest, smallest) = (Math.Max(largest, radius), Math.Min(smallest, radius));
                }
            }

            bool attracts = largest < 1 || (chains > 0 && smallest < 1);
            kind = !attracts ? SampledKind.Unstable
                : distance[0] <= options.DatumTolerance * Math.Sqrt(features) ? SampledKind.Datum : SampledKind.SpuriousSink;
        }
        else if (period > 1)
        {
            kind = SampledKind.Cycle;
            for (int i = 0; i < period; i++) kink = Math.Min(kink, map.Linearize(orbit.AsSpan(i * features, features)).KinkDistance);
            largest = smallest = CycleRadius(map, orbit, period);
        }

        return new(kind, point, period, residual, largest, smallest, kink, nearest[0], distance[0], chains, low, high, index);
    }

    // ρ(J_p … J_1) = ρ of the product of the cores K_(i+1) B_i around the orbit, [H, H].
    private static double CycleRadius(ReluSelfMap map, double[] orbit, int period)
    {
        int features = map.Features;
        Linearization[] at = [.. Enumerable.Range(0, period).Select(i => map.Linearize(orbit.AsSpan(i * features, features)))];
        int hidden = at[0].Hidden;
        double[]? product = null;
        for (int i = 0; i < period; i++)
        {
            double[] link = (at[(i + 1) % period] with { Left = at[i].Left }).Core();
            product = product is null ? link : DenseDouble.Multiply(link, product, hidden);
        }

        return Eigenvalues.SpectralRadius(product!, hidden);
    }

    private static IEnumerable<double[]> NewtonStarts(List<SampledPoint> found, double[] data, int features, SampledCensusOptions options)
    {
        double[][] sinks = [.. found.Where(point => point.IsSink).Select(point => point.Point)];
        for (int i = 0; i < data.Length / features; i++) yield return data[(i * features)..((i + 1) * features)];
        int pairs = 0;
        for (int i = 0; i < sinks.Length; i++)
        {
            for (int j = 0; j < i && pairs < options.Middles; j++, pairs++)
                yield return [.. sinks[i].Zip(sinks[j], (a, b) => a / 2 + b / 2)];
        }
    }

    private static List<(double[] Place, int Chains)> Groups(float[] states, int features, double same)
    {
        var groups = new List<(double[] Place, int Chains)>();
        for (int i = 0; i < states.Length / features; i++)
        {
            var place = new double[features];
            for (int k = 0; k < features; k++) place[k] = states[i * features + k];
            int at = groups.FindIndex(group => Near(group.Place, place, same));
            if (at >= 0) groups[at] = (groups[at].Place, groups[at].Chains + 1);
            else groups.Add((place, 1));
        }

        return groups;
    }

    private static bool OnOrbit(double[] orbit, ReadOnlySpan<double> x, double tolerance)
    {
        for (int i = 0; i < orbit.Length; i += x.Length)
            if (Near(orbit.AsSpan(i, x.Length), x, tolerance)) return true;
        return false;
    }

    private static bool Near(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double tolerance) =>
        PointSets.SquaredDistance(x, y) <= tolerance * tolerance;

    private static double Residual(ReluSelfMap map, double[] x)
    {
        var y = new double[x.Length];
        map.Apply(x, y);
        return PointSets.Distance(x, y);
    }
}
