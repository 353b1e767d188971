using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class BoxCountingTests
{
    private static double[] Dyadic(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(k => Math.Pow(2, -k))];

    // Middles of the 2^depth intervals of Cantor's construction.
    private static double[] Cantor(int depth)
    {
        double[] left = [0];
        for (double length = 2 / 3.0; depth > 0; depth--, length /= 3) left = [.. left, .. left.Select(x => x + length)];
        return left;
    }

    [Fact]
    public void Cantors_set_counted_by_thirds_has_the_dimension_log_2_over_log_3()
    {
        double half = Math.Pow(3, -10) / 2;
        double[] points = [.. Cantor(10).Select(x => x + half)], sizes = [.. Enumerable.Range(1, 8).Select(k => Math.Pow(3, -k))];
        var found = BoxCounting.OfPoints(points, 1, sizes);
        Assert.Equal(Enumerable.Range(1, 8).Select(k => 1L << k), found.Counts.Select(c => c.Boxes));
        Assert.Equal(Math.Log(2) / Math.Log(3), found.Dimension, 1e-12);
        Assert.Equal(0, found.StandardError, 1e-10);
    }

    [Fact]
    public void Cantors_set_counted_by_halves_has_it_within_the_error_of_the_slope()
    {
        // ln N differs from d ln 1/s by at most ln 2·2, so over nine octaves the slope by at most 2 ln 2·(4/3)/(9 ln 2).
        var found = BoxCounting.OfPoints(Cantor(13), 1, Dyadic(2, 11));
        Assert.InRange(found.Dimension, 0.6309 - 0.05, 0.6309 + 0.05);
        Assert.InRange(found.StandardError, 1e-4, 0.05);
        Assert.InRange(Math.Abs(found.Dimension - 0.6309), 0, 4 * found.StandardError);
    }

    [Fact]
    public void Sierpinskis_triangle_has_the_dimension_log_3_over_log_2()
    {
        // Pairs of whole numbers without a common binary digit.
        const int Side = 256;
        double[] points = [.. from x in Enumerable.Range(0, Side) from y in Enumerable.Range(0, Side) where (x & y) == 0
            from v in new[] { x, y } select v / (double)Side];
        var found = BoxCounting.OfPoints(points, 2, Dyadic(1, 8));
        Assert.Equal(Math.Log2(3), found.Dimension, 1e-12);
        Assert.Equal(0, found.StandardError, 1e-10);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.37, 0.91)]
    [InlineData(-0.8, 0.3)]
    public void A_segment_has_dimension_1(double slope, double length)
    {
        double[] points = [.. Enumerable.Range(0,
            20_000).SelectMany(i => new[] { length * i / 20_000.0, 0.1 + slope * length * i / 20_000.0 })];
        var found = BoxCounting.OfPoints(points, 2, Dyadic(3, 9));

        // Between l/s and (1 + |slope|)·l/s + 2 boxes.
        Assert.InRange(found.Dimension, 0.94, 1.02);
        Assert.InRange(found.StandardError, 0, 0.02);
    }

    [Fact]
    public void A_filled_square_has_dimension_2_and_a_point_0()
    {
        double[] square = [.. from x in Enumerable.Range(0, 128) from y in Enumerable.Range(0, 128) from v in new[] { x, y }
            select (v + 0.5) / 128];
        Assert.Equal(2, BoxCounting.OfPoints(square, 2, Dyadic(1, 7)).Dimension, 1e-12);
        Assert.Equal(0, BoxCounting.OfPoints([0.3, 0.4, 0.5], 3, Dyadic(1, 7)).Dimension, 1e-12);
    }

    [Fact]
    public void The_boundary_of_two_halves_is_a_line_that_of_a_chequered_table_is_all_of_it()
    {
        const int Side = 64;
        var halves = new int[Side, Side];
        var chequered = new int[Side, Side];
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++) (halves[y, x], chequered[y, x]) = (x < 21 ? 0 : 3, (x + y) % 2);
        Assert.Equal(1, BoxCounting.OfBoundary(halves, [1, 2, 3, 4, 5, 6]).Dimension, 1e-12);
        Assert.Equal([2L, 4, 8, 16], BoxCounting.OfBoundary(halves, [1, 2, 3, 4]).Counts.Select(c => c.Boxes));
        Assert.Equal(2, BoxCounting.OfBoundary(chequered, [1, 2, 3, 4, 5]).Dimension, 1e-12);
    }

    [Fact]
    public void The_standard_error_is_the_textbook_one()
    {
        // ln N = 0, h, h over ln 1/s = 0, 1, 2: slope h/2, residuals -h/6, h/3, -h/6; one degree of freedom, squares of ln 1/s 2.
        var found = BoxCounting.OfCounts([(1, 1), (Math.Exp(-1), 7), (Math.Exp(-2), 7)]);
        double high = Math.Log(7), residuals = high * high * (1 / 36.0 + 1 / 9.0 + 1 / 36.0);
        Assert.Equal(high / 2, found.Dimension, 1e-12);
        Assert.Equal(Math.Sqrt(residuals / 1 / 2), found.StandardError, 1e-12);
    }

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        Assert.Throws<ArgumentException>(() => BoxCounting.OfPoints([], 1, [1, 0.5]));
        Assert.Throws<ArgumentException>(() => BoxCounting.OfPoints([double.NaN], 1, [1, 0.5]));
        Assert.Throws<ArgumentException>(() => BoxCounting.OfPoints([0.5], 1, [0.5, 0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BoxCounting.OfPoints([0.5], 1, [0.5, 0]));
        Assert.Throws<ArgumentException>(() => BoxCounting.OfBoundary(new int[4, 8], [0, 1]));
        Assert.Throws<ArgumentException>(() => BoxCounting.OfBoundary(new int[4, 4], [0, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BoxCounting.OfBoundary(new int[4, 4], [0, 1]));
    }
}
