using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// The error function's family in float64 lanes, relative error below 2⁻³³ also far in the lower tail. Minimax polynomials.
/// </summary>
internal static class ErrorFunctionFormulas
{
    private const double HalfRoot = 0.7071067811865476;

    /// <summary>erf x for |x| ≤ 1: x times a polynomial in x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ErfSmall<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane u = x * x;
        TLane p = TLane.FusedMultiplyAdd(TLane.Create(-9.641535816684353e-06), u, 0.0001125695464255402);
        p = TLane.FusedMultiplyAdd(p, u, -0.0008482829750677543);
        p = TLane.FusedMultiplyAdd(p, u, 0.005220945493094332);
        p = TLane.FusedMultiplyAdd(p, u, -0.026865400062412628);
        p = TLane.FusedMultiplyAdd(p, u, 0.11283781974410585);
        p = TLane.FusedMultiplyAdd(p, u, -0.3761263843466465);
        return x * TLane.FusedMultiplyAdd(p, u, 1.1283791670580205);
    }

    /// <summary>
    /// erfc z for 0 ≤ z ≤ 10.6, given z²: e^(-z²)·g(t)/(1+2z), t = (z - 3)/(z + 3). The form is that of
    /// M. Shepherd, J. Laframboise, "Chebyshev approximation of (1+2x)exp(x²)erfc x in 0 ≤ x &lt; ∞", Math. Comp. 36 (1981).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane ErfcPositive<TLane>(TLane z, TLane square) where TLane : struct, ILane<TLane, double>
    {
        // One division serves both quotients.
        TLane a = z + TLane.Create(3), b = z + z + TLane.Create(1), inverse = TLane.Create(1) / (a * b);
        TLane t = (z - TLane.Create(3)) * b * inverse, u = t * t;

        // Even and odd powers apart, for a shorter chain.
        TLane even = TLane.FusedMultiplyAdd(TLane.Create(3.252806553195142e-05), u, -0.0001281071304580016);
        even = TLane.FusedMultiplyAdd(even, u, 0.00189536086162951);
        even = TLane.FusedMultiplyAdd(even, u, -0.02377131435997539);
        even = TLane.FusedMultiplyAdd(even, u, -0.11927362812947898);
        even = TLane.FusedMultiplyAdd(even, u, -0.047562294764169594);
        even = TLane.FusedMultiplyAdd(even, u, 1.2530080582716197);
        TLane odd = TLane.FusedMultiplyAdd(TLane.Create(0.00012498381559694204), u, -0.0007894727016550765);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.002533691329083784);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.06830729960132965);
        odd = TLane.FusedMultiplyAdd(odd, u, 0.1296452078698401);
        odd = TLane.FusedMultiplyAdd(odd, u, -0.13562110705775693);
        TLane g = TLane.FusedMultiplyAdd(odd, t, even);
        return DoubleFormulas.Exp(TLane.Create(0) - square) * g * a * inverse;
    }

    /// <summary>erf x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Erf<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        TLane z = TLane.Clamp(TLane.Abs(x), 0, 6);
        TLane large = TLane.CopySign(TLane.Create(1) - ErfcPositive(z, z * z), x);
        return TLane.Select(TLane.LessThan(z, TLane.Create(1)), ErfSmall(x), large);
    }

    /// <summary>Φ(x) = ½ erfc(-x/√2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane NormalCdf<TLane>(TLane x) where TLane : struct, ILane<TLane, double>
    {
        // Φ(-14.7) is below half the smallest float.
        TLane a = TLane.Clamp(TLane.Abs(x), 0, 14.7), half = TLane.Create(0.5);
        TLane lower = half * ErfcPositive(a * TLane.Create(HalfRoot), half * a * a);
        return TLane.Select(TLane.GreaterThan(x, TLane.Create(0)), TLane.Create(1) - lower, lower);
    }
}
