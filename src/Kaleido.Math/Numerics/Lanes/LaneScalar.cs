using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>One float or double.</summary>
internal readonly struct LaneScalar<T>(T value) : ILane<LaneScalar<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _value = value;

    public T Value => _value;

    public static int Count => 1;

    private ulong Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? Unsafe.BitCast<T, uint>(_value) : Unsafe.BitCast<T, ulong>(_value);
    }

    private static ulong SignMask => typeof(T) == typeof(float) ? 1ul << 31 : 1ul << 63;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Create(T value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> CreateBits(ulong bits) =>
        new(typeof(T) == typeof(float) ? Unsafe.BitCast<uint, T>((uint)bits) : Unsafe.BitCast<ulong, T>(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Load(ref readonly T source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T destination) => destination = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator +(LaneScalar<T> left, LaneScalar<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator -(LaneScalar<T> left, LaneScalar<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator *(LaneScalar<T> left, LaneScalar<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator /(LaneScalar<T> left, LaneScalar<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator &(LaneScalar<T> left, LaneScalar<T> right) => CreateBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator |(LaneScalar<T> left, LaneScalar<T> right) => CreateBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> operator ^(LaneScalar<T> left, LaneScalar<T> right) => CreateBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> FusedMultiplyAdd(LaneScalar<T> left, LaneScalar<T> right, LaneScalar<T> addend) =>
        new(T.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Sqrt(LaneScalar<T> value) => new(T.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Abs(LaneScalar<T> value) => CreateBits(value.Bits & ~SignMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> CopySign(LaneScalar<T> magnitude, LaneScalar<T> sign) =>
        CreateBits((magnitude.Bits & ~SignMask) | (sign.Bits & SignMask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> LessThan(LaneScalar<T> left, LaneScalar<T> right) => Mask(left._value < right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> GreaterThan(LaneScalar<T> left, LaneScalar<T> right) => Mask(left._value > right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Equal(LaneScalar<T> left, LaneScalar<T> right) => Mask(left._value == right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> Select(LaneScalar<T> mask, LaneScalar<T> whenTrue, LaneScalar<T> whenFalse) =>
        mask.Bits != 0 ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(LaneScalar<T> mask) => mask.Bits != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> AddBits(LaneScalar<T> left, LaneScalar<T> right) => CreateBits(left.Bits + right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> SubtractBits(LaneScalar<T> left, LaneScalar<T> right) => CreateBits(left.Bits - right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> ShiftLeft(LaneScalar<T> value, int count) => CreateBits(value.Bits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> ShiftRight(LaneScalar<T> value, int count) => CreateBits(value.Bits >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> ShiftRightArithmetic(LaneScalar<T> value, int count) =>
        CreateBits(typeof(T) == typeof(float) ? (ulong)((int)value.Bits >> count) : (ulong)((long)value.Bits >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> LoadSingle(ref readonly float source) =>
        new(typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(source) : Unsafe.BitCast<double, T>(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination) =>
        destination = typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(_value) : (float)Unsafe.BitCast<T, double>(_value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneScalar<T> MapDouble<TFunction>(in TFunction function, LaneScalar<T> x) where TFunction : struct, IDoubleFunction
    {
        double wide = typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(x._value) : Unsafe.BitCast<T, double>(x._value);
        double result = function.Apply(new LaneScalar<double>(wide)).Value;
        return new(typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)result) : Unsafe.BitCast<double, T>(result));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LaneScalar<T> Mask(bool value) => CreateBits(value ? ulong.MaxValue : 0);
}
