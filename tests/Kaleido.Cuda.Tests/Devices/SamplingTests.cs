using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Sampling on a device that works while the host goes on.</summary>
public sealed class SamplingTests
{
    private const int Chains = 6, Warm = 3;

    private static Mlp Network(Device device) => Mlp.Create(device, new(3, 7, 2) { Output = Activation.Sigmoid, Seed = 5 });

    private static Kaleidoscope Chain(Mlp network) => new(network, new() { Samples = Chains, Epsilon = 0.01, Seed = 9 });

    private static int Waits(FakeMachine machine) =>
        machine.Calls.GetValueOrDefault("cuStreamSynchronize") + machine.Calls.GetValueOrDefault("cuEventSynchronize");

    [Theory, InlineData(1, 0), InlineData(MovementWatch.Ahead - Warm, 0), InlineData(MovementWatch.Ahead - Warm + 5, 5 - 1 + 5 - 2)]
    public void The_host_waits_only_for_iterations_that_are_too_far_behind(int iterations, int waits)
    {
        // Nothing runs before somebody waits. Iteration 1 has no distances to wait for, 2 has one column, the others two.
        var machine = new FakeMachine { IsStill = true };
        using var device = new Device(FakeDevice.Open(machine));
        using var network = Network(device);
        using var kaleidoscope = Chain(network);
        kaleidoscope.Advance(Warm); // launched singly, then captured
        int before = Waits(machine);
        kaleidoscope.Advance(iterations);
        Assert.Equal(waits, Waits(machine) - before);
    }

    [Fact]
    public void A_frame_tells_of_its_iteration_what_the_processor_tells_whenever_it_is_asked()
    {
        using var cpu = Device.Cpu();
        using var there = Network(cpu);
        using var expected = Chain(there);
        foreach (int every in (int[])[1, 2, 7, 40])
        {
            using var device = new Device(FakeDevice.Open(new() { IsStill = true }, new() { ExactProducts = true }));
            using var network = Network(device);
            using var kaleidoscope = Chain(network);
            expected.Reset();
            for (int i = 0; i < 40; i += every)
            {
                int count = Math.Min(every, 40 - i);
                KaleidoscopeFrame frame = kaleidoscope.Advance(count), right = expected.Advance(count);
                Assert.Equal((right.Iteration, right.MedianStep, right.BurnIn, right.IsCycle),
                    (frame.Iteration, frame.MedianStep, frame.BurnIn, frame.IsCycle));
                Assert.Equal(right.Samples.ToArray(), frame.Samples.ToArray());
            }

            Assert.NotNull(expected.Frame.BurnIn);
        }
    }

    [Fact]
    public void What_was_under_way_when_the_chains_began_anew_is_forgotten()
    {
        using var device = new Device(FakeDevice.Open(new() { IsStill = true }));
        using var network = Network(device);
        using var kaleidoscope = Chain(network);
        double step = kaleidoscope.Advance(4).MedianStep;
        kaleidoscope.Advance(5);
        kaleidoscope.Reset();
        Assert.Equal((0, double.NaN, null), (kaleidoscope.Frame.Iteration, kaleidoscope.Frame.MedianStep, kaleidoscope.Frame.BurnIn));
        Assert.Equal(step, kaleidoscope.Advance(4).MedianStep);
    }

    [Fact]
    public void The_last_frame_outlives_its_kaleidoscope()
    {
        var machine = new FakeMachine { IsStill = true };
        using var device = new Device(FakeDevice.Open(machine));
        using var network = Network(device);
        KaleidoscopeFrame frame;
        using (var kaleidoscope = Chain(network)) frame = kaleidoscope.Advance(4);
        Assert.Equal((4, Chains * 3), (frame.Iteration, frame.Samples.Length));
        Assert.True(frame.MedianStep > 0);
    }
}
