using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

// The bodies of the exactly rounded elementwise operations: one lane's worth each, see IBlockBody. A comparison with NaN is false, so the
// sum of both operands, reached when no comparison holds, is the NaN.

internal readonly unsafe struct AddBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (BlockLoop.Load<TLane>(x + i) + BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
}

internal readonly unsafe struct SubtractBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (BlockLoop.Load<TLane>(x + i) - BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
}

internal readonly unsafe struct MultiplyBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (BlockLoop.Load<TLane>(x + i) * BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
}

internal readonly unsafe struct DivideBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (BlockLoop.Load<TLane>(x + i) / BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
}

internal readonly unsafe struct FusedMultiplyAddBody(float* x, float* y, float* z, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        TLane.FusedMultiplyAdd(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i), BlockLoop.Load<TLane>(z + i))
            .Store(ref destination[i]);
}

internal readonly unsafe struct NegateBody(float* x, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (BlockLoop.Load<TLane>(x + i) ^ TLane.CreateBits(0x8000_0000)).Store(ref destination[i]);
}

internal readonly unsafe struct AbsBody(float* x, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        TLane.Abs(BlockLoop.Load<TLane>(x + i)).Store(ref destination[i]);
}

internal readonly unsafe struct SqrtBody(float* x, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        TLane.Sqrt(BlockLoop.Load<TLane>(x + i)).Store(ref destination[i]);
}

/// <summary>x above 0, +0 up to 0, NaN for NaN.</summary>
internal readonly unsafe struct ReluBody(float* x, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        Relu(BlockLoop.Load<TLane>(x + i)).Store(ref destination[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Relu<TLane>(TLane value) where TLane : struct, ILane<TLane, float>
    {
        TLane zero = TLane.Create(0f);
        return TLane.Select(TLane.LessThan(value, zero) | TLane.Equal(value, zero), zero, value);
    }
}

/// <summary>IEEE 754-2019 maximum. Of equal numbers the bits are and-ed, which makes +0 of zeros with different signs.</summary>
internal readonly unsafe struct MaximumBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        TLane left = BlockLoop.Load<TLane>(x + i), right = BlockLoop.Load<TLane>(y + i);
        var unequal = TLane.Select(TLane.GreaterThan(left, right), left, TLane.Select(TLane.LessThan(left, right), right, left + right));
        TLane.Select(TLane.Equal(left, right), left & right, unequal).Store(ref destination[i]);
    }
}

/// <summary>IEEE 754-2019 minimum. Of equal numbers the bits are or-ed, which makes -0 of zeros with different signs.</summary>
internal readonly unsafe struct MinimumBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        TLane left = BlockLoop.Load<TLane>(x + i), right = BlockLoop.Load<TLane>(y + i);
        var unequal = TLane.Select(TLane.LessThan(left, right), left, TLane.Select(TLane.GreaterThan(left, right), right, left + right));
        TLane.Select(TLane.Equal(left, right), left | right, unequal).Store(ref destination[i]);
    }
}

internal readonly unsafe struct SignBody(float* x, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        var value = BlockLoop.Load<TLane>(x + i);
        var zero = TLane.Create(0f);
        var sign = TLane.Select(TLane.GreaterThan(value, zero), TLane.Create(1f),
            TLane.Select(TLane.LessThan(value, zero), TLane.Create(-1f), zero));
        TLane.Select(TLane.Equal(value, value), sign, value).Store(ref destination[i]);
    }
}

internal readonly unsafe struct LeakyBody(float* x, float slope, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        var value = BlockLoop.Load<TLane>(x + i);
        TLane.Select(TLane.GreaterThan(value, TLane.Create(0f)), value, value * TLane.Create(slope)).Store(ref destination[i]);
    }
}

internal readonly unsafe struct LessBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (TLane.LessThan(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i)) & TLane.Create(1f)).Store(ref destination[i]);
}

internal readonly unsafe struct LessOrEqualBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        TLane left = BlockLoop.Load<TLane>(x + i), right = BlockLoop.Load<TLane>(y + i);
        ((TLane.LessThan(left, right) | TLane.Equal(left, right)) & TLane.Create(1f)).Store(ref destination[i]);
    }
}

internal readonly unsafe struct EqualBody(float* x, float* y, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
        (TLane.Equal(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i)) & TLane.Create(1f)).Store(ref destination[i]);
}

internal readonly unsafe struct SelectBody(float* x, float* y, float* z, float* destination) : IBlockBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
    {
        var isZero = TLane.Equal(BlockLoop.Load<TLane>(x + i), TLane.Create(0f));
        TLane.Select(isZero, BlockLoop.Load<TLane>(z + i), BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
    }
}
