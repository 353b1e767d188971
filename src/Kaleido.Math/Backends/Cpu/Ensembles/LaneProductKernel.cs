using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Sizes and strides, in floats, of a product of blocks of sixteen.</summary>
internal struct LaneProductSize
{
    public int Rows, Columns, Depth;
    public int ARow, ADepth, BDepth, BColumn;
}

/// <summary>
/// C(i, j) = Σ A(i, k)·B(k, j) where each element is a block of sixteen floats, one per network: the chain acc = +0, then
/// acc = fma(A, B, acc) over ascending k, as vector operations across networks. Tiles of up to 4 × 5 elements stay in registers (2 × 5
/// where vectors are narrower, and registers fewer). The operands are strided blocks, so every transpose is the same code; C is dense and
/// overlaps neither.
/// </summary>
internal static unsafe class LaneProductKernel
{
    private const int TileColumns = 5;

    public static void Run<TLane, TEnd>(in LaneProductSize size, float* a, float* b, float* c, float* other)
        where TLane : struct, ILane<TLane, float>
        where TEnd : struct, ILaneProductEnd
    {
        bool tall = TLane.Count == LaneLayout.Lanes;
        int cRow = size.Columns * LaneLayout.Lanes, otherRow = TEnd.RowStride(size.Columns);
        for (int part = 0; part < LaneLayout.Lanes; part += TLane.Count)
        {
            int width;
            for (int column = 0; column < size.Columns; column += width)
            {
                int left = size.Columns - column, tiles = (left + TileColumns - 1) / TileColumns;
                width = (left + tiles - 1) / tiles;
                float* bTile = b + (long)column * size.BColumn + part;
                int height;
                for (int row = 0; row < size.Rows; row += height)
                {
                    int below = size.Rows - row;
                    height = tall && below >= 4 ? 4 : below >= 2 ? 2 : 1;
                    float* aTile = a + (long)row * size.ARow + part;
                    float* cTile = c + (long)row * cRow + column * LaneLayout.Lanes + part;
                    float* otherTile = other + (long)row * otherRow + column * LaneLayout.Lanes + part;
                    if (height == 4) Rows<TLane, TEnd, C4>(width, size, aTile, bTile, cTile, otherTile);
                    else if (height == 2) Rows<TLane, TEnd, C2>(width, size, aTile, bTile, cTile, otherTile);
                    else Rows<TLane, TEnd, C1>(width, size, aTile, bTile, cTile, otherTile);
                }
            }
        }
    }

    private static void Rows<TLane, TEnd, TRows>(int width, in LaneProductSize size, float* a, float* b, float* c, float* other)
        where TLane : struct, ILane<TLane, float>
        where TEnd : struct, ILaneProductEnd
        where TRows : struct, IConstant
    {
        switch (width)
        {
            case 1: Tile<TLane, TEnd, TRows, C1>(size, a, b, c, other); break;
            case 2: Tile<TLane, TEnd, TRows, C2>(size, a, b, c, other); break;
            case 3: Tile<TLane, TEnd, TRows, C3>(size, a, b, c, other); break;
            case 4: Tile<TLane, TEnd, TRows, C4>(size, a, b, c, other); break;
            default: Tile<TLane, TEnd, TRows, C5>(size, a, b, c, other); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<TLane, TEnd, TRows, TColumns>(in LaneProductSize size, float* a, float* b, float* c, float* other)
        where TLane : struct, ILane<TLane, float>
        where TEnd : struct, ILaneProductEnd
        where TRows : struct, IConstant
        where TColumns : struct, IConstant
    {
        int depth = size.Depth;
        nint aRow = size.ARow, aDepth = size.ADepth, bDepth = size.BDepth, bColumn = size.BColumn;
        int cRow = size.Columns * LaneLayout.Lanes, otherRow = TEnd.RowStride(size.Columns);
        var zero = TLane.Create(0f);
        TLane c00 = zero, c01 = zero, c02 = zero, c03 = zero, c04 = zero;
        TLane c10 = zero, c11 = zero, c12 = zero, c13 = zero, c14 = zero;
        TLane c20 = zero, c21 = zero, c22 = zero, c23 = zero, c24 = zero;
        TLane c30 = zero, c31 = zero, c32 = zero, c33 = zero, c34 = zero;
        for (int k = 0; k < depth; k++, a += aDepth, b += bDepth)
        {
            TLane b0 = BlockLoop.Load<TLane>(b), b1 = zero, b2 = zero, b3 = zero, b4 = zero;
            if (TColumns.Value > 1) b1 = BlockLoop.Load<TLane>(b + bColumn);
            if (TColumns.Value > 2) b2 = BlockLoop.Load<TLane>(b + 2 * bColumn);
            if (TColumns.Value > 3) b3 = BlockLoop.Load<TLane>(b + 3 * bColumn);
            if (TColumns.Value > 4) b4 = BlockLoop.Load<TLane>(b + 4 * bColumn);
            var a0 = BlockLoop.Load<TLane>(a);
            c00 = TLane.FusedMultiplyAdd(a0, b0, c00);
            if (TColumns.Value > 1) c01 = TLane.FusedMultiplyAdd(a0, b1, c01);
            if (TColumns.Value > 2) c02 = TLane.FusedMultiplyAdd(a0, b2, c02);
            if (TColumns.Value > 3) c03 = TLane.FusedMultiplyAdd(a0, b3, c03);
            if (TColumns.Value > 4) c04 = TLane.FusedMultiplyAdd(a0, b4, c04);

            if (TRows.Value > 1)
            {
                var a1 = BlockLoop.Load<TLane>(a + aRow);
                c10 = TLane.FusedMultiplyAdd(a1, b0, c10);
                if (TColumns.Value > 1) c11 = TLane.FusedMultiplyAdd(a1, b1, c11);
                if (TColumns.Value > 2) c12 = TLane.FusedMultiplyAdd(a1, b2, c12);
                if (TColumns.Value > 3) c13 = TLane.FusedMultiplyAdd(a1, b3, c13);
                if (TColumns.Value > 4) c14 = TLane.FusedMultiplyAdd(a1, b4, c14);
            }

            if (TRows.Value > 2)
            {
                var a2 = BlockLoop.Load<TLane>(a + 2 * aRow);
                c20 = TLane.FusedMultiplyAdd(a2, b0, c20);
                if (TColumns.Value > 1) c21 = TLane.FusedMultiplyAdd(a2, b1, c21);
                if (TColumns.Value > 2) c22 = TLane.FusedMultiplyAdd(a2, b2, c22);
                if (TColumns.Value > 3) c23 = TLane.FusedMultiplyAdd(a2, b3, c23);
                if (TColumns.Value > 4) c24 = TLane.FusedMultiplyAdd(a2, b4, c24);
                var a3 = BlockLoop.Load<TLane>(a + 3 * aRow);
                c30 = TLane.FusedMultiplyAdd(a3, b0, c30);
                if (TColumns.Value > 1) c31 = TLane.FusedMultiplyAdd(a3, b1, c31);
                if (TColumns.Value > 2) c32 = TLane.FusedMultiplyAdd(a3, b2, c32);
                if (TColumns.Value > 3) c33 = TLane.FusedMultiplyAdd(a3, b3, c33);
                if (TColumns.Value > 4) c34 = TLane.FusedMultiplyAdd(a3, b4, c34);
            }
        }

        Store<TLane, TEnd, TColumns>(c, other, c00, c01, c02, c03, c04);
        if (TRows.Value > 1) Store<TLane, TEnd, TColumns>(c + cRow, other + otherRow, c10, c11, c12, c13, c14);
        if (TRows.Value > 2) Store<TLane, TEnd, TColumns>(c + 2 * cRow, other + 2 * otherRow, c20, c21, c22, c23, c24);
        if (TRows.Value > 2) Store<TLane, TEnd, TColumns>(c + 3 * cRow, other + 3 * otherRow, c30, c31, c32, c33, c34);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLane, TEnd, TColumns>(float* c, float* other, TLane x0, TLane x1, TLane x2, TLane x3, TLane x4)
        where TLane : struct, ILane<TLane, float>
        where TEnd : struct, ILaneProductEnd
        where TColumns : struct, IConstant
    {
        const int Lanes = LaneLayout.Lanes;
        TEnd.Apply(x0, other).Store(ref *c);
        if (TColumns.Value > 1) TEnd.Apply(x1, other + Lanes).Store(ref c[Lanes]);
        if (TColumns.Value > 2) TEnd.Apply(x2, other + 2 * Lanes).Store(ref c[2 * Lanes]);
        if (TColumns.Value > 3) TEnd.Apply(x3, other + 3 * Lanes).Store(ref c[3 * Lanes]);
        if (TColumns.Value > 4) TEnd.Apply(x4, other + 4 * Lanes).Store(ref c[4 * Lanes]);
    }
}
