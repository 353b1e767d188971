using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// A reduction. Row reductions share the rows out. A column sum has the sums of the blocks of 64 rows, read row by row, in a first phase
/// and adds them in order in a second one; few numbers are one task of the second. A full sum is made into the column sum of the row sums
/// beforehand (<see cref="Lowering"/>), which is its definition.
/// </summary>
internal sealed unsafe class ReduceStep(PlanProgram program, ReduceOperation function, int source, int destination) : CpuStep
{
    // Numbers that are worth a task.
    private const int Grain = 16384;

    private float* _x, _target, _scratch;
    private int _rows, _columns, _blocks, _tasks, _rowsPerTask;

    public override IEnumerable<int> Reads => [source];

    public override IEnumerable<int> Writes => [destination];

    public override IEnumerable<int> PackReads(bool byRows) => [source];

    public override IEnumerable<int>? ReadByRows => SumsColumns || !program.Slots[source].Shape.Rows.IsRows ? null : [source];

    public override int Phases => SumsColumns ? 2 : 1;

    private bool SumsColumns => function switch
    {
        ReduceOperation.ColumnSum => true,
        ReduceOperation.FullSum => throw new InvalidOperationException("a full sum is a column sum of row sums by now"),
        _ => false,
    };

    public override bool CanUpdate => SumsColumns;

    public override double Cost => (double)_rows * _columns;

    public override long SharedScratch(int capacity)
    {
        var shape = program.Slots[source].Shape;
        return SumsColumns ? (long)Blocks(shape.Rows.Resolve(capacity)) * shape.Columns.Resolve(capacity) : 0;
    }

    public override long WorkerScratch(int capacity) =>
        function == ReduceOperation.RowLogSumExp ? program.Slots[source].Shape.Columns.Resolve(capacity) : 0;

    private static int Blocks(int rows) => (rows + Reductions.BlockRows - 1) / Reductions.BlockRows;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        var shape = program.Slots[source].Shape;
        (_rows, _columns) = (shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
        _x = binding.Pointer(source);
        _target = binding.Pointer(destination);
        _scratch = binding.Scratch;
        PrepareUpdates(binding);
        _blocks = Blocks(_rows);
        bool small = (long)_rows * _columns <= Grain;
        _tasks = SumsColumns ? (small ? 0 : _blocks) : RowTasks(_rows, _columns, out _rowsPerTask, Grain);
    }

    public override int Tasks(int phase) => phase < Phases - 1 || !SumsColumns ? _tasks : 1;

    public override void Run(int phase, int task, float* scratch)
    {
        if (!SumsColumns) RunRows(task * _rowsPerTask, Math.Min(_rows, (task + 1) * _rowsPerTask), scratch);
        else if (phase == 0) SumBlock(task, _scratch + (long)task * _columns);
        else AddBlocks();
    }

    private void SumBlock(int block, float* sums)
    {
        int row = block * Reductions.BlockRows;
        Reductions.BlockSum(_x + (long)row * _columns, _columns, Math.Min(Reductions.BlockRows, _rows - row), _columns, sums);
    }

    private void AddBlocks()
    {
        if (_tasks == 0) SumBlock(0, _target);
        else new ReadOnlySpan<float>(_scratch, _columns).CopyTo(new Span<float>(_target, _columns));
        for (int block = 1; block < _blocks; block++)
        {
            float* sums = _scratch + (long)block * _columns;
            if (_tasks == 0) SumBlock(block, sums);
            Reductions.AddBlock(_target, sums, _columns);
        }

        Update(0, 1, 0, _columns);
    }

    public override void RunRows(int row0, int row1, float* scratch)
    {
        for (int row = row0; row < row1; row++)
            _target[row] = RowReductions.Reduce(function, _x + (long)row * _columns, _columns, scratch);
    }
}
