using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Exponential (relative error below 2⁻³³) and logarithm (below 2⁻³⁹) in float64 lanes: what a float32 result needs before its one
/// rounding. Polynomials: Chebyshev interpolation of the named function, computed with 50 digits, where nothing else is said.
/// </summary>
internal static class DoubleFormulas
{
    /// <summary>1.5·2⁵²: adding it rounds to the nearest integer, which is then in the lowest bits.</summary>
    public const double Rounder = 6755399441055744.0;

    public const double Ln2High = 0.6931471805599453, Ln2Low = 2.3190468138462996e-17;

    /// <summary>x = n·ln 2 + r with n an integer and |r| ≤ ln 2 / 2; n is in the lower bits of the first result. For |x| ≤ 700.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane Shifted, TLane R) ReduceExp<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane shifted = TLane.FusedMultiplyAdd(x, TLane.Create(1.4426950408889634), Rounder);
        TLane n = shifted - TLane.Create(Rounder);
        TLane r = TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2High), x);
        return (shifted, TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2Low), r));
    }

    /// <summary>(eʳ - 1 - r) / r², given u = r²; error 2⁻³⁴ of eʳ (minimax). Even and odd powers apart, for a shorter chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ExpTail<TLane>(TLane r, TLane u) where TLane : struct, ILane<TLane, double>
    {
        TLane even = TLane.FusedMultiplyAdd(TLane.Create(0.0013944657780788593), u, 0.041666294975778846);
        even = TLane.FusedMultiplyAdd(even, u, 0.5000000067670217);
        TLane odd = TLane.FusedMultiplyAdd(TLane.Create(0.00019790585685646028), u, 0.008333496718792431);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.16666665869999048);
        return TLane.FusedMultiplyAdd(odd, r, even);
    }

    /// <summary>eˣ for |x| ≤ 700 (clamp first).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Exp<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        var (shifted, r) = ReduceExp(x);
        TLane u = r * r, value = TLane.FusedMultiplyAdd(u, ExpTail(r, u), r) + TLane.Create(1);
        return TLane.AddBits(value, TLane.ShiftLeft(shifted, 52));
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
}
