using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>128 bits of double: 2 elements.</summary>
internal readonly struct Double128(Vector128<double> value) : IDoubleLane<Double128>
{
    private readonly Vector128<double> _value = value;

    public Vector128<double> Value => _value;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Create(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 CreateBits(ulong bits) => new(Vector128.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Load(ref readonly double source) => new(Vector128.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator +(Double128 left, Double128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator -(Double128 left, Double128 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator *(Double128 left, Double128 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator /(Double128 left, Double128 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator &(Double128 left, Double128 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator |(Double128 left, Double128 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 operator ^(Double128 left, Double128 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 FusedMultiplyAdd(Double128 left, Double128 right, Double128 addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Double(left._value, right._value, addend._value)
            : Vector128.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 FusedMultiplyAdd(Double128 left, Double128 right, double addend) =>
        new(SoftwareFusedMultiplyAdd.IsNeeded
            ? SoftwareFusedMultiplyAdd.Double(left._value, right._value, Vector128.Create(addend))
            : Vector128.FusedMultiplyAdd(left._value, right._value, Vector128.Create(addend)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Sqrt(Double128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Abs(Double128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 CopySign(Double128 magnitude, Double128 sign) =>
        new(Vector128.ConditionalSelect(Vector128.Create(1ul << 63).AsDouble(), sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 LessThan(Double128 left, Double128 right) => new(Vector128.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 GreaterThan(Double128 left, Double128 right) => new(Vector128.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Equal(Double128 left, Double128 right) => new(Vector128.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Select(Double128 mask, Double128 whenTrue, Double128 whenFalse) =>
        new(Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 Clamp(Double128 value, double lower, double upper)
    {
        Vector128<double> low = Vector128.Create(lower), high = Vector128.Create(upper);
        // These instructions return their second operand where one is NaN.
        if (Sse2.IsSupported) return new(Sse2.Min(high, Sse2.Max(low, value._value)));
        return Select(GreaterThan(value, new(high)), new(high), Select(LessThan(value, new(low)), new(low), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Double128 mask) => mask._value.AsByte() != Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(Double128 value, ulong limit) =>
        Vector128.GreaterThanAny(value._value.AsUInt64(), Vector128.Create(limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 AddBits(Double128 left, Double128 right) => new((left._value.AsUInt64() + right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 SubtractBits(Double128 left, Double128 right) =>
        new((left._value.AsUInt64() - right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 ShiftLeft(Double128 value, int count) => new((value._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 ShiftRight(Double128 value, int count) => new((value._value.AsUInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 ShiftRightArithmetic(Double128 value, int count) => new((value._value.AsInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 ExclusiveOr(Double128 first, Double128 second, Double128 third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 MultiplyLowHalves(Double128 left, Double128 right)
    {
        if (Sse2.IsSupported) return new(Sse2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()).AsDouble());
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        return new(((left._value.AsUInt64() & low) * (right._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 LoadSingle(ref readonly float source) =>
        new(Vector128.WidenLower(Vector128.CreateScalarUnsafe(
            Unsafe.ReadUnaligned<ulong>(in Unsafe.As<float, byte>(ref Unsafe.AsRef(in source)))).AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination)
    {
        ulong pair = Vector128.Narrow(_value, _value).AsUInt64().ToScalar();
        Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref destination), pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double128 MapDouble<TFunction>(in TFunction function, Double128 x) where TFunction : struct, IDoubleFunction =>
        function.Apply(x);
}
