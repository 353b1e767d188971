namespace Kaleido.Lab.Metrics;

/// <summary>
/// The box-counting dimension of a set: with N(s) the number of boxes of side s, of a regular grid, that meet the set, the slope d of
/// ln N(s) against ln 1/s by least squares, and its standard error √(Σ residual²/(m - 2) / Σ (ln 1/s - mean)²) over the m sizes.
/// </summary>
/// <remarks>
/// Source: K. Falconer, Fractal Geometry, 3rd edition, section 2.1 (equivalent definitions: grid boxes). A finite set of points
/// has dimension 0 and a thickened one the dimension of its space, so the slope speaks of the sizes it was taken at: above the
/// spacing of the points, and above the thickness. The standard error measures how straight the line is, not a sampling error.
/// </remarks>
public sealed record BoxCounting
{
    private BoxCounting(IReadOnlyList<(double Size, long Boxes)> counts)
    {
        Counts = counts;
        (Dimension, StandardError) = Slope([.. counts.Select(c => Math.Log(1 / c.Size))], [.. counts.Select(c => Math.Log(c.Boxes))]);
    }

    /// <summary>d, no unit.</summary>
    public double Dimension { get; }

    /// <summary>The standard error of the slope; NaN with two sizes.</summary>
    public double StandardError { get; }

    /// <summary>The sizes of the boxes, in the units of the set, and how many met it.</summary>
    public IReadOnlyList<(double Size, long Boxes)> Counts { get; }

    /// <summary>The dimension from counts that are known.</summary>
    /// <param name="counts">At least two different sizes above 0, each with at least one box.</param>
    /// <exception cref="ArgumentException">There are fewer, or a size or a count is not above 0.</exception>
    public static BoxCounting OfCounts(IReadOnlyList<(double Size, long Boxes)> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Select(c => c.Size).Distinct().Count() < 2)
            throw new ArgumentException("BoxCounting: at least two sizes are needed", nameof(counts));
        foreach (var (size, boxes) in counts)
        {
            PointSets.RequirePositive(nameof(BoxCounting), nameof(size), size);
            ArgumentOutOfRangeException.ThrowIfLessThan(boxes, 1, nameof(counts));
        }

        return new([.. counts]);
    }

    /// <summary>The dimension of a set of points.</summary>
    /// <param name="points">Row-major [points, features], at least one, finite.</param>
    /// <param name="features">Coordinates of a point.</param>
    /// <param name="sizes">Sides of the boxes, at least two different ones; box i on an axis is [i·s, (i + 1)·s).</param>
    /// <exception cref="ArgumentException">The points are none, not whole or
    /// not finite, or the sizes are fewer than two or not above 0.</exception>
    public static BoxCounting OfPoints(ReadOnlySpan<double> points, int features, IReadOnlyList<double> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (points.Length == 0 || points.Length % features != 0)
            throw new ArgumentException($"BoxCounting: {points.Length} values are not whole points of {features} features", nameof(points));
        if (!PointSets.IsFinite(points)) throw new ArgumentException("BoxCounting: a value is not a finite number", nameof(points));
        var counts = new List<(double, long)>();
        foreach (double size in sizes)
        {
            PointSets.RequirePositive(nameof(BoxCounting), nameof(size), size);
            var met = new HashSet<BoxIndex>();
            for (int at = 0; at < points.Length; at += features) met.Add(BoxIndex.Of(points.Slice(at, features), size));
            counts.Add((size, met.Count));
        }

        return OfCounts(counts);
    }

    /// <summary>
    /// The dimension of the boundary between the classes of a square table: boxes of w × w
    /// cells meet it if their cells, with the next row and column, are not all of one class.
    /// </summary>
    /// <param name="classes">[side, side], the side a power of two.</param>
    /// <param name="levels">At least two different levels k from 0 to log₂ side: boxes of side 2⁻ᵏ of the table's.</param>
    /// <exception cref="ArgumentException">The table is not square with a side of a
    /// power of two, a level is out of range, or there is no boundary.</exception>
    public static BoxCounting OfBoundary(int[,] classes, IReadOnlyList<int> levels)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(levels);
        int side = classes.GetLength(0), depth = int.Log2(Math.Max(1, side));
        if (side != classes.GetLength(1) || side != 1 << depth)
            throw new ArgumentException("BoxCounting: the table must be square, its side a power of two", nameof(classes));
        if (levels.Any(level => level < 0 || level > depth))
            throw new ArgumentException($"BoxCounting: levels must be from 0 to {depth}", nameof(levels));
        return OfCounts([.. levels.Select(level => (Math.Pow(2, -level), Boxes(classes, side >> level)))]);
    }

    private static long Boxes(int[,] classes, int width)
    {
        int side = classes.GetLength(0);
        long met = 0;
        for (int top = 0; top < side; top += width)
            for (int left = 0; left < side; left += width)
                if (IsMixed(classes, top, left, width)) met++;
        return met;
    }

    private static bool IsMixed(int[,] classes, int top, int left, int width)
    {
        int last = classes.GetLength(0) - 1, bottom = Math.Min(top + width, last), right = Math.Min(left + width, last);
        for (int y = top; y <= bottom; y++)
            for (int x = left; x <= right; x++)
                if (classes[y, x] != classes[top, left]) return true;
        return false;
    }

    private static (double Slope, double Error) Slope(double[] x, double[] y)
    {
        double meanX = x.Average(), meanY = y.Average(), product = 0, square = 0, residual = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += (x[i] - meanX) * (y[i] - meanY);
            square += (x[i] - meanX) * (x[i] - meanX);
        }

        double slope = product / square;
        for (int i = 0; i < x.Length; i++) residual += Math.Pow(y[i] - meanY - slope * (x[i] - meanX), 2);
        return (slope, x.Length < 3 ? double.NaN : Math.Sqrt(residual / (x.Length - 2) / square));
    }

    private readonly struct BoxIndex : IEquatable<BoxIndex>
    {
        private readonly long[] _index;

        private BoxIndex(long[] index) => _index = index;

        public static BoxIndex Of(ReadOnlySpan<double> point, double size)
        {
            var index = new long[point.Length];
            for (int k = 0; k < index.Length; k++) index[k] = (long)Math.Floor(point[k] / size);
            return new(index);
        }

        public bool Equals(BoxIndex other) => _index.AsSpan().SequenceEqual(other._index);

        public override bool Equals(object? obj) => obj is BoxIndex other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (long i in _index) hash.Add(i);
            return hash.ToHashCode();
        }
    }
}
