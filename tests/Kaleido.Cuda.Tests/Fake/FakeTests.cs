using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>The fake must find what it is there to find.</summary>
public sealed unsafe class FakeTests
{
    private static (FakeMachine Machine, DriverTable Driver, nint Stream) Open()
    {
        var machine = new FakeMachine();
        FakeMachine.Current = machine;
        var driver = new DriverTable(name => FakeDriver.Table.GetValueOrDefault(name));
        nint context, stream;
        Assert.Equal(0, driver.Init(0));
        Assert.Equal(0, driver.PrimaryContextRetain(&context, 0));
        Assert.Equal(0, driver.ContextSetCurrent(context));
        Assert.Equal(0, driver.StreamCreate(&stream, 1));
        return (machine, driver, stream);
    }

    [Fact]
    public void A_call_without_a_context_is_refused()
    {
        var (machine, driver, _) = Open();
        driver.ContextSetCurrent(0);
        ulong address;
        Assert.Equal(201, driver.MemoryAllocate(&address, 4));
        Assert.Single(machine.Violations);
    }

    [Fact]
    public void Leaks_and_double_frees_are_found()
    {
        var (machine, driver, _) = Open();
        ulong address;
        Assert.Equal(0, driver.MemoryAllocate(&address, 12));
        Assert.Contains(machine.Leaks(), leak => leak.StartsWith("12 bytes", StringComparison.Ordinal));
        Assert.Equal(0, driver.MemoryFree(address));
        Assert.DoesNotContain(machine.Leaks(), leak => leak.Contains("bytes", StringComparison.Ordinal));
        Assert.Equal(1, driver.MemoryFree(address));
        Assert.Contains("no live allocation", Assert.Single(machine.Violations), StringComparison.Ordinal);
        driver.PrimaryContextRelease(0);
        // The stream went with its context, and was not given back.
        Assert.Equal(["stream"], machine.Leaks());
    }

    [Fact]
    public void A_copy_that_leaves_its_allocation_loses_the_device()
    {
        var (machine, driver, stream) = Open();
        ulong address;
        byte* host = stackalloc byte[16];
        driver.MemoryAllocate(&address, 12);
        Assert.Equal(0, driver.CopyToHost(host, address, 13, stream));
        Assert.Equal(700, driver.StreamSynchronize(stream));
        Assert.Single(machine.Faults);
        Assert.Equal(700, driver.MemoryFree(address));
    }

    [Fact]
    public void Nothing_runs_before_somebody_waits()
    {
        var (_, driver, stream) = Open();
        ulong address;
        uint word = 7;
        driver.MemoryAllocate(&address, 4);
        driver.Set32(address, 5, 1, stream);
        driver.CopyToHost(&word, address, 4, stream);
        Assert.Equal(7u, word);
        driver.StreamSynchronize(stream);
        Assert.Equal(5u, word);
    }

    [Fact]
    public void Waiting_and_allocating_within_a_capture_are_refused_and_break_it()
    {
        var (machine, driver, stream) = Open();
        ulong address;
        nint graph;
        driver.StreamBeginCapture(stream, 1);
        Assert.Equal(900, driver.StreamSynchronize(stream));
        Assert.Equal(901, driver.StreamEndCapture(stream, &graph));
        driver.StreamBeginCapture(stream, 1);
        Assert.Equal(900, driver.MemoryAllocate(&address, 4));
        Assert.Equal(901, driver.StreamEndCapture(stream, &graph));
        Assert.Equal(0, driver.StreamSynchronize(stream));
        Assert.Equal(2, machine.Violations.Count);
    }

    [Fact]
    public void A_capture_records_and_a_replay_runs_forked_work_in_the_worst_order_its_events_allow()
    {
        var (_, driver, stream) = Open();
        nint other, fork, join, graph, executable;
        ulong address;
        uint word = 0;
        driver.StreamCreate(&other, 1);
        driver.EventCreate(&fork, 2);
        driver.EventCreate(&join, 2);
        driver.MemoryAllocate(&address, 8);
        driver.Set32(address, 1, 2, stream);
        driver.StreamBeginCapture(stream, 1);
        driver.EventRecord(fork, stream);
        driver.StreamWaitEvent(other, fork, 0);
        driver.Set32(address, 2, 1, other);
        driver.Set32(address, 3, 1, stream); // a race: nothing orders it against the one before
        Assert.Equal(904, End(&graph));
        driver.StreamBeginCapture(stream, 1);
        driver.EventRecord(fork, stream);
        driver.StreamWaitEvent(other, fork, 0);
        driver.Set32(address, 2, 1, other);
        driver.EventRecord(join, other);
        driver.Set32(address, 3, 1, stream);
        driver.StreamWaitEvent(stream, join, 0);
        driver.CopyOnDevice(address + 4, address, 4, stream);
        Assert.Equal(0, End(&graph));
        Assert.Equal(0, driver.GraphInstantiate(&executable, graph, 0));
        Assert.Equal(0, driver.CopyToHost(&word, address + 4, 4, stream));
        driver.StreamSynchronize(stream);
        Assert.Equal(1u, word);
        driver.GraphLaunch(executable, stream);
        driver.CopyToHost(&word, address + 4, 4, stream);
        driver.StreamSynchronize(stream);
        Assert.Equal(2u, word); // the race is lost by the one issued last
        int End(nint* to) => driver.StreamEndCapture(stream, to);
    }

    [Fact]
    public void A_stream_waits_for_another_by_an_event_alone()
    {
        var (_, driver, stream) = Open();
        nint other, done;
        ulong address;
        uint word = 0;
        driver.StreamCreate(&other, 1);
        driver.EventCreate(&done, 2);
        driver.MemoryAllocate(&address, 4);
        driver.Set32(address, 1, 1, other);
        driver.EventRecord(done, other);
        driver.CopyToHost(&word, address, 4, stream);
        driver.StreamSynchronize(stream);
        Assert.Equal(0xCBCBCBCBu, word);
        driver.StreamWaitEvent(stream, done, 0);
        driver.CopyToHost(&word, address, 4, stream);
        driver.StreamSynchronize(stream);
        Assert.Equal(1u, word);
    }

    [Fact]
    public void A_product_with_a_leading_dimension_that_is_too_small_or_without_a_workspace_is_refused()
    {
        var (machine, driver, stream) = Open();
        var blas = new BlasTable(name => FakeBlas.Table.GetValueOrDefault(name));
        nint handle;
        ulong address;
        float one = 1, zero = 0;
        driver.MemoryAllocate(&address, 4096);
        blas.Create(&handle);
        blas.SetStream(handle, stream);
        Assert.Equal(3, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 4, address, 2, &zero, address, 4));
        blas.SetWorkspace(handle, address, 256);
        Assert.Equal(0, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 4, address, 2, &zero, address, 4));
        Assert.Equal(7, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 3, address, 2, &zero, address, 4));
        Assert.Equal(7, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 4, address, 1, &zero, address, 4));
        Assert.Equal(7, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 4, address, 2, &zero, address, 3));
        Assert.Equal(7, blas.Sgemm(handle, 1, 0, 4, 3, 2, &one, address, 1, address, 2, &zero, address, 4));
        // A change of stream takes the workspace away.
        blas.SetStream(handle, stream);
        Assert.Equal(3, blas.Sgemm(handle, 0, 0, 4, 3, 2, &one, address, 4, address, 2, &zero, address, 4));
        Assert.Equal(6, machine.Violations.Count);
    }

    [Fact]
    public void Memory_of_the_host_holds_garbage_until_the_copy_has_run_and_must_outlive_it()
    {
        var (machine, driver, stream) = Open();
        ulong address;
        nint host, arrival;
        driver.MemoryAllocate(&address, 4);
        Assert.Equal(0, driver.HostAllocate(&host, 4, 0));
        driver.EventCreate(&arrival, 2);
        Assert.Equal(0, driver.EventQuery(arrival));
        for (uint i = 3; i <= 5; i++) driver.Set32(address, i, 1, stream);
        driver.CopyToHost((void*)host, address, 4, stream);
        driver.EventRecord(arrival, stream);
        Assert.Equal((600, 0xCBCBCBCBu), (driver.EventQuery(arrival), *(uint*)host));
        // While one asks time passes.
        Assert.Equal((600, 600, 0), (driver.EventQuery(arrival), driver.EventQuery(arrival), driver.EventQuery(arrival)));
        Assert.Equal(5u, *(uint*)host);
        Assert.Contains("4 bytes of the host", machine.Leaks());
        driver.Set32(address, 5, 1, stream);
        Assert.Equal(0, driver.HostFree(host));
        Assert.Contains("while work is under way", Assert.Single(machine.Violations), StringComparison.Ordinal);
        Assert.Equal(1, driver.HostFree(host));
        Assert.Equal(2, machine.Violations.Count);
    }

    [Fact]
    public void Who_waits_for_an_event_waits_for_its_record_of_then()
    {
        var (_, driver, stream) = Open();
        nint other, mark;
        ulong address;
        uint word = 0;
        driver.StreamCreate(&other, 1);
        driver.EventCreate(&mark, 2);
        driver.MemoryAllocate(&address, 4);
        driver.Set32(address, 1, 1, other);
        driver.EventRecord(mark, other);
        driver.StreamWaitEvent(stream, mark, 0);
        driver.Set32(address, 2, 1, other);
        driver.EventRecord(mark, other);
        driver.CopyToHost(&word, address, 4, stream);
        driver.StreamSynchronize(stream);
        Assert.Equal(1u, word);
    }

    [Fact]
    public void A_product_of_cublasLt_that_is_not_the_one_its_algorithm_is_for_is_refused()
    {
        var (machine, driver, stream) = Open();
        var lt = new LtTable(name => FakeLt.Table.GetValueOrDefault(name));
        nint* handles = stackalloc nint[6];
        nint* handle = handles, description = handles + 1, a = handles + 2, b = handles + 3, c = handles + 4, preference = handles + 5;
        ulong address, vector;
        float* factors = stackalloc float[2] { 1, 0 };
        int epilogue = 4, count;
        uint alignment = 16;
        LtChoice* choice = stackalloc LtChoice[1];
        Assert.Equal((64, 96), (sizeof(LtAlgorithm), sizeof(LtChoice)));
        driver.MemoryAllocate(&address, 4096);
        vector = address + 1024;
        Assert.Equal((0, 0), (lt.Create(handle), lt.DescriptionCreate(description, 68, 0)));
        Assert.Equal(7, lt.LayoutCreate(a, 0, 4, 2, 3)); // a leading dimension below its rows
        Assert.Equal((0, 0, 0), (lt.LayoutCreate(a, 0, 4, 2, 4), lt.LayoutCreate(b, 0, 2, 3, 2), lt.LayoutCreate(c, 0, 4, 3, 4)));
        Assert.Equal(7, lt.DescriptionSet(*description, 7, &epilogue, 8));
        Assert.Equal((0, 0), (lt.DescriptionSet(*description, 7, &epilogue, 4), lt.DescriptionSet(*description, 8, &vector, 8)));
        Assert.Equal((0, 0), (lt.PreferenceCreate(preference), lt.PreferenceSet(*preference, 8, &alignment, 4)));
        Assert.Equal(0, lt.Heuristic(*handle, *description, *a, *b, *c, *c, *preference, 1, choice, &count));
        Assert.Equal(7, lt.Heuristic(*handle, *description, *a, *a, *c, *c, *preference, 1, choice, &count));
        int Multiply(ulong x, ulong y, ulong z, ulong workspace) => lt.Multiply(
            *handle, *description, factors, x, *a, y, *b, factors + 1, z, *c, z, *c, &choice->Algorithm, workspace, 1024, stream);
        Assert.Equal(0, Multiply(address, address + 256, address + 512, address + 2048));
        // Aligned otherwise than was said, a workspace that is not, one that is not there.
        Assert.Equal(7, Multiply(address + 4, address + 256, address + 512, address + 2048));
        Assert.Equal(7, Multiply(address, address + 256, address + 512, address + 2052));
        Assert.Equal(7, Multiply(address, address + 256, address + 512, address + 4096));
        epilogue = 6;
        lt.DescriptionSet(*description, 7, &epilogue, 4);
        Assert.Equal(7, Multiply(address, address + 256, address + 512, address + 2048));
        Assert.Equal(5, machine.Violations.Count);
        string[] held = [.. machine.Leaks().Where(leak => leak.StartsWith("cublasLt", StringComparison.Ordinal)).Order()];
        string[] layouts = ["cublasLt layout", "cublasLt layout", "cublasLt layout"];
        Assert.Equal(["cublasLt description", "cublasLt handle", .. layouts, "cublasLt preference"], held);
    }
}
