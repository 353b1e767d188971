using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>The body of a loop over contiguous floats: works on elements i … i + Count - 1, by exactly rounded operations alone.</summary>
internal interface IBlockBody
{
    /// <summary>One lane's worth of elements.</summary>
    void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>;
}

/// <summary>
/// The loop itself, once: the widest lanes first, what is left in narrower ones and at last one by one, all with the same body. (A last
/// overlapping lane would not do: a body may change its own sources, and then twice.)
/// </summary>
internal static class BlockLoop
{
    public static void Run<TBody>(TBody body, long count) where TBody : struct, IBlockBody
    {
        long done = 0;
        if (Vector512.IsHardwareAccelerated && count >= Float512.Count) done = Lanes<TBody, Float512>(body, done, count);
        if (Vector256.IsHardwareAccelerated && count - done >= Float256.Count) done = Lanes<TBody, Float256>(body, done, count);
        if (Vector128.IsHardwareAccelerated && count - done >= Float128.Count) done = Lanes<TBody, Float128>(body, done, count);
        if (done < count) Lanes<TBody, FloatScalar>(body, done, count);
    }

    // Not inlined itself: inside a caller the JIT's limits on inlining would leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Lanes<TBody, TLane>(TBody body, long first, long count)
        where TBody : struct, IBlockBody
        where TLane : struct, ILane<TLane, float>
    {
        long i = first;
        for (; i <= count - TLane.Count; i += TLane.Count) body.Execute<TLane>(i);
        return i;
    }

    /// <summary>Reads a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe TLane Load<TLane>(float* source) where TLane : struct, ILane<TLane, float> => TLane.Load(in *source);
}
