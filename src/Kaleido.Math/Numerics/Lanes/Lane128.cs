using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>128 bits of float or double.</summary>
internal readonly struct Lane128<T>(Vector128<T> value) : ILane<Lane128<T>, T>
    where T : unmanaged
{
    private readonly Vector128<T> _value = value;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Create(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> CreateBits(ulong bits) => typeof(T) == typeof(float)
        ? new(Vector128.Create((uint)bits).As<uint, T>())
        : new(Vector128.Create(bits).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Load(ref readonly T source) => new(Vector128.LoadUnsafe(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T destination) => _value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator +(Lane128<T> left, Lane128<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator -(Lane128<T> left, Lane128<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator *(Lane128<T> left, Lane128<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator /(Lane128<T> left, Lane128<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator &(Lane128<T> left, Lane128<T> right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator |(Lane128<T> left, Lane128<T> right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator ^(Lane128<T> left, Lane128<T> right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> FusedMultiplyAdd(Lane128<T> left, Lane128<T> right, Lane128<T> addend) =>
        typeof(T) == typeof(float)
        ? new(Vector128.FusedMultiplyAdd(left._value.AsSingle(), right._value.AsSingle(), addend._value.AsSingle()).As<float, T>())
        : new(Vector128.FusedMultiplyAdd(left._value.AsDouble(), right._value.AsDouble(), addend._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Sqrt(Lane128<T> value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Abs(Lane128<T> value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> CopySign(Lane128<T> magnitude, Lane128<T> sign) =>
        new(Vector128.ConditionalSelect(SignMask, sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> LessThan(Lane128<T> left, Lane128<T> right) => new(Vector128.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> GreaterThan(Lane128<T> left, Lane128<T> right) => new(Vector128.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Equal(Lane128<T> left, Lane128<T> right) => new(Vector128.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Select(Lane128<T> mask, Lane128<T> whenTrue, Lane128<T> whenFalse) => 
        new(Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane128<T> mask) => mask._value.AsByte() != Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> AddBits(Lane128<T> left, Lane128<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() + right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() + right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> SubtractBits(Lane128<T> left, Lane128<T> right) => typeof(T) == typeof(float)
        ? new((left._value.AsUInt32() - right._value.AsUInt32()).As<uint, T>())
        : new((left._value.AsUInt64() - right._value.AsUInt64()).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> ShiftLeft(Lane128<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() << count).As<uint, T>())
        : new((value._value.AsUInt64() << count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> ShiftRight(Lane128<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsUInt32() >> count).As<uint, T>())
        : new((value._value.AsUInt64() >> count).As<ulong, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> ShiftRightArithmetic(Lane128<T> value, int count) => typeof(T) == typeof(float)
        ? new((value._value.AsInt32() >> count).As<int, T>())
        : new((value._value.AsInt64() >> count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> LoadSingle(ref readonly float source)
    {
        if (typeof(T) == typeof(float)) return new(Vector128.LoadUnsafe(in source).As<float, T>());
        Vector128<double> wide = Vector128.WidenLower(
            Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(in Unsafe.As<float, byte>(ref Unsafe.AsRef(in source)))).AsSingle());
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

        ulong pair = Vector128.Narrow(_value.AsDouble(), _value.AsDouble()).AsUInt64().ToScalar();
        Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref destination), pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> MapDouble<TFunction>(in TFunction function, Lane128<T> x)
        where TFunction : struct, IDoubleFunction
    {
        if (typeof(T) == typeof(double)) return new(function.Apply(new Lane128<double>(x._value.AsDouble()))._value.As<double, T>());
        Vector128<double> lower = function.Apply(new Lane128<double>(Vector128.WidenLower(x._value.AsSingle())))._value;
        Vector128<double> upper = function.Apply(new Lane128<double>(Vector128.WidenUpper(x._value.AsSingle())))._value;
        return new(Vector128.Narrow(lower, upper).As<float, T>());
    }

    private static Vector128<T> SignMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CreateBits(typeof(T) == typeof(float) ? 1ul << 31 : 1ul << 63)._value;
    }
}
