using System.Runtime.Intrinsics.Arm;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <content>Preparation: which path a product takes, and how it is cut into tasks.</content>
internal unsafe partial struct ProductKernel
{
    private static ProductKernel New(
        int rows, int columns, int depth, bool transposeA, bool transposeB, int lda, int ldb, int ldc, bool accumulate,
        SimdLevel level, bool? software)
        => new()
        {
            _level = level, _rows = rows, _columns = columns, _depth = depth, _accumulate = accumulate,
            _transposeA = transposeA, _transposeB = transposeB, _lda = lda, _ldb = ldb, _ldc = ldc,
            _software = (software ?? SoftwareFusedMultiplyAdd.IsNeeded) && level <= SimdLevel.Vector128,
        };

    private void Plan(int workers, bool packOnce, ProductPath? wanted)
    {
        int lanes = Math.Max((int)_level / 32, 1);
        _width = 2 * lanes;

        // 12 rows × 2 vectors fill 32 registers with a row to spare; 6 × 2 fill 16.
        _group = _software ? SoftwareKernel.Rows
            : _level == SimdLevel.Vector512 || (_level == SimdLevel.Vector128 && AdvSimd.IsSupported) ? 12 : 6;
        _panels = (_columns + _width - 1) / _width;
        _depthBlock = ProductBlocking.DepthBlocks(_depth);
        bool mayReadInPlace = CanMask && !_transposeB;
        Path = _level == SimdLevel.Scalar ? ProductPath.Pieces
            : packOnce ? ProductPath.Panels
            : wanted == ProductPath.InPlace && !mayReadInPlace ? ProductPath.Panels
            : wanted ?? ProductPaths.Choose(_level, _rows, _columns, _depth, _lda, _ldb, mayReadInPlace);
        _inPlace = Path == ProductPath.InPlace;
        _thin = Path == ProductPath.Pieces || (_inPlace && _rows <= ProductBlocking.ThinRows);
        if (_rows == 0 || _columns == 0)
            return;
        (_rowBlock, _panelBlock) = _thin
            ? ProductBlocking.Thin(_rows, _panels, _depth, workers)
            : ProductBlocking.Choose(_rows, _panels, _depth, _group, workers);
        _rowTasks = (_rows + _rowBlock - 1) / _rowBlock;
        _panelTasks = (_panels + _panelBlock - 1) / _panelBlock;
        if (_inPlace)
            return;
        if (!_thin)
            PlanPacking(workers);
        _packedB = (long)_panels * _width * _depth;
        _packedB = (_packedB + 15) / 16 * 16;
        _rowStride = Packing.RowStride(_depth);
        _packA = Path == ProductPath.PanelsAndRows;
    }

    private readonly bool CanMask => _level switch
    {
        SimdLevel.Vector512 => Lanes512.CanMask,
        SimdLevel.Vector256 => Lanes256.CanMask,
        SimdLevel.Vector128 => !_software && Lanes128.CanMask,
        _ => false,
    };

    private void PlanPacking(int workers)
    {
        // A row-major B is packed in runs of its rows, a transposed one panel by panel; a task is at least some 16 kB.
        int wanted = workers <= 1 ? 1 : 4 * workers;
        _packPanels = _transposeB ? 1 : Math.Min(_panels, 1024 / _width);
        _packColumnTasks = (_panels + _packPanels - 1) / _packPanels;
        int split = Math.Max(1, (wanted + _packColumnTasks - 1) / _packColumnTasks);
        _packDepth = Math.Max((_depth + split - 1) / split, Math.Max(1, 4096 / (_packPanels * _width)));
        _packDepth = (_packDepth + 7) / 8 * 8;
        _packDepthTasks = (_depth + _packDepth - 1) / _packDepth;
    }
}
