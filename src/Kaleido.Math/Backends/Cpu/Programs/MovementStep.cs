using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Transpose, gather, scatter, slice, place, concatenate, one-hot, minibatch: what moves numbers, shared out by rows (scatter by columns).
/// </summary>
internal sealed unsafe class MovementStep(PlanProgram program, Instruction instruction) : CpuStep
{
    private const int ColumnsPerTask = 64;
    private readonly int[] _sources = [.. instruction.Sources];
    private readonly nint[] _pointers = new nint[instruction.Sources.Count];
    private readonly (int Rows, int Columns)[] _sizes = new (int, int)[instruction.Sources.Count];
    private readonly MinibatchesAhead? _ahead = instruction.Operation is MinibatchIndicesOperation m ? new(m) : null;
    private StepCounter? _counter;
    private float* _target;
    private int _rows, _columns, _tasks, _rowsPerTask;

    public override IEnumerable<int> Reads => _sources;

    public override IEnumerable<int> Writes => [instruction.Destination];

    public override IEnumerable<int>? ReadByRows => !program.Slots[instruction.Destination].Shape.Rows.IsRows
        ? null : instruction.Operation switch
    {
        GatherRowsOperation => _sources[1] == _sources[0] ? null : [_sources[1]],
        OneHotOperation => [_sources[0]],
        MinibatchIndicesOperation => [],
        ConcatenateOperation { AlongRows: false } => _sources,
        _ => null,
    };

    public override double Cost => (double)_rows * _columns * (instruction.Operation is MinibatchIndicesOperation ? 100 : 2);

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        var shape = program.Slots[instruction.Destination].Shape;
        (_rows, _columns) = (shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
        _counter = binding.Counter;
        _target = binding.Pointer(instruction.Destination);
        for (int i = 0; i < _sources.Length; i++)
        {
            var source = binding.Shape(_sources[i]);
            _pointers[i] = (nint)binding.Pointer(_sources[i]);
            _sizes[i] = (source.Rows.Resolve(rows), source.Columns.Resolve(rows));
        }

        _tasks = instruction.Operation switch
        {
            ScatterAddRowsOperation => (_columns + ColumnsPerTask - 1) / ColumnsPerTask,
            MinibatchIndicesOperation => RowTasks(_rows, 120, out _rowsPerTask),
            _ => RowTasks(_rows, _columns, out _rowsPerTask),
        };
    }

    public override int Tasks(int phase) => _tasks;

    private float* Source(int i) => (float*)_pointers[i];

    public override void Run(int phase, int task, float* scratch)
    {
        if (instruction.Operation is ScatterAddRowsOperation)
        {
            int column = task * ColumnsPerTask;
            MovementKernels.ScatterAddRows(Source(0), _sizes[0].Rows, _columns, Source(1), _target, _rows,
                column, Math.Min(_columns, column + ColumnsPerTask));
            return;
        }

        int row = task * _rowsPerTask;
        RunRows(row, Math.Min(_rows, row + _rowsPerTask), scratch);
    }

    public override void RunRows(int row0, int row1, float* scratch)
    {
        switch (instruction.Operation)
        {
            case TransposeOperation: MovementKernels.Transpose(Source(0), _sizes[0].Rows, _sizes[0].Columns, _target, row0, row1); break;
            case GatherRowsOperation:
                MovementKernels.GatherRows(Source(0), _sizes[0].Rows, _columns, Source(1), _target, row0, row1);
                break;
            case SliceOperation s:
                MovementKernels.CopyRectangle(Source(0) + (long)s.Row * _sizes[0].Columns + s.Column, _sizes[0].Columns,
                    _target, _columns, _columns, row0, row1);
                break;
            case PlaceOperation p:
                new Span<float>(_target + (long)row0 * _columns, (row1 - row0) * _columns).Clear();
                CopyIn(0, p.Row, p.Column, row0, row1);
                break;
            case ConcatenateOperation c:
                for (int i = 0, at = 0; i < _sources.Length; i++)
                {
                    CopyIn(i, c.AlongRows ? at : 0, c.AlongRows ? 0 : at, row0, row1);
                    at += c.AlongRows ? _sizes[i].Rows : _sizes[i].Columns;
                }

                break;
            case OneHotOperation: MovementKernels.OneHot(Source(0), _target, _columns, row0, row1); break;
            case MinibatchIndicesOperation m when row0 == 0 && row1 == _rows && _rows <= MinibatchesAhead.MostRows && _rows < m.Samples:
                _ahead!.Read(_counter!.Value, _rows, _target);
                break;
            case MinibatchIndicesOperation m: MovementKernels.MinibatchIndices(m, _counter!.Value, _rows, _target, row0, row1); break;
            default: throw new NotSupportedException($"the CPU program does not know the operation {instruction.Operation.Name}");
        }
    }

    // Source i lies in the destination at (row, column): copies the part of it that falls into rows row0 … row1-1 of the destination.
    private void CopyIn(int i, int row, int column, int row0, int row1)
    {
        int first = Math.Max(0, row0 - row), last = Math.Min(_sizes[i].Rows, row1 - row);
        MovementKernels.CopyRectangle(Source(i), _sizes[i].Columns,
            _target + (long)row * _columns + column, _columns, _sizes[i].Columns, first, last);
    }
}
