using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>One double.</summary>
internal readonly struct DoubleScalar(double value) : IDoubleLane<DoubleScalar>
{
    private readonly double _value = value;

    public double Value => _value;

    private ulong Bits => BitConverter.DoubleToUInt64Bits(_value);

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Create(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar CreateBits(ulong bits) => new(BitConverter.UInt64BitsToDouble(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Load(ref readonly double source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double destination) => destination = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator +(DoubleScalar left, DoubleScalar right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator -(DoubleScalar left, DoubleScalar right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator *(DoubleScalar left, DoubleScalar right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator /(DoubleScalar left, DoubleScalar right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator &(DoubleScalar left, DoubleScalar right) => CreateBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator |(DoubleScalar left, DoubleScalar right) => CreateBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar operator ^(DoubleScalar left, DoubleScalar right) => CreateBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar FusedMultiplyAdd(DoubleScalar left, DoubleScalar right, DoubleScalar addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Double(left._value, right._value, addend._value)
            : Math.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar FusedMultiplyAdd(DoubleScalar left, DoubleScalar right, double addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Double(left._value, right._value, addend)
            : Math.FusedMultiplyAdd(left._value, right._value, addend));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Sqrt(DoubleScalar value) => new(Math.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Abs(DoubleScalar value) => new(Math.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar CopySign(DoubleScalar magnitude, DoubleScalar sign) => new(Math.CopySign(magnitude._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar LessThan(DoubleScalar left, DoubleScalar right) =>
        CreateBits(left._value < right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar GreaterThan(DoubleScalar left, DoubleScalar right) =>
        CreateBits(left._value > right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Equal(DoubleScalar left, DoubleScalar right) =>
        CreateBits(left._value == right._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Select(DoubleScalar mask, DoubleScalar whenTrue, DoubleScalar whenFalse) =>
        mask.Bits != 0 ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar Clamp(DoubleScalar value, double lower, double upper) =>
        value._value > upper ? new(upper) : value._value < lower ? new(lower) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(DoubleScalar mask) => mask.Bits != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(DoubleScalar value, ulong limit) => value.Bits > limit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar AddBits(DoubleScalar left, DoubleScalar right) => CreateBits(left.Bits + right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar SubtractBits(DoubleScalar left, DoubleScalar right) => CreateBits(left.Bits - right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar ShiftLeft(DoubleScalar value, int count) => CreateBits(value.Bits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar ShiftRight(DoubleScalar value, int count) => CreateBits(value.Bits >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar ShiftRightArithmetic(DoubleScalar value, int count) => CreateBits((ulong)((long)value.Bits >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar ExclusiveOr(DoubleScalar first, DoubleScalar second, DoubleScalar third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar MultiplyLowHalves(DoubleScalar left, DoubleScalar right) =>
        CreateBits((ulong)(uint)left.Bits * (uint)right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar LoadSingle(ref readonly float source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination) => destination = (float)_value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleScalar MapDouble<TFunction>(in TFunction function, DoubleScalar x) where TFunction : struct, IDoubleFunction =>
        function.Apply(x);
}
