namespace Kaleido.Cuda.Sessions;

// Overlap within a step. The gradient of a weight (a product with its left operand transposed) is wanted at the end of the step only, by
// the optimiser, while the gradient of the layer's input holds up all that follows. So the former goes to a second stream, and the first
// one waits for it before it touches what the second writes, or writes what the second reads. Neither changes a bit: only the order of
// independent work does. It is done captured or not, so that a graph holds the calls that single launches make, on the same handles of
// cuBLAS.
internal sealed unsafe partial class CudaSession
{
    private const uint WithoutTiming = 2;

    private readonly List<(ulong Start, ulong End, bool IsWritten)> _aside = [];
    private nint _side;
    private bool _isStep;
    private nint _forked;
    private nint _joined;

    private void OpenSide()
    {
        nint stream;
        Demand(_driver.StreamCreate(&stream, NonBlocking), "cuStreamCreate");
        _side = stream;
        _forked = CreateEvent(WithoutTiming);
        _joined = CreateEvent(WithoutTiming);
    }

    // Our left operand is cuBLAS's second.
    private bool GoesAside(in BlasProduct it) => _isStep && it.TransposeB;

    /// <summary>
    /// Issues a step, in which the second stream takes part; afterwards all is on the first stream, or comes before it goes on.
    /// </summary>
    public void Step(Action launches)
    {
        using var scope = Enter();
        _isStep = true;
        try
        {
            launches();
            Join();
        }
        catch
        {
            // What went aside must not run on when its memory is given back: nobody waits for that stream but here.
            _aside.Clear();
            _ = _driver.StreamSynchronize(_side);
            throw;
        }
        finally
        {
            _isStep = false;
        }
    }

    /// <summary>What goes to the second stream next comes after all issued so far.</summary>
    private void Fork()
    {
        Demand(_driver.EventRecord(_forked, _stream), "cuEventRecord");
        Demand(_driver.StreamWaitEvent(_side, _forked, 0), "cuStreamWaitEvent");
    }

    /// <summary>What is issued next comes after all on the second stream.</summary>
    private void Join()
    {
        if (_aside.Count == 0) return;
        Demand(_driver.EventRecord(_joined, _side), "cuEventRecord");
        Demand(_driver.StreamWaitEvent(_stream, _joined, 0), "cuStreamWaitEvent");
        _aside.Clear();
    }

    private void NoteAside(in BlasProduct it)
    {
        NoteAside(it.A, (long)it.M * it.K, written: false);
        NoteAside(it.B, (long)it.K * it.N, written: false);
        NoteAside(it.C, (long)it.M * it.N, written: true);
    }

    private void NoteAside(ulong address, long numbers, bool written) =>
        _aside.Add((address, address + (ulong)numbers * sizeof(float), written));

    /// <summary>Told before numbers are read or written on the first stream.</summary>
    public void BeforeUse(ulong address, long numbers, bool writes)
    {
        foreach (var (start, end, isWritten) in _aside)
        {
            if ((!writes && !isWritten) || address >= end || start >= address + (ulong)numbers * sizeof(float)) continue;
            Join();
            return;
        }
    }
}
