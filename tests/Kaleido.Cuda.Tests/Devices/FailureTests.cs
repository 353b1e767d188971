using System.Globalization;
using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Every function of the tables made to fail: the failure is told by name and status, nothing is left, and work goes on.</summary>
public sealed class FailureTests
{
    private const int OutOfMemory = 2, IllegalAddress = 700, BlasExecutionFailed = 13;

    /// <summary>Every function that the backend asks for, from the tables themselves.</summary>
    public static TheoryData<string> Functions()
    {
        var system = new FakeSystem();
        FakeMachine.Current = new();
        _ = new Interop.DriverTable(name => system.Find(1, name));
        _ = new Interop.BlasTable(name => system.Find(2, name));
        _ = new Interop.LtTable(name => system.Find(3, name));
        return [.. system.Found];
    }

    /// <summary>Opening, all kinds of work, and giving back, in steps of which each can be tried again.</summary>
    private sealed class Scenario : IDisposable
    {
        private readonly CudaProvider _provider =
            new(new() { Epilogues = CudaEpilogues.Bias | CudaEpilogues.BiasGradient }, new FakeSystem());

        private readonly float[] _read = new float[6];
        private Device? _device;
        private int _copied;
        private DeviceMemory? _x, _y;
        private Readback? _copy;
        private Work? _work;

        public float[] Result { get; private set; } = [];

        public int Steps => 13;

        public void Do(int step)
        {
            var backend = _device?.Backend as CudaBackend;
            switch (step)
            {
                case 0:
                    if (!_provider.TryOpen(out _device, out string reason)) throw new NotSupportedException(reason);
                    break;
                case 1: _x = backend!.Allocate(6); break;
                case 2: _y = backend!.Allocate(6); break;
                case 3: _x!.Upload(0, [1f, 2, 3, 4, 5, 6]); break;
                case 4: backend!.Product(new(_x!, 0, 3, 2), true, new(_x!, 0, 3, 2), false, false, new(_y!, 0, 2, 2)); break;
                case 5: backend!.Broadcast(new MatrixView(_y!, 0, 2, 1), new(_y!, 4, 2, 1)); break;
                case 6: _y!.Download(0, _read); break;
                case 7: _work ??= new(backend!, 5); break;
                case 8: backend!.Measure(() => { }); break;
                case 9:
                    // A run that failed may have been made in part: the training begins anew.
                    _work?.Dispose();
                    _work = null;
                    _work = new(backend!, 5);
                    for (int i = 0; i < 4; i++) _work.Step(5);
                    Result = [.. _read, .. _work.Read()];
                    break;
                case 10: _copy ??= _y!.CreateReadback(6); break;
                case 11:
                    float[] copied = new float[6];
                    _copy!.Begin(0, 6);
                    while (!_copy.IsReady) continue;
                    _copy.Begin(0, 6);
                    _copy.Read(copied);
                    Result = [.. Result[..(Result.Length - _copied)], .. copied];
                    _copied = 6;
                    break;
                case 12: Result = [.. Result, backend!.FreeMemoryBytes > 0 ? 1 : 0]; break;
                default: throw new ArgumentOutOfRangeException(nameof(step));
            }
        }

        /// <summary>Gives everything back, all of it, and then throws the first failure.</summary>
        public void Dispose()
        {
            Exception? first = null;
            foreach (IDisposable? it in (IDisposable?[])[_work, _copy, _x, _y, _device])
            {
                try
                {
                    it?.Dispose();
                }
                catch (DeviceException failure)
                {
                    first ??= failure;
                }
            }

            if (first is not null) throw first;
        }
    }

    private static (float[] Result, Dictionary<string, int> Calls) Expected()
    {
        var machine = new FakeMachine();
        FakeMachine.Current = machine;
        var scenario = new Scenario();
        for (int step = 0; step < scenario.Steps; step++) scenario.Do(step);
        scenario.Dispose();
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Leaks());
        return (scenario.Result, machine.Calls.ToDictionary());
    }

    [Theory, MemberData(nameof(Functions))]
    public void A_call_that_fails_once_is_told_and_nothing_is_left_and_the_work_goes_on(string function)
    {
        if (function is "cuGetErrorName" or "cuGetErrorString") return; // below: they are called where another has failed
        var (expected, calls) = Expected();
        int count = calls[function], status = function.StartsWith("cublas", StringComparison.Ordinal) ? BlasExecutionFailed : OutOfMemory;
        foreach (int at in new[] { 1, 2, (count + 1) / 2, count - 1, count }.Where(at => at >= 1 && at <= count).Distinct())
        {
            var machine = new FakeMachine();
            FakeMachine.Current = machine;
            machine.Fail(function, status, at);
            var told = new List<string>();
            var scenario = new Scenario();
            for (int step = 0; step < scenario.Steps; step++)
            {
                Tell(() => scenario.Do(step));
                if (told.Count == 1 && !machine.AwaitsFailure && step >= 0) Retry(scenario, ref step, told);
            }

            Tell(scenario.Dispose);
            Assert.False(machine.AwaitsFailure, $"{function} was not called {at} times");
            string said = Assert.Single(told, it => it.Length > 0);
            Assert.Contains(function.Replace("_v2", "", StringComparison.Ordinal), said, StringComparison.Ordinal);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{status} C"), said, StringComparison.Ordinal);
            Assert.Empty(machine.Violations);
            Assert.Empty(machine.Leaks());
            Assert.Equal(expected, scenario.Result);

            void Tell(Action action)
            {
                try
                {
                    action();
                }
                catch (Exception failure) when (failure is DeviceException or NotSupportedException)
                {
                    told.Add(failure.Message);
                }
            }
        }

        // The step that failed is made again and must succeed; the empty word keeps it from being made a third time.
        static void Retry(Scenario scenario, ref int step, List<string> told)
        {
            scenario.Do(step);
            told.Add("");
        }
    }

    [Theory, InlineData("cuGetErrorName"), InlineData("cuGetErrorString")]
    public void A_failure_is_told_by_number_where_the_driver_has_no_words(string function)
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        machine.Fail(function, 1);
        // The name is asked for when something else fails; only one failure can wait, so that one is real.
        var refused = Assert.Throws<DeviceException>(() => backend.Allocate(1L << 40));
        Assert.Equal("cuMemAlloc_v2", refused.Call);
        Assert.StartsWith(function == "cuGetErrorName" ? "2" : "2 CUDA_ERROR_OUT_OF_MEMORY", refused.Status, StringComparison.Ordinal);
        Assert.DoesNotContain("in words", refused.Status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuMemAlloc_v2"), InlineData("cuLaunchKernel"), InlineData("cuStreamSynchronize"), InlineData("cuGraphLaunch")]
    [InlineData("cuMemcpyDtoHAsync_v2"), InlineData("cuStreamEndCapture"), InlineData("cuMemFree_v2"), InlineData("cuCtxSetCurrent")]
    public void After_an_error_that_nothing_survives_the_device_says_that_it_is_lost(string function)
    {
        var machine = new FakeMachine();
        var backend = FakeDevice.Open(machine);
        var work = new Work(backend, 5);
        work.Step(5);
        machine.Fail(function, IllegalAddress);
        var first = Assert.Throws<DeviceException>(() =>
        {
            for (int i = 0; i < 3; i++) work.Step(5);
            work.Read();
            var memory = backend.Allocate(3);
            memory.Dispose();
        });
        Assert.Equal(function, first.Call);
        var then = Assert.Throws<DeviceException>(() => work.Step(5));
        Assert.Contains(
            $"the device is lost since {function} failed: 700 CUDA_ERROR_ILLEGAL_ADDRESS", then.Message, StringComparison.Ordinal);
        Assert.Contains("lost", Assert.Throws<DeviceException>(() => backend.Allocate(3)).Message, StringComparison.Ordinal);
        work.Dispose();
        backend.Dispose();
        Assert.Empty(machine.Leaks());
    }

    [Fact]
    public void A_kernel_that_leaves_its_memory_loses_the_device_and_is_told_where_one_waits()
    {
        var machine = new FakeMachine();
        var backend = FakeDevice.Open(machine);
        var memory = backend.Allocate(8);
        ulong address = CudaMemory.AddressOf(new(memory, 0, 1, 8), backend.Session);
        using (backend.Session.Enter()) backend.Session.Launch("unary_abs", backend.Session.Flat(9), address, 0.0, address, 9L);
        var failure = Assert.Throws<DeviceException>(() => backend.Synchronize());
        Assert.Equal("cuStreamSynchronize", failure.Call);
        Assert.Contains("unary_abs", Assert.Single(machine.Faults), StringComparison.Ordinal);
        backend.Dispose();
    }

    [Fact]
    public void An_index_out_of_range_within_a_captured_step_is_told_where_one_waits_and_the_device_goes_on()
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine);
        using DeviceMemory source = backend.Allocate(6), index = backend.Allocate(2);
        var program = new PlanProgram(
            [new(new(3, 2), SlotKind.Variable, source), new(new(2, 1), SlotKind.Variable, index), new(new(2, 2), SlotKind.Computed)],
            [new(new GatherRowsOperation(), [0, 1], 2)], [2], []);
        using var executable = backend.Lower(program, 1);
        for (int i = 0; i < 3; i++) executable.Run(1);
        backend.Synchronize();
        index.Upload(0, [1f, 3]);
        executable.Run(1);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => backend.Synchronize());
        Assert.Contains("an index is 3 and must be a row from 0 to 2", refused.Message, StringComparison.Ordinal);
        index.Upload(0, [1f, 2]);
        executable.Run(1);
        backend.Synchronize();
        Assert.Empty(machine.Violations);
    }
}
