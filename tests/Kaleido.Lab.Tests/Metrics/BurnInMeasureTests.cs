using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class BurnInMeasureTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public void The_two_point_oracle_burns_in_after_19_iterations(int hiddenLayers, bool float32)
    {
        using var device = float32 ? Device.Cpu(1) : Device.Reference();
        using var network = TwoPointOracle.Create(device, hiddenLayers);
        float[] starts = [.. Enumerable.Range(0, 1001).Select(i => i / 1000f)];
        var measure = BurnInMeasure.Measure(network, starts, TwoPointOracle.Data, 0.02, 30);
        Assert.Equal(19, measure.BurnIn);
        Assert.Equal((31, 1001), (measure.Shares.Count, measure.Chains));

        // The starts: two intervals of length .04, each with 40 or 41 grid points. The middle one stays for ever.
        Assert.InRange(measure.Shares[0], 80 / 1001.0, 82 / 1001.0);
        Assert.InRange(measure.Shares[18], 0.5, 0.9 - 1e-9);
        Assert.True(measure.Shares[30] is >= 0.98 and < 1);
    }

    [Fact]
    public void A_map_that_halves_the_distance_needs_the_logarithm_of_the_tolerance()
    {
        // f(x) = x/2: from 1 the state after t is 2⁻ᵗ, within 2⁻⁵ from t = 5 on. Two chains of ten never arrive: 80 % only.
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(1, 1, 0));
        network.Weight(0).Upload([0.5]);
        network.Bias(0).Upload([0.0]);
        Assert.Equal(5, BurnInMeasure.Measure(network, [1f], [0f], 1 / 32.0, 9).BurnIn);
        Assert.Equal(0, BurnInMeasure.Measure(network, [1 / 64f], [0f], 1 / 32.0, 9).BurnIn);
        Assert.Null(BurnInMeasure.Measure(network, [1f], [0f], 1 / 32.0, 4).BurnIn);
        float[] starts = [1e30f, 1e30f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f];
        Assert.Null(BurnInMeasure.Measure(network, starts, [0f], 1 / 32.0, 20).BurnIn);
        Assert.Equal(5, BurnInMeasure.Measure(network, starts, [0f], 1 / 32.0, 20, share: 0.8).BurnIn);
    }

    [Fact]
    public void Observed_states_count_from_the_first_iteration_and_states_that_are_not_finite_as_away()
    {
        var measure = new BurnInMeasure([0f, 0f], 2, 0.1, share: 0.5, firstIteration: 1);
        measure.Observe([float.NaN, 0f, 1f, 1f]);
        measure.Observe([float.NaN, 0f, 0f, 0.05f]);
        Assert.Equal((2, 2), (measure.BurnIn, measure.Chains));
        Assert.Equal([0.0, 0.5], measure.Shares);
        Assert.Throws<ArgumentException>(() => measure.Observe([0f, 0f]));
        Assert.Throws<ArgumentException>(() => measure.Observe([0f, 0f, 0f]));
        Assert.Throws<InvalidOperationException>(() => measure.MaximumPotentialScaleReduction());
    }

    [Fact]
    public void R_hat_is_the_hand_computed_one()
    {
        // Chains 0, 2 and 1, 5: variances 2 and 8, W = 5; means 1 and 3, B/n = 2; R̂ = √((½·5 + 2)/5) = √.9.
        Assert.Equal(Math.Sqrt(0.9), BurnInMeasure.PotentialScaleReduction([0, 2, 1, 5], 2), 1e-15);

        // Equal chains: B = 0, so R̂ = √((n-1)/n).
        Assert.Equal(Math.Sqrt(2 / 3.0), BurnInMeasure.PotentialScaleReduction([0, 1, 5, 0, 1, 5], 2), 1e-15);
        Assert.Equal(1.0, BurnInMeasure.PotentialScaleReduction([.1, .1, .1, .1, .1, .1], 2));
        Assert.Equal(double.PositiveInfinity, BurnInMeasure.PotentialScaleReduction([.1, .1, .1, .2, .2, .2], 2));
        Assert.True(double.IsNaN(BurnInMeasure.PotentialScaleReduction([0, double.NaN, 1, 5], 2)));
        Assert.Throws<ArgumentException>(() => BurnInMeasure.PotentialScaleReduction([0, 1, 2], 2));
        Assert.Throws<ArgumentException>(() => BurnInMeasure.PotentialScaleReduction([0, 1], 2));
        Assert.ThrowsAny<ArgumentException>(() => BurnInMeasure.PotentialScaleReduction([0, 1], 1));
    }

    [Fact]
    public void Chains_at_two_attractors_never_mix_and_at_one_they_do()
    {
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, 0);
        double Reduction(float[] starts, int iterations) =>
            BurnInMeasure.Measure(network, starts, TwoPointOracle.Data, 0.02, iterations, keepsStates: true)
                .MaximumPotentialScaleReduction();
        Assert.True(Reduction([0.1f, 0.9f], 60) > 100);

        // Two chains on one side: the later half of 60 iterations differs by .7394³⁰ ≈ 1e-4 of the start's difference, and so do both
        // moments.
        Assert.True(Reduction([0.6f, 0.9f], 60) < 3);
        Assert.True(Reduction([0.9f, 0.9f], 60) <= 1);
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        Assert.Throws<ArgumentException>(() => new BurnInMeasure([], 1, 0.1));
        Assert.Throws<ArgumentException>(() => new BurnInMeasure([float.NaN], 1, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BurnInMeasure([0f], 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BurnInMeasure([0f], 1, 0.1, share: 1.1));
    }
}
