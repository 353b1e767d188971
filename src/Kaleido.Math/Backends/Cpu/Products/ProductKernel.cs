using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// A matrix product of one shape, cut into tasks: C = op(A)·op(B), or C += op(A)·op(B). Every element is the chain
/// <c>acc = +0 (or C); for k ascending: acc = fma(a_k, b_k, acc)</c>, whatever the tasks, their order and the vector width.
/// </summary>
/// <remarks>
/// A plain value without references: prepared once per shape, copied freely, used from any thread.
/// To run it: all pack tasks in any order on any threads; then all tile tasks likewise. C must not overlap A, B or scratch.
/// Scratch is 64-byte aligned (only speed depends on that) and holds at least <see cref="PackedFloats"/> floats.
/// </remarks>
internal unsafe partial struct ProductKernel
{
    private SimdLevel _level;
    private int _rows, _columns, _depth;
    private bool _accumulate, _transposeA, _transposeB, _thin, _inPlace, _packA, _software;
    private int _lda, _ldb, _ldc;
    private int _width, _group, _panels, _depthBlock;
    private int _rowBlock, _panelBlock, _rowTasks, _panelTasks;
    private int _packPanels, _packDepth, _packColumnTasks, _packDepthTasks;
    private long _packedB, _rowStride;
    private ProductEnd _end;

    /// <summary>
    /// Prepares C[rows×columns] (row-major, leading dimension <paramref name="ldc"/>) = op(A)·op(B), where op(A) is rows×depth and
    /// op(B) depth×columns. A is stored row-major as rows×depth or, transposed, depth×rows; B as depth×columns or columns×depth.
    /// <paramref name="workers"/> is how many threads will share the tasks: it shapes the tasks, not the numbers.
    /// </summary>
    public static ProductKernel Create(
        int rows, int columns, int depth, bool transposeA, bool transposeB, int lda, int ldb, int ldc, bool accumulate, int workers)
        => Create(rows, columns, depth, transposeA, transposeB, lda, ldb, ldc, accumulate, workers, Simd.Level);

    /// <summary>
    /// The same with kernels of a given vector width, and, if <paramref name="packOnce"/>, for a B that stays the same over many products:
    /// B is always packed by the pack tasks and nothing else is, so these need not be run again until B changes.
    /// <paramref name="software"/> emulates the multiply-add, at a level of at most 128 bits; left out, where there is none.
    /// <paramref name="path"/> is taken if the product can: B in place needs a row-major B and masked loads. Left out,
    /// <see cref="ProductPaths"/> choose.
    /// </summary>
    public static ProductKernel Create(
        int rows, int columns, int depth, bool transposeA, bool transposeB, int lda, int ldb, int ldc, bool accumulate, int workers,
        SimdLevel level, bool packOnce = false, bool? software = null, ProductPath? path = null)
    {
        var kernel = New(rows, columns, depth, transposeA, transposeB, lda, ldb, ldc, accumulate, level, software);
        kernel.Plan(workers, packOnce, path ?? ProductPaths.Forced);
        return kernel;
    }

    /// <summary>
    /// A product for <see cref="ComputeRows"/>: rows in any division, for callers whose A comes into
    /// being row by row. Its pack tasks need B alone.
    /// </summary>
    public static ProductKernel CreateByRows(
        int rows, int columns, int depth, bool transposeB, int lda, int ldb, int ldc, int workers,
        SimdLevel? level = null, bool? software = null)
    {
        var kernel = New(rows, columns, depth, false, transposeB, lda, ldb, ldc, false, level ?? Simd.Level, software);
        kernel.Plan(workers, packOnce: true, ProductPath.Panels);
        return kernel;
    }

    /// <summary>The same product, whose elements pass through <paramref name="end"/> as they are stored.</summary>
    public readonly ProductKernel With(in ProductEnd end) => this with { _end = end };

    /// <summary>
    /// An upper bound of <see cref="PackedFloats"/> for this and every smaller number of rows and depth, at any level.
    /// </summary>
    public static long ScratchFloats(int rows, int columns, int depth, bool transposeA, int lda)
        => (columns + 31L) / 32 * 32 * depth + 64
            + (!ProductPaths.MayCopyA(columns, lda) ? 0 : transposeA ? (rows + 11L) / 12 * 12 * depth : rows * Packing.RowStride(depth));

    /// <summary>Floats of scratch that the tasks touch.</summary>
    public readonly long PackedFloats
        => _packedB + (!_packA ? 0 : _transposeA ? (_rows + _group - 1L) / _group * _group * _depth : _rows * _rowStride);

    /// <summary>
    /// The path it takes. At <see cref="SimdLevel.Scalar"/>, <see cref="ProductPath.Pieces"/> without pieces: nothing is copied.
    /// </summary>
    public ProductPath Path { get; private set; }

    /// <summary>Whether no task touches the scratch: a smaller depth does not change that.</summary>
    public readonly bool IsInPlace => _inPlace;

    /// <summary>The number of pack tasks; 0 if nothing is packed beforehand.</summary>
    public readonly int PackTasks => _thin || _inPlace ? 0 : _packColumnTasks * _packDepthTasks + (_packA ? _rowTasks : 0);

    /// <summary>The number of tile tasks. Their tiles partition C.</summary>
    public readonly int TileTasks => _rowTasks * _panelTasks;

    /// <summary>The block of C of one task, for those who measure.</summary>
    public readonly (int Rows, int Columns) Block => (_rowBlock, _panelBlock * _width);

    /// <summary>Runs one pack task.</summary>
    public readonly void Pack(int task, float* a, float* b, float* scratch)
    {
        int tasksB = _packColumnTasks * _packDepthTasks;
        if (task < tasksB)
        {
            int column = task / _packDepthTasks, depth = task - column * _packDepthTasks;
            int panel0 = column * _packPanels, panel1 = Math.Min(_panels, panel0 + _packPanels);
            int k0 = depth * _packDepth, k1 = Math.Min(_depth, k0 + _packDepth);
            PackPanels(panel0, panel1, k0, k1, b, scratch + ((long)panel0 * _depth + k0) * _width, (long)_width * _depth);
            return;
        }

        int row0 = (task - tasksB) * _rowBlock, row1 = Math.Min(_rows, row0 + _rowBlock);
        float* packed = scratch + _packedB;
        if (!_transposeA)
        {
            for (int row = row0; row < row1; row++)
                new ReadOnlySpan<float>(a + (long)row * _lda, _depth).CopyTo(new Span<float>(packed + row * _rowStride, _depth));
            return;
        }

        Packing.PanelsOfTransposedRows(a + row0, _lda, _depth, row1 - row0, _group, packed + (long)row0 * _depth);
    }

    /// <summary>The block of C that a task writes: rows row0 … row1-1, columns column0 … column1-1.</summary>
    public readonly void Tile(int task, out int row0, out int row1, out int column0, out int column1)
    {
        int block = task / _panelTasks, panel = task - block * _panelTasks;
        row0 = block * _rowBlock;
        row1 = Math.Min(_rows, row0 + _rowBlock);
        column0 = panel * _panelBlock * _width;
        column1 = (int)Math.Min(_columns, column0 + (long)_panelBlock * _width);
    }

    /// <summary>Computes the block of C of one task.</summary>
    public readonly void Compute(int task, float* a, float* b, float* c, float* scratch)
    {
        Tile(task, out int row0, out int row1, out int column0, out int column1);
        Compute(row0, row1, column0, column1, a, b, c, scratch);
    }

    /// <summary>Computes rows row0 … row1-1 of C, after all pack tasks.</summary>
    public readonly void ComputeRows(int row0, int row1, float* a, float* b, float* c, float* scratch)
        => Compute(row0, row1, 0, _columns, a, b, c, scratch);

    private readonly void Compute(int row0, int row1, int column0, int column1, float* a, float* b, float* c, float* scratch)
    {
        switch (_level)
        {
            case SimdLevel.Vector512:
                Compute<Lanes512, Vector512<float>>(row0, row1, column0, column1, a, b, c, scratch);
                break;
            case SimdLevel.Vector256:
                Compute<Lanes256, Vector256<float>>(row0, row1, column0, column1, a, b, c, scratch);
                break;
            case SimdLevel.Vector128 when _software:
                Compute<SoftwareLanes, Vector128<float>>(row0, row1, column0, column1, a, b, c, scratch);
                break;
            case SimdLevel.Vector128:
                Compute<Lanes128, Vector128<float>>(row0, row1, column0, column1, a, b, c, scratch);
                break;
            default:
                ComputeScalar(row0, row1, column0, column1, a, b, c);
                _end.AddBias(c, _ldc, row0, row1, column0, column1);
                break;
        }

        // Not panel by panel: the mask is best read along its rows.
        _end.ApplyMask(c, _ldc, row0, row1, column0, column1);
    }

    /// <summary>Packs rows k0 … k1-1 of neighbouring panels. <paramref name="packed"/> is where row k0 of the first one goes; the next
    /// panel lies <paramref name="size"/> floats further.</summary>
    private readonly void PackPanels(int panel0, int panel1, int k0, int k1, float* b, float* packed, long size)
    {
        int column = panel0 * _width, columns = (int)Math.Min((long)panel1 * _width, _columns) - column;
        if (_transposeB)
        {
            for (int panel = panel0; panel < panel1; panel++, column += _width, packed += size)
            {
                int wide = Math.Min(_width, _columns - column);
                Packing.PanelOfColumns(b + (long)column * _ldb + k0, _ldb, k1 - k0, wide, _width, packed);
            }

            return;
        }

        b += (long)k0 * _ldb + column;
        if (_level == SimdLevel.Vector512)
            Packing.PanelsOfRows<Lanes512, Vector512<float>>(b, _ldb, k1 - k0, columns, _width, packed, size);
        else if (_level == SimdLevel.Vector256)
            Packing.PanelsOfRows<Lanes256, Vector256<float>>(b, _ldb, k1 - k0, columns, _width, packed, size);
        else
            Packing.PanelsOfRows<Lanes128, Vector128<float>>(b, _ldb, k1 - k0, columns, _width, packed, size);
    }

    private readonly void Compute<TLanes, TVector>(
        int row0, int row1, int column0, int column1, float* a, float* b, float* c, float* scratch)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int panel0 = column0 / _width, panel1 = (column1 + _width - 1) / _width;
        if (_inPlace)
        {
            ComputeInPlace<TLanes, TVector>(row0, row1, column0, column1, a, b, c);
            return;
        }

        if (_thin)
        {
            ComputeThin<TLanes, TVector>(panel0, panel1, a, b, c, scratch);
            _end.AddBias(c, _ldc, row0, row1, column0, column1);
            return;
        }

        int k0 = 0;
        do
        {
            int k1 = Math.Min(_depth, k0 + _depthBlock);
            bool load = _accumulate || k0 > 0;
            for (int panel = panel0; panel < panel1; panel++)
            {
                int column = panel * _width, columns = Math.Min(_width, _columns - column);
                float* source = scratch + ((long)panel * _depth + k0) * _width;
                Panel<TLanes, TVector>(row0, row1, k0, k1, a, scratch, source, _width,
                    c + column, columns, load, k1 == _depth ? column : -1);
            }

            k0 = k1;
        }
        while (k0 < _depth);
    }

    /// <summary>
    /// All rows of a task against one panel of B. <paramref name="end"/> is the panel's column in C where the chains are now complete and
    /// pass through the product's end; else -1.
    /// </summary>
    private readonly void Panel<TLanes, TVector>(
        int row0, int row1, int k0, int k1, float* a, float* scratch, float* panel, long stride, float* c,
        int columns, bool load, int end = -1)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        long aRow = _transposeA ? 1 : _lda, aDepth = _transposeA ? _lda : 1;
        if (_packA && !_transposeA)
        {
            a = scratch + _packedB;
            aRow = _rowStride;
        }

        int depth = k1 - k0;
        if (TLanes.CanMask && columns < TLanes.Count && row1 - row0 <= 4 && !_packA)
        {
            // So little that the way by a tile on the stack would cost more than the product.
            a += row0 * aRow + k0 * aDepth;
            MaskedKernel.Rows<TLanes, TVector>(
                row1 - row0, a, aRow, aDepth, panel, stride, depth, c + (long)row0 * _ldc, _ldc, load, columns);
            if (end >= 0) _end.AddBias(c - end, _ldc, row0, row1, end, end + columns);
            return;
        }

        for (int row = row0; row < row1;)
        {
            int rows = Group(row1 - row);
            float* first = a + row * aRow + k0 * aDepth;
            if (_packA && _transposeA)
            {
                // Panels of _group rows; a smaller group lies inside the last one.
                int within = row % _group;
                first = scratch + _packedB + (long)(row - within) * _depth + (long)k0 * _group + within;
                aDepth = _group;
            }

            float* block = c + (long)row * _ldc;
            bool whole = columns == _width || columns == TLanes.Count;
            if (end < 0 || !_end.HasBias || _software || !whole)
            {
                if (whole)
                    ProductRows.Run<TLanes, TVector>(rows, columns, first, aRow, aDepth, panel, stride, depth, block, _ldc, load);
                else
                    ProductRows.RunEdge<TLanes, TVector>(rows, columns, first, aRow, aDepth, panel, stride, depth, block, _ldc, load);
                if (end >= 0) _end.AddBias(c - end, _ldc, row, row + rows, end, end + columns);
            }
            else
            {
                _end.Run<TLanes, TVector>(rows, columns, first, aRow, aDepth, panel, stride, depth, block, end, _ldc, load);
            }

            row += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Group(int left)
        => left >= _group ? _group : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}
