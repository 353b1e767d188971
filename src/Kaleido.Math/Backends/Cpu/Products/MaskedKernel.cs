using System.Runtime.CompilerServices;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The innermost loop at the right edge of a B that is read in place: up to four rows of C, less than a vector wide. What lies beyond
/// the edge is neither read nor written.
/// </summary>
/// <remarks>Otherwise as <see cref="MicroKernel"/>. Needs masked loads and stores.</remarks>
internal static unsafe class MaskedKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLanes, TVector, TRows>(
        float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TRows : struct, IConstant
    {
        TVector mask = TLanes.First(columns), v;
        TVector x0 = default, x1 = default, x2 = default, x3 = default;
        float* c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        if (load)
        {
            x0 = TLanes.LoadMasked(c, mask);
            if (TRows.Value > 1)
                x1 = TLanes.LoadMasked(c1, mask);
            if (TRows.Value > 2)
            {
                x2 = TLanes.LoadMasked(c2, mask);
                x3 = TLanes.LoadMasked(c3, mask);
            }
        }

        float* a2 = a + 2 * aRow;
        for (; depth > 0; depth--, a += aDepth, b += bDepth)
        {
            v = TLanes.LoadMasked(b, mask);
            x0 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a), v, x0);
            if (TRows.Value > 1)
                x1 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a + aRow), v, x1);
            if (TRows.Value > 2)
            {
                x2 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a2), v, x2);
                x3 = TLanes.FusedMultiplyAdd(TLanes.Broadcast(a2 + aRow), v, x3);
                a2 += aDepth;
            }
        }

        TLanes.StoreMasked(x0, c, mask);
        if (TRows.Value > 1)
            TLanes.StoreMasked(x1, c1, mask);
        if (TRows.Value > 2)
        {
            TLanes.StoreMasked(x2, c2, mask);
            TLanes.StoreMasked(x3, c3, mask);
        }
    }

    /// <summary>Any number of rows.</summary>
    public static void Rows<TLanes, TVector>(
        int rows, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (; rows >= 4; rows -= 4, a += 4 * aRow, c += 4 * cRow)
            Run<TLanes, TVector, C4>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, columns);
        if (rows >= 2)
        {
            Run<TLanes, TVector, C2>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, columns);
            rows -= 2;
            a += 2 * aRow;
            c += 2 * cRow;
        }

        if (rows > 0)
            Run<TLanes, TVector, C1>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, columns);
    }
}
