using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Bench;

/// <summary>
/// The multiply-add rate of one core at this moment: independent fused multiply-adds in registers, the best of several short
/// rounds. Clock and neighbours change on shared machines, so every figure is read beside a probe of the same run.
/// </summary>
internal static class PeakProbe
{
    private const int Rounds = 20, Iterations = 1_000_000, Chains = 10;

    public static double Gigaflops()
    {
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            double flops = Vector512.IsHardwareAccelerated ? Run<Float512>() : Vector256.IsHardwareAccelerated ? Run<Float256>() : Run<Float128>();
            best = Math.Max(best, flops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static double Run<TLane>() where TLane : struct, ILane<TLane, float>
    {
        var factor = TLane.Create(0.999f);
        TLane a = factor, b = factor, c = factor, d = factor, e = factor;
        TLane f = factor, g = factor, h = factor, i = factor, j = factor;
        for (int n = 0; n < Iterations; n++)
        {
            a = TLane.FusedMultiplyAdd(a, factor, factor);
            b = TLane.FusedMultiplyAdd(b, factor, factor);
            c = TLane.FusedMultiplyAdd(c, factor, factor);
            d = TLane.FusedMultiplyAdd(d, factor, factor);
            e = TLane.FusedMultiplyAdd(e, factor, factor);
            f = TLane.FusedMultiplyAdd(f, factor, factor);
            g = TLane.FusedMultiplyAdd(g, factor, factor);
            h = TLane.FusedMultiplyAdd(h, factor, factor);
            i = TLane.FusedMultiplyAdd(i, factor, factor);
            j = TLane.FusedMultiplyAdd(j, factor, factor);
        }

        (a + b + c + d + e + f + g + h + i + j).Store(ref s_lanes[0]);
        return 2.0 * TLane.Count * Chains * Iterations;
    }

    private static readonly float[] s_lanes = new float[16];
}
