using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>
/// A machine with an imagined GPU behind the functions of the CUDA driver and of cuBLAS. It is stricter than a real one: nothing issued
/// runs before somebody waits for it, fresh memory is full of garbage, every address is checked, every handle is counted, and any call can
/// be made to fail.
/// </summary>
internal sealed partial class FakeMachine
{
    private static readonly AsyncLocal<FakeMachine?> Here = new();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _calls = [];
    private readonly Dictionary<nint, object> _handles = [];
    private readonly Dictionary<int, nint> _current = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _leaked = [];
    private readonly Dictionary<ulong, nint> _workspaces = [];
    private nint _lastHandle = 0x1000;
    private (string Call, int At, int Status)? _injected;

    /// <summary>The machine on which this flow of execution calls CUDA.</summary>
    public static FakeMachine? Current
    {
        get => Here.Value;
        set => Here.Value = value;
    }

    /// <summary>1000·major + 10·minor of the CUDA version that the driver is made for.</summary>
    public int DriverVersion { get; init; } = 12040;

    public int Devices { get; init; } = 1;

    /// <summary>True: the device does nothing while the host only asks how far it is.</summary>
    public bool IsStill { get; init; }

    /// <summary>Bytes of memory; more cannot be allocated.</summary>
    public long Capacity { get; init; } = 1L << 30;

    /// <summary>The status after which every call fails, or 0.</summary>
    public int Sticky { get; set; }

    /// <summary>What the caller did wrong, though it may have been told so by a status.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>How often each function was called.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>
    /// Makes the <paramref name="at"/>-th call from now on of a function (1 for the next) return a status without doing anything.
    /// </summary>
    public void Fail(string call, int status, int at = 1) => _injected = (call, _calls.GetValueOrDefault(call) + at, status);

    /// <summary>Kernels, products and fills in the order in which they were issued or captured, each with its stream.</summary>
    public List<string> Launches { get; } = [];

    /// <summary>Whether cublasLt has an algorithm for a product with this epilogue.</summary>
    public Func<int, bool> LtOffers { get; init; } = epilogue => epilogue is 4 or 6 or 256 or 512;

    /// <summary>What cublasLt has offered; an algorithm is its number here, from 1 on.</summary>
    public List<object> LtAlgorithms { get; } = [];

    /// <summary>The math modes that cuBLAS was set to.</summary>
    public List<int> MathModes { get; } = [];

    /// <summary>True while a failure that was asked for has not happened.</summary>
    public bool AwaitsFailure => _injected is not null;

    /// <summary>What was not given back.</summary>
    public IReadOnlyList<string> Leaks()
    {
        lock (_gate)
        {
            return [.. _leaked, .. _handles.Select(it => it.Value.ToString()!), .. _allocations.Select(it => it.ToString()),
                .. _host.Values.Select(bytes => $"{bytes} bytes of the host"),
                .. Enumerable.Repeat("primary context", _retained)];
        }
    }

    public void Violate(string what) => _violations.Add(what);

    /// <summary>
    /// A function's body: counted, made to fail where that was asked for, and refused without a context where it needs one.
    /// </summary>
    public static int Call(string name, Action<FakeMachine> body, bool needsContext = true, bool worksWhenLost = false)
    {
        if (Current is not { } machine) return 3;
        lock (machine._gate)
        {
            int number = machine._calls[name] = machine._calls.GetValueOrDefault(name) + 1;
            if (machine._injected is { } injected && injected.Call == name && injected.At == number)
            {
                machine._injected = null;
                if (!name.StartsWith("cublas", StringComparison.Ordinal) && Interop.CudaStatus.IsSticky(injected.Status))
                    machine.Sticky = injected.Status;
                return injected.Status;
            }

            if (machine.Sticky != 0 && !worksWhenLost) return name.StartsWith("cublas", StringComparison.Ordinal) ? 13 : machine.Sticky;
            nint current = machine._current.GetValueOrDefault(Environment.CurrentManagedThreadId);
            if (needsContext && (current == 0 || current != machine._context))
            {
                machine.Violate($"{name} without a current context");
                return 201;
            }

            try
            {
                body(machine);
                return 0;
            }
            catch (FakeException refused)
            {
                return refused.Status;
            }
#pragma warning disable CA1031 // An exception must not pass through a native frame.
            catch (Exception failure)
            {
                machine.Violate($"{name}: {failure}");
                return 999;
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>A workspace belongs to one stream: on two, products would write over each other's sums.</summary>
    public void UseWorkspace(ulong address, nint stream)
    {
        if (!_workspaces.TryAdd(address, stream) && _workspaces[address] != stream) Violate("a workspace is used on two streams");
    }

    public nint Add(object thing)
    {
        _handles.Add(++_lastHandle, thing);
        return _lastHandle;
    }

    public T Get<T>(nint handle, int status = 400) where T : class
    {
        if (_handles.TryGetValue(handle, out object? thing) && thing is T found) return found;
        Violate($"{handle} is no {typeof(T).Name}");
        throw new FakeException(status);
    }

    public T Remove<T>(nint handle, int status = 400) where T : class
    {
        var thing = Get<T>(handle, status);
        _handles.Remove(handle);
        return thing;
    }
}

/// <summary>A function of the fake returns this status.</summary>
internal sealed class FakeException(int status) : Exception
{
    public int Status { get; } = status;
}
