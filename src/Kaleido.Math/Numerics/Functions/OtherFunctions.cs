using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>sin x.</summary>
internal readonly struct SinFunction : IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double> =>
        TrigonometricFormulas.Sine(x, 0);
}

/// <summary>cos x = sin(x + π/2).</summary>
internal readonly struct CosFunction : IDoubleFunction
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
        TLane limited = DoubleFormulas.Clamp(x, -15, double.PositiveInfinity);
        return limited * ErrorFunctionFormulas.NormalCdf(x);
    }
}
