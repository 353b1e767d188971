using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>One float.</summary>
internal readonly struct FloatScalar(float value) : ILane<FloatScalar, float>
{
    private readonly float _value = value;

    public float Value => _value;

    private uint Bits => BitConverter.SingleToUInt32Bits(_value);

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Create(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar CreateBits(ulong bits) => new(BitConverter.UInt32BitsToSingle((uint)bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Load(ref readonly float source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float destination) => destination = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator +(FloatScalar left, FloatScalar right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator -(FloatScalar left, FloatScalar right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator *(FloatScalar left, FloatScalar right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator /(FloatScalar left, FloatScalar right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator &(FloatScalar left, FloatScalar right) => CreateBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator |(FloatScalar left, FloatScalar right) => CreateBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar operator ^(FloatScalar left, FloatScalar right) => CreateBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar FusedMultiplyAdd(FloatScalar left, FloatScalar right, FloatScalar addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Single(left._value, right._value, addend._value)
            : MathF.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar FusedMultiplyAdd(FloatScalar left, FloatScalar right, float addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Single(left._value, right._value, addend)
            : MathF.FusedMultiplyAdd(left._value, right._value, addend));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Sqrt(FloatScalar value) => new(MathF.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Abs(FloatScalar value) => new(MathF.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar CopySign(FloatScalar magnitude, FloatScalar sign) => new(MathF.CopySign(magnitude._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar LessThan(FloatScalar left, FloatScalar right) => CreateBits(left._value < right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar GreaterThan(FloatScalar left, FloatScalar right) =>
        CreateBits(left._value > right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Equal(FloatScalar left, FloatScalar right) => CreateBits(left._value == right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Select(FloatScalar mask, FloatScalar whenTrue, FloatScalar whenFalse) =>
        mask.Bits != 0 ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar Clamp(FloatScalar value, float lower, float upper) =>
        value._value > upper ? new(upper) : value._value < lower ? new(lower) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(FloatScalar mask) => mask.Bits != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(FloatScalar value, ulong limit) => value.Bits > (uint)limit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar AddBits(FloatScalar left, FloatScalar right) => CreateBits(left.Bits + right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar SubtractBits(FloatScalar left, FloatScalar right) => CreateBits(left.Bits - right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar ShiftLeft(FloatScalar value, int count) => CreateBits(value.Bits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar ShiftRight(FloatScalar value, int count) => CreateBits(value.Bits >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar ShiftRightArithmetic(FloatScalar value, int count) => CreateBits((ulong)((int)value.Bits >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar LoadSingle(ref readonly float source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination) => destination = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatScalar MapDouble<TFunction>(in TFunction function, FloatScalar x) where TFunction : struct, IDoubleFunction =>
        new((float)function.Apply(new DoubleScalar(x._value)).Value);
}
