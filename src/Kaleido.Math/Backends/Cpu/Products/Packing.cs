using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// Copies of the operands in the order the kernel reads them. A panel of B holds, for each k in turn, <c>width</c> neighbouring
/// columns; columns beyond the last are zero (they never reach C). Rows of A are copied with a stride that is an odd
/// number of cache lines, or, when A is transposed, as panels of <c>height</c> rows, for each k in turn.
/// </summary>
internal static unsafe class Packing
{
    private const int Transpose = 8;

    /// <summary>Floats between the rows of a copied A: an odd number of 64-byte lines, so that rows do not share cache sets.</summary>
    public static long RowStride(int depth) => ((((long)depth + 15) / 16) | 1) * 16;

    /// <summary>
    /// Panels of a row-major B, <paramref name="columns"/> in all; the floats of a panel for the same k are contiguous, panels are
    /// <paramref name="panelSize"/> floats apart. Each row of B is read in one run: going down a column would touch a page per row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelsOfRows<TLanes, TVector>(float* b, long ldb, int depth, int columns, int width, float* panels, long panelSize)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count;
        int whole = columns / width, rest = columns - whole * width;
        for (int k = 0; k < depth; k++, b += ldb, panels += width)
        {
            float* source = b, panel = panels;
            for (int i = 0; i < whole; i++, source += width, panel += panelSize)
            {
                TLanes.Store(TLanes.Load(source), panel);
                TLanes.Store(TLanes.Load(source + n), panel + n);
            }

            if (rest == 0)
                continue;
            int column = 0;
            if (rest >= n)
            {
                TLanes.Store(TLanes.Load(source), panel);
                column = n;
            }

            for (; column < rest; column++)
                panel[column] = source[column];
            for (; column < width; column++)
                panel[column] = 0f;
        }
    }

    /// <summary>One panel of a transposed B (its rows are the columns of the product).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelOfColumns(float* b, long ldb, int depth, int columns, int width, float* panel)
    {
        if (columns < width)
            new Span<float>(panel, depth * width).Clear();
        if (Avx.IsSupported && columns >= Transpose && depth >= Transpose)
        {
            // The last squares overlap those before them: the same numbers go to the same places.
            for (int k = 0; ; k = Math.Min(k + Transpose, depth - Transpose))
            {
                for (int column = 0; ; column = Math.Min(column + Transpose, columns - Transpose))
                {
                    Transpose8(b + column * ldb + k, ldb, panel + (long)k * width + column, width);
                    if (column == columns - Transpose) break;
                }

                if (k == depth - Transpose) return;
            }
        }

        for (int k = 0; k < depth; k++, panel += width)
        {
            for (int column = 0; column < columns; column++)
                panel[column] = b[column * ldb + k];
        }
    }

    /// <summary>
    /// Panels of <paramref name="height"/> rows (a multiple of 2) of a transposed A, <paramref name="rows"/> in all. Each row of storage is
    /// read in one run. What lies beyond the last row of the last panel stays unset.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelsOfTransposedRows(float* a, long lda, int depth, int rows, int height, float* panels)
    {
        long size = (long)height * depth;
        for (int k = 0; k < depth; k++, a += lda, panels += height)
        {
            float* panel = panels;
            int row = 0;
            for (; row <= rows - height; row += height, panel += size)
            {
                int i = 0;
                for (; i <= height - 4; i += 4)
                    Vector128.Load(a + row + i).Store(panel + i);
                for (; i < height; i += 2)
                    *(double*)(panel + i) = *(double*)(a + row + i);
            }

            for (int i = 0; row < rows; i++, row++)
                panel[i] = a[row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* source, long ld, float* destination, long stride)
    {
        Vector256<float> r0 = Avx.LoadVector256(source), r1 = Avx.LoadVector256(source + ld);
        Vector256<float> r2 = Avx.LoadVector256(source + 2 * ld), r3 = Avx.LoadVector256(source + 3 * ld);
        Vector256<float> r4 = Avx.LoadVector256(source + 4 * ld), r5 = Avx.LoadVector256(source + 5 * ld);
        Vector256<float> r6 = Avx.LoadVector256(source + 6 * ld), r7 = Avx.LoadVector256(source + 7 * ld);

        // Pairs of rows, then quadruples inside each half, then the halves.
        Vector256<float> p0 = Avx.UnpackLow(r0, r1), p1 = Avx.UnpackHigh(r0, r1), p2 = Avx.UnpackLow(r2, r3), p3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> p4 = Avx.UnpackLow(r4, r5), p5 = Avx.UnpackHigh(r4, r5), p6 = Avx.UnpackLow(r6, r7), p7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> q0 = Avx.Shuffle(p0, p2, 0x44), q1 = Avx.Shuffle(p0, p2, 0xEE);
        Vector256<float> q2 = Avx.Shuffle(p1, p3, 0x44), q3 = Avx.Shuffle(p1, p3, 0xEE);
        Vector256<float> q4 = Avx.Shuffle(p4, p6, 0x44), q5 = Avx.Shuffle(p4, p6, 0xEE);
        Vector256<float> q6 = Avx.Shuffle(p5, p7, 0x44), q7 = Avx.Shuffle(p5, p7, 0xEE);
        Avx.Store(destination, Avx.Permute2x128(q0, q4, 0x20));
        Avx.Store(destination + stride, Avx.Permute2x128(q1, q5, 0x20));
        Avx.Store(destination + 2 * stride, Avx.Permute2x128(q2, q6, 0x20));
        Avx.Store(destination + 3 * stride, Avx.Permute2x128(q3, q7, 0x20));
        Avx.Store(destination + 4 * stride, Avx.Permute2x128(q0, q4, 0x31));
        Avx.Store(destination + 5 * stride, Avx.Permute2x128(q1, q5, 0x31));
        Avx.Store(destination + 6 * stride, Avx.Permute2x128(q2, q6, 0x31));
        Avx.Store(destination + 7 * stride, Avx.Permute2x128(q3, q7, 0x31));
    }
}
