using System.Runtime.InteropServices;
using Kaleido.Backends;
using Kaleido.Cuda.Sessions;

namespace Kaleido.Cuda;

/// <summary>
/// A step counter in device memory, read and advanced there by the kernels. The host alone issues advances and so knows its value without
/// asking the device.
/// </summary>
internal sealed class CudaStepCounter : StepCounter
{
    private readonly CudaSession _session;
    private ulong _value;

    public CudaStepCounter(CudaSession session)
    {
        _session = session;
        Address = session.Allocate(sizeof(ulong));
    }

    ~CudaStepCounter() => Dispose(false);

    /// <summary>Where the device keeps the step.</summary>
    public ulong Address { get; }

    /// <inheritdoc/>
    public override ulong Value
    {
        get => _value;
        set
        {
            _session.Upload(Address, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));
            _value = value;
        }
    }

    /// <summary>The value that the device holds, for tests.</summary>
    internal ulong ReadFromDevice()
    {
        ulong value = 0;
        _session.Download(Address, MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }

    /// <summary>Writes down that an advance was issued.</summary>
    public void NoteAdvance() => _value++;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _session.Free(Address);
        else if (Address != 0) _session.Forget(() => _session.Free(Address));
        base.Dispose(disposing);
    }
}
