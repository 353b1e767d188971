namespace Kaleido.Contract;

/// <summary>Laws of memory, counters and rings.</summary>
public sealed class StateLaws
{
    [Theory, OnEveryDevice]
    public void Fresh_memory_is_plus_zero(string device)
    {
        using var bench = Devices.Open(device);
        foreach (int length in new[] { 0, 1, 17, 5000 })
            bench.SameBits(new(1, length), new(bench.Allocate(length), 0, 1, length));
    }

    [Theory, OnEveryDevice]
    public void What_is_uploaded_comes_back(string device)
    {
        using var bench = Devices.Open(device);
        var memory = bench.Allocate(10);
        memory.Upload(2, [1.5f, -0f, float.NaN]);
        memory.Upload(6, [0.1, -2.0]);
        var doubles = new double[10];
        memory.Download(0, doubles);
        Assert.Equal([0, 0, 1.5, 0, double.NaN, 0, bench.Round(0.1), -2, 0, 0], doubles);
        Assert.True(double.IsNegative(doubles[3]));
        var floats = new float[3];
        memory.Download(5, floats);
        Assert.Equal([0f, 0.1f, -2f], floats);
        if (memory.TryGetHostMemory(out var host)) Assert.Equal([0f, 0f, 1.5f, 0f, float.NaN, 0f, 0.1f, -2f, 0f, 0f], host.ToArray());
        Assert.Equal(10, memory.Length);
    }

    [Theory, OnEveryDevice]
    public void A_range_outside_the_memory_is_refused(string device)
    {
        using var bench = Devices.Open(device);
        var memory = bench.Allocate(10);
        foreach (var (offset, count) in new[] { (-1L, 1), (0L, 11), (10L, 1), (long.MaxValue, 2), (9L, 2) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => memory.Upload(offset, new float[count]));
            Assert.Throws<ArgumentOutOfRangeException>(() => memory.Upload(offset, new double[count]));
            Assert.Throws<ArgumentOutOfRangeException>(() => memory.Download(offset, new float[count]));
            Assert.Throws<ArgumentOutOfRangeException>(() => memory.Download(offset, new double[count]));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Backend.Allocate(-1));
    }

    [Theory, OnEveryDevice]
    public void Memory_given_back_is_refused(string device)
    {
        using var bench = Devices.Open(device);
        var memory = bench.Backend.Allocate(4);
        memory.Dispose();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Download(0, new float[1]));
        Assert.Throws<ObjectDisposedException>(() => memory.Upload(0, new float[1]));
    }

    [Theory, OnEveryDevice]
    public void Counters_start_at_zero_count_by_one_and_are_independent(string device)
    {
        using var bench = Devices.Open(device);
        using var first = bench.Backend.AllocateCounter();
        using var second = bench.Backend.AllocateCounter();
        Assert.Equal(0UL, first.Value);
        bench.Backend.Advance(first);
        bench.Backend.Advance(first);
        Assert.Equal((2UL, 0UL), (first.Value, second.Value));
        second.Value = uint.MaxValue;
        bench.Backend.Advance(second);
        Assert.Equal((2UL, 1UL << 32), (first.Value, second.Value));
    }

    [Theory, OnEveryDevice]
    public void A_record_is_element_step_mod_capacity_of_the_ring(string device)
    {
        using var bench = Devices.Open(device);
        using var counter = bench.Backend.AllocateCounter();
        const int Capacity = 5;
        var ring = bench.Put(Grid.Of(1, Capacity, (_, column) => -1 - column));
        var expected = new Grid(1, Capacity, [-1, -2, -3, -4, -5]);
        counter.Value = 3;
        for (int step = 3; step < 3 + (2 * Capacity) + 1; step++)
        {
            bench.Backend.Record(counter, bench.Put(new(1, 1, [step * 0.5])), ring);
            bench.Backend.Advance(counter);
            expected[0, step % Capacity] = step * 0.5;
            bench.SameBits(expected, ring);
        }
    }

    [Theory, OnEveryDevice]
    public void A_device_describes_itself(string device)
    {
        using var bench = Devices.Open(device);
        Assert.NotEmpty(bench.Backend.Description);
        Assert.Contains(bench.Backend.BytesPerNumber, new[] { 4, 8 });
    }
}
