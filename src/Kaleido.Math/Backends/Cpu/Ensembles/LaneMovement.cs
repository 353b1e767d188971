using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Rows of each network's own copy of a matrix, named by the network's own indices.</summary>
internal sealed unsafe class LaneGather : LaneStep
{
    private const int Lanes = LaneLayout.Lanes;
    private readonly int _source, _sourceRows, _rows, _columns;
    private readonly LanePlace _indices, _destination;

    public LaneGather(LaneProgram program, DeviceMemory memory, Instruction instruction)
    {
        var slot = program.SlotOf(instruction.Sources[0]);
        if (slot.Offset != 0) throw new NotSupportedException("an ensemble gathers rows of whole matrices alone");
        _source = program.Layout.Source(memory);
        _sourceRows = program.SizeOf(instruction.Sources[0]).Rows;
        (_indices, _destination) = (program.PlaceOf(instruction.Sources[1]), program.PlaceOf(instruction.Destination));
        (_rows, _columns) = program.SizeOf(instruction.Destination);
    }

    public override void Run(LaneContext context)
    {
        float* indices = context.Pointer(_indices), destination = context.Pointer(_destination);
        var sources = context.Sources.AsSpan(_source * Lanes, Lanes);
        int* numbers = stackalloc int[Lanes];
        fixed (nint* pointers = sources)
        {
            for (int row = 0; row < _rows; row++, indices += Lanes, destination += (long)_columns * Lanes)
            {
                ToNumbers(indices, numbers);
                if (_columns == 1) GatherNumbers(numbers, (float**)pointers, destination);
                else GatherRows(numbers, (float**)pointers, destination);
            }
        }
    }

    // In vectors: a conversion that saturates is long, one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToNumbers(float* indices, int* numbers)
    {
        var largest = Vector128<uint>.Zero;
        for (int lane = 0; lane < Lanes; lane += Vector128<int>.Count)
        {
            var some = Vector128.ConvertToInt32(Vector128.Load(indices + lane));
            some.Store(numbers + lane);
            largest = Vector128.Max(largest, some.AsUInt32());
        }

        if (Vector128.GreaterThanOrEqualAny(largest, Vector128.Create((uint)_sourceRows)))
            throw new InvalidOperationException($"a row number of a minibatch is not one of {_sourceRows}");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherNumbers(int* numbers, float** sources, float* destination)
    {
        for (int lane = 0; lane < Lanes; lane++) destination[lane] = sources[lane][numbers[lane]];
    }

    private void GatherRows(int* numbers, float** sources, float* destination)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            float* source = sources[lane] + (long)numbers[lane] * _columns;
            for (int column = 0; column < _columns; column++) destination[(long)column * Lanes + lane] = source[column];
        }
    }
}

/// <summary>The transpose of each network's matrix: blocks change places.</summary>
internal sealed unsafe class LaneTranspose(LaneProgram program, Instruction instruction) : LaneStep
{
    private readonly LanePlace _source = program.PlaceOf(instruction.Sources[0]), _destination = program.PlaceOf(instruction.Destination);
    private readonly (int Rows, int Columns) _size = program.SizeOf(instruction.Sources[0]);

    public override void Run(LaneContext context)
    {
        const int Lanes = LaneLayout.Lanes;
        float* source = context.Pointer(_source), destination = context.Pointer(_destination);
        for (int column = 0; column < _size.Columns; column++)
        {
            for (int row = 0; row < _size.Rows; row++, destination += Lanes)
                new ReadOnlySpan<float>(source + ((long)row * _size.Columns + column) * Lanes, Lanes)
                    .CopyTo(new Span<float>(destination, Lanes));
        }
    }
}

/// <summary>1 where each network's index is the column, else 0.</summary>
internal sealed unsafe class LaneOneHot(LaneProgram program, Instruction instruction) : LaneStep
{
    private readonly LanePlace _source = program.PlaceOf(instruction.Sources[0]), _destination = program.PlaceOf(instruction.Destination);
    private readonly (int Rows, int Columns) _size = program.SizeOf(instruction.Destination);

    public override void Run(LaneContext context)
    {
        const int Lanes = LaneLayout.Lanes;
        float* source = context.Pointer(_source), destination = context.Pointer(_destination);
        for (int row = 0; row < _size.Rows; row++, source += Lanes)
        {
            for (int column = 0; column < _size.Columns; column++, destination += Lanes)
            {
                for (int lane = 0; lane < Lanes; lane++) destination[lane] = source[lane] == column ? 1f : 0f;
            }
        }
    }
}

/// <summary>Rectangles copied between matrices: slices, matrices placed in zeros, matrices side by side.</summary>
internal sealed unsafe class LaneRectangles : LaneStep
{
    private readonly record struct Rectangle(LanePlace From, int FromColumns, LanePlace To, int ToColumns, int Rows, int Columns);

    private readonly List<Rectangle> _rectangles = [];
    private readonly LanePlace _destination;
    private readonly int _cleared;

    private LaneRectangles(LanePlace destination, int cleared) => (_destination, _cleared) = (destination, cleared);

    public static LaneRectangles Slice(LaneProgram program, SliceOperation slice, Instruction i)
    {
        var (place, columns) = (program.PlaceOf(i.Sources[0]), program.SizeOf(i.Sources[0]).Columns);
        var (rows, width) = program.SizeOf(i.Destination);
        var step = new LaneRectangles(program.PlaceOf(i.Destination), 0);
        step._rectangles.Add(new(At(place, columns, slice.Row, slice.Column), columns, step._destination, width, rows, width));
        return step;
    }

    public static LaneRectangles Place(LaneProgram program, PlaceOperation place, Instruction i)
    {
        var (rows, columns) = program.SizeOf(i.Destination);
        var step = new LaneRectangles(program.PlaceOf(i.Destination), checked(rows * columns * LaneLayout.Lanes));
        step.Put(program, i.Sources[0], columns, place.Row, place.Column);
        return step;
    }

    public static LaneRectangles Concatenate(LaneProgram program, ConcatenateOperation concatenation, Instruction i)
    {
        var step = new LaneRectangles(program.PlaceOf(i.Destination), 0);
        int columns = program.SizeOf(i.Destination).Columns, at = 0;
        foreach (int source in i.Sources)
        {
            var size = program.SizeOf(source);
            step.Put(program, source, columns, concatenation.AlongRows ? at : 0, concatenation.AlongRows ? 0 : at);
            at += concatenation.AlongRows ? size.Rows : size.Columns;
        }

        return step;
    }

    private void Put(LaneProgram program, int source, int columns, int row, int column)
    {
        var size = program.SizeOf(source);
        _rectangles.Add(new(program.PlaceOf(source), size.Columns,
            At(_destination, columns, row, column), columns, size.Rows, size.Columns));
    }

    private static LanePlace At(LanePlace place, int columns, int row, int column) =>
        place.Plus(((long)row * columns + column) * LaneLayout.Lanes);

    public override void Run(LaneContext context)
    {
        if (_cleared > 0) new Span<float>(context.Pointer(_destination), _cleared).Clear();
        foreach (var r in _rectangles)
        {
            MovementKernels.CopyRectangle(context.Pointer(r.From), r.FromColumns * LaneLayout.Lanes,
                context.Pointer(r.To), r.ToColumns * LaneLayout.Lanes, r.Columns * LaneLayout.Lanes, 0, r.Rows);
        }
    }
}
