using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 4 for D = 1 and theorem 5. Σ sign(1 - f'(x*)) = +1 over non-degenerate fixed points; stable and unstable ones alternate: n
/// stable ones imply at least 2n - 1.
/// </summary>
/// <remarks>
/// No tolerance: counts and signs. The census is complete by the linear pieces; cases that float64 cannot decide (a fixed point on a kink,
/// a slope of ±1) are passed over, and how many were decided is checked.
/// </remarks>
public sealed class FixedPointsOnTheLineTests
{
    [Fact]
    public void The_indices_of_all_fixed_points_on_the_line_add_up_to_one()
    {
        var seen = ForEach((_, census) =>
        {
            Assert.Equal(1, census.Points.Sum(point => point.Index));
            // In order they are +1, -1, +1 …: x - f(x) crosses zero upwards and downwards in turn, upwards first.
            Assert.Equal(Enumerable.Range(0, census.Points.Count).Select(i => i % 2 == 0 ? 1 : -1),
                census.Points.Select(point => point.Index));
        });
        Assert.True(seen.Decided >= 0.8 * seen.Tried, $"only {seen.Decided} of {seen.Tried} cases could be decided");
        Assert.True(seen.Several > 0, "no case had more than one fixed point");
    }

    [Fact]
    public void Between_two_stable_fixed_points_on_the_line_lies_an_unstable_one()
    {
        int several = 0;
        ForEach((_, census) =>
        {
            int stable = census.Points.Count(point => point.IsStable);
            Assert.True(census.Points.Count >= 2 * stable - 1, $"{stable} stable ones, {census.Points.Count} in all");
            for (int i = 0; i + 1 < census.Points.Count; i++) Assert.False(census.Points[i].IsStable && census.Points[i + 1].IsStable);
            if (stable > 1) several++;
        });
        Assert.True(several > 0, "no case had two stable fixed points");
    }

    [Fact]
    public void Two_or_more_training_points_that_attract_are_never_the_only_fixed_points()
    {
        using var device = Device.Cpu(1);
        int tried = 0;
        Law.Holds(Nets.Of(1, 16, 4, Nets.Piecewise, 1, 3, 8), it =>
        {
            var random = it.Random(1);
            double[][] data = [.. it.Points(2 + random.Next(2), random, 0.1).OrderBy(point => point[0])];
            using var network = it.Interpolate(device, data, data);
            if (network is null) return;
            var census = new LineCensus(ExactNet.Of(network), it.Low, it.Sigmoid);
            // The fixed point that belongs to a datum: float32 weights move it a little.
            var fixedAt = data.Select(datum => census.Points.MinBy(point => Math.Abs(point.X - datum[0]))).Distinct().ToList();
            if (census.IsDegenerate || fixedAt.Count < data.Length || !fixedAt.All(point => point.IsStable)) return;
            tried++;
            for (int i = 0; i + 1 < data.Length; i++)
                Assert.Contains(census.Points, point => point.X > fixedAt[i].X && point.X < fixedAt[i + 1].X && !point.IsStable);
        }, Nets.Cases(300));
        Assert.True(tried > 0, "in no case did all training points attract");
    }

    private static (int Tried, int Decided, int Several) ForEach(Action<NetCase, LineCensus> law)
    {
        using var device = Device.Cpu(1);
        int tried = 0, decided = 0, several = 0;
        Law.Holds(Nets.Of(1, 16, 4, Nets.Piecewise, 1, 3, 8), it =>
        {
            // Half of the cases are fitted to points of their own choice, which makes several fixed points likely.
            var random = it.Random(1);
            double[][] from = it.Points(4, random, 0.05), to = random.Next(2) == 0 ? from : it.Points(4, random, 0.05);
            using var network = random.Next(2) == 0 ? it.Create(device) : it.Interpolate(device, from, to) ?? it.Create(device);
            var census = new LineCensus(ExactNet.Of(network), it.Low, it.Sigmoid);
            tried++;
            if (census.IsDegenerate) return;
            decided++;
            if (census.Points.Count > 1) several++;
            law(it, census);
        }, Nets.Cases(200));
        return (tried, decided, several);
    }
}
