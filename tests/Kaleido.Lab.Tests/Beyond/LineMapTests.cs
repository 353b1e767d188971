using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Lab.Tests.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Beyond;

/// <summary>The tools of the noise study against the closed form f(x) = σ(b(x - ½)): sinks at .2 and .8, a repeller at ½.</summary>
public sealed class LineMapTests
{
    private const double Tolerance = 1e-6; // float32 weights

    private static double Slope(double x) => TwoPointOracle.Steepness * TwoPointOracle.Apply(x) * (1 - TwoPointOracle.Apply(x));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Values_slopes_images_and_fixed_points_are_those_of_the_closed_form(int hiddenLayers)
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, hiddenLayers);
        var map = new LineMap(network);
        foreach (double x in new[] { 0, 0.1, 0.37, 0.5, 0.93, 1 })
        {
            Assert.Equal(TwoPointOracle.Apply(x), map.Apply(x), Tolerance);
            Assert.Equal(Slope(x), map.Slope(x), Tolerance);
        }

        // The slope is largest at ½ and falls on both sides.
        Assert.Equal(TwoPointOracle.Steepness / 4, map.LargestSlope(0.4, 0.7), Tolerance);
        Assert.Equal(Slope(0.3), map.LargestSlope(0.1, 0.3), Tolerance);
        var (low, high) = map.Image(0.1, 0.3);
        Assert.Equal((TwoPointOracle.Apply(0.1), TwoPointOracle.Apply(0.3)), (low, high), new Near());
        var points = map.FixedPoints();
        Assert.Equal([0.2, 0.5, 0.8], points.Select(point => Math.Round(point.X, 5)));
        Assert.Equal([true, false, true], points.Select(point => point.IsStable));
    }

    [Fact]
    public void A_map_with_a_fold_has_its_extremes_at_the_fold()
    {
        // z = 4 - 8|x - ½|: rises to σ(4) at ½ and falls again.
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 2, 1) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([1.0, -1.0]);
        network.Bias(0).Upload([-0.5, 0.5]);
        network.Weight(1).Upload([-8.0, -8.0]);
        network.Bias(1).Upload([4.0]);
        var map = new LineMap(network);
        var (low, high) = map.Image(0.25, 0.9);
        Assert.Equal((1 / (1 + Math.Exp(-0.8)), 1 / (1 + Math.Exp(-4))), (low, high), new Near());
    }

    [Fact]
    public void The_margin_of_a_datum_is_that_of_the_closed_form()
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        var margin = new NoiseMargin(new LineMap(network), 0.2, double.NaN, 0.5);
        // Pushed to the right all the time a chain gets over ½ once e exceeds the largest x - f(x) on the way, where f' = 1.
        double y = (1 - Math.Sqrt(1 - 4 / TwoPointOracle.Steepness)) / 2, x = 0.5 + Math.Log(y / (1 - y)) / TwoPointOracle.Steepness;
        Assert.Equal(x - y, margin.Escape, 1e-5);
        Assert.Equal(0.3, margin.Denoising, 1e-5);
        // q(r) = f'(.2 + r): the slope rises up to ½.
        double best = Enumerable.Range(1, 3000).Select(i => i * 1e-4).Max(r => r * (1 - Slope(0.2 + r)));
        Assert.Equal(best, margin.Bound, 1e-5);
        Assert.Equal(Slope(0.2 + margin.Radius), margin.Contraction, 1e-5);
        Assert.True(margin.Bound <= margin.Escape && margin.Escape <= margin.Denoising);
        // The ball for less noise is smaller, and so is q in it.
        Assert.Equal(margin.Radius, margin.DistanceBound(margin.Bound), 1e-9);
        Assert.True(margin.DistanceBound(margin.Bound / 2) < margin.Radius / 2);
        Assert.True(double.IsNaN(margin.DistanceBound(margin.Bound * 1.01)));
    }

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) => Math.Abs(x.Item1 - y.Item1) < Tolerance
            && Math.Abs(x.Item2 - y.Item2) < Tolerance;

        public int GetHashCode((double, double) obj) => 0;
    }
}
