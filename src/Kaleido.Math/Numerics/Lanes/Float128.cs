using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>128 bits of float: 4 elements.</summary>
internal readonly struct Float128(Vector128<float> value) : ILane<Float128, float>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 CreateBits(ulong bits) => new(Vector128.Create((uint)bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Load(ref readonly float source) => new(Vector128.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator +(Float128 left, Float128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator -(Float128 left, Float128 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator *(Float128 left, Float128 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator /(Float128 left, Float128 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator &(Float128 left, Float128 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator |(Float128 left, Float128 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator ^(Float128 left, Float128 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 FusedMultiplyAdd(Float128 left, Float128 right, Float128 addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Single(left._value, right._value, addend._value)
            : Vector128.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 FusedMultiplyAdd(Float128 left, Float128 right, float addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Single(left._value, right._value, Vector128.Create(addend))
            : Vector128.FusedMultiplyAdd(left._value, right._value, Vector128.Create(addend)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Sqrt(Float128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Abs(Float128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 CopySign(Float128 magnitude, Float128 sign) =>
        new(Vector128.ConditionalSelect(Vector128.Create(1u << 31).AsSingle(), sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 LessThan(Float128 left, Float128 right) => new(Vector128.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 GreaterThan(Float128 left, Float128 right) => new(Vector128.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Equal(Float128 left, Float128 right) => new(Vector128.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Select(Float128 mask, Float128 whenTrue, Float128 whenFalse) =>
        new(Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Clamp(Float128 value, float lower, float upper)
    {
        Vector128<float> low = Vector128.Create(lower), high = Vector128.Create(upper);
        // These instructions return their second operand where one is NaN.
        if (Sse.IsSupported) return new(Sse.Min(high, Sse.Max(low, value._value)));
        return Select(GreaterThan(value, new(high)), new(high), Select(LessThan(value, new(low)), new(low), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Float128 mask) => mask._value.AsByte() != Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(Float128 value, ulong limit) =>
        Vector128.GreaterThanAny(value._value.AsUInt32(), Vector128.Create((uint)limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 AddBits(Float128 left, Float128 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 SubtractBits(Float128 left, Float128 right) =>
        new((left._value.AsUInt32() - right._value.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 ShiftLeft(Float128 value, int count) => new((value._value.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 ShiftRight(Float128 value, int count) => new((value._value.AsUInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 ShiftRightArithmetic(Float128 value, int count) => new((value._value.AsInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 LoadSingle(ref readonly float source) => Load(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination) => Store(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 MapDouble<TFunction>(in TFunction function, Float128 x) where TFunction : struct, IDoubleFunction
    {
        Double128 lower = function.Apply(new Double128(Vector128.WidenLower(x._value)));
        Double128 upper = function.Apply(new Double128(Vector128.WidenUpper(x._value)));
        return new(Vector128.Narrow(lower.Value, upper.Value));
    }
}
