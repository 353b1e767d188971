using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The innermost loop for one or two rows of C, eight vectors wide: with so few rows only more columns keep enough
/// chains going at once to hide the latency of the multiply-add.
/// </summary>
/// <remarks>Assumes what <see cref="MicroKernel"/> assumes, and gives the same chains. B is usually read in place, once.</remarks>
internal static unsafe class WideKernel
{
    /// <summary>Vectors of columns that one call covers.</summary>
    public const int Vectors = 8;

    /// <summary>How many k ahead B is fetched.</summary>
    private const int Ahead = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TVector, TRows>(
        float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TRows : struct, IConstant
    {
        int n = TLanes.Count;
        float* c1 = c + cRow;
        TVector t, u = default, v;
        TVector x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default;
        TVector y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        if (load)
        {
            x0 = TLanes.Load(c);
            x1 = TLanes.Load(c + n);
            x2 = TLanes.Load(c + 2 * n);
            x3 = TLanes.Load(c + 3 * n);
            x4 = TLanes.Load(c + 4 * n);
            x5 = TLanes.Load(c + 5 * n);
            x6 = TLanes.Load(c + 6 * n);
            x7 = TLanes.Load(c + 7 * n);
            if (TRows.Value > 1)
            {
                y0 = TLanes.Load(c1);
                y1 = TLanes.Load(c1 + n);
                y2 = TLanes.Load(c1 + 2 * n);
                y3 = TLanes.Load(c1 + 3 * n);
                y4 = TLanes.Load(c1 + 4 * n);
                y5 = TLanes.Load(c1 + 5 * n);
                y6 = TLanes.Load(c1 + 6 * n);
                y7 = TLanes.Load(c1 + 7 * n);
            }
        }

        for (; depth > 0; depth--, a += aDepth, b += bDepth)
        {
            t = TLanes.Broadcast(a);
            if (TRows.Value > 1)
                u = TLanes.Broadcast(a + aRow);
            if (Sse.IsSupported)
            {
                // One line is one vector of 16 floats; narrower vectors share lines, and asking twice costs little.
                Sse.Prefetch0(b + Ahead * bDepth);
                Sse.Prefetch0(b + Ahead * bDepth + n);
                Sse.Prefetch0(b + Ahead * bDepth + 2 * n);
                Sse.Prefetch0(b + Ahead * bDepth + 3 * n);
                Sse.Prefetch0(b + Ahead * bDepth + 4 * n);
                Sse.Prefetch0(b + Ahead * bDepth + 5 * n);
                Sse.Prefetch0(b + Ahead * bDepth + 6 * n);
                Sse.Prefetch0(b + Ahead * bDepth + 7 * n);
            }

            v = TLanes.Load(b);
            x0 = TLanes.FusedMultiplyAdd(t, v, x0);
            if (TRows.Value > 1)
                y0 = TLanes.FusedMultiplyAdd(u, v, y0);

            v = TLanes.Load(b + n);
            x1 = TLanes.FusedMultiplyAdd(t, v, x1);
            if (TRows.Value > 1)
                y1 = TLanes.FusedMultiplyAdd(u, v, y1);

            v = TLanes.Load(b + 2 * n);
            x2 = TLanes.FusedMultiplyAdd(t, v, x2);
            if (TRows.Value > 1)
                y2 = TLanes.FusedMultiplyAdd(u, v, y2);

            v = TLanes.Load(b + 3 * n);
            x3 = TLanes.FusedMultiplyAdd(t, v, x3);
            if (TRows.Value > 1)
                y3 = TLanes.FusedMultiplyAdd(u, v, y3);

            v = TLanes.Load(b + 4 * n);
            x4 = TLanes.FusedMultiplyAdd(t, v, x4);
            if (TRows.Value > 1)
                y4 = TLanes.FusedMultiplyAdd(u, v, y4);

            v = TLanes.Load(b + 5 * n);
            x5 = TLanes.FusedMultiplyAdd(t, v, x5);
            if (TRows.Value > 1)
                y5 = TLanes.FusedMultiplyAdd(u, v, y5);

            v = TLanes.Load(b + 6 * n);
            x6 = TLanes.FusedMultiplyAdd(t, v, x6);
            if (TRows.Value > 1)
                y6 = TLanes.FusedMultiplyAdd(u, v, y6);

            v = TLanes.Load(b + 7 * n);
            x7 = TLanes.FusedMultiplyAdd(t, v, x7);
            if (TRows.Value > 1)
                y7 = TLanes.FusedMultiplyAdd(u, v, y7);
        }

        TLanes.Store(x0, c);
        TLanes.Store(x1, c + n);
        TLanes.Store(x2, c + 2 * n);
        TLanes.Store(x3, c + 3 * n);
        TLanes.Store(x4, c + 4 * n);
        TLanes.Store(x5, c + 5 * n);
        TLanes.Store(x6, c + 6 * n);
        TLanes.Store(x7, c + 7 * n);
        if (TRows.Value > 1)
        {
            TLanes.Store(y0, c1);
            TLanes.Store(y1, c1 + n);
            TLanes.Store(y2, c1 + 2 * n);
            TLanes.Store(y3, c1 + 3 * n);
            TLanes.Store(y4, c1 + 4 * n);
            TLanes.Store(y5, c1 + 5 * n);
            TLanes.Store(y6, c1 + 6 * n);
            TLanes.Store(y7, c1 + 7 * n);
        }
    }
}
