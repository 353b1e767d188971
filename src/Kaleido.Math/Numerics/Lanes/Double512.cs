using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>512 bits of double: 8 elements.</summary>
internal readonly struct Double512(Vector512<double> value) : IDoubleLane<Double512>
{
    // The truth table of x ^ y ^ z.
    private const byte ExclusiveOrOfThree = 0x96;
    private readonly Vector512<double> _value = value;

    public Vector512<double> Value => _value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Create(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 CreateBits(ulong bits) => new(Vector512.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Load(ref readonly double source) => new(Vector512.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator +(Double512 left, Double512 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator -(Double512 left, Double512 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator *(Double512 left, Double512 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator /(Double512 left, Double512 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator &(Double512 left, Double512 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator |(Double512 left, Double512 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 operator ^(Double512 left, Double512 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 FusedMultiplyAdd(Double512 left, Double512 right, Double512 addend) =>
        new(Vector512.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 FusedMultiplyAdd(Double512 left, Double512 right, double addend) =>
        new(Vector512.FusedMultiplyAdd(left._value, right._value, Vector512.Create(addend)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Sqrt(Double512 value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Abs(Double512 value) => new(Vector512.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 CopySign(Double512 magnitude, Double512 sign) =>
        new(Vector512.ConditionalSelect(Vector512.Create(1ul << 63).AsDouble(), sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 LessThan(Double512 left, Double512 right) => new(Vector512.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 GreaterThan(Double512 left, Double512 right) => new(Vector512.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Equal(Double512 left, Double512 right) => new(Vector512.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Select(Double512 mask, Double512 whenTrue, Double512 whenFalse) =>
        new(Vector512.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 Clamp(Double512 value, double lower, double upper)
    {
        Vector512<double> low = Vector512.Create(lower), high = Vector512.Create(upper);
        // These instructions return their second operand where one is NaN.
        if (Avx512F.IsSupported) return new(Avx512F.Min(high, Avx512F.Max(low, value._value)));
        return Select(GreaterThan(value, new(high)), new(high), Select(LessThan(value, new(low)), new(low), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Double512 mask) => mask._value.AsByte() != Vector512<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyBitsAbove(Double512 value, ulong limit) =>
        Vector512.GreaterThanAny(value._value.AsUInt64(), Vector512.Create(limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 AddBits(Double512 left, Double512 right) => new((left._value.AsUInt64() + right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 SubtractBits(Double512 left, Double512 right) =>
        new((left._value.AsUInt64() - right._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 ShiftLeft(Double512 value, int count) => new((value._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 ShiftRight(Double512 value, int count) => new((value._value.AsUInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 ShiftRightArithmetic(Double512 value, int count) => new((value._value.AsInt64() >> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 ExclusiveOr(Double512 first, Double512 second, Double512 third) => Avx512F.IsSupported
        ? new(Avx512F.TernaryLogic(first._value, second._value, third._value, ExclusiveOrOfThree))
        : first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 MultiplyLowHalves(Double512 left, Double512 right)
    {
        if (Avx512F.IsSupported) return new(Avx512F.Multiply(left._value.AsUInt32(), right._value.AsUInt32()).AsDouble());
        Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue);
        return new(((left._value.AsUInt64() & low) * (right._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 LoadSingle(ref readonly float source) =>
        new(Vector512.WidenLower(Vector256.LoadUnsafe(in source).ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination)
    {
        if (Avx512F.IsSupported) Avx512F.ConvertToVector256Single(_value).StoreUnsafe(ref destination);
        else Vector256.Narrow(_value.GetLower(), _value.GetUpper()).StoreUnsafe(ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Double512 MapDouble<TFunction>(in TFunction function, Double512 x) where TFunction : struct, IDoubleFunction =>
        function.Apply(x);
}
