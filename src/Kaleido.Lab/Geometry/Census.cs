using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// All fixed points of a bounded ReLU network f = φ(z) with one or two features, each proved: the linear pieces of z
/// (<see cref="IntervalPieces"/>, <see cref="PolygonPieces"/>) are excluded one by one, or hold a fixed point that R. Krawczyk's interval
/// test (Computing 4, 1969) proves and proves to be alone. The proofs are about the exact function with these float32 weights.
/// </summary>
/// <remarks>
/// The domain is the range of φ to the power of the features, [0, 1]^D or [-1, 1]^D: f maps everything into it. As it is convex, the
/// indices sign det(I - J) of a complete census add up to +1 if all fixed points are regular (L. Brouwer, H. Poincaré, H. Hopf). Basin
/// shares: on a line from exact borders, in float64; in the plane from orbits, with E. Wilson's interval.
/// </remarks>
public sealed class Census
{
    private readonly int _features;

    private Census(LinearPieces pieces, FixedPointSearch search, OutputCurve curve, int features)
        => (Pieces, _features, Low, SearchedPieces, Undecided) = (pieces, features, curve.Low, search.Searched, search.Undecided);

    /// <summary>The fixed points, by ascending coordinates.</summary>
    public IReadOnlyList<CensusPoint> Points { get; private set; } = [];

    /// <summary>
    /// Boxes in which neither a fixed point nor its absence could be proved: a degenerate fixed point, or one on a sharp kink.
    /// </summary>
    public IReadOnlyList<Interval[]> Undecided { get; }

    /// <summary>The linear pieces of the pre-activation.</summary>
    public LinearPieces Pieces { get; }

    /// <summary>Pieces that needed more than a look at their corners.</summary>
    public int SearchedPieces { get; }

    /// <summary>Attracting cycles that sampled orbits came to.</summary>
    public IReadOnlyList<CensusCycle> Cycles { get; private set; } = [];

    /// <summary>On a line the basins of the fixed points, ascending; empty in the plane.</summary>
    public IReadOnlyList<BasinInterval> Basins { get; private set; } = [];

    /// <summary>
    /// On a line the number of fixed points by the signs of f(x) - x on monotone parts, an independent count; null in the plane, or where a
    /// sign could not be proved.
    /// </summary>
    public int? SignCount { get; private set; }

    /// <summary>
    /// On a line whether f does not fall anywhere (no negative slope on a piece), so that it has no cycles; false in the plane.
    /// </summary>
    public bool IsMonotone { get; private set; }

    /// <summary>
    /// On a line all cycles of length two, proved; null in the plane or where something stays undecided. If there are none, every orbit
    /// converges to a fixed point, and there are no longer cycles either (W. Coppel, Proc. Cambridge Phil. Soc. 51, 1955, for continuous
    /// maps of an interval to itself).
    /// </summary>
    public IReadOnlyList<TwoCycle>? TwoCycles { get; private set; }

    /// <summary>On a line whether every orbit is proved to converge to a fixed point; false in the plane.</summary>
    public bool IsConvergent => IsComplete && TwoCycles is { Count: 0 };

    /// <summary>The lower end of the domain in each feature, 0 or -1; the upper one is 1.</summary>
    public double Low { get; }

    /// <summary>Whether this is proved to be all: the pieces cover the domain and nothing is undecided.</summary>
    public bool IsComplete => Undecided.Count == 0 && (Pieces is not PolygonPieces polygons || polygons.IsComplete);

    /// <summary>Σ sign det(I - J), which is +1 for a complete census.</summary>
    public int IndexSum => Points.Sum(point => point.Index);

    /// <summary>Takes the census of a network.</summary>
    /// <param name="network">
    /// f in its own units (data scaling is not applied): one or two features in and as many out, plain ReLU layers, output Sigmoid or Tanh.
    /// </param>
    /// <param name="data">Training points, [samples, features], for naming; may be none.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The network, the data or an option is of the wrong kind; one sentence says why.</exception>
    public static Census Of(Mlp network, ReadOnlySpan<float> data, CensusOptions? options = null)
    {
        const string Name = nameof(Census);
        ArgumentNullException.ThrowIfNull(network);
        options ??= new();
        NetworkMap.RequireSelfMap(Name, network);
        int features = network.Inputs;
        if (features > 2)
        {
            throw new ArgumentException($"{Name}: the network has {features} features; an exact census needs 1 or 2, as the number of "
                + "linear pieces explodes beyond", nameof(network));
        }

        if (data.Length % features != 0)
            throw new ArgumentException($"{Name}: {data.Length} values are not whole points of {features} features", nameof(data));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Samples);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MostIterations);
        var curve = OutputCurve.Of(Name, network);
        LinearPieces pieces = features == 1 ? IntervalPieces.Of(network, curve.Low, 1)
            : PolygonPieces.Of(network, curve.Low, curve.Low, 1, 1);
        var search = new FixedPointSearch(pieces, curve);
        search.Run();
        var enclosure = new NetworkEnclosure(pieces.Map, curve);
        double[] known = [.. data.ToArray().Select(value => (double)value)];
        var census = new Census(pieces, search, curve, features)
        {
            Points = [.. search.Points.OrderBy(point => point.X[0]).ThenBy(point => point.X[^1])
                .Select(point => Described(point, Stability.Of(enclosure, point), known, options))],
        };
        census.Sample(network, options);
        if (pieces is IntervalPieces line) census.OnLine(line, curve);
        return census;
    }

    /// <summary>
    /// The number in <see cref="Points"/> of the fixed point that each start comes to; -1 for none, -2-k for a cycle (numbered as met).
    /// </summary>
    /// <param name="network">The network of this census.</param>
    /// <param name="starts">[starts, features].</param>
    /// <param name="mostIterations">How long orbits are followed.</param>
    /// <exception cref="ArgumentException">The network has another size, or the starts are not whole.</exception>
    public int[] Destinations(Mlp network, ReadOnlySpan<double> starts, int mostIterations = 2000)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Inputs != _features || starts.Length % _features != 0)
        {
            throw new ArgumentException(
                $"Census: {starts.Length} values and a network of {network.Inputs} inputs, for {_features} features");
        }

        return OrbitEnds.Follow(network, starts.ToArray(), Points, mostIterations, []);
    }

    private static CensusPoint Described(ProvedPoint point, Stability stability, double[] data, CensusOptions options)
    {
        int features = point.X.Length, nearest = -1;
        double distance = double.PositiveInfinity;
        for (int i = 0; i < data.Length / features; i++)
        {
            double away = PointSets.Distance(data.AsSpan(i * features, features), point.X);
            if (away < distance) (distance, nearest) = (away, i);
        }

        return new(point.X, point.Enclosure, point.Alone, point.Index, stability.Class, stability.IsProved, stability.Radius,
            stability.Eigenvalues, stability.Straddling, stability.TrapBall, nearest, distance, distance <= options.DatumTolerance)
        {
            Stability = stability,
        };
    }

    private void Sample(Mlp network, CensusOptions options)
    {
        if (options.Samples == 0) return;
        var cycles = new List<double[][]>();
        int[] ends = OrbitEnds.Follow(network, OrbitEnds.Starts(options.Samples, _features, Low, 1, options.Seed), Points,
            options.MostIterations, cycles);
        for (int k = 0; k < Points.Count; k++)
        {
            int caught = ends.Count(end => end == k);
            Points[k].BasinShare = caught / (double)options.Samples;
            Points[k].BasinInterval = Statistics.WilsonInterval(caught, options.Samples);
        }

        Cycles = [.. cycles.Select((cycle, k) =>
        {
            int caught = ends.Count(end => end == -2 - k);
            return new CensusCycle(cycle, caught / (double)options.Samples, Statistics.WilsonInterval(caught, options.Samples));
        })];
    }

    private void OnLine(IntervalPieces pieces, OutputCurve curve)
    {
        SignCount = MonotonePieces.CountFixedPoints(pieces, curve);
        IsMonotone = Enumerable.Range(0, pieces.Count).All(piece => pieces.Affine(piece).Matrix[0] >= 0);
        TwoCycles = TwiceEnclosure.Find(pieces, curve, Points);
        Basins = LineBasins.Of(pieces, curve, Points);
        for (int k = 0; k < Points.Count; k++)
        {
            double share = Basins.Where(basin => basin.Point == k).Sum(basin => basin.High - basin.Low) / (1 - Low);
            Points[k].BasinShare = share;
            Points[k].BasinInterval = (share, share);
        }
    }
}
