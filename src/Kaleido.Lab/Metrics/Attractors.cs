using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>When two ends of chains are one attractor, and when a training point has a basin.</summary>
public sealed record AttractorOptions
{
    /// <summary>
    /// Ends whose cosine is above this are one attractor; used where <see cref="DistanceTolerance"/> is null. In [-1, 1).
    /// </summary>
    public double CosineThreshold { get; init; } = 0.99;

    /// <summary>If given, ends at most this Euclidean distance apart are one attractor instead. Above 0, in the points' units.</summary>
    public double? DistanceTolerance { get; init; }

    /// <summary>τ: a training point has a basin if a chain ends at most this far from it. Above 0, in the points' units.</summary>
    public double BasinTolerance { get; init; } = 0.05;
}

/// <summary>One attractor.</summary>
/// <param name="Chain">The first chain that ends there; its end stands for the attractor.</param>
/// <param name="Chains">How many chains end there.</param>
/// <param name="NearestDatum">The nearest training point by Euclidean distance, the lowest index among equals.</param>
/// <param name="Distance">The distance to it, in the points' units.</param>
/// <param name="Cosine">⟨a, x⟩/(‖a‖‖x‖) with it, in [-1, 1]; NaN where one of them is the zero vector.</param>
public readonly record struct Attractor(int Chain, int Chains, int NearestDatum, double Distance, double Cosine);

/// <summary>
/// The distinct attractors among the ends of chains. Ends are taken in order: one joins the first attractor whose representative it is
/// similar to (cosine above a threshold, or distance at most a tolerance), otherwise it is a new one.
/// </summary>
/// <remarks>
/// Source: attractors as stored training examples, with coverage by cosine, A. Radhakrishnan, M. Belkin, C. Uhler, "Overparameterized
/// neural networks implement associative memory", PNAS 117 (2020). The one-pass clustering is J. Hartigan's leader algorithm (Clustering
/// Algorithms, 1975, chapter 3). Similarity is not transitive, so the order of the chains can matter where ends lie near the threshold.
/// Chains that have not come to rest count by where they are.
/// </remarks>
public sealed class Attractors
{
    private Attractors(Attractor[] items, int[] ofChain, bool[] hasBasin)
    {
        (Items, OfChain, HasBasin) = (items, ofChain, hasBasin);
        Coverage = hasBasin.Count(has => has) / (double)hasBasin.Length;
    }

    /// <summary>The attractors, in the order of their first chains.</summary>
    public IReadOnlyList<Attractor> Items { get; }

    /// <summary>How many there are.</summary>
    public int Count => Items.Count;

    /// <summary>The share of distinct ones: attractors per chain, in (0, 1].</summary>
    public double DistinctShare => Count / (double)OfChain.Count;

    /// <summary>For each chain the index of its attractor in <see cref="Items"/>.</summary>
    public IReadOnlyList<int> OfChain { get; }

    /// <summary>For each training point whether some chain ends within τ of it.</summary>
    public IReadOnlyList<bool> HasBasin { get; }

    /// <summary>The share of the training points that have a basin, in [0, 1].</summary>
    public double Coverage { get; }

    /// <summary>Sorts the ends of chains into attractors.</summary>
    /// <param name="ends">Row-major [chains, features], at least one, finite.</param>
    /// <param name="data">The training points, row-major [points, features], at least one, finite, in the same units.</param>
    /// <param name="features">Coordinates of a point.</param>
    /// <param name="options">When ends are one; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A set is empty, not whole points or not finite; an option is out of range; or there is one feature and no distance tolerance (a
    /// cosine tells nothing but the sign there).
    /// </exception>
    public static Attractors Find(ReadOnlySpan<float> ends, ReadOnlySpan<float> data, int features, AttractorOptions? options = null) =>
        Find(PointSets.Require(nameof(Attractors), nameof(ends), ends, features),
            PointSets.Require(nameof(Attractors), nameof(data), data, features), features, options ?? new());

    /// <summary>The same for chains that apply a network <paramref name="iterations"/> times, without noise.</summary>
    /// <param name="network">f; as many outputs as inputs D, applied without its data scaling.</param>
    /// <param name="starts">Row-major [chains, D], at least one, finite, in the network's units.</param>
    /// <param name="data">The training points, row-major [points, D], in the network's units.</param>
    /// <param name="iterations">Applications of f.</param>
    /// <param name="options">When ends are one; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// As above, or the network is no map of a space to itself, or a chain ended at a value that is not finite.
    /// </exception>
    public static Attractors Find(
        Mlp network, ReadOnlySpan<float> starts, ReadOnlySpan<float> data, int iterations, AttractorOptions? options = null)
    {
        using var map = new NetworkMap(nameof(Attractors), network);
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        double[] states = PointSets.Require(nameof(Attractors), nameof(starts), starts, map.Features);
        double[] points = PointSets.Require(nameof(Attractors), nameof(data), data, map.Features);
        for (int i = 0; i < iterations; i++) map.Apply(states, states);
        if (!PointSets.IsFinite(states))
            throw new ArgumentException("Attractors: a chain ended at a value that is not finite", nameof(network));
        return Find(states, points, map.Features, options ?? new());
    }

    private static Attractors Find(double[] ends, double[] data, int features, AttractorOptions options)
    {
        Check(features, options);
        int chains = ends.Length / features;
        var leaders = new List<int>();
        var members = new List<int>();
        var ofChain = new int[chains];
        double[]? norms = options.DistanceTolerance is null ? Norms(ends, features) : null;
        for (int chain = 0; chain < chains; chain++)
        {
            int found = leaders.FindIndex(leader => norms is null
                ? Math.Sqrt(PointSets.SquaredDistance(Point(ends, leader), Point(ends, chain))) <= options.DistanceTolerance
                : AreOne(Point(ends, leader), norms[leader], Point(ends, chain), norms[chain], options.CosineThreshold));
            if (found < 0)
            {
                found = leaders.Count;
                leaders.Add(chain);
                members.Add(0);
            }

            members[found]++;
            ofChain[chain] = found;
        }

        double[] representatives = [.. leaders.SelectMany(leader => Point(ends, leader).ToArray())];
        var (nearest, distance) = PointSets.Nearest(representatives, data, features);
        var items = new Attractor[leaders.Count];
        for (int i = 0; i < items.Length; i++)
        {
            ReadOnlySpan<double> a = Point(representatives, i), x = Point(data, nearest[i]);
            items[i] = new(leaders[i], members[i], nearest[i], distance[i], Cosine(a, DenseDouble.Norm(a), x, DenseDouble.Norm(x)));
        }

        double[] toEnds = PointSets.Nearest(data, ends, features).Distance;
        return new(items, ofChain, [.. toEnds.Select(d => d <= options.BasinTolerance)]);

        ReadOnlySpan<double> Point(double[] points, int i) => points.AsSpan(i * features, features);
    }

    private static void Check(int features, AttractorOptions options)
    {
        PointSets.RequirePositive(nameof(Attractors), nameof(options.BasinTolerance), options.BasinTolerance);
        if (options.DistanceTolerance is { } tolerance)
        {
            PointSets.RequirePositive(nameof(Attractors), nameof(options.DistanceTolerance), tolerance);
            return;
        }

        if (!(options.CosineThreshold is >= -1 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.CosineThreshold, "Attractors: CosineThreshold must lie in [-1, 1)");
        }

        if (features == 1)
            throw new ArgumentException("Attractors: with one feature a cosine is no more than a sign; give DistanceTolerance",
                nameof(options));
    }

    // Two zero vectors are one attractor, a zero and another vector are two.
    private static bool AreOne(ReadOnlySpan<double> x, double normX, ReadOnlySpan<double> y, double normY, double threshold) =>
        normX == 0 || normY == 0 ? normX == normY : Cosine(x, normX, y, normY) > threshold;

    private static double Cosine(ReadOnlySpan<double> x, double normX, ReadOnlySpan<double> y, double normY)
    {
        double norms = normX * normY;
        return norms == 0 ? double.NaN : Math.Clamp(DenseDouble.Dot(x, y) / norms, -1, 1);
    }

    private static double[] Norms(double[] points, int features)
    {
        var norms = new double[points.Length / features];
        for (int i = 0; i < norms.Length; i++) norms[i] = DenseDouble.Norm(points.AsSpan(i * features, features));
        return norms;
    }
}
