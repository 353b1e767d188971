namespace Kaleido.Backends.Cpu;

/// <content>
/// Thin products: so few rows that each task packs the panels of B it uses, a piece at a time that stays in cache, or reads B in
/// place if every element of it is used by one group of rows only.
/// </content>
internal unsafe partial struct ProductKernel
{
    /// <summary>Columns and depth of a piece: 128 kB.</summary>
    private const int PieceColumns = 64, PieceDepth = 512;

    private readonly void ComputeThin<TLanes, TVector>(
        int panel0, int panel1, float* a, float* b, float* c, float* scratch)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int chunk = PieceColumns / _width, step = _depth <= PieceDepth * 3 / 2 ? Math.Max(_depth, 1) : PieceDepth;
        float* own = scratch + (long)panel0 * _width * _depth; // this task's room, used for each piece in turn
        long size = (long)_width * step;
        for (int first = panel0; first < panel1; first += chunk)
        {
            int last = Math.Min(panel1, first + chunk), k0 = 0;
            do
            {
                int k1 = Math.Min(_depth, k0 + step);
                bool load = _accumulate || k0 > 0;
                PackPanels(first, last, k0, k1, b, own, size);
                float* packed = own;
                for (int panel = first; panel < last; panel++, packed += size)
                {
                    int column = panel * _width, columns = Math.Min(_width, _columns - column);
                    Panel<TLanes, TVector>(0, _rows, k0, k1, a, scratch, packed, _width, c + column, columns, load);
                }

                k0 = k1;
            }
            while (k0 < _depth);
        }
    }

    /// <summary>
    /// Rows against columns of B that are read where they are. The ragged end is computed as the last whole vectors, some of whose
    /// columns are then computed twice: the same chains, so the same values. When C is accumulated to, that would add twice: masks.
    /// </summary>
    private readonly void ComputeInPlace<TLanes, TVector>(int row0, int row1, int column0, int column1, float* a, float* b, float* c)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count, wide = WideKernel.Vectors * n, column = column0;
        if (_rows <= 2 && column1 - column0 >= wide)
        {
            for (; column <= column1 - wide; column += wide)
                Wide<TLanes, TVector>(a, b + column, c + column);
            if (column < column1 && !_accumulate)
            {
                Wide<TLanes, TVector>(a, b + column1 - wide, c + column1 - wide);
                column = column1;
            }

            _end.AddBias(c, _ldc, row0, row1, column0, column);
        }

        while (column < column1)
        {
            int left = column1 - column;
            int columns = left > n ? _width : n;
            if (left < columns)
            {
                if (!_accumulate && column1 - column0 >= columns)
                {
                    column = column1 - columns;
                }
                else if (left > n)
                {
                    columns = n;
                }
                else
                {
                    long aRow = _transposeA ? 1 : _lda, aDepth = _transposeA ? _lda : 1;
                    float* corner = c + (long)row0 * _ldc + column;
                    MaskedKernel.Rows<TLanes, TVector>(
                        row1 - row0, a + row0 * aRow, aRow, aDepth, b + column, _ldb, _depth, corner, _ldc, _accumulate, left);
                    _end.AddBias(c, _ldc, row0, row1, column, column1);
                    return;
                }
            }

            Panel<TLanes, TVector>(row0, row1, 0, _depth, a, null, b + column, _ldb, c + column, columns, _accumulate, column);
            column += columns;
        }
    }

    private readonly void Wide<TLanes, TVector>(float* a, float* b, float* c)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        long aRow = _transposeA ? 1 : _lda, aDepth = _transposeA ? _lda : 1;
        if (_rows == 2)
            WideKernel.Run<TLanes, TVector, C2>(a, aRow, aDepth, b, _ldb, _depth, c, _ldc, _accumulate);
        else
            WideKernel.Run<TLanes, TVector, C1>(a, aRow, aDepth, b, _ldb, _depth, c, _ldc, _accumulate);
    }
}
