using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// The convex polygons of a rectangle on which the pre-activation of a ReLU network with two inputs is affine: each neuron's kink splits
/// the polygons that it crosses (A. Humayun et al., SplineCam, CVPR 2023). Neighbours share their vertices.
/// </summary>
public sealed class PolygonPieces : LinearPieces
{
    private readonly double _left, _bottom, _right, _top;

    private PolygonPieces(ReluMap map, double left, double bottom, double right, double top,
        (double[] Points, int[] Starts, int[] Corners) mesh)
        : base(map, mesh.Points, mesh.Starts, mesh.Corners)
    {
        (_left, _bottom, _right, _top) = (left, bottom, right, top);
        (EdgeCount, IsComplete) = Edges();
    }

    /// <summary>Edges, each counted once.</summary>
    public int EdgeCount { get; }

    /// <summary>V - E + F, which is 1 for polygons that fill a rectangle.</summary>
    public int EulerCharacteristic => VertexCount - EdgeCount + Count;

    /// <summary>
    /// Whether the polygons cover the rectangle, proved: each edge is either run through once
    /// each way, or it lies on the rectangle's border. Then the borders add up to that of the
    /// rectangle, every point in it is wound around by some polygon, and so lies in its hull.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>The sum of all areas.</summary>
    public double TotalArea
    {
        get
        {
            double sum = 0;
            for (int piece = 0; piece < Count; piece++) sum += Area(piece);
            return sum;
        }
    }

    /// <summary>
    /// A bound of |<see cref="TotalArea"/> - area of the rectangle|: in exact arithmetic the areas add up to it, each corner's term
    /// rounds by at most 8u of the polygon's squared extent, and the sum of n areas by n·u of it all.
    /// </summary>
    public double AreaErrorBound
    {
        get
        {
            double extents = 0;
            for (int piece = 0; piece < Count; piece++)
            {
                var (low, high) = Box(piece);
                double extent = Math.Max(high[0] - low[0], high[1] - low[1]);
                extents += (CornersOf(piece).Length + 1) * extent * extent;
            }

            return ReluMap.Roundoff * (8 * extents + (Count + 4) * (_right - _left) * (_top - _bottom));
        }
    }

    /// <summary>The pieces of a rectangle.</summary>
    /// <param name="network">A network with two inputs and plain ReLU layers, in its own units; any output activation.</param>
    /// <param name="left">The least x.</param>
    /// <param name="bottom">The least y.</param>
    /// <param name="right">The greatest x, above <paramref name="left"/>.</param>
    /// <param name="top">The greatest y, above <paramref name="bottom"/>.</param>
    /// <exception cref="ArgumentException">The network or the rectangle is of the wrong kind.</exception>
    public static PolygonPieces Of(Mlp network, double left, double bottom, double right, double top)
    {
        var map = ReluMap.Of(nameof(PolygonPieces), network);
        if (map.Inputs != 2)
            throw new ArgumentException($"PolygonPieces: the network has {map.Inputs} inputs, a rectangle has two", nameof(network));
        return Split(map, left, bottom, right, top);
    }

    /// <summary>
    /// The pieces of the slice origin + s·u + t·v of a network with any number of inputs, s and t from low to high; the coordinates of the
    /// vertices are (s, t). The first layer on the slice is rounded to float64.
    /// </summary>
    /// <param name="network">Plain ReLU layers.</param>
    /// <param name="origin">[inputs].</param>
    /// <param name="u">[inputs].</param>
    /// <param name="v">[inputs].</param>
    /// <param name="low">The least s and t.</param>
    /// <param name="high">The greatest s and t.</param>
    /// <exception cref="ArgumentException">A size or the range is wrong.</exception>
    public static PolygonPieces OfSlice(Mlp network, ReadOnlySpan<double> origin, double[] u, double[] v, double low = 0, double high = 1)
    {
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(v);
        var map = ReluMap.Of(nameof(PolygonPieces), network);
        if (origin.Length != map.Inputs || u.Length != map.Inputs || v.Length != map.Inputs)
            throw new ArgumentException($"PolygonPieces: a slice needs an origin and two axes of {map.Inputs} numbers each");
        return Split(map.OnSlice(origin, u, v), low, low, high, high);
    }

    /// <summary>The area of a piece, by Gauss's shoelace formula from its first corner.</summary>
    public double Area(int piece)
    {
        var corners = CornersOf(piece);
        double x0 = Points[2 * corners[0]], y0 = Points[2 * corners[0] + 1], sum = 0;
        for (int k = 1; k + 1 < corners.Length; k++)
        {
            double ax = Points[2 * corners[k]] - x0, ay = Points[2 * corners[k] + 1] - y0;
            double bx = Points[2 * corners[k + 1]] - x0, by = Points[2 * corners[k + 1] + 1] - y0;
            sum += ax * by - ay * bx;
        }

        return sum / 2;
    }

    internal (double[] Low, double[] High) Box(int piece)
    {
        double[] low = [double.PositiveInfinity, double.PositiveInfinity], high = [double.NegativeInfinity, double.NegativeInfinity];
        foreach (int v in CornersOf(piece))
        {
            for (int k = 0; k < 2; k++)
            {
                low[k] = Math.Min(low[k], Points[2 * v + k]);
                high[k] = Math.Max(high[k], Points[2 * v + k]);
            }
        }

        return (low, high);
    }

    private static PolygonPieces Split(ReluMap map, double left, double bottom, double right, double top)
    {
        if (!(left < right) || !(bottom < top) || !double.IsFinite(left + right + bottom + top))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"PolygonPieces: [{left}, {right}] × [{bottom}, {top}] is no rectangle"));
        }

        return new(map, left, bottom, right, top, PolygonMesh.Split(map, left, bottom, right, top));
    }

    private (int Edges, bool Complete) Edges()
    {
        var directed = new HashSet<long>(Corners.Length);
        bool complete = true;
        for (int piece = 0; piece < Count; piece++)
        {
            var corners = CornersOf(piece);
            for (int k = 0; k < corners.Length; k++)
                complete &= directed.Add(((long)corners[k] << 32) | (uint)corners[(k + 1) % corners.Length]);
        }

        int single = 0;
        foreach (long edge in directed)
        {
            int u = (int)(edge >> 32), v = (int)edge;
            if (directed.Contains(((long)v << 32) | (uint)u)) continue;
            single++;
            double ux = Points[2 * u], uy = Points[2 * u + 1], vx = Points[2 * v], vy = Points[2 * v + 1];
            complete &= (ux == vx && (ux == _left || ux == _right)) || (uy == vy && (uy == _bottom || uy == _top));
        }

        return ((directed.Count + single) / 2, complete);
    }
}
