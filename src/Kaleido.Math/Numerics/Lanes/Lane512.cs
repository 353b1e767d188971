using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>512 bits of float or double.</summary>
internal readonly struct Lane512<T>(Vector512<T> value) : ILane<Lane512<T>, T>
    where T : unmanaged
{
    private readonly Vector512<T> _value = value;

    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> CreateBits(ulong bits) => typeof(T) == typeof(float)
        ? new(Vector512.Create((uint)bits).As<uint, T>())
        : new(Vector512.Create(bits).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Load(ref readonly T source) => new(Vector512.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator +(Lane512<T> left, Lane512<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator -(Lane512<T> left, Lane512<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator *(Lane512<T> left, Lane512<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator /(Lane512<T> left, Lane512<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator &(Lane512<T> left, Lane512<T> right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator |(Lane512<T> left, Lane512<T> right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator ^(Lane512<T> left, Lane512<T> right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> FusedMultiplyAdd(Lane512<T> left, Lane512<T> right, Lane512<T> addend) =>
        typeof(T) == typeof(float)
        ? new(Vector512.FusedMultiplyAdd(left._value.AsSingle(), right._value.AsSingle(), addend._value.AsSingle()).As<float, T>())
        : new(Vector512.FusedMultiplyAdd(left._value.AsDouble(), right._value.AsDouble(), addend._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Sqrt(Lane512<T> value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Abs(Lane512<T> value) => new(Vector512.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> CopySign(Lane512<T> magnitude, Lane512<T> sign) =>
        new(Vector512.ConditionalSelect(SignMask, sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> LessThan(Lane512<T> left, Lane512<T> right) => new(Vector512.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> GreaterThan(Lane512<T> left, Lane512<T> right) => new(Vector512.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Equal(Lane512<T> left, Lane512<T> right) => new(Vector512.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Select(Lane512<T> mask, Lane512<T> whenTrue, Lane512<T> whenFalse) => 
        new(Vector512.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane512<T> mask) => mask._value.AsByte() != Vector512<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> AddBits(Lane512<T> left, Lane512<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() + right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() + right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> SubtractBits(Lane512<T> left, Lane512<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() - right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() - right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> ShiftLeft(Lane512<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() << count).As<uint, T>())
        : new((value._value.AsUInt64() << count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> ShiftRight(Lane512<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() >> count).As<uint, T>())
        : new((value._value.AsUInt64() >> count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> ShiftRightArithmetic(Lane512<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsInt32() >> count).As<int, T>())
        : new((value._value.AsInt64() >> count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> LoadSingle(ref readonly float source)
    {
        if (typeof(T) == typeof(float)) return new(Vector512.LoadUnsafe(in source).As<float, T>());
        Vector512<double> wide = Vector512.WidenLower(Vector256.LoadUnsafe(in source).ToVector512Unsafe());
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

        if (Avx512F.IsSupported) Avx512F.ConvertToVector256Single(_value.AsDouble()).StoreUnsafe(ref destination);
        else Vector256.Narrow(_value.AsDouble().GetLower(), _value.AsDouble().GetUpper()).StoreUnsafe(ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> MapDouble<TFunction>(in TFunction function, Lane512<T> x)
        where TFunction : struct, IDoubleFunction
    {
        if (typeof(T) == typeof(double)) return new(function.Apply(new Lane512<double>(x._value.AsDouble()))._value.As<double, T>());
        Vector512<double> lower = function.Apply(new Lane512<double>(Vector512.WidenLower(x._value.AsSingle())))._value;
        Vector512<double> upper = function.Apply(new Lane512<double>(Vector512.WidenUpper(x._value.AsSingle())))._value;
        return new(Vector512.Narrow(lower, upper).As<float, T>());
    }

    private static Vector512<T> SignMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CreateBits(typeof(T) == typeof(float) ? 1ul << 31 : 1ul << 63)._value;
    }
}
