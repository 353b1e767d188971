using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;

namespace Kaleido.Cuda.Tests.Devices;

public sealed class CaptureTests
{
    private static readonly int[] Rows = [7, 7, 7, 4, 4, 7, 4, 9, 7, 9, 9, 0, 0, 7];

    private static float[] Train(FakeMachine machine, CudaOptions options)
    {
        using var backend = FakeDevice.Open(machine, options);
        using var work = new Work(backend, 9);
        foreach (int rows in Rows) work.Step(rows);
        Assert.Equal((ulong)Rows.Length, work.Executable.Counter.Value);
        Assert.Equal((ulong)Rows.Length, ((CudaStepCounter)work.Executable.Counter).ReadFromDevice());
        return work.Read();
    }

    [Fact]
    public void Capture_equals_single_launches_to_the_bit()
    {
        FakeMachine captured = new(), single = new();
        var (one, other) = (Train(captured, new()), Train(single, new() { CaptureGraphs = false }));
        Assert.Equal(other.Select(BitConverter.SingleToUInt32Bits), one.Select(BitConverter.SingleToUInt32Bits));
        // One graph for each number of rows that came twice.
        const string Instantiate = "cuGraphInstantiateWithFlags";
        Assert.Equal((4, 0), (captured.Calls[Instantiate], single.Calls.GetValueOrDefault(Instantiate)));
        foreach (var machine in new[] { captured, single })
        {
            Assert.Empty(machine.Violations);
            Assert.Empty(machine.Faults);
            Assert.Empty(machine.Leaks());
        }
    }

    [Fact]
    public void A_replayed_step_is_one_launch_with_nothing_allocated_and_nothing_read_back()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using var work = new Work(backend, 9);
        for (int i = 0; i < 3; i++) work.Step(7);
        backend.Synchronize();
        var before = machine.Calls.ToDictionary();
        for (int i = 0; i < 10; i++) work.Step(7);
        var made = machine.Calls.ToDictionary(it => it.Key, it => it.Value - before.GetValueOrDefault(it.Key))
            .Where(it => it.Value != 0).ToDictionary();
        Assert.Equal(["cuCtxSetCurrent", "cuGraphLaunch"], made.Keys.Order());
        Assert.Equal(10, made["cuGraphLaunch"]);
    }

    [Fact]
    public void A_replayed_step_allocates_no_managed_memory()
    {
        using var backend = FakeDevice.Open(new());
        using var work = new Work(backend, 9);
        for (int i = 0; i < 50; i++) work.Step(7);
        FakeDriver.Quiet = true;
        try
        {
            for (int i = 0; i < 50; i++) work.Step(7);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) work.Step(7);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        finally
        {
            FakeDriver.Quiet = false;
        }
    }

    [Fact]
    public void The_gradient_of_a_weight_goes_beside_the_rest_of_its_step()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using var work = new Work(backend, 9);
        work.Step(7);
        // One product with its left operand transposed: the second stream waits for the first, and later the first for the second.
        Assert.Equal(2, machine.Calls["cuStreamWaitEvent"]);
        string[] handles = [.. machine.Launches.Where(it => it.StartsWith("sgemm", StringComparison.Ordinal))];
        Assert.Equal(2, handles.Distinct().Count());
    }

    [Fact]
    public void A_captured_step_holds_the_launches_of_a_single_one_on_the_same_streams_and_handles()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using var work = new Work(backend, 9);
        work.Step(7);
        string[] single = [.. machine.Launches];
        machine.Launches.Clear();
        work.Step(7);
        Assert.NotEmpty(single);
        Assert.Equal(single, machine.Launches);
    }

    [Fact]
    public void A_plan_given_back_takes_its_graphs_and_memory_with_it()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        // Kernels' scratch and rules stay with the device.
        using (var first = new Work(backend, 9))
        {
            for (int i = 0; i < 3; i++) first.Step(7);
        }

        int before = backend.LiveAllocations, leaks = machine.Leaks().Count;
        using (var work = new Work(backend, 9))
        {
            for (int i = 0; i < 3; i++) work.Step(7);
            Assert.True(backend.LiveAllocations > before);
        }

        Assert.Equal((before, leaks), (backend.LiveAllocations, machine.Leaks().Count));
    }

    [Fact]
    public void A_device_given_back_before_its_plans_is_no_error()
    {
        var machine = new FakeMachine();
        var backend = FakeDevice.Open(machine);
        var work = new Work(backend, 9);
        for (int i = 0; i < 3; i++) work.Step(7);
        backend.Dispose();
        work.Dispose();
        backend.Dispose();
        Assert.Throws<ObjectDisposedException>(() => backend.Synchronize());
        Assert.Throws<ObjectDisposedException>(() => backend.Allocate(3));
        Assert.Empty(machine.Leaks());
        Assert.Empty(machine.Violations);
    }

    [Fact]
    public void Ever_new_numbers_of_rows_do_not_pile_up_graphs()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using var work = new Work(backend, 40);
        using var plain = FakeDevice.Open(machine, new() { CaptureGraphs = false });
        using var other = new Work(plain, 40);
        int[] rows = [.. Enumerable.Range(1, 20).SelectMany(i => new[] { i, i, i }), 1, 1, 1, 20, 2, 2];
        foreach (int now in rows)
        {
            work.Step(now);
            other.Step(now);
        }

        Assert.Equal(CudaProgram.MostGraphs, ((CudaProgram)work.Executable).Graphs);
        Assert.Equal(22, machine.Calls["cuGraphInstantiateWithFlags"]);
        Assert.Equal(22 - CudaProgram.MostGraphs, machine.Calls["cuGraphExecDestroy"]);
        Assert.Equal(other.Read(), work.Read());
        Assert.Empty(machine.Violations);
    }

    [Theory, InlineData(false, 0), InlineData(true, 3)]
    public void TF32_is_for_those_who_ask_for_it(bool allowed, int mode)
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine, new() { AllowTensorFloat32 = allowed });
        Assert.Equal([mode, mode], machine.MathModes);
        Assert.Equal(allowed, backend.Description.Contains("TF32", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_for_which_the_memory_does_not_suffice_gives_back_what_it_got()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        int before = backend.LiveAllocations;
        machine.Fail("cuMemAlloc_v2", 2, 15);
        Assert.Throws<Kaleido.Backends.DeviceException>(() => new Work(backend, 9));
        Assert.Equal(before, backend.LiveAllocations);
    }

    [Fact]
    public void More_rows_than_the_capacity_are_refused()
    {
        using var backend = FakeDevice.Open(new());
        using var work = new Work(backend, 9);
        Assert.Throws<ArgumentOutOfRangeException>(() => work.Step(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => work.Step(-1));
    }

    [Fact]
    public void Time_is_measured_on_the_device()
    {
        var machine = new FakeMachine();
        using (var backend = FakeDevice.Open(machine)) Assert.True(backend.Measure(() => backend.Synchronize()) > TimeSpan.Zero);
        Assert.Empty(machine.Leaks());
    }
}
