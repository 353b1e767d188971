using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The innermost loop of every product: a block of C, <c>TRows</c> rows by <c>TVectors</c> vectors wide, held in registers
/// while one run over the depth feeds it.
/// </summary>
/// <remarks>
/// Assumes: element (i, k) of A at <c>a[i·aRow + k·aDepth]</c> (so A and its transpose, packed or not, are the same to it); row k of B
/// at <c>b + k·bDepth</c>, all TVectors·Count floats of it readable (packed panels are padded); all floats of the block of C writable.
/// Each element is the fused chain over ascending k, from +0 or, if <c>load</c>, from C: never split, never padded in k.
/// The accumulators are named locals: an array of them would live in memory. The comparisons with TRows and TVectors
/// are constants when compiled, so each instance has only its own accumulators. Elements pass through <c>TEnd</c> on their way to C;
/// <c>bias</c> is where the bias of the first column lies, if it needs one.
/// </remarks>
internal static unsafe class MicroKernel
{
    /// <summary>How many k ahead B is fetched: some hundreds of cycles, and across the page ends at which the hardware stops.</summary>
    private const int Ahead = 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TVector, TRows, TVectors, TEnd>(
        float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load, float* bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TRows : struct, IConstant
        where TVectors : struct, IConstant
        where TEnd : struct, IStoreEnd
    {
        TVector b0, b1 = default, t;
        TVector x0 = default, x1 = default, x2 = default, x3 = default;
        TVector y0 = default, y1 = default, y2 = default, y3 = default;
        TVector x4 = default, x5 = default, x6 = default, x7 = default;
        TVector y4 = default, y5 = default, y6 = default, y7 = default;
        TVector x8 = default, x9 = default, x10 = default, x11 = default;
        TVector y8 = default, y9 = default, y10 = default, y11 = default;
        int n = TLanes.Count;
        if (load)
        {
            float* row = c;
            x0 = TLanes.Load(row);
            if (TVectors.Value > 1) y0 = TLanes.Load(row + n);

            if (TRows.Value > 1)
            {
                row += cRow;
                x1 = TLanes.Load(row);
                if (TVectors.Value > 1) y1 = TLanes.Load(row + n);
            }
            if (TRows.Value > 2)
            {
                row += cRow;
                x2 = TLanes.Load(row);
                if (TVectors.Value > 1) y2 = TLanes.Load(row + n);
            }
            if (TRows.Value > 3)
            {
                row += cRow;
                x3 = TLanes.Load(row);
                if (TVectors.Value > 1) y3 = TLanes.Load(row + n);
            }
            if (TRows.Value > 4)
            {
                row += cRow;
                x4 = TLanes.Load(row);
                if (TVectors.Value > 1) y4 = TLanes.Load(row + n);
            }
            if (TRows.Value > 5)
            {
                row += cRow;
                x5 = TLanes.Load(row);
                if (TVectors.Value > 1) y5 = TLanes.Load(row + n);
            }
            if (TRows.Value > 6)
            {
                row += cRow;
                x6 = TLanes.Load(row);
                if (TVectors.Value > 1) y6 = TLanes.Load(row + n);
            }
            if (TRows.Value > 7)
            {
                row += cRow;
                x7 = TLanes.Load(row);
                if (TVectors.Value > 1) y7 = TLanes.Load(row + n);
            }
            if (TRows.Value > 8)
            {
                row += cRow;
                x8 = TLanes.Load(row);
                if (TVectors.Value > 1) y8 = TLanes.Load(row + n);
            }
            if (TRows.Value > 9)
            {
                row += cRow;
                x9 = TLanes.Load(row);
                if (TVectors.Value > 1) y9 = TLanes.Load(row + n);
            }
            if (TRows.Value > 10)
            {
                row += cRow;
                x10 = TLanes.Load(row);
                if (TVectors.Value > 1) y10 = TLanes.Load(row + n);
            }
            if (TRows.Value > 11)
            {
                row += cRow;
                x11 = TLanes.Load(row);
                if (TVectors.Value > 1) y11 = TLanes.Load(row + n);
            }
        }

        // The next rows of C below these: their lines arrive while this block is computed.
        if (Sse.IsSupported)
        {
            float* below = c + TRows.Value * cRow;
            for (int row = 0; row < TRows.Value; row++, below += cRow)
            {
                Sse.Prefetch0(below);
                if (TVectors.Value > 1) Sse.Prefetch0(below + n);
            }
        }

        // Three rows per pointer: pointer, pointer + row, pointer + 2 rows are all one address mode each.
        long step = aDepth, one = aRow;
        float* p0 = a, p3 = a + 3 * aRow, p6 = a + 6 * aRow, p9 = a + 9 * aRow;
        for (; depth > 0; depth--)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(b + Ahead * bDepth);
                if (TVectors.Value > 1) Sse.Prefetch0(b + Ahead * bDepth + n);
                if (one == 1)
                {
                    // A transposed A: every k is another row of it, and the hardware does not follow from page to page.
                    Sse.Prefetch0(p0 + Ahead * step);
                    Sse.Prefetch0(p0 + Ahead * step + TRows.Value - 1);
                }
            }

            b0 = TLanes.Load(b);
            if (TVectors.Value > 1) b1 = TLanes.Load(b + n);
            t = TLanes.Broadcast(p0);
            x0 = TLanes.FusedMultiplyAdd(t, b0, x0);
            if (TVectors.Value > 1) y0 = TLanes.FusedMultiplyAdd(t, b1, y0);

            if (TRows.Value > 1)
            {
                t = TLanes.Broadcast(p0 + one);
                x1 = TLanes.FusedMultiplyAdd(t, b0, x1);
                if (TVectors.Value > 1) y1 = TLanes.FusedMultiplyAdd(t, b1, y1);
            }
            if (TRows.Value > 2)
            {
                t = TLanes.Broadcast(p0 + 2 * one);
                x2 = TLanes.FusedMultiplyAdd(t, b0, x2);
                if (TVectors.Value > 1) y2 = TLanes.FusedMultiplyAdd(t, b1, y2);
                p0 += step;
            }
            if (TRows.Value > 3)
            {
                t = TLanes.Broadcast(p3);
                x3 = TLanes.FusedMultiplyAdd(t, b0, x3);
                if (TVectors.Value > 1) y3 = TLanes.FusedMultiplyAdd(t, b1, y3);
            }
            if (TRows.Value > 4)
            {
                t = TLanes.Broadcast(p3 + one);
                x4 = TLanes.FusedMultiplyAdd(t, b0, x4);
                if (TVectors.Value > 1) y4 = TLanes.FusedMultiplyAdd(t, b1, y4);
            }
            if (TRows.Value > 5)
            {
                t = TLanes.Broadcast(p3 + 2 * one);
                x5 = TLanes.FusedMultiplyAdd(t, b0, x5);
                if (TVectors.Value > 1) y5 = TLanes.FusedMultiplyAdd(t, b1, y5);
                p3 += step;
            }
            if (TRows.Value > 6)
            {
                t = TLanes.Broadcast(p6);
                x6 = TLanes.FusedMultiplyAdd(t, b0, x6);
                if (TVectors.Value > 1) y6 = TLanes.FusedMultiplyAdd(t, b1, y6);
            }
            if (TRows.Value > 7)
            {
                t = TLanes.Broadcast(p6 + one);
                x7 = TLanes.FusedMultiplyAdd(t, b0, x7);
                if (TVectors.Value > 1) y7 = TLanes.FusedMultiplyAdd(t, b1, y7);
            }
            if (TRows.Value > 8)
            {
                t = TLanes.Broadcast(p6 + 2 * one);
                x8 = TLanes.FusedMultiplyAdd(t, b0, x8);
                if (TVectors.Value > 1) y8 = TLanes.FusedMultiplyAdd(t, b1, y8);
                p6 += step;
            }
            if (TRows.Value > 9)
            {
                t = TLanes.Broadcast(p9);
                x9 = TLanes.FusedMultiplyAdd(t, b0, x9);
                if (TVectors.Value > 1) y9 = TLanes.FusedMultiplyAdd(t, b1, y9);
            }
            if (TRows.Value > 10)
            {
                t = TLanes.Broadcast(p9 + one);
                x10 = TLanes.FusedMultiplyAdd(t, b0, x10);
                if (TVectors.Value > 1) y10 = TLanes.FusedMultiplyAdd(t, b1, y10);
            }
            if (TRows.Value > 11)
            {
                t = TLanes.Broadcast(p9 + 2 * one);
                x11 = TLanes.FusedMultiplyAdd(t, b0, x11);
                if (TVectors.Value > 1) y11 = TLanes.FusedMultiplyAdd(t, b1, y11);
                p9 += step;
            }

            b += bDepth;
            if (TRows.Value < 3)
                p0 += step;
            if (TRows.Value > 3 && TRows.Value < 6)
                p3 += step;
            if (TRows.Value > 6 && TRows.Value < 9)
                p6 += step;
        }

        TVector e0 = default, e1 = default;
        if (TEnd.HasBias)
        {
            e0 = TLanes.Load(bias);
            if (TVectors.Value > 1) e1 = TLanes.Load(bias + n);
        }

        TLanes.Store(TEnd.Apply<TLanes, TVector>(x0, e0), c);
        if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y0, e1), c + n);

        if (TRows.Value > 1)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x1, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y1, e1), c + n);
        }

        if (TRows.Value > 2)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x2, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y2, e1), c + n);
        }

        if (TRows.Value > 3)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x3, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y3, e1), c + n);
        }

        if (TRows.Value > 4)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x4, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y4, e1), c + n);
        }

        if (TRows.Value > 5)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x5, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y5, e1), c + n);
        }

        if (TRows.Value > 6)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x6, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y6, e1), c + n);
        }

        if (TRows.Value > 7)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x7, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y7, e1), c + n);
        }

        if (TRows.Value > 8)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x8, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y8, e1), c + n);
        }

        if (TRows.Value > 9)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x9, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y9, e1), c + n);
        }

        if (TRows.Value > 10)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x10, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y10, e1), c + n);
        }

        if (TRows.Value > 11)
        {
            c += cRow;
            TLanes.Store(TEnd.Apply<TLanes, TVector>(x11, e0), c);
            if (TVectors.Value > 1) TLanes.Store(TEnd.Apply<TLanes, TVector>(y11, e1), c + n);
        }
    }
}
