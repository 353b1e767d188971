using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// Waiting in stages: pause instructions while the answer is likely near, then giving the core away, then sleeping.
/// A dispatch with more workers than cores skips the first stage, since the one waited for may need this very core.
/// </summary>
internal struct Spinner(bool crowded)
{
    private static readonly long SpinTicks = Stopwatch.Frequency * 60 / 1_000_000;
    private static readonly long YieldTicks = Stopwatch.Frequency * 200 / 1_000_000;

    private int _count;
    private long _start;

    /// <summary>Pauses only; false once the spinning time (60 µs, or a few pauses when crowded) is used up.</summary>
    public bool Spin()
    {
        Thread.SpinWait(1);
        if ((++_count & 15) != 0)
            return true;
        if (crowded)
            return _count < 32;
        long now = Stopwatch.GetTimestamp();
        if (_start == 0)
            _start = now;
        return now - _start < SpinTicks;
    }

    /// <summary>One step of waiting for something that will surely happen: spin, then yield, then sleep a millisecond at a time.</summary>
    public void Wait()
    {
        if (_count >= 0)
        {
            if (Spin())
                return;
            _count = -1;
            _start = Stopwatch.GetTimestamp();
        }

        // Yield alone looks only at this core's queue on some systems; Sleep(0) now and then covers the others.
        if (--_count % 16 != 0)
            Thread.Yield();
        else if (Stopwatch.GetTimestamp() - _start < YieldTicks)
            Thread.Sleep(0);
        else
            Thread.Sleep(1);
        if (_count < -1_000_000)
            _count = -1;
    }
}

/// <summary>An integer alone on its cache lines (two of them: the hardware fetches lines in pairs).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedInt
{
    [FieldOffset(128)]
    public int Value;
}
