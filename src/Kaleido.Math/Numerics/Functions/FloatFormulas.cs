using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Exponential, logarithm, sine and cosine in float32 lanes, and the pieces that functions built on them share.
/// </summary>
/// <remarks>
/// Polynomials: minimax by Remez's exchange, computed with 40 digits; the coefficients were rounded to float32 one after the other from
/// the lowest power, and those that were still free fitted again each time. Errors in the comments are relative to the function's
/// value, with the rounded coefficients, before any rounding of the evaluation.
/// </remarks>
internal static class FloatFormulas
{
    /// <summary>1.5·2²³: adding it rounds to the nearest integer, which is then in the lowest bits.</summary>
    public const float Rounder = 12582912;

    public const float Log2E = 1.44269502f;

    /// <summary>ln 2 in two parts of 24 bits.</summary>
    public const float Ln2High = 0.693147182f, Ln2Low = -1.90465421e-9f;

    /// <summary>The bits of 1 and of √½, rounded down.</summary>
    public const uint OneBits = 0x3F80_0000, RootHalfBits = 0x3F35_04F3;

    /// <summary>The bits of 10⁵, up to which <see cref="Sine"/> is accurate.</summary>
    public const uint LargestAngleBits = 0x47C3_5000;

    private const float HalfPi1 = 1.57079637f, HalfPi2 = -4.37113883e-8f, HalfPi3 = -1.71512489e-15f;

    /// <summary>
    /// x = n·ln 2 + r with n an integer and |r| ≤ .3466; the lower bits of the first result are n + bias. For |x| ≤ 105. (n has eight
    /// bits, so n·ln 2 cancels against x without any rounding; only what the second part of ln 2 takes off is rounded.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLane Shifted, TLane R) ReduceExp<TLane>(TLane x, int bias) where TLane : struct, ILane<TLane, float>
    {
        TLane shifted = TLane.FusedMultiplyAdd(x, TLane.Create(Log2E), Rounder + bias);
        TLane n = shifted - TLane.Create(Rounder + bias);
        TLane r = TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2High), x);
        return (shifted, TLane.FusedMultiplyAdd(n, TLane.Create(-Ln2Low), r));
    }

    /// <summary>eʳ - 1 for |r| ≤ .3466; error 2⁻²⁸ of eʳ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane ExpMinusOne<TLane>(TLane r) where TLane : struct, ILane<TLane, float>
    {
        TLane u = r * r;
        TLane high = TLane.FusedMultiplyAdd(r, TLane.Create(0.0083691217f), 0.0416681059f);
        high = TLane.FusedMultiplyAdd(u, TLane.Create(0.00138361135f), high);
        TLane q = TLane.FusedMultiplyAdd(high, u, TLane.FusedMultiplyAdd(r, TLane.Create(0.166665167f), 0.49999994f));
        return TLane.FusedMultiplyAdd(u, q, r);
    }

    /// <summary>eʳ - 1 for |r| ≤ .3466; error 2⁻²⁶ of itself. (Horner's scheme: ELU needs its smaller rounding errors.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Expm1Near<TLane>(TLane r) where TLane : struct, ILane<TLane, float>
    {
        TLane q = TLane.FusedMultiplyAdd(TLane.Create(0.00138400786f), r, 0.00836705137f);
        q = TLane.FusedMultiplyAdd(q, r, 0.0416677408f);
        q = TLane.FusedMultiplyAdd(q, r, 0.16666539f);
        q = TLane.FusedMultiplyAdd(q, r, 0.49999997f);
        return TLane.FusedMultiplyAdd(r * r, q, r);
    }

    /// <summary>eˣ for -104 ≤ x ≤ 89 (clamp first): subnormal numbers, 0 and +∞ come out as they should.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Exp<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        var (shifted, r) = ReduceExp(x, 254);
        TLane s = ExpMinusOne(r);

        // 2ⁿ is 2^⌊n/2⌋ times the rest, because n goes from -150 to 128: (n + 254)/2 is ⌊n/2⌋ + 127, the exponent bits of the first.
        TLane half = TLane.ShiftLeft(shifted, 22) & TLane.CreateBits(0xFF80_0000);
        TLane rest = TLane.SubtractBits(TLane.ShiftLeft(shifted, 23), half);
        return TLane.FusedMultiplyAdd(s, half, half) * rest;
    }

    /// <summary>
    /// ln(1 + t) + k·ln 2 for t in [√½ - 1, √2 - 1]: t - t²/2 + t³·p(t); error 2⁻²⁸. (The first part of ln 2 alone has an error of 2⁻²⁸.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane LogNearOne<TLane>(TLane t, TLane k) where TLane : struct, ILane<TLane, float>
    {
        TLane u = t * t;
        return TLane.FusedMultiplyAdd(k, TLane.Create(Ln2High), TLane.FusedMultiplyAdd(u, LogTail(t, u), t));
    }

    /// <summary>(ln(1 + t) - t) / t² for t in [√½ - 1, √2 - 1], given u = t²: even and odd powers apart, for a shorter chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane LogTail<TLane>(TLane t, TLane u) where TLane : struct, ILane<TLane, float>
    {
        TLane even = TLane.FusedMultiplyAdd(u, TLane.Create(-0.109175749f), -0.125493601f);
        even = TLane.FusedMultiplyAdd(even, u, -0.16659373f);
        even = TLane.FusedMultiplyAdd(even, u, -0.250001669f);
        even = TLane.FusedMultiplyAdd(even, u, -0.5f);
        TLane odd = TLane.FusedMultiplyAdd(u, TLane.Create(0.053336259f), 0.121090487f);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.142096385f);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.200022221f);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.333333135f);
        return TLane.FusedMultiplyAdd(odd, t, even);
    }

    /// <summary>Positive, finite, normal x = 2ᵏ·m with m in [√½, √2): the bits of x plus those of 1 less those of √½, and k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLane Shifted, TLane K) Exponent<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        // The sum's exponent is that of 2ᵏ, because the mantissa overflows from √½ on.
        TLane shifted = TLane.AddBits(x, TLane.CreateBits(OneBits - RootHalfBits));
        TLane k = (TLane.ShiftRight(shifted, 23) | TLane.CreateBits(0x4B00_0000)) - TLane.Create(8388608f + 127);
        return (shifted, k);
    }

    /// <summary>sin(x + offset·π/2) for |x| ≤ 10⁵; at x = 0 the sign of a zero result is not kept.</summary>
    /// <remarks>
    /// The multiple of the first part of π/2 cancels against x without rounding, after that there are two roundings relative to the rest.
    /// Error of the sine's polynomial 2⁻²⁷·⁹, of the cosine's 2⁻³³.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Sine<TLane>(TLane x, int offset) where TLane : struct, ILane<TLane, float>
    {
        TLane quadrant = TLane.FusedMultiplyAdd(x, TLane.Create(0.636619747f), Rounder + offset);
        TLane n = quadrant - TLane.Create(Rounder + offset);
        TLane r = TLane.FusedMultiplyAdd(n, TLane.Create(-HalfPi1), x);
        r = TLane.FusedMultiplyAdd(n, TLane.Create(-HalfPi2), r);
        r = TLane.FusedMultiplyAdd(n, TLane.Create(-HalfPi3), r);
        TLane u = r * r;
        TLane s = TLane.FusedMultiplyAdd(TLane.Create(-0.000195180954f), u, 0.00833218824f);
        s = TLane.FusedMultiplyAdd(s, u, -0.166666552f);
        TLane sine = TLane.FusedMultiplyAdd(r * u, s, r);
        TLane c = TLane.FusedMultiplyAdd(TLane.Create(2.44323273e-05f), u, -0.00138873095f);
        c = TLane.FusedMultiplyAdd(c, u, 0.0416666456f);
        c = TLane.FusedMultiplyAdd(c, u, -0.5f);
        TLane cosine = TLane.FusedMultiplyAdd(c, u, 1);

        // Bit 0 of the quadrant, spread over the element, is the mask of the odd ones; bit 1 is the sign.
        TLane odd = TLane.ShiftRightArithmetic(TLane.ShiftLeft(quadrant, 31), 31);
        return TLane.Select(odd, cosine, sine) ^ (TLane.ShiftLeft(quadrant, 30) & TLane.CreateBits(0x8000_0000));
    }
}
