using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Lab.Benchmarking;

/// <summary>
/// The multiply-add rate of this moment: independent fused multiply-adds in registers, with the widest vectors there are. Clock and
/// neighbours change on shared machines, so every figure is read beside a probe of the same run.
/// </summary>
/// <remarks>Twelve chains: a core starts two multiply-adds a cycle and takes four or five cycles for each.</remarks>
public static class PeakProbe
{
    private const int Chains = 12, Iterations = 500_000;

    /// <summary>
    /// GFLOP/s (10⁹ floating-point operations per second; a multiply-add is two) of <paramref name="threads"/> cores at once: the best of
    /// some rounds of a few milliseconds each.
    /// </summary>
    /// <param name="threads">How many threads, at least 1.</param>
    /// <param name="rounds">How many rounds, at least 1.</param>
    /// <param name="widestVector">Bits of the widest vectors to use (128, 256, 512), if the processor has them.</param>
    /// <exception cref="ArgumentOutOfRangeException">No thread, no round, or vectors of less than 128 bits.</exception>
    public static double Gigaflops(int threads = 1, int rounds = 8, int widestVector = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(widestVector, 128);
        double best = 0;
        for (int round = 0; round < rounds; round++)
            best = Math.Max(best, threads == 1 ? Round(widestVector) : Together(threads, widestVector));
        return best;
    }

    private static double Together(int threads, int widestVector)
    {
        double[] rates = new double[threads];
        using var start = new Barrier(threads);
        var members = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            rates[i] = Round(widestVector);
        })).ToArray();
        foreach (var member in members) member.Start();
        foreach (var member in members) member.Join();
        return rates.Sum();
    }

    private static double Round(int widestVector)
    {
        long start = Stopwatch.GetTimestamp();
        int lanes;
        float kept;
        if (Vector512.IsHardwareAccelerated && widestVector >= 512) (lanes, kept) = (16, Run<Of512, Vector512<float>>());
        else if (Vector256.IsHardwareAccelerated && widestVector >= 256) (lanes, kept) = (8, Run<Of256, Vector256<float>>());
        else (lanes, kept) = (4, Run<Of128, Vector128<float>>());
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // The result is looked at, so that it must be computed.
        return float.IsNaN(kept) ? 0 : 2.0 * lanes * Chains * Iterations / seconds / 1e9;
    }

    private interface IVectors<T>
    {
        static abstract T Create(float value);

        static abstract T MultiplyAdd(T x, T y, T z);

        static abstract float First(T x);
    }

    private readonly struct Of512 : IVectors<Vector512<float>>
    {
        public static Vector512<float> Create(float value) => Vector512.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MultiplyAdd(Vector512<float> x, Vector512<float> y, Vector512<float> z) =>
            Vector512.FusedMultiplyAdd(x, y, z);

        public static float First(Vector512<float> x) => x[0];
    }

    private readonly struct Of256 : IVectors<Vector256<float>>
    {
        public static Vector256<float> Create(float value) => Vector256.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> MultiplyAdd(Vector256<float> x, Vector256<float> y, Vector256<float> z) =>
            Vector256.FusedMultiplyAdd(x, y, z);

        public static float First(Vector256<float> x) => x[0];
    }

    private readonly struct Of128 : IVectors<Vector128<float>>
    {
        public static Vector128<float> Create(float value) => Vector128.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> MultiplyAdd(Vector128<float> x, Vector128<float> y, Vector128<float> z) =>
            Vector128.FusedMultiplyAdd(x, y, z);

        public static float First(Vector128<float> x) => x[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run<TVectors, T>() where TVectors : struct, IVectors<T>
    {
        T x = TVectors.Create(0.5f), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Iterations; n++)
        {
            a = TVectors.MultiplyAdd(x, a, x);
            b = TVectors.MultiplyAdd(x, b, x);
            c = TVectors.MultiplyAdd(x, c, x);
            d = TVectors.MultiplyAdd(x, d, x);
            e = TVectors.MultiplyAdd(x, e, x);
            f = TVectors.MultiplyAdd(x, f, x);
            g = TVectors.MultiplyAdd(x, g, x);
            h = TVectors.MultiplyAdd(x, h, x);
            i = TVectors.MultiplyAdd(x, i, x);
            j = TVectors.MultiplyAdd(x, j, x);
            k = TVectors.MultiplyAdd(x, k, x);
            l = TVectors.MultiplyAdd(x, l, x);
        }

        return TVectors.First(a) + TVectors.First(b) + TVectors.First(c) + TVectors.First(d) + TVectors.First(e) + TVectors.First(f)
            + TVectors.First(g) + TVectors.First(h) + TVectors.First(i) + TVectors.First(j) + TVectors.First(k) + TVectors.First(l);
    }
}
