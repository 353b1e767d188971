using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>
/// Runs a function over a span in the widest accelerated lanes that it fills; the tail is a last whole lane, so the same code.
/// </summary>
internal static class ElementwiseKernel
{
    /// <summary>destination[i] = function(x[i]), computed in float32.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void Run<TFunction>(in TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IFloatFunction
    {
        Check(x, destination);
        int length = x.Length;
        if (Vector512.IsHardwareAccelerated && length >= Float512.Count) RunLanes<TFunction, Float512>(function, x, destination);
        else if (Vector256.IsHardwareAccelerated && length >= Float256.Count) RunLanes<TFunction, Float256>(function, x, destination);
        else if (Vector128.IsHardwareAccelerated && length >= Float128.Count) RunLanes<TFunction, Float128>(function, x, destination);
        else if (length > 0) RunLanes<TFunction, FloatScalar>(function, x, destination);
    }

    /// <summary>The same in lanes of a chosen width; at least one lane of elements.</summary>
    // Not inlined itself: inside a caller the JIT's limits on inlining would leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void RunLanes<TFunction, TLane>(TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IFloatFunction
        where TLane : struct, ILane<TLane, float>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, TLane.Count);
        ref float source = ref MemoryMarshal.GetReference(x);
        ref float target = ref MemoryMarshal.GetReference(destination);
        nint last = x.Length - TLane.Count;
        // The last lane overlaps the one before it. It is read first, for the case that destination is x; the elements that are computed
        // twice get the same bits twice.
        TLane lastInput = TLane.Load(in Unsafe.Add(ref source, last));
        for (nint i = 0; i < last; i += TLane.Count)
            function.Apply(TLane.Load(in Unsafe.Add(ref source, i))).Store(ref Unsafe.Add(ref target, i));
        function.Apply(lastInput).Store(ref Unsafe.Add(ref target, last));
    }

    /// <summary>destination[i] = function(x[i]), computed in float64 and rounded once.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void RunDouble<TFunction>(in TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IDoubleFunction
    {
        Check(x, destination);
        int length = x.Length;
        if (Vector512.IsHardwareAccelerated && length >= Double512.Count)
            RunDoubleLanes<TFunction, Double512>(function, x, destination);
        else if (Vector256.IsHardwareAccelerated && length >= Double256.Count)
            RunDoubleLanes<TFunction, Double256>(function, x, destination);
        else if (Vector128.IsHardwareAccelerated && length >= Double128.Count)
            RunDoubleLanes<TFunction, Double128>(function, x, destination);
        else if (length > 0)
            RunDoubleLanes<TFunction, DoubleScalar>(function, x, destination);
    }

    /// <summary>The same in lanes of a chosen width; at least one lane of elements.</summary>
    // Not inlined itself: inside a caller the JIT's limits on inlining would leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void RunDoubleLanes<TFunction, TLane>(TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IDoubleFunction
        where TLane : struct, ILane<TLane, double>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, TLane.Count);
        ref float source = ref MemoryMarshal.GetReference(x);
        ref float target = ref MemoryMarshal.GetReference(destination);
        nint last = x.Length - TLane.Count;
        // The last lane overlaps the one before it. It is read first, for the case that destination is x; the elements that are computed
        // twice get the same bits twice.
        TLane lastInput = TLane.LoadSingle(in Unsafe.Add(ref source, last));
        for (nint i = 0; ; i += TLane.Count)
        {
            // One call site of the function, since it is inlined whole.
            bool whole = i < last;
            TLane input = whole ? TLane.LoadSingle(in Unsafe.Add(ref source, i)) : lastInput;
            function.Apply(input).StoreSingle(ref Unsafe.Add(ref target, whole ? i : last));
            if (!whole) return;
        }
    }

    private static void Check(ReadOnlySpan<float> x, Span<float> destination)
    {
        if (x.Length != destination.Length)
            throw new ArgumentException($"destination has {destination.Length} elements, x has {x.Length}", nameof(destination));
        if (x.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("destination overlaps x without being x", nameof(destination));
    }
}
