using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class SequenceCycleTests
{
    [Fact]
    public void A_network_that_goes_to_a_fixed_point_has_a_cycle_of_one_there_and_none_of_two()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(3, 5, 2) { Output = Activation.Sigmoid });
        float[] point = [0.5f, 0.5f, 0.5f];
        for (int i = 0; i < 200; i++) point = network.Evaluate(point);
        var one = SequenceCycle.Of(network, point, 3, 200);
        Assert.True(one.IsCycle);
        Assert.InRange(one.Radius, 0, 1);
        Assert.InRange(one.Off, 0, 1e-6); // float32 iteration against double
        // Both points of the orbit lie at the first image: the second has another nearest one than its own.
        var two = SequenceCycle.Of(network, [.. point, 1, 1, 1], 3, 200);
        Assert.False(two.IsCycle);
        Assert.True(two.Off > 0.1);
    }

    [Fact]
    public void Attracted_are_the_starts_that_end_nearer_to_their_own_point()
    {
        var cycle = new SequenceCycle([0, 0, 1, 1], 0, 0, true);
        float[] starts = [0.1f, 0, 1, 1.1f, 0, 0.1f, 1.1f, 1], ends = [0.05f, 0, 1, 1.2f, 1, 1, 1, 1];
        Assert.Equal(0.5, cycle.Attracted(starts, ends, 2));
        Assert.Equal(0, cycle.Attracted(starts, starts, 2));
    }
}
