using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>sin x.</summary>
internal readonly struct SinFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        TLane value = FloatFormulas.Sine(x, 0);
        value = TLane.Select(TLane.Equal(x, TLane.Create(0)), x, value);
        return TLane.AnyBitsAbove(TLane.Abs(x), FloatFormulas.LargestAngleBits) ? Large(x, value) : value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLane Large<TLane>(TLane x, TLane value) where TLane : struct, ILane<TLane, float> =>
        TLane.Select(
            TLane.GreaterThan(TLane.Abs(x), TLane.CreateBits(FloatFormulas.LargestAngleBits)),
            TLane.MapDouble(default(SinInDouble), x),
            value);
}

/// <summary>sin x in float64, for arguments too large for <see cref="SinFunction"/>.</summary>
internal readonly struct SinInDouble : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        TrigonometricFormulas.Sine(x, 0);
}

/// <summary>cos x = sin(x + π/2).</summary>
internal readonly struct CosFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>
    {
        TLane value = FloatFormulas.Sine(x, 1);
        return TLane.AnyBitsAbove(TLane.Abs(x), FloatFormulas.LargestAngleBits) ? Large(x, value) : value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLane Large<TLane>(TLane x, TLane value) where TLane : struct, ILane<TLane, float> =>
        TLane.Select(
            TLane.GreaterThan(TLane.Abs(x), TLane.CreateBits(FloatFormulas.LargestAngleBits)),
            TLane.MapDouble(default(CosInDouble), x),
            value);
}

/// <summary>cos x = sin(x + π/2) in float64, for arguments too large for <see cref="CosFunction"/>.</summary>
internal readonly struct CosInDouble : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        TrigonometricFormulas.Sine(x, 1);
}

/// <summary>erf x.</summary>
internal readonly struct ErfFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        ErrorFunctionFormulas.Erf(x);
}

/// <summary>Φ(x).</summary>
internal readonly struct NormalCdfFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        ErrorFunctionFormulas.NormalCdf(x);
}

/// <summary>x·Φ(x).</summary>
internal readonly struct GeluFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        // Limited below so that -∞ times a tiny Φ stays a tiny number (which rounds to -0).
        TLane limited = TLane.Clamp(x, -15, double.PositiveInfinity);
        return limited * ErrorFunctionFormulas.NormalCdf(x);
    }
}
