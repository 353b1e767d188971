using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

internal unsafe struct ProductKernel
{
    private int _rows, _columns, _depth, _ldc, _rowBlock, _packTasks;
    private long _aRow, _aDepth, _bDepth, _bColumn;
    private bool _accumulate;

    public static ProductKernel Create(
        int rows, int columns, int depth, bool transposeA, bool transposeB, int lda, int ldb, int ldc, bool accumulate, int workers)
        => Create(rows, columns, depth, transposeA, transposeB, lda, ldb, ldc, accumulate, workers, Simd.Level);

    public static ProductKernel Create(
        int rows, int columns, int depth, bool transposeA, bool transposeB, int lda, int ldb, int ldc, bool accumulate, int workers,
        SimdLevel level)
    {
        return new ProductKernel
        {
            _rows = rows, _columns = columns, _depth = depth, _ldc = ldc, _rowBlock = 36, _packTasks = 0, _accumulate = accumulate,
            _aRow = transposeA ? 1 : lda, _aDepth = transposeA ? lda : 1,
            _bColumn = transposeB ? ldb : 1, _bDepth = transposeB ? 1 : ldb,
        };
    }

    public static long ScratchFloats(int rows, int columns, int depth, bool transposeA, bool transposeB)
        => (columns + 32L) * depth + (rows + 12L) * depth + 64;

    public int PackTasks => _packTasks;

    public int TileTasks => _columns == 0 ? 0 : (_rows + _rowBlock - 1) / _rowBlock;

    public void Pack(int task, float* a, float* b, float* scratch)
    {
        if ((uint)task >= (uint)_packTasks)
            throw new ArgumentOutOfRangeException(nameof(task));
    }

    public void Tile(int task, out int row0, out int row1, out int column0, out int column1)
    {
        row0 = task * _rowBlock;
        row1 = Math.Min(_rows, row0 + _rowBlock);
        column0 = 0;
        column1 = _columns;
    }

    public void Compute(int task, float* a, float* b, float* c, float* scratch)
    {
        Tile(task, out int row0, out int row1, out int column0, out int column1);
        for (int row = row0; row < row1; row++)
        {
            for (int column = column0; column < column1; column++)
            {
                float sum = _accumulate ? c[(long)row * _ldc + column] : 0f;
                for (int k = 0; k < _depth; k++)
                    sum = MathF.FusedMultiplyAdd(a[row * _aRow + k * _aDepth], b[k * _bDepth + column * _bColumn], sum);
                c[(long)row * _ldc + column] = sum;
            }
        }
    }
}
