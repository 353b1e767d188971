using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>
/// Runs a function over a span in the widest accelerated lanes; the tail goes through a padded lane, so by the same code.
/// </summary>
internal static class ElementwiseKernel
{
    /// <summary>destination[i] = function(x[i]), computed in float64 and rounded once.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void Run<TFunction>(in TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IDoubleFunction
    {
        Check(x, destination);
        if (Vector512.IsHardwareAccelerated) RunLanes<TFunction, Double512>(function, x, destination);
        else if (Vector256.IsHardwareAccelerated) RunLanes<TFunction, Double256>(function, x, destination);
        else if (Vector128.IsHardwareAccelerated) RunLanes<TFunction, Double128>(function, x, destination);
        else RunLanes<TFunction, DoubleScalar>(function, x, destination);
    }

    /// <summary>The same in lanes of a chosen width.</summary>
    // Not inlined itself: inside a caller the JIT's limits on inlining would leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void RunLanes<TFunction, TLane>(TFunction function, ReadOnlySpan<float> x, Span<float> destination)
        where TFunction : struct, IDoubleFunction
        where TLane : struct, ILane<TLane, double>
    {
        ref float source = ref MemoryMarshal.GetReference(x);
        ref float target = ref MemoryMarshal.GetReference(destination);
        Padding padding = default;
        nint length = x.Length, width = TLane.Count;
        for (nint i = 0; i < length; i += width)
        {
            // One call site of the function for body and tail (the JIT inlines only so much): the tail is first copied into a full lane.
            bool whole = length - i >= width;
            scoped ref float input = ref Unsafe.Add(ref source, i);
            scoped ref float output = ref Unsafe.Add(ref target, i);
            if (!whole)
            {
                x[(int)i..].CopyTo(padding);
                input = ref padding[0];
                output = ref padding[0];
            }

            function.Apply(TLane.LoadSingle(in input)).StoreSingle(ref output);
            if (!whole) ((ReadOnlySpan<float>)padding)[..(int)(length - i)].CopyTo(destination[(int)i..]);
        }
    }

    private static void Check(ReadOnlySpan<float> x, Span<float> destination)
    {
        if (x.Length != destination.Length)
            throw new ArgumentException($"destination has {destination.Length} elements, x has {x.Length}", nameof(destination));
        if (x.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("destination overlaps x without being x", nameof(destination));
    }

    [InlineArray(8)]
    private struct Padding
    {
        private float _element;
    }
}
