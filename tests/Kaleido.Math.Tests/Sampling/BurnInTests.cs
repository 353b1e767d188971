using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Tests.Sampling;

public class BurnInTests
{
    [Fact]
    public void A_chain_that_became_NaN_counts_as_one_that_moved_farthest()
    {
        Assert.Equal(2, Kaleidoscope.LowerMedian([3, 1, 2, 4]));
        Assert.Equal(3, Kaleidoscope.LowerMedian([float.NaN, 1, 3, 4, 2]));
        Assert.Equal(2, Kaleidoscope.LowerMedian([float.NaN, 1, float.NaN, 2]));
        Assert.Equal(double.NaN, Kaleidoscope.LowerMedian([float.NaN, 1, float.NaN, float.NaN]));
    }

    [Fact]
    public void The_first_iteration_of_the_quiet_stretch_is_the_burn_in_and_stays()
    {
        var detector = new BurnInDetector(0.1, 3);
        double[] steps = [double.NaN, 0.5, 0.05, 0.2, 0.05, 0.05];
        for (int i = 0; i < steps.Length; i++) detector.Observe(i + 1, steps[i], double.NaN);
        Assert.Null(detector.BurnIn);
        detector.Observe(7, 0.05, double.NaN);
        Assert.Equal((5, false), (detector.BurnIn, detector.IsCycle));
        detector.Observe(8, 1, 1);
        Assert.Equal((5, false), (detector.BurnIn, detector.IsCycle));
    }

    [Fact]
    public void A_constant_network_settles_at_once()
    {
        var frame = Run(weight: 0, bias: 0.3f, iterations: 8);
        Assert.Equal((2, false), (frame.BurnIn, frame.IsCycle));
        Assert.True(frame.Converged);
        Assert.Equal(0, frame.MedianStep);
    }

    [Fact]
    public void A_contracting_network_settles_on_a_fixed_point()
    {
        var frame = Run(weight: 1, bias: -0.5f, iterations: 30);
        Assert.InRange(frame.BurnIn!.Value, 2, 10);
        Assert.False(frame.IsCycle);
    }

    [Fact]
    public void A_decreasing_map_settles_on_a_cycle_of_two()
    {
        // σ(-8(x - ½)): slope -2 at the fixed point ½, so that it repels, and a cycle of two takes the chains.
        var frame = Run(weight: -8, bias: 4, iterations: 60);
        Assert.NotNull(frame.BurnIn);
        Assert.True(frame.IsCycle);
        Assert.True(frame.MedianStep > 0.5);
    }

    [Fact]
    public void Chains_that_wander_are_never_called_settled()
    {
        // Normal noise of deviation 1 on [0, 1] throws chains from end to end, far beyond the step that ε = 0.05 would excuse.
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 0, 0) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([8f]);
        network.Bias(0).Upload([-4f]);
        using var kaleidoscope = new Kaleidoscope(network,
            new() { Samples = 101, Epsilon = 0.05, Perturbation = Noise.Normal(0, 20), Seed = 1 });
        foreach (var frame in kaleidoscope.Run(300)) Assert.False(frame.Converged);
    }

    private static KaleidoscopeFrame Run(float weight, float bias, int iterations)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 0, 0) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([weight]);
        network.Bias(0).Upload([bias]);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 101, Seed = 1 });
        foreach (var _ in kaleidoscope.Run(iterations)) { }
        return kaleidoscope.Frame.Copy();
    }
}
