using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>eˣ.</summary>
internal readonly struct ExpFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => DoubleFormulas.Exp(DoubleFormulas.Clamp(x, -700, 700));
}

/// <summary>eˣ - 1.</summary>
internal readonly struct Expm1Function : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => TLane.CopySign(DoubleFormulas.Expm1(DoubleFormulas.Clamp(x, -700, 700)), x);
}

/// <summary>x where positive, else α(eˣ - 1).</summary>
internal readonly struct EluFunction(double alpha) : IFloatFunction, IDoubleFunction
{
    private readonly double _alpha = (float)alpha;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x)
    {
        TLane zero = TLane.Create(0);
        TLane negative = TLane.CopySign(DoubleFormulas.Expm1(DoubleFormulas.Clamp(x, -700, 0)), x);
        return TLane.Select(TLane.GreaterThan(x, zero), x, negative * TLane.Create(_alpha));
    }
}

/// <summary>tanh x = (e²ᵃ - 1) / (e²ᵃ + 1) with the sign of x, a = |x|.</summary>
internal readonly struct TanhFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x)
    {
        TLane a = DoubleFormulas.Clamp(TLane.Abs(x), 0, 20);
        TLane e = DoubleFormulas.Expm1(a + a);
        return TLane.CopySign(e / (e + TLane.Create(2)), x);
    }
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
internal readonly struct SigmoidFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x)
    {
        TLane one = TLane.Create(1);
        TLane e = DoubleFormulas.Exp(DoubleFormulas.Clamp(TLane.Create(0) - x, -700, 700));
        return one / (one + e);
    }
}

/// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|).</summary>
internal readonly struct SoftplusFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x)
    {
        TLane zero = TLane.Create(0);
        TLane e = DoubleFormulas.Exp(DoubleFormulas.Clamp(zero - TLane.Abs(x), -700, 0));
        return TLane.Select(TLane.GreaterThan(x, zero), x, zero) + DoubleFormulas.Log1pUnit(e);
    }
}
