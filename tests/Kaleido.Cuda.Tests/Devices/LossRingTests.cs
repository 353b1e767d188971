using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Losses of many steps, by the records alone.</summary>
public sealed class LossRingTests
{
    // As the loop of a training uses it. Returns how often the host waited.
    private static int Run(FakeMachine machine, int steps, int reportsEvery, out float[] losses)
    {
        using var device = new Device(FakeDevice.Open(machine));
        var record = new FitRecord(new() { Steps = steps }, canBeDead: false);
        using var ring = new LossRing(device, record);
        using var counter = device.Backend.AllocateCounter();
        using var loss = device.CreateTensor(1, 1);
        using var one = device.CreateTensor(1, 1);
        one.Upload([1f]);
        int Waits() => machine.Calls["cuStreamSynchronize"] + machine.Calls.GetValueOrDefault("cuEventSynchronize");
        int before = Waits(), waits = 0;
        for (int step = 1; step <= steps; step++)
        {
            device.Backend.Binary(loss.View, one.View, BinaryOperation.Add, loss.View);
            device.Backend.Record(counter, loss.View, ring.Tensor.View);
            device.Backend.Advance(counter);
            ring.Note(step);
            if (reportsEvery > 0 && step % reportsEvery == 0) ring.Collect(step);
            waits = Waits() - before;
        }

        ring.Complete(steps);
        losses = record.Losses.ToArray();
        return waits;
    }

    [Theory, InlineData(0), InlineData(1), InlineData(100), InlineData(256), InlineData(1000)]
    public void Steps_several_times_as_many_as_the_ring_is_long_wait_for_nothing_and_lose_no_loss(int reportsEvery)
    {
        const int Steps = 3 * LossRing.Length + 77;
        Assert.Equal(0, Run(new(), Steps, reportsEvery, out float[] losses));
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (float)step), losses);
    }

    [Fact]
    public void A_host_that_is_ahead_by_the_whole_ring_waits_and_loses_no_loss()
    {
        const int Steps = 3 * LossRing.Length;
        Assert.InRange(Run(new() { IsStill = true }, Steps, 0, out float[] losses), 1, Steps / (LossRing.Length / 4));
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (float)step), losses);
    }
}
