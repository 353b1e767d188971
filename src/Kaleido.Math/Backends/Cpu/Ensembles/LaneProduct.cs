using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>
/// A matrix product of each network of a group: C = op(A)·op(B), then perhaps a bias and a ReLU, or the mask of a ReLU's derivative.
/// </summary>
internal sealed unsafe class LaneProduct : LaneStep
{
    private readonly LanePlace _a, _b, _c, _other;
    private readonly LaneProductSize _size;
    private readonly ProductEnding? _ending;

    public LaneProduct(LaneProgram program, Instruction product, ProductEnding? ending, int destination)
    {
        var operation = (ProductOperation)product.Operation;
        int left = product.Sources[0], right = product.Sources[1];
        (_a, _b, _c, _ending) = (program.PlaceOf(left), program.PlaceOf(right), program.PlaceOf(destination), ending);
        var (rows, columns) = program.SizeOf(destination);
        var (leftRows, leftColumns) = program.SizeOf(left);
        int rightColumns = program.SizeOf(right).Columns;
        _size = new LaneProductSize
        {
            Rows = rows,
            Columns = columns,
            Depth = operation.TransposeLeft ? leftRows : leftColumns,
            ARow = LaneLayout.Lanes * (operation.TransposeLeft ? 1 : leftColumns),
            ADepth = LaneLayout.Lanes * (operation.TransposeLeft ? leftColumns : 1),
            BDepth = LaneLayout.Lanes * (operation.TransposeRight ? 1 : rightColumns),
            BColumn = LaneLayout.Lanes * (operation.TransposeRight ? rightColumns : 1),
        };
        if (ending is not null) _other = program.PlaceOf(ending.Mask >= 0 ? ending.Mask : ending.Bias);
    }

    /// <summary>True if elementwise instructions are part of the step.</summary>
    public bool IsFused => _ending is not null;

    public override void Run(LaneContext context)
    {
        float* a = context.Pointer(_a), b = context.Pointer(_b), c = context.Pointer(_c), other = context.Pointer(_other);
        if (_ending is null) Run<NoEnd>(a, b, c, a);
        else if (_ending.Mask >= 0) Run<MaskEnd>(a, b, c, other);
        else if (_ending.Relu) Run<BiasReluEnd>(a, b, c, other);
        else Run<BiasEnd>(a, b, c, other);
    }

    private void Run<TEnd>(float* a, float* b, float* c, float* other) where TEnd : struct, ILaneProductEnd
    {
        if (Vector512.IsHardwareAccelerated) LaneProductKernel.Run<Float512, TEnd>(_size, a, b, c, other);
        else if (Vector256.IsHardwareAccelerated) LaneProductKernel.Run<Float256, TEnd>(_size, a, b, c, other);
        else if (Vector128.IsHardwareAccelerated) LaneProductKernel.Run<Float128, TEnd>(_size, a, b, c, other);
        else LaneProductKernel.Run<FloatScalar, TEnd>(_size, a, b, c, other);
    }
}
