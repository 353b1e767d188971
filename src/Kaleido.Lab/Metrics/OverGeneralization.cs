using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>How <see cref="OverGeneralization"/> is measured.</summary>
public sealed record OverGeneralizationOptions
{
    /// <summary>The cube's interval [low, high] on each axis, in the network's units; null for the range of its output.</summary>
    public (double Low, double High)? Interval { get; init; }

    /// <summary>τ of the plateau measure, a Euclidean distance in the network's units.</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>Grid points on each axis where D ≤ 2, at least 2; 0 for 1001 (D = 1) or 101 (D = 2).</summary>
    public int PointsPerAxis { get; init; }

    /// <summary>Drawn points where D ≥ 3.</summary>
    public int Points { get; init; } = 4096;

    /// <summary>The seed they are drawn with.</summary>
    public uint Seed { get; init; }
}

/// <summary>
/// How much of the cube a network f: R^D → R^D draws to its data X. With d(z, X) = min_x ‖z - x‖₂ and z uniform over [low, high]^D:
/// the over-generalization ratio OGR = E d(f(z), X) / E d(z, X) (0: everything becomes data; 1: as the identity), the plateau measure
/// P_τ = P(d(f(z), X) ≤ τ), and the range ratio diam f(cube) / diam X.
/// </summary>
/// <remarks>
/// Source: the phenomenon is "over-generalization" in H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, section 2; the
/// ratio makes one number of its pictures. For D ≤ 2 expectations are taken by the trapezoid rule on a regular grid with ends (error of
/// second order in the spacing, for P_τ of first), above by Philox points (standard error ≈ deviation/√points). Distances are computed in
/// double. diam f(cube) is that of the images of these points, a lower bound. The same bits for any number of threads.
/// </remarks>
public sealed record OverGeneralization
{
    private OverGeneralization()
    {
    }

    /// <summary>OGR, no unit; NaN if the network's output is not finite somewhere, or every point is a datum.</summary>
    public double Ratio => ImageDistance / CubeDistance;

    /// <summary>E d(f(z), X), in the network's units.</summary>
    public double ImageDistance { get; private init; }

    /// <summary>E d(z, X), in the network's units.</summary>
    public double CubeDistance { get; private init; }

    /// <summary>P_τ in [0, 1]; points whose image is not finite do not count as near.</summary>
    public double PlateauMeasure { get; private init; }

    /// <summary>diam f(cube) / diam X, no unit; infinite for a single datum unless f is constant (then NaN).</summary>
    public double RangeRatio => ImageDiameter / DataDiameter;

    /// <summary>diam f(cube), in the network's units.</summary>
    public double ImageDiameter { get; private init; }

    /// <summary>diam X, in the network's units.</summary>
    public double DataDiameter { get; private init; }

    /// <summary>The number of points z.</summary>
    public int Points { get; private init; }

    /// <summary>Measures a network.</summary>
    /// <param name="network">f; as many outputs as inputs D. It is applied without its data scaling.</param>
    /// <param name="data">X, row-major [points, D], at least one point, finite, in the network's units.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The network is no map of a space to itself, its output is unbounded and no interval is given, or the data are empty, not whole
    /// points or not finite, or an option is out of range.
    /// </exception>
    public static OverGeneralization Measure(Mlp network, ReadOnlySpan<float> data, OverGeneralizationOptions? options = null)
    {
        const string Name = nameof(OverGeneralization);
        options ??= new();
        using var map = new NetworkMap(Name, network);
        int features = map.Features;
        var (low, high) = Cube.Interval(Name, network, options.Interval);
        double[] x = PointSets.Require(Name, nameof(data), data, features);
        PointSets.RequirePositive(Name, nameof(options.Tolerance), options.Tolerance);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Points, 1);
        int perAxis = options.PointsPerAxis == 0 ? (features == 1 ? 1001 : 101) : options.PointsPerAxis;
        ArgumentOutOfRangeException.ThrowIfLessThan(perAxis, 2, nameof(options.PointsPerAxis));

        bool grid = features <= 2;
        double[] points = grid
            ? Cube.Grid(low, high, features, perAxis)
            : Cube.Points(low, high, features, options.Points, options.Seed);
        int count = points.Length / features;
        double[]? weights = grid ? Cube.GridWeights(features, perAxis) : null;
        var images = new double[points.Length];
        map.Apply(points, images);
        double[] before = PointSets.Nearest(points, x, features).Distance, after = PointSets.Nearest(images, x, features).Distance;
        double cube = 0, image = 0, plateau = 0;
        for (int i = 0; i < count; i++)
        {
            double weight = weights is null ? 1.0 / count : weights[i];
            cube += weight * before[i];
            image += weight * after[i];
            if (after[i] <= options.Tolerance) plateau += weight;
        }

        return new()
        {
            ImageDistance = image,
            CubeDistance = cube,
            PlateauMeasure = Math.Min(plateau, 1),
            ImageDiameter = PointSets.Diameter(images, features),
            DataDiameter = PointSets.Diameter(x, features),
            Points = count,
        };
    }
}
