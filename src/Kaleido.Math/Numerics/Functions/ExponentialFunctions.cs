using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>eˣ.</summary>
internal readonly struct ExpFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        DoubleFormulas.Exp(DoubleFormulas.Clamp(x, -700, 700));
}

/// <summary>eˣ - 1.</summary>
internal readonly struct Expm1Function : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        TLane.CopySign(DoubleFormulas.Expm1(DoubleFormulas.Clamp(x, -700, 700)), x);
}

/// <summary>x where positive, else α(eˣ - 1).</summary>
internal readonly struct EluFunction(double alpha) : IDoubleFunction
{
    private readonly double _alpha = (float)alpha;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane zero = TLane.Create(0);
        TLane negative = TLane.CopySign(DoubleFormulas.Expm1(DoubleFormulas.Clamp(x, -700, 0)), x);
        return TLane.Select(TLane.GreaterThan(x, zero), x, negative * TLane.Create(_alpha));
    }
}

/// <summary>tanh x = (e²ᵃ - 1) / (e²ᵃ + 1) with the sign of x, a = |x|.</summary>
internal readonly struct TanhFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane a = DoubleFormulas.Clamp(TLane.Abs(x), 0, 20);
        TLane e = DoubleFormulas.Expm1(a + a);
        return TLane.CopySign(e / (e + TLane.Create(2)), x);
    }
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
internal readonly struct SigmoidFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane one = TLane.Create(1);
        TLane e = DoubleFormulas.Exp(DoubleFormulas.Clamp(TLane.Create(0) - x, -700, 700));
        return one / (one + e);
    }
}

/// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|).</summary>
internal readonly struct SoftplusFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane zero = TLane.Create(0);
        TLane e = DoubleFormulas.Exp(DoubleFormulas.Clamp(zero - TLane.Abs(x), -700, 0));
        return TLane.Select(TLane.GreaterThan(x, zero), x, zero) + DoubleFormulas.Log1pUnit(e);
    }
}
