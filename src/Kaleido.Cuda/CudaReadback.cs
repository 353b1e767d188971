using Kaleido.Cuda.Sessions;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

/// <summary>
/// Numbers on their way to page-locked memory of the host, which the device writes while host and device both go on; an event behind the
/// copy says when they have arrived.
/// </summary>
internal sealed unsafe class CudaReadback : Readback
{
    private readonly CudaSession _session;
    private readonly CudaMemory _memory;
    private readonly nint _host;
    private readonly nint _arrival;
    private bool _isUnderway;

    public CudaReadback(CudaSession session, CudaMemory memory, int capacity) : base(capacity)
    {
        (_session, _memory) = (session, memory);
        (_host, _arrival) = session.OpenReadback((long)capacity * sizeof(float));
    }

    ~CudaReadback() => Dispose(false);

    /// <inheritdoc/>
    public override bool IsReady => !_isUnderway || !(_isUnderway = !_session.HasHappened(_arrival));

    /// <inheritdoc/>
    protected override void Issue(long offset, int count)
    {
        _session.CopyToHost(_memory.At(offset, count), _host, (long)count * sizeof(float), _arrival);
        _isUnderway = true;
    }

    /// <inheritdoc/>
    protected override void Take(Span<float> destination)
    {
        if (!IsReady) _session.WaitFor(_arrival);
        _isUnderway = false;
        new ReadOnlySpan<float>((void*)_host, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _session.CloseReadback(_host, _arrival);
        else if (_arrival != 0) _session.Forget(() => _session.CloseReadback(_host, _arrival));
        base.Dispose(disposing);
    }
}
