using Kaleido.Lab.Beyond;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class BasinsTests
{
    // x → ¼ + (x - ¼)/2 left of the middle, ¾ + … right of it; y to ½.
    private static readonly Basins s_halves = new(
        points => [.. points.Select((v, i) => i % 2 == 1 ? (v + 0.5f) / 2 : v < 0.5f ? (v + 0.25f) / 2 : (v + 0.75f) / 2)],
            [0.25f, 0.5f, 0.75f, 0.5f], 100);

    [Fact]
    public void Starts_come_to_the_end_on_their_side()
    {
        var (classes, time) = s_halves.Classify([0.1f, 0.9f, 0.49f, 0, 0.51f, 1, 0.25f, 0.5f]);
        Assert.Equal([0, 0, 1, 0], classes);
        Assert.Equal(1, time[3]);

        // Halving .5 or less until the step is below 1e-6: 2⁻ᵗ·½·√(…) with t = 19 or 20.
        Assert.All(time.Take(3), t => Assert.InRange(t, 17, 20));
    }

    [Fact]
    public void What_does_not_come_to_rest_or_rests_elsewhere_has_no_class()
    {
        Assert.Equal([-1], new Basins(points => [1 - points[0], points[1]], [0.25f, 0.5f], 50).Classify([0.25f, 0.5f]).Class);
        Assert.Equal([-1], new Basins(points => points, [0.25f, 0.5f], 50).Classify([0.9f, 0.9f]).Class);
    }

    [Fact]
    public void Periods_are_told_where_there_are_any()
    {
        Basins Of(Func<float, float> f) => new(points => [f(points[0]), points[1]], [0, 0], 10);
        Assert.Equal(1, s_halves.Period(0.1f, 0.2f));
        Assert.Equal(2, Of(x => 1 - x).Period(0.3f, 0));

        // The logistic map: r = 3.5 has a cycle of four, r = 3.83 one of three, r = 3.99 is chaotic.
        Assert.Equal(4, Of(x => 3.5f * x * (1 - x)).Period(0.3f, 0));
        Assert.Equal(3, Of(x => 3.83f * x * (1 - x)).Period(0.3f, 0));
        Assert.Equal(0, Of(x => 3.99f * x * (1 - x)).Period(0.3f, 0));
    }

    [Fact]
    public void A_straight_boundary_is_found_at_every_level()
    {
        // The middle is the right edge of a box: corners at .5 belong to the right side, so one column of boxes is mixed.
        var levels = s_halves.Boundary(0, 0, 1, 2, 6);
        Assert.Equal([4, 8, 16, 32, 64], levels.Select(boxes => boxes.Count));
        Assert.All(levels[^1], box => Assert.Equal(31, box.X));
        Assert.Equal(1, BoxCounting.OfCounts([.. levels.Select((boxes, i) => (Math.Pow(2, -2 - i), (long)boxes.Count))]).Dimension, 1e-12);
    }
}
