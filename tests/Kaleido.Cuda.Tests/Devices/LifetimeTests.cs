using System.Runtime.CompilerServices;
using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Threads, and what happens to things that nobody gave back.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public void A_device_works_on_every_thread_also_where_another_library_left_its_context()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using var memory = backend.Allocate(4);
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 20; i++)
                {
                    machine.MakeCurrent(0);
                    backend.Fill(number, new(memory, number, 1, 1));
                    float[] read = new float[1];
                    memory.Download(number, read);
                    Assert.Equal(number, read[0]);
                }
            }
            catch (Exception failure)
            {
                lock (failures) failures.Add(failure);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Empty(failures);
        Assert.Empty(machine.Violations);
    }

    [Fact]
    public void What_was_forgotten_is_freed_by_the_next_allocation_and_never_by_a_finaliser()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        int before = backend.LiveAllocations;
        Lose(backend);
        Assert.Equal(before + 4, backend.LiveAllocations);
        int freed = machine.Calls.GetValueOrDefault("cuMemFree_v2");
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal((freed, before + 4), (machine.Calls.GetValueOrDefault("cuMemFree_v2"), backend.LiveAllocations));
        using var next = backend.Allocate(1);
        Assert.Equal(before + 1, backend.LiveAllocations);
        Assert.Empty(machine.Violations);
    }

    [Fact]
    public void Free_memory_is_what_the_driver_says()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        long free = backend.FreeMemoryBytes;
        Assert.InRange(free, 1, backend.MemoryBytes - 1);
        using (backend.Allocate(1000)) Assert.Equal(free - 4000, backend.FreeMemoryBytes);
        machine.Elsewhere = 100;
        Assert.Equal(free - 100, backend.FreeMemoryBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose(CudaBackend backend)
    {
        for (int i = 0; i < 3; i++) backend.Allocate(10 + i).Upload(0, [1f]);
        backend.Advance(backend.AllocateCounter());
    }

    [Fact]
    public void Memory_of_another_device_is_refused()
    {
        var machine = new FakeMachine();
        using CudaBackend one = FakeDevice.Open(machine), other = FakeDevice.Open(machine);
        using DeviceMemory here = one.Allocate(2), there = other.Allocate(2);
        Assert.Throws<ArgumentException>(() => one.Fill(1, new(there, 0, 1, 2)));
        using var counter = new HostStepCounter();
        Assert.Throws<ArgumentException>(() => one.Advance(counter));
        one.Fill(1, new(here, 0, 1, 2));
    }

    [Fact]
    public void Host_memory_may_change_as_soon_as_an_upload_returns()
    {
        // The fake reads the host's memory when somebody waits, as a driver may.
        using var backend = FakeDevice.Open(new());
        using var memory = backend.Allocate(3);
        float[] values = [1, 2, 3], read = new float[3];
        memory.Upload(0, values);
        values.AsSpan().Clear();
        memory.Download(0, read);
        Assert.Equal([1, 2, 3], read);
    }
}
