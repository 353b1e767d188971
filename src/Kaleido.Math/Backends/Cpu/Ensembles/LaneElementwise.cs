namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>
/// An elementwise instruction: a flat loop over the blocks of sixteen floats of all its elements, with the kernels of single networks.
/// Operands that are repeated along columns are repeated blocks, made in scratch.
/// </summary>
internal sealed unsafe class LaneElementwise : LaneStep
{
    /// <summary>Floats worked on at once.</summary>
    public const int Chunk = 64 * LaneLayout.Lanes;

    private readonly Operation _operation;
    private readonly Operand[] _operands;
    private readonly LanePlace _destination;
    private readonly int _rows, _columns;

    private enum Form
    {
        Whole,
        RowVector,
        Column,
        Scalar,
        Constant,
    }

    private readonly record struct Operand(LanePlace Place, Form Form);

    public LaneElementwise(LaneProgram program, Instruction instruction)
    {
        _operation = instruction.Operation;
        _destination = program.PlaceOf(instruction.Destination);
        var size = program.SizeOf(instruction.Destination);
        _operands = [.. instruction.Sources.Select(slot => new Operand(program.PlaceOf(slot), FormOf(slot)))];
        bool flat = !_operands.Any(o => o.Form is Form.RowVector or Form.Column);
        (_rows, _columns) = flat ? (1, checked(size.Rows * size.Columns)) : size;

        Form FormOf(int slot)
        {
            var own = program.SizeOf(slot);
            return LaneProgram.IsConstant(program.SlotOf(slot)) ? Form.Constant
                : own == size ? Form.Whole
                : own == (1, 1) ? Form.Scalar
                : own.Rows == 1 ? Form.RowVector
                : Form.Column;
        }
    }

    public override long Scratch => _operands.Length * (long)Chunk;

    public override void Run(LaneContext context)
    {
        const int Lanes = LaneLayout.Lanes;
        float** pointers = stackalloc float*[3];
        float** bases = stackalloc float*[3];
        var operands = _operands.AsSpan();
        long width = (long)_columns * Lanes;
        int largest = (int)Math.Min(Chunk, width);
        for (int i = 0; i < operands.Length; i++)
        {
            bases[i] = pointers[i] = context.Pointer(operands[i].Place);
            if (operands[i].Form is not (Form.Scalar or Form.Column)) continue;
            pointers[i] = context.Scratch + i * Chunk;
            if (operands[i].Form == Form.Scalar) Repeat(bases[i], pointers[i], largest);
        }

        float* destination = context.Pointer(_destination);
        for (int row = 0; row < _rows; row++, destination += width)
        {
            for (int i = 0; i < operands.Length; i++)
            {
                if (operands[i].Form == Form.Column) Repeat(bases[i] + (long)row * Lanes, pointers[i], largest);
            }

            for (long start = 0; start < width; start += Chunk)
            {
                for (int i = 0; i < operands.Length; i++)
                {
                    if (operands[i].Form == Form.Whole) pointers[i] = bases[i] + row * width + start;
                    else if (operands[i].Form == Form.RowVector) pointers[i] = bases[i] + start;
                }

                Execute(pointers, destination + start, (int)Math.Min(Chunk, width - start));
            }
        }
    }

    private void Execute(float** x, float* destination, int count)
    {
        switch (_operation)
        {
            case BinaryElementwise b: BlockKernels.Binary(b.Function, x[0], x[1], destination, count); break;
            case UnaryElementwise u: BlockKernels.Unary(u.Function, u.Alpha, x[0], destination, count); break;
            case TernaryElementwise t: BlockKernels.Ternary(t.Function, x[0], x[1], x[2], destination, count); break;
            case BroadcastOperation: new ReadOnlySpan<float>(x[0], count).CopyTo(new Span<float>(destination, count)); break;
            default: throw new NotSupportedException($"{_operation.Name} is not elementwise");
        }
    }

    private static void Repeat(float* block, float* destination, int count)
    {
        for (int i = 0; i < count; i += LaneLayout.Lanes)
            new ReadOnlySpan<float>(block, LaneLayout.Lanes).CopyTo(new Span<float>(destination + i, LaneLayout.Lanes));
    }
}
