using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>256 bits of float or double.</summary>
internal readonly struct Lane256<T>(Vector256<T> value) : ILane<Lane256<T>, T>
    where T : unmanaged
{
    private readonly Vector256<T> _value = value;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Create(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> CreateBits(ulong bits) => typeof(T) == typeof(float)
        ? new(Vector256.Create((uint)bits).As<uint, T>())
        : new(Vector256.Create(bits).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Load(ref readonly T source) => new(Vector256.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator +(Lane256<T> left, Lane256<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator -(Lane256<T> left, Lane256<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator *(Lane256<T> left, Lane256<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator /(Lane256<T> left, Lane256<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator &(Lane256<T> left, Lane256<T> right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator |(Lane256<T> left, Lane256<T> right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator ^(Lane256<T> left, Lane256<T> right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> FusedMultiplyAdd(Lane256<T> left, Lane256<T> right, Lane256<T> addend) =>
        typeof(T) == typeof(float)
        ? new(Vector256.FusedMultiplyAdd(left._value.AsSingle(), right._value.AsSingle(), addend._value.AsSingle()).As<float, T>())
        : new(Vector256.FusedMultiplyAdd(left._value.AsDouble(), right._value.AsDouble(), addend._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Sqrt(Lane256<T> value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Abs(Lane256<T> value) => new(Vector256.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> CopySign(Lane256<T> magnitude, Lane256<T> sign) =>
        new(Vector256.ConditionalSelect(SignMask, sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> LessThan(Lane256<T> left, Lane256<T> right) => new(Vector256.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> GreaterThan(Lane256<T> left, Lane256<T> right) => new(Vector256.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Equal(Lane256<T> left, Lane256<T> right) => new(Vector256.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Select(Lane256<T> mask, Lane256<T> whenTrue, Lane256<T> whenFalse) => 
        new(Vector256.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane256<T> mask) => mask._value.AsByte() != Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> AddBits(Lane256<T> left, Lane256<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() + right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() + right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> SubtractBits(Lane256<T> left, Lane256<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() - right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() - right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> ShiftLeft(Lane256<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() << count).As<uint, T>())
        : new((value._value.AsUInt64() << count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> ShiftRight(Lane256<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() >> count).As<uint, T>())
        : new((value._value.AsUInt64() >> count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> ShiftRightArithmetic(Lane256<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsInt32() >> count).As<int, T>())
        : new((value._value.AsInt64() >> count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> LoadSingle(ref readonly float source)
    {
        if (typeof(T) == typeof(float)) return new(Vector256.LoadUnsafe(in source).As<float, T>());
        Vector256<double> wide = Vector256.WidenLower(Vector128.LoadUnsafe(in source).ToVector256Unsafe());
        return new(wide.As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSingle(ref float destination)
    {
        if (typeof(T) == typeof(float))
        {
            _value.AsSingle().StoreUnsafe(ref destination);
            return;
        }

        if (Avx.IsSupported) Avx.ConvertToVector128Single(_value.AsDouble()).StoreUnsafe(ref destination);
        else Vector128.Narrow(_value.AsDouble().GetLower(), _value.AsDouble().GetUpper()).StoreUnsafe(ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> MapDouble<TFunction>(in TFunction function, Lane256<T> x)
        where TFunction : struct, IDoubleFunction
    {
        if (typeof(T) == typeof(double)) return new(function.Apply(new Lane256<double>(x._value.AsDouble()))._value.As<double, T>());
        Vector256<double> lower = function.Apply(new Lane256<double>(Vector256.WidenLower(x._value.AsSingle())))._value;
        Vector256<double> upper = function.Apply(new Lane256<double>(Vector256.WidenUpper(x._value.AsSingle())))._value;
        return new(Vector256.Narrow(lower, upper).As<float, T>());
    }

    private static Vector256<T> SignMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CreateBits(typeof(T) == typeof(float) ? 1ul << 31 : 1ul << 63)._value;
    }
}
