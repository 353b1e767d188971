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

/// <summary>The loop itself, once: widest lanes first, the tail element by element with the same body.</summary>
internal static class BlockLoop
{
    public static void Run<TBody>(TBody body, long count) where TBody : struct, IBlockBody
    {
        long done = Vector512.IsHardwareAccelerated ? Lanes<TBody, Lane512<float>>(ref body, count)
            : Vector256.IsHardwareAccelerated ? Lanes<TBody, Lane256<float>>(ref body, count)
            : Vector128.IsHardwareAccelerated ? Lanes<TBody, Lane128<float>>(ref body, count)
            : 0;
        for (; done < count; done++) body.Execute<LaneScalar<float>>(done);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Lanes<TBody, TLane>(ref TBody reference, long count)
        where TBody : struct, IBlockBody
        where TLane : struct, ILane<TLane, float>
    {
        var body = reference;
        long i = 0;
        for (; i <= count - TLane.Count; i += TLane.Count) body.Execute<TLane>(i);
        return i;
    }

    /// <summary>Reads a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe TLane Load<TLane>(float* source) where TLane : struct, ILane<TLane, float> => TLane.Load(in *source);
}
