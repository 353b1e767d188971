using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class ManifoldProfileTests
{
    [Fact]
    public void The_profile_of_the_oracle_is_its_formula_and_vanishes_at_its_fixed_points()
    {
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, 1);
        var profile = ManifoldProfile.Measure(network, 11);
        Assert.Equal((0.0, 1.0, 11), (profile.Inputs[0], profile.Inputs[^1], profile.Losses.Length));
        for (int i = 0; i < 11; i++)
        {
            double x = i / 10.0, y = TwoPointOracle.Apply(x);
            Assert.Equal(x, profile.Inputs[i], 1e-15);
            Assert.Equal(y, profile.Outputs[i], 1e-14);
            Assert.Equal((x - y) * (x - y), profile.Losses[i], 1e-14);
        }

        foreach (int fixedPoint in new[] { 2, 5, 8 }) Assert.True(profile.Losses[fixedPoint] < 1e-28);
    }

    [Fact]
    public void In_two_dimensions_the_last_coordinate_is_the_fastest_and_the_loss_is_a_mean()
    {
        // f(x, y) = (y, x): ℓ = (x - y)².
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(2, 1, 0));
        network.Weight(0).Upload([0.0, 1.0, 1.0, 0.0]);
        network.Bias(0).Upload([0.0, 0.0]);
        var profile = ManifoldProfile.Measure(network, 3, (-1, 1));
        Assert.Equal([-1, -1, -1, 0, -1, 1, 0, -1, 0, 0, 0, 1, 1, -1, 1, 0, 1, 1], profile.Inputs);
        Assert.Equal([-1, -1, 0, -1, 1, -1, -1, 0, 0, 0, 1, 0, -1, 1, 0, 1, 1, 1], profile.Outputs);
        Assert.Equal([0, 1, 4, 1, 0, 1, 4, 1, 0], profile.Losses);
        Assert.Equal((2, 3), (profile.Dimensions, profile.PointsPerAxis));
    }

    [Fact]
    public void Three_dimensions_one_point_and_an_unknown_interval_are_refused()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(3, 3, 1) { Output = Activation.Sigmoid });
        using var unbounded = Mlp.Create(device, new(1, 3, 1));
        Assert.Contains("the network has 3", Assert.Throws<ArgumentException>(() => ManifoldProfile.Measure(network))
            .Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ManifoldProfile.Measure(unbounded, 1, (0, 1)));
        Assert.Throws<ArgumentException>(() => ManifoldProfile.Measure(unbounded, 5, (0, double.NaN)));
        Assert.Throws<ArgumentException>(() => ManifoldProfile.Measure(unbounded));
    }
}
