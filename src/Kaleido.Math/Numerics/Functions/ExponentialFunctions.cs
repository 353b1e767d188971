using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>eˣ.</summary>
internal readonly struct ExpFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float> =>
        FloatFormulas.Exp(TLane.Clamp(x, -104, 89));
}

/// <summary>eˣ - 1 = 2(2ⁿ⁻¹(eʳ - 1) + (2ⁿ⁻¹ - ½)); halved so that 2¹²⁸ does not overflow too early.</summary>
internal readonly struct Expm1Function : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        var (shifted, r) = FloatFormulas.ReduceExp(TLane.Clamp(x, -20, 89), 126);
        TLane scale = TLane.ShiftLeft(shifted, 23);
        TLane half = TLane.FusedMultiplyAdd(FloatFormulas.Expm1Near(r), scale, scale - TLane.Create(0.5f));

        // Halving would cost a subnormal number its last bit, and the sign of a zero is lost above.
        return TLane.Select(TLane.LessThan(TLane.Abs(x), TLane.Create(1e-20f)), x, half + half);
    }
}

/// <summary>x where positive, else α(eˣ - 1).</summary>
internal readonly struct EluFunction(double alpha) : IFloatFunction
{
    private readonly float _alpha = (float)alpha;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        // Below -20, eˣ - 1 is -1. Its relative error is at most .75·2⁻²³ for x ≤ 0, which leaves room for the product's rounding.
        var (shifted, r) = FloatFormulas.ReduceExp(TLane.Clamp(x, -20, 100), 127);
        TLane scale = TLane.ShiftLeft(shifted, 23);
        TLane negative = TLane.CopySign(TLane.FusedMultiplyAdd(FloatFormulas.Expm1Near(r), scale, scale - TLane.Create(1)), x);
        return TLane.Select(TLane.GreaterThan(x, TLane.Create(0)), x, negative * TLane.Create(_alpha));
    }
}

/// <summary>
/// tanh x with the sign of x: for a = |x| up to .625 a + a³·p(a²), error 2⁻²⁷·⁷; above 1 - 2 / (e²ᵃ + 1), where every step is monotone.
/// </summary>
internal readonly struct TanhFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        // tanh rounds to 1 from 9.02 on.
        TLane a = TLane.Clamp(TLane.Abs(x), -1, 10), u = a * a;
        TLane p = TLane.FusedMultiplyAdd(u, TLane.Create(0.0206281673f), -0.0537365153f), uu = u * u;
        p = TLane.FusedMultiplyAdd(uu, TLane.Create(-0.00569229806f), p);
        p = TLane.FusedMultiplyAdd(p, uu, TLane.FusedMultiplyAdd(u, TLane.Create(0.133314058f), -0.333332807f));
        TLane small = TLane.FusedMultiplyAdd(a * u, p, a);

        // The second part of ln 2 does not matter here: it would change 2 / (e²ᵃ + 1) by less than 2⁻²⁸.
        TLane shifted = TLane.FusedMultiplyAdd(a, TLane.Create(2 * FloatFormulas.Log2E), FloatFormulas.Rounder + 127);
        TLane n = shifted - TLane.Create(FloatFormulas.Rounder + 127);
        TLane s = FloatFormulas.ExpMinusOne(TLane.FusedMultiplyAdd(n, TLane.Create(-FloatFormulas.Ln2High), a + a));
        TLane one = TLane.Create(1), scale = TLane.ShiftLeft(shifted, 23);
        TLane large = one - TLane.Create(2) / TLane.FusedMultiplyAdd(s, scale, scale + one);
        return TLane.CopySign(TLane.Select(TLane.LessThan(a, TLane.Create(0.625f)), small, large), x);
    }
}

/// <summary>
/// With a = |x|: 1 / (1 + eᵃ) where x is negative, one less that above. The quotient is 2⁻⁶⁴ / (2⁻⁶⁴ + 2⁻⁶⁴eᵃ), which does not overflow.
/// Every step is monotone.
/// </summary>
internal readonly struct SigmoidFunction : IFloatFunction
{
    private const float Unit = 5.42101086e-20f; // 2⁻⁶⁴

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        var (shifted, r) = FloatFormulas.ReduceExp(TLane.Clamp(TLane.Abs(x), -1, 105), 63);
        TLane s = FloatFormulas.ExpMinusOne(r), scale = TLane.ShiftLeft(shifted, 23), unit = TLane.Create(Unit), one = TLane.Create(1);

        // scale·(1 + s) + unit with nearly one rounding: what scale + unit loses, where unit is tiny, is kept as rest.
        TLane sum = scale + unit, rest = unit - (sum - scale);
        TLane lower = one / (TLane.FusedMultiplyAdd(s, scale, rest) + sum) * unit;
        return TLane.Select(TLane.GreaterThan(x, TLane.Create(0)), one - lower, lower);
    }
}

/// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|).</summary>
internal readonly struct SoftplusFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        TLane zero = TLane.Create(0);
        TLane e = FloatFormulas.Exp(TLane.Clamp(TLane.Create(-0f) - TLane.Abs(x), -104, 1));

        // Above √2 - 1: ln 2 + ln(1 + (e - 1)/2), where (e - 1)/2 is exact.
        TLane half = TLane.GreaterThan(e, TLane.Create(0.41421357f));
        TLane t = TLane.Select(half, TLane.FusedMultiplyAdd(e, TLane.Create(0.5f), -0.5f), e);
        TLane u = t * t;
        TLane log = TLane.FusedMultiplyAdd(u, FloatFormulas.LogTail(t, u), t) + (half & TLane.Create(FloatFormulas.Ln2High));
        return TLane.Select(TLane.GreaterThan(x, zero), x, zero) + log;
    }
}
