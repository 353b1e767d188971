using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>256 bits of double: 4 elements.</summary>
internal readonly struct Double256(Vector256<double> value) : IDoubleLane<Double256>
{
    private readonly Vector256<double> _value = value;

    public Vector256<double> Value => _value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Create(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 CreateBits(ulong bits) => new(Vector256.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Load(ref readonly double source) => new(Vector256.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator +(Double256 left, Double256 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator -(Double256 left, Double256 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator *(Double256 left, Double256 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator /(Double256 left, Double256 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator &(Double256 left, Double256 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator |(Double256 left, Double256 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 operator ^(Double256 left, Double256 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 FusedMultiplyAdd(Double256 left, Double256 right, Double256 addend) =>
        new(Vector256.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 FusedMultiplyAdd(Double256 left, Double256 right, double addend) =>
        new(Vector256.FusedMultiplyAdd(left._value, right._value, Vector256.Create(addend)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Sqrt(Double256 value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Abs(Double256 value) => new(Vector256.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 CopySign(Double256 magnitude, Double256 sign) =>
        new(Vector256.ConditionalSelect(Vector256.Create(1ul << 63).AsDouble(), sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 LessThan(Double256 left, Double256 right) => new(Vector256.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 GreaterThan(Double256 left, Double256 right) => new(Vector256.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Equal(Double256 left, Double256 right) => new(Vector256.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Select(Double256 mask, Double256 whenTrue, Double256 whenFalse) =>
        new(Vector256.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 Clamp(Double256 value, double lower, double upper)
    {
        Vector256<double> low = Vector256.Create(lower), high = Vector256.Create(upper);
        // These instructions return their second operand where one is NaN.
        if (Avx.IsSupported) return new(Avx.Min(high, Avx.Max(low, value._value)));
        return Select(GreaterThan(value, new(high)), new(high), Select(LessThan(value, new(low)), new(low), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Double256 mask) => mask._value.AsByte() != Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(Double256 value, ulong limit) =>
        Vector256.GreaterThanAny(value._value.AsUInt64(), Vector256.Create(limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 AddBits(Double256 left, Double256 right) => new((left._value.AsUInt64() + right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 SubtractBits(Double256 left, Double256 right) =>
        new((left._value.AsUInt64() - right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 ShiftLeft(Double256 value, int count) => new((value._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 ShiftRight(Double256 value, int count) => new((value._value.AsUInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 ShiftRightArithmetic(Double256 value, int count) => new((value._value.AsInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 ExclusiveOr(Double256 first, Double256 second, Double256 third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 MultiplyLowHalves(Double256 left, Double256 right)
    {
        if (Avx2.IsSupported) return new(Avx2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()).AsDouble());
        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        return new(((left._value.AsUInt64() & low) * (right._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 LoadSingle(ref readonly float source) =>
        new(Vector256.WidenLower(Vector128.LoadUnsafe(in source).ToVector256Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination)
    {
        if (Avx.IsSupported) Avx.ConvertToVector128Single(_value).StoreUnsafe(ref destination);
        else Vector128.Narrow(_value.GetLower(), _value.GetUpper()).StoreUnsafe(ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double256 MapDouble<TFunction>(in TFunction function, Double256 x) where TFunction : struct, IDoubleFunction =>
        function.Apply(x);
}
