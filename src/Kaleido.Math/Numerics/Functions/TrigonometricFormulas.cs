using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kaleido.Numerics;

/// <summary>Sine and cosine of float32 numbers in float64 lanes: any finite argument, relative error below 2⁻⁴⁰.</summary>
internal static class TrigonometricFormulas
{
    private const double HalfPiHigh = 1.5707963267948966, HalfPiLow = 6.123233995736766e-17;

    /// <summary>Above it the argument is reduced exactly, by integers.</summary>
    private const double Huge = 1 << 27;

    /// <summary>sin(x + offset·π/2); x holds float32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Sine<TLane>(TLane x, ulong offset) where TLane : struct, ILane<TLane, double>
    {
        TLane shifted = TLane.FusedMultiplyAdd(x, TLane.Create(2 / Math.PI), DoubleFormulas.Rounder);
        TLane n = shifted - TLane.Create(DoubleFormulas.Rounder);
        TLane r = TLane.FusedMultiplyAdd(n, TLane.Create(-HalfPiHigh), x);
        r = TLane.FusedMultiplyAdd(n, TLane.Create(-HalfPiLow), r);
        TLane huge = TLane.GreaterThan(TLane.Abs(x), TLane.Create(Huge));
        if (TLane.Any(huge)) (shifted, r) = ReduceHuge(x, huge, shifted, r);

        TLane quadrant = TLane.AddBits(shifted, TLane.CreateBits(offset));
        var (sine, cosine) = Polynomials(r);
        return TLane.Select(IsOdd(quadrant), cosine, sine) ^ Sign(quadrant);
    }

    /// <summary>Sine and cosine of 2π·turns for |turns| ≤ 2⁴⁰.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLane Sine, TLane Cosine) SinCosTurns<TLane>(TLane turns) where TLane : struct, ILane<TLane, double>
    {
        TLane quadrant = TLane.FusedMultiplyAdd(turns, TLane.Create(4), DoubleFormulas.Rounder);
        TLane rest = TLane.FusedMultiplyAdd(quadrant - TLane.Create(DoubleFormulas.Rounder), TLane.Create(-0.25), turns);
        var (sine, cosine) = Polynomials(rest * TLane.Create(2 * Math.PI));
        TLane odd = IsOdd(quadrant), next = TLane.AddBits(quadrant, TLane.CreateBits(1));
        return (TLane.Select(odd, cosine, sine) ^ Sign(quadrant), TLane.Select(odd, sine, cosine) ^ Sign(next));
    }

    /// <summary>Sine and cosine for |r| ≤ π/4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane Sine, TLane Cosine) Polynomials<TLane>(TLane r) where TLane : struct, ILane<TLane, double>
    {
        TLane u = r * r;
        TLane s = TLane.FusedMultiplyAdd(TLane.Create(-2.4805587179980646e-08), u, 2.7555990399839905e-06);
        s = TLane.FusedMultiplyAdd(s, u, -0.0001984126691523504);
        s = TLane.FusedMultiplyAdd(s, u, 0.008333333331077422);
        s = TLane.FusedMultiplyAdd(s, u, -0.16666666666663882);
        TLane sine = r * TLane.FusedMultiplyAdd(s, u, 1);
        TLane c = TLane.FusedMultiplyAdd(TLane.Create(2.066546282098877e-09), u, -2.7555854928223973e-07);
        c = TLane.FusedMultiplyAdd(c, u, 2.4801582620550964e-05);
        c = TLane.FusedMultiplyAdd(c, u, -0.001388888888212255);
        c = TLane.FusedMultiplyAdd(c, u, 0.04166666666663089);
        c = TLane.FusedMultiplyAdd(c, u, -0.49999999999999967);
        return (sine, TLane.FusedMultiplyAdd(c, u, 1));
    }

    /// <summary>Mask of an odd quadrant: bit 0 moved to the exponent makes 0 or 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane IsOdd<TLane>(TLane quadrant) where TLane : struct, ILane<TLane, double> =>
        TLane.GreaterThan(TLane.ShiftRight(TLane.ShiftLeft(quadrant, 63), 1), TLane.Create(0));

    /// <summary>Bit 1 of the quadrant moved to the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Sign<TLane>(TLane quadrant) where TLane : struct, ILane<TLane, double> =>
        TLane.ShiftLeft(TLane.ShiftRight(quadrant, 1), 63);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (TLane Shifted, TLane R) ReduceHuge<TLane>(TLane x, TLane huge, TLane shifted, TLane r)
        where TLane : struct, ILane<TLane, double>
    {
        Span<double> values = stackalloc double[8], quadrants = stackalloc double[8], rests = stackalloc double[8];
        x.Store(ref MemoryMarshal.GetReference(values));
        for (int i = 0; i < TLane.Count; i++)
            (quadrants[i], rests[i]) = PayneHanek.Reduce((float)values[i]);
        return (TLane.Select(huge, TLane.Load(in MemoryMarshal.GetReference(quadrants)), shifted),
            TLane.Select(huge, TLane.Load(in MemoryMarshal.GetReference(rests)), r));
    }
}
