using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>The error function's family in float64 lanes, relative error below 2⁻³⁹ also far in the lower tail.</summary>
internal static class ErrorFunctionFormulas
{
    private const double HalfRoot = 0.7071067811865476;

    /// <summary>erf x for |x| ≤ 1: x times a polynomial in x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ErfSmall<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane u = x * x;
        TLane p = TLane.FusedMultiplyAdd(TLane.Create(1.058938064107502e-06), u, -1.3909340021874599e-05);
        p = TLane.FusedMultiplyAdd(p, u, 0.0001195656256820733);
        p = TLane.FusedMultiplyAdd(p, u, -0.0008542637997087229);
        p = TLane.FusedMultiplyAdd(p, u, 0.005223783477189248);
        p = TLane.FusedMultiplyAdd(p, u, -0.026866133235095593);
        p = TLane.FusedMultiplyAdd(p, u, 0.11283791308604582);
        p = TLane.FusedMultiplyAdd(p, u, -0.3761263888963531);
        return x * TLane.FusedMultiplyAdd(p, u, 1.1283791670946768);
    }

    /// <summary>
    /// erfc z for 0 ≤ z ≤ 10.6, given z²: e^(-z²)·g(t)/(1+2z), t = (z - 3.75)/(z + 3.75). The form is that of
    /// M. Shepherd, J. Laframboise, "Chebyshev approximation of (1+2x)exp(x²)erfc x in 0 ≤ x &lt; ∞", Math. Comp. 36 (1981).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ErfcPositive<TLane>(TLane z, TLane square) where TLane : struct, ILane<TLane, double>
    {
        // One division serves both quotients.
        TLane a = z + TLane.Create(3.75), b = z + z + TLane.Create(1), inverse = TLane.Create(1) / (a * b);
        TLane t = (z - TLane.Create(3.75)) * b * inverse;
        TLane g = TLane.FusedMultiplyAdd(TLane.Create(-1.8027658741368274e-07), t, -4.754145747563985e-06);
        g = TLane.FusedMultiplyAdd(g, t, -1.3343392958160725e-05);
        g = TLane.FusedMultiplyAdd(g, t, 2.4029217631716284e-05);
        g = TLane.FusedMultiplyAdd(g, t, 5.3681124349527105e-05);
        g = TLane.FusedMultiplyAdd(g, t, -0.00029003714121490694);
        g = TLane.FusedMultiplyAdd(g, t, 0.0002930809497879907);
        g = TLane.FusedMultiplyAdd(g, t, 0.0017554501054374092);
        g = TLane.FusedMultiplyAdd(g, t, -0.009746490271894883);
        g = TLane.FusedMultiplyAdd(g, t, 0.0283623138045459);
        g = TLane.FusedMultiplyAdd(g, t, -0.05869340461417971);
        g = TLane.FusedMultiplyAdd(g, t, 0.09230431802462034);
        g = TLane.FusedMultiplyAdd(g, t, -0.10880392995959179);
        g = TLane.FusedMultiplyAdd(g, t, 0.082276738601416);
        g = TLane.FusedMultiplyAdd(g, t, 0.003585415483307242);
        g = TLane.FusedMultiplyAdd(g, t, -0.1402405985866635);
        g = TLane.FusedMultiplyAdd(g, t, 1.2375126308378337);
        return DoubleFormulas.Exp(TLane.Create(0) - square) * g * a * inverse;
    }

    /// <summary>erf x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Erf<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane z = DoubleFormulas.Clamp(TLane.Abs(x), 0, 6);
        TLane large = TLane.CopySign(TLane.Create(1) - ErfcPositive(z, z * z), x);
        return TLane.Select(TLane.LessThan(z, TLane.Create(1)), ErfSmall(x), large);
    }

    /// <summary>Φ(x) = ½ erfc(-x/√2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane NormalCdf<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        // Φ(-14.7) is below half the smallest float.
        TLane a = DoubleFormulas.Clamp(TLane.Abs(x), 0, 14.7), half = TLane.Create(0.5);
        TLane lower = half * ErfcPositive(a * TLane.Create(HalfRoot), half * a * a);
        return TLane.Select(TLane.GreaterThan(x, TLane.Create(0)), TLane.Create(1) - lower, lower);
    }
}
