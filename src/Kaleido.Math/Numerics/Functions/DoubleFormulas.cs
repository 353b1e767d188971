using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Exponential and logarithm in float64 lanes with a relative error below 2⁻³⁹: what a float32 result needs before its one rounding.
/// Polynomials: Chebyshev interpolation of the named function, computed with 50 digits.
/// </summary>
internal static class DoubleFormulas
{
    /// <summary>1.5·2⁵²: adding it rounds to the nearest integer, which is then in the lowest bits.</summary>
    public const double Rounder = 6755399441055744.0;

    public const double Ln2High = 0.6931471805599453, Ln2Low = 2.3190468138462996e-17;

    /// <summary>x limited to [lower, upper]; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Clamp<TLane>(TLane x, double lower, double upper) where TLane : struct, ILane<TLane, double>
    {
        TLane low = TLane.Create(lower), high = TLane.Create(upper);
        return TLane.Select(TLane.GreaterThan(x, high), high, TLane.Select(TLane.LessThan(x, low), low, x));
    }

    /// <summary>x = n·ln 2 + r with n an integer and |r| ≤ ln 2 / 2; n is in the lower bits of the first result. For |x| ≤ 700.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane Shifted, TLane R) ReduceExp<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane shifted = TLane.FusedMultiplyAdd(x, TLane.Create(1.4426950408889634), Rounder);
        TLane n = shifted - TLane.Create(Rounder);
        TLane r = TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2High), x);
        return (shifted, TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2Low), r));
    }

    /// <summary>(eʳ - 1 - r) / r².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ExpTail<TLane>(TLane r) where TLane : struct, ILane<TLane, double>
    {
        TLane q = TLane.FusedMultiplyAdd(TLane.Create(2.761757684835413e-06), r, 2.4867883453521802e-05);
        q = TLane.FusedMultiplyAdd(q, r, 0.00019841224581544105);
        q = TLane.FusedMultiplyAdd(q, r, 0.001388883909064138);
        q = TLane.FusedMultiplyAdd(q, r, 0.008333333344209506);
        q = TLane.FusedMultiplyAdd(q, r, 0.041666666786337556);
        q = TLane.FusedMultiplyAdd(q, r, 0.16666666666662583);
        return TLane.FusedMultiplyAdd(q, r, 0.4999999999995507);
    }

    /// <summary>eˣ for |x| ≤ 700 (clamp first).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Exp<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        var (shifted, r) = ReduceExp(x);
        TLane value = TLane.FusedMultiplyAdd(r * r, ExpTail(r), r) + TLane.Create(1);
        return TLane.AddBits(value, TLane.ShiftLeft(shifted, 52));
    }

    /// <summary>eˣ - 1 for |x| ≤ 700, without cancellation near 0; the sign of a zero is not kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Expm1<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        var (shifted, r) = ReduceExp(x);
        TLane small = TLane.FusedMultiplyAdd(r * r, ExpTail(r), r);
        TLane one = TLane.Create(1), scale = TLane.AddBits(one, TLane.ShiftLeft(shifted, 52));
        return TLane.FusedMultiplyAdd(scale, small, scale - one);
    }

    /// <summary>ln(1 + f) for f in [√½ - 1, √2 - 1]: 2 artanh(f / (2 + f)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane LogNearOne<TLane>(TLane f) where TLane : struct, ILane<TLane, double>
    {
        TLane s = f / (f + TLane.Create(2)), u = s * s;
        TLane p = TLane.FusedMultiplyAdd(TLane.Create(0.08418901690579617), u, 0.09060961410100757);
        p = TLane.FusedMultiplyAdd(p, u, 0.11111717448303399);
        p = TLane.FusedMultiplyAdd(p, u, 0.14285708008158043);
        p = TLane.FusedMultiplyAdd(p, u, 0.20000000030885484);
        p = TLane.FusedMultiplyAdd(p, u, 0.33333333333276427);
        p = TLane.FusedMultiplyAdd(p, u, 1.0);
        return (s + s) * p;
    }

    /// <summary>ln x; 0 gives -∞, +∞ itself, a negative number NaN. Subnormal doubles are not expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Log<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane value = LogFinite(x);
        value = TLane.Select(TLane.Equal(x, TLane.Create(0)), TLane.Create(double.NegativeInfinity), value);
        value = TLane.Select(TLane.LessThan(x, TLane.Create(0)), TLane.Create(double.NaN), value);
        return TLane.Select(TLane.LessThan(x, TLane.Create(double.PositiveInfinity)), value, x + x);
    }

    /// <summary>ln x for positive, finite, normal x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane LogFinite<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        // Adding (1 - √½ as bits) makes the exponent that of the nearest power of two in [√½, √2).
        TLane exponent = TLane.ShiftRight(TLane.AddBits(x, TLane.CreateBits(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)), 52);
        TLane bias = TLane.ShiftLeft(TLane.SubtractBits(exponent, TLane.CreateBits(1023)), 52);
        TLane mantissa = TLane.SubtractBits(x, bias);
        TLane k = (exponent | TLane.CreateBits(0x4330000000000000)) - TLane.Create(4503599627370496.0 + 1023);
        TLane value = TLane.FusedMultiplyAdd(k, TLane.Create(Ln2Low), LogNearOne(mantissa - TLane.Create(1)));
        return TLane.FusedMultiplyAdd(k, TLane.Create(Ln2High), value);
    }

    /// <summary>ln(1 + e) for e in [0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Log1pUnit<TLane>(TLane e) where TLane : struct, ILane<TLane, double>
    {
        // Above √2 - 1: ln 2 + ln(1 + (e - 1)/2).
        TLane half = TLane.GreaterThan(e, TLane.Create(0.41421356237309503));
        TLane f = TLane.Select(half, TLane.FusedMultiplyAdd(e, TLane.Create(0.5), -0.5), e);
        return LogNearOne(f) + (half & TLane.Create(Ln2High));
    }
}
