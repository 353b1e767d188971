using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>ln x.</summary>
internal readonly struct LogFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        var (shifted, k) = FloatFormulas.Exponent(x);
        TLane mantissa = TLane.AddBits(shifted & TLane.CreateBits(0x7F_FFFF), TLane.CreateBits(FloatFormulas.RootHalfBits));
        TLane value = FloatFormulas.LogNearOne(mantissa - TLane.Create(1), k);

        // Not from 2⁻¹²⁶ up to below +∞; numbers with a sign have larger bits than any of those.
        bool special = TLane.AnyBitsAbove(TLane.SubtractBits(x, TLane.CreateBits(0x0080_0000)), 0x7EFF_FFFF);
        return special ? Special(x, value) : value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLane Special<TLane>(TLane x, TLane value) where TLane : struct, ILane<TLane, float>
    {
        TLane normal = TLane.GreaterThan(x, TLane.CreateBits(0x007F_FFFF)) & TLane.LessThan(x, TLane.Create(float.PositiveInfinity));
        return TLane.Select(normal, value, TLane.MapDouble(default(LogInDouble), x));
    }
}

/// <summary>ln(1 + x) = ln(2ᵏ(1 + t)) with t = 2⁻ᵏx + (2⁻ᵏ - 1), rounded once; k is the exponent of 1 + x.</summary>
internal readonly struct Log1pFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        TLane one = TLane.Create(1), sum = x + one;
        var (shifted, k) = FloatFormulas.Exponent(sum);
        TLane inverse = TLane.SubtractBits(TLane.CreateBits(2 * FloatFormulas.OneBits), shifted & TLane.CreateBits(0xFF80_0000));
        TLane t = TLane.FusedMultiplyAdd(x, inverse, inverse - one);
        TLane value = TLane.CopySign(FloatFormulas.LogNearOne(t, k), x);

        // 1 + x is not from 2⁻²⁵ to 2⁶⁰ (it is at least 2⁻²⁴ if x is above -1).
        bool special = TLane.AnyBitsAbove(TLane.SubtractBits(sum, TLane.CreateBits(0x3300_0000)), 0x5D80_0000 - 0x3300_0000);
        return special ? Special(x, sum, value) : value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLane Special<TLane>(TLane x, TLane sum, TLane value) where TLane : struct, ILane<TLane, float>
    {
        TLane usual = TLane.GreaterThan(sum, TLane.CreateBits(0x32FF_FFFF)) & TLane.LessThan(sum, TLane.CreateBits(0x5D80_0001));
        return TLane.Select(usual, value, TLane.MapDouble(default(Log1pInDouble), x));
    }
}

/// <summary>ln x in float64, for the arguments that <see cref="LogFunction"/> leaves: subnormal, not positive, +∞, NaN.</summary>
internal readonly struct LogInDouble : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        DoubleFormulas.Log(x);
}

/// <summary>ln(1 + x) in float64, for the arguments that <see cref="Log1pFunction"/> leaves: -1 and below, 2⁶⁰ and above, NaN.</summary>
internal readonly struct Log1pInDouble : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        // 1 + x is exact from 2⁻²⁹ to 2²⁹ and rounded to 53 bits above; below 2⁻²⁰ two terms of the series are enough.
        TLane small = TLane.LessThan(TLane.Abs(x), TLane.Create(9.5367431640625e-7));
        TLane series = x * TLane.FusedMultiplyAdd(TLane.FusedMultiplyAdd(x, TLane.Create(1 / 3.0), -0.5), x, 1);
        return TLane.Select(small, series, DoubleFormulas.Log(x + TLane.Create(1)));
    }
}

/// <summary>x to a fixed power, e^(exponent·ln |x|), with the special cases of C's pow.</summary>
internal readonly struct PowFunction : IDoubleFunction
{
    private readonly double _exponent;
    private readonly bool _integer, _odd;

    public PowFunction(double exponent)
    {
        _exponent = exponent;
        _integer = double.IsInfinity(exponent) || Math.Floor(exponent) == exponent;
        _odd = double.IsOddInteger(exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane one = TLane.Create(1), magnitude = TLane.Abs(x);
        if (_exponent == 0) return one;
        TLane product = TLane.Create(_exponent) * DoubleFormulas.Log(magnitude);
        TLane value = DoubleFormulas.Exp(TLane.Clamp(product, -700, 700));
        value = TLane.Select(TLane.Equal(magnitude, one), one, value);
        if (_odd) return TLane.CopySign(value, x);
        if (_integer) return value;
        TLane negative = TLane.LessThan(x, TLane.Create(0)) & TLane.GreaterThan(x, TLane.Create(double.NegativeInfinity));
        return TLane.Select(negative, TLane.Create(double.NaN), value);
    }
}
