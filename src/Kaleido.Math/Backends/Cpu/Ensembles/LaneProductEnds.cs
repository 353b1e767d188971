using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>What happens to a finished element of a product before it is stored.</summary>
internal unsafe interface ILaneProductEnd
{
    /// <summary>The value to store. <paramref name="other"/>: the bias of its column, or the mask's element.</summary>
    static abstract TLane Apply<TLane>(TLane sum, float* other) where TLane : struct, ILane<TLane, float>;

    /// <summary>Floats between the rows of the other operand, for a product of this many columns.</summary>
    static abstract int RowStride(int columns);
}

/// <summary>The sum itself.</summary>
internal readonly unsafe struct NoEnd : ILaneProductEnd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane sum, float* other) where TLane : struct, ILane<TLane, float> => sum;

    public static int RowStride(int columns) => 0;
}

/// <summary>sum + bias.</summary>
internal readonly unsafe struct BiasEnd : ILaneProductEnd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane sum, float* other) where TLane : struct, ILane<TLane, float> =>
        sum + BlockLoop.Load<TLane>(other);

    public static int RowStride(int columns) => 0;
}

/// <summary>relu(sum + bias), as <see cref="ReluBody"/> computes it.</summary>
internal readonly unsafe struct BiasReluEnd : ILaneProductEnd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane sum, float* other) where TLane : struct, ILane<TLane, float>
    {
        TLane value = sum + BlockLoop.Load<TLane>(other), zero = TLane.Create(0f);
        return TLane.Select(TLane.LessThan(value, zero) | TLane.Equal(value, zero), zero, value);
    }

    public static int RowStride(int columns) => 0;
}

/// <summary>The sum where the mask's element is above 0, else +0.</summary>
internal readonly unsafe struct MaskEnd : ILaneProductEnd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane sum, float* other) where TLane : struct, ILane<TLane, float>
    {
        TLane zero = TLane.Create(0f);
        return TLane.Select(TLane.LessThan(zero, BlockLoop.Load<TLane>(other)), sum, zero);
    }

    public static int RowStride(int columns) => columns * LaneLayout.Lanes;
}
