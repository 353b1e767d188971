using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>sin x.</summary>
internal readonly struct SinFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => TrigonometricFormulas.Sine(x, 0);
}

/// <summary>cos x = sin(x + π/2).</summary>
internal readonly struct CosFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => TrigonometricFormulas.Sine(x, 1);
}

/// <summary>erf x.</summary>
internal readonly struct ErfFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => ErrorFunctionFormulas.Erf(x);
}

/// <summary>Φ(x).</summary>
internal readonly struct NormalCdfFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x) => ErrorFunctionFormulas.NormalCdf(x);
}

/// <summary>x·Φ(x).</summary>
internal readonly struct GeluFunction : IFloatFunction, IDoubleFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IFloatFunction.Apply<TLane>(TLane x) => TLane.MapDouble(this, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLane IDoubleFunction.Apply<TLane>(TLane x)
    {
        // Limited below so that -∞ times a tiny Φ stays a tiny number (which rounds to -0).
        TLane limited = DoubleFormulas.Clamp(x, -15, double.PositiveInfinity);
        return limited * ErrorFunctionFormulas.NormalCdf(x);
    }
}
