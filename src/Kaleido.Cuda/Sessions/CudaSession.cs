using System.Collections.Concurrent;
using Kaleido.Backends;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

/// <summary>
/// One opened device: its primary context, one stream on which all work is issued in order (and one beside it within a step), the loaded
/// kernels, cuBLAS, and a register of everything native that is held. All calls of the driver go through here, one thread at a time.
/// </summary>
/// <remarks>
/// Nothing native is freed by a finaliser: what was forgotten is queued there, and freed by the next allocation or by
/// <see cref="Dispose"/>, on a thread that has made the context current.
/// </remarks>
internal sealed unsafe partial class CudaSession : IDisposable
{
    private readonly DriverTable _driver;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Action> _forgotten = new();
    private readonly int _device;
    private nint _context;
    private nint _stream;
    private string? _lost;

    /// <summary>Opens a device; whatever was acquired before a failure is given back.</summary>
    /// <exception cref="DeviceException">A call failed.</exception>
    public CudaSession(DriverTable driver, BlasTable blas, LtTable? lt, CudaOptions options, byte[] kernels)
    {
        (_driver, _blas, _lt, Options) = (driver, blas, lt, options);
        try
        {
            int device;
            Demand(driver.DeviceGet(&device, options.Ordinal), "cuDeviceGet");
            _device = device;
            Properties = ReadProperties();
            nint context;
            Demand(driver.PrimaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain");
            _context = context;
            Demand(driver.ContextSetCurrent(context), "cuCtxSetCurrent");
            if (options.SharedStream == 0)
            {
                nint stream;
                Demand(driver.StreamCreate(&stream, NonBlocking), "cuStreamCreate");
                _stream = stream;
            }
            else
            {
                _stream = options.SharedStream;
            }

            OpenSide();
            LoadKernels(kernels);
            OpenBlas();
            OpenLt();
            _status = AllocateZeros(StatusBytes);
            _seen = (IndexStatus*)AllocateHost(StatusBytes);
            *_seen = default;
        }
        catch
        {
            _ = Release();
            throw;
        }
    }

    private const uint NonBlocking = 1;

    /// <summary>How the device was opened.</summary>
    public CudaOptions Options { get; }

    /// <summary>What the device is.</summary>
    public CudaProperties Properties { get; } = null!;

    /// <summary>The stream on which work is issued.</summary>
    public nint Stream => _stream;

    /// <summary>The primary context.</summary>
    public nint Context => _context;

    /// <summary>True once everything was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Whether launches are being recorded instead of run.</summary>
    public bool IsCapturing { get; private set; }

    /// <summary>
    /// Takes the device for the calling thread and makes its context current there: another library may have left its own.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The device was given back.</exception>
    /// <exception cref="DeviceException">The device was lost.</exception>
    public Lock.Scope Enter()
    {
        var scope = _gate.EnterScope();
        try
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (_lost is not null) throw new DeviceException("CUDA", $"the device is lost since {_lost}");
            Demand(_driver.ContextSetCurrent(_context), "cuCtxSetCurrent");
            return scope;
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    /// <summary>Throws for a status that is not success, and remembers those after which the driver refuses everything.</summary>
    private void Demand(int status, string call)
    {
        if (status == CudaStatus.Success) return;
        string text = CudaStatus.Text(_driver, status);
        if (CudaStatus.IsSticky(status)) _lost ??= $"{call} failed: {text}";
        throw new DeviceException(call, text);
    }

    /// <summary>Waits for all work issued so far, and reports an index that a kernel found out of range.</summary>
    public void Synchronize()
    {
        using var scope = Enter();
        if (_readsIndices) CopyStatus();
        Wait();
        ThrowForIndex();
    }

    private void Wait() => Demand(_driver.StreamSynchronize(_stream), "cuStreamSynchronize");

    /// <summary>For finalisers: something to be given back by a thread that can.</summary>
    public void Forget(Action release) => _forgotten.Enqueue(release);

    private void CollectForgotten()
    {
        if (IsCapturing) return;
        while (_forgotten.TryDequeue(out var release)) release();
    }

    /// <summary>Gives everything back. A call that fails is tried once more; the first failure is thrown when all is done.</summary>
    /// <exception cref="DeviceException">A call failed.</exception>
    public void Dispose()
    {
        using var scope = _gate.EnterScope();
        if (IsDisposed) return;
        var failure = Release();
        if (failure is not null) throw failure;
    }

    private DeviceException? Release()
    {
        DeviceException? first = null;
        IsDisposed = true;
        _forgotten.Clear();
        if (_context != 0)
        {
            Try(() => Demand(_driver.ContextSetCurrent(_context), "cuCtxSetCurrent"));
            if (_stream != 0) Try(Wait);
            foreach (nint graph in _graphs) Try(() => Demand(_driver.GraphExecDestroy(graph), "cuGraphExecDestroy"));
            foreach (nint mark in _events) Try(() => Demand(_driver.EventDestroy(mark), "cuEventDestroy_v2"));
            ReleaseLt(Try);
            foreach (nint handle in (nint[])[_handle, _sideHandle])
            {
                if (handle != 0) Try(() => DemandBlas(_blas.Destroy(handle), "cublasDestroy_v2"));
            }

            foreach (ulong address in _live.Keys) Try(() => Demand(_driver.MemoryFree(address), "cuMemFree_v2"));
            foreach (nint host in _pinned) Try(() => Demand(_driver.HostFree(host), "cuMemFreeHost"));
            foreach (nint module in _modules) Try(() => Demand(_driver.ModuleUnload(module), "cuModuleUnload"));
            foreach (nint stream in (nint[])[_side, _stream])
            {
                if (stream != 0 && stream != Options.SharedStream) Try(() => Demand(_driver.StreamDestroy(stream), "cuStreamDestroy_v2"));
            }

            Try(() => Demand(_driver.PrimaryContextRelease(_device), "cuDevicePrimaryCtxRelease_v2"));
        }

        _graphs.Clear();
        _events.Clear();
        _live.Clear();
        _pinned.Clear();
        _modules.Clear();
        (_handle, _sideHandle, _stream, _side, _context) = (0, 0, 0, 0, 0);
        return first;

        void Try(Action release)
        {
            // Of a lost device nothing can be given back but the context, with which all goes; the loss has been reported.
            bool lost = _lost is not null;
            for (int attempt = 0; attempt < 2; attempt++)
            {
                try
                {
                    release();
                    return;
                }
                catch (DeviceException failure)
                {
                    if (!lost) first ??= failure;
                }
            }
        }
    }
}
