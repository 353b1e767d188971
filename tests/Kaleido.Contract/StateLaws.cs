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
    public void A_readback_brings_what_the_memory_held_when_it_was_issued(string device)
    {
        using var bench = Devices.Open(device);
        var numbers = bench.Put(new(1, 6, [1, 2, 3, 4, 5, 6]));
        using var readback = numbers.Memory.CreateReadback(4);
        using var other = numbers.Memory.CreateReadback(0);
        Assert.True(readback.IsReady);
        var read = new float[5];
        for (int round = 0; round < 3; round++)
        {
            bench.Backend.Fill(round + 0.5, numbers with { Columns = 2 });
            readback.Begin(numbers.Offset + 1, 3);
            // Later work does not reach what is on its way.
            bench.Backend.Fill(-7, numbers with { Columns = 2 });
            Assert.Equal(3, readback.Count);
            for (int asked = 0; round == 1 && !readback.IsReady; asked++) Assert.InRange(asked, 0, 1000_000);
            read.AsSpan().Fill(9);
            readback.Read(read);
            Assert.Equal([round + 0.5f, 3, 4, 9, 9], read);
            Assert.True(readback.IsReady);
        }

        Assert.Throws<ArgumentException>(() => readback.Read(new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => readback.Begin(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => readback.Begin(numbers.Memory.Length - 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => readback.Begin(-1, 1));
        other.Begin(0, 0);
        other.Read([]);
        other.Dispose();
    }

    [Theory, OnEveryDevice]
    public void A_device_describes_itself(string device)
    {
        using var bench = Devices.Open(device);
        Assert.NotEmpty(bench.Backend.Description);
        Assert.Contains(bench.Backend.BytesPerNumber, new[] { 4, 8 });
    }
}
