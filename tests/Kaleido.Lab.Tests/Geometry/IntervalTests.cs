using Kaleido.Lab.Geometry;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class IntervalTests
{
    private static readonly Func<Random, int>[] s_magnitudes =
        [random => random.Next(-3, 4), random => random.Next(-60, 61), random => random.Next(-1074, 1023)];

    [Fact]
    public void Sums_hold_the_exact_sum_of_all_their_points() => Includes((x, y) => x + y, (x, y) => x + y);

    [Fact]
    public void Differences_hold_the_exact_difference() => Includes((x, y) => x - y, (x, y) => x - y);

    [Fact]
    public void Products_hold_the_exact_product() => Includes((x, y) => x * y, (x, y) => x * y);

    [Fact]
    public void Quotients_hold_the_exact_quotient_and_refuse_a_divisor_that_holds_zero() => Law.Holds(Law.Sizes(0), it =>
    {
        var random = it.Random();
        var (x, y, p, q) = Draw(random);
        if (y.Contains(0)) Assert.Throws<DivideByZeroException>(() => x / y);
        else AssertHolds(x / y, Exact.Of(p) / Exact.Of(q));
    }, 3000);

    [Fact]
    public void Squares_hold_the_exact_square_and_are_never_negative() => Law.Holds(Law.Sizes(0), it =>
    {
        var (x, _, p, _) = Draw(it.Random());
        AssertHolds(x.Square(), Exact.Of(p) * Exact.Of(p));
        Assert.True(x.Square().Low >= 0);
        Assert.True((x * x).Contains(x.Square()) || x.Square().Low == 0);
    }, 1000);

    [Fact]
    public void Roots_hold_the_exact_root() => Law.Holds(Law.Sizes(0), it =>
    {
        var (x, _, p, _) = Draw(it.Random());
        var root = x.Abs().Sqrt();
        // √|p| ∈ [l, h] with l ≥ 0 if and only if l² ≤ |p| ≤ h².
        Assert.True(root.Low >= 0);
        Assert.True((Exact.Of(root.Low) * Exact.Of(root.Low)).IsAtMost(Math.Abs(p)));
        Assert.True((Exact.Of(root.High) * Exact.Of(root.High)).IsAtLeast(Math.Abs(p)));
    }, 1000);

    [Fact]
    public void Selections_are_exact() => Law.Holds(Law.Sizes(0), it =>
    {
        var (x, y, p, q) = Draw(it.Random());
        Assert.True(x.Max(0).Contains(Math.Max(p, 0)) && x.Max(y).Contains(Math.Max(p, q)));
        Assert.True(x.Abs().Contains(Math.Abs(p)) && (-x).Contains(-p));
        Assert.True(x.Magnitude == x.Abs().High && x.Mignitude == x.Abs().Low);
        Assert.True(x.Hull(y).Contains(x) && x.Hull(y).Contains(y));
        Assert.Equal(x.Contains(q) && y.Contains(q), x.Intersect(y) is { } both && both.Contains(q));
        Assert.True(x.Contains(x.Midpoint));
        Assert.True((Exact.Of(x.High) - Exact.Of(x.Low)).IsAtMost(x.Width));
        double radius = Math.Abs(q);
        var around = Interval.Around(p, radius);
        Assert.True((Exact.Of(p) - Exact.Of(radius)).IsAtLeast(around.Low) && (Exact.Of(p) + Exact.Of(radius)).IsAtMost(around.High));
    }, 1000);

    [Fact]
    public void Exponentials_sigmoids_and_tangents_hold_the_exact_value() => Law.Holds(Law.Sizes(0), it =>
    {
        var random = it.Random();
        double p = (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-20, 10)),
            spread = random.Next(2) * Math.ScaleB(random.NextDouble(), random.Next(-40, 3));
        var x = new Interval(p - random.NextDouble() * spread, p + random.NextDouble() * spread);
        if (!x.Contains(p)) return;
        Exact one = Exact.Of(1), e = Exact.Exp(p), square = e * e;
        AssertHolds(x.Exp(), e);
        AssertHolds(x.Sigmoid(), e / (one + e));
        AssertHolds(x.Tanh(), (square - one) / (square + one));
        // Not wider than a few units where the argument is one number: 2 of exp and one for each of the operations after it.
        var point = new Interval(p);
        Assert.True(point.Sigmoid().Width <= 24 * 1.2e-16 && point.Tanh().Width <= 24 * 1.2e-16);
    }, 300);

    [Fact]
    public void Ends_beyond_all_numbers_stay_bounds()
    {
        var huge = new Interval(double.MaxValue);
        Assert.True((huge + huge).Contains(double.MaxValue) && double.IsPositiveInfinity((huge * huge).High));
        Assert.Equal(double.MaxValue, (huge * huge).Low);
        Assert.True((new Interval(double.NegativeInfinity, double.PositiveInfinity) * 0).Contains(0));
        Assert.True((new Interval(1, double.PositiveInfinity) / new Interval(1, double.PositiveInfinity))
            .Contains(new Interval(1e-300, 1e300)));
        Assert.Equal(new(0, 1), new Interval(-1e6, 1e6).Sigmoid());
        Assert.Equal(new(-1, 1), new Interval(double.NegativeInfinity, double.PositiveInfinity).Tanh());
        Assert.True(new Interval(-800).Exp().High > 0);
    }

    [Fact]
    public void What_is_no_interval_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Interval(1, 0));
        Assert.Throws<ArgumentException>(() => new Interval(double.NaN));
        Assert.Throws<ArgumentException>(() => new Interval(double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => Interval.Around(0, -1));
        Assert.Throws<ArgumentException>(() => new Interval(-2, -1).Sqrt());
        Assert.Null(new Interval(0, 1).Intersect(new(2, 3)));
        Assert.Equal("[-0.5, 1]", new Interval(-0.5, 1).ToString());
    }

    private static void Includes(
        Func<Interval, Interval, Interval> rounded, Func<Exact, Exact, Exact> exact) => Law.Holds(Law.Sizes(0), it =>
    {
        var (x, y, p, q) = Draw(it.Random());
        AssertHolds(rounded(x, y), exact(Exact.Of(p), Exact.Of(q)));
    }, 3000);

    private static void AssertHolds(Interval interval, Exact value)
    {
        Assert.True(value.IsAtLeast(interval.Low), $"below {interval}");
        Assert.True(value.IsAtMost(interval.High), $"above {interval}");
    }

    // Two intervals and a point in each: half of them points themselves, of all magnitudes, at times an end or 0.
    private static (Interval X, Interval Y, double P, double Q) Draw(Random random)
    {
        var magnitude = s_magnitudes[random.Next(3)];
        var (x, p) = One();
        var (y, q) = One();
        return (x, y, p, q);

        (Interval, double) One()
        {
            double a = Number(), b = random.Next(2) == 0 ? a : Number();
            var interval = new Interval(Math.Min(a, b), Math.Max(a, b));
            double share = random.NextDouble(),
                inside = Math.Clamp(interval.Low * (1 - share) + interval.High * share, interval.Low, interval.High);
            return (interval, random.Next(4) switch { 0 => interval.Low, 1 => interval.High, _ => inside });
        }

        double Number() => random.Next(12) == 0 ? 0 : Math.ScaleB((random.Next(2) * 2 - 1) * (1 + random.NextDouble()), magnitude(random));
    }
}
