namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// A reduction in two phases. Row reductions share the rows out and need the first alone. A full sum is the row sums (phase 0) added like a
/// column (phase 1). A column sum is the sums of the blocks of 64 rows (phase 0, read row by row) added in order (phase 1).
/// </summary>
internal sealed unsafe class ReduceStep(PlanProgram program, ReduceOperation function, int source, int destination) : CpuStep
{
    private float* _x, _target, _scratch;
    private int _rows, _columns, _tasks, _rowsPerTask;

    public override IEnumerable<int> Reads => [source];

    public override IEnumerable<int> Writes => [destination];

    public override int Phases => function is ReduceOperation.FullSum or ReduceOperation.ColumnSum ? 2 : 1;

    public override double Cost => (double)_rows * _columns;

    public override long SharedScratch(int capacity)
    {
        var shape = program.Slots[source].Shape;
        int rows = shape.Rows.Resolve(capacity);
        return function switch
        {
            ReduceOperation.FullSum => rows,
            ReduceOperation.ColumnSum => (long)Blocks(rows) * shape.Columns.Resolve(capacity),
            _ => 0,
        };
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
        _tasks = function == ReduceOperation.ColumnSum ? Math.Max(1, Blocks(_rows)) : RowTasks(_rows, _columns, out _rowsPerTask);
    }

    public override int Tasks(int phase) =>
        phase == 0 ? _tasks
        : function == ReduceOperation.ColumnSum && _tasks == 1 ? 0
        : 1;

    public override void Run(int phase, int task, float* scratch)
    {
        if (function == ReduceOperation.ColumnSum) RunColumns(phase, task);
        else if (phase == 1) *_target = Reductions.SumOfRowSums(_scratch, _rows);
        else RunRows(task, scratch);
    }

    private void RunColumns(int phase, int task)
    {
        if (phase == 0)
        {
            // A single block is the whole sum.
            int row = task * Reductions.BlockRows;
            float* sums = _tasks == 1 ? _target : _scratch + (long)task * _columns;
            Reductions.BlockSum(_x + (long)row * _columns, _columns, Math.Min(Reductions.BlockRows, _rows - row), _columns, sums);
            return;
        }

        new ReadOnlySpan<float>(_scratch, _columns).CopyTo(new Span<float>(_target, _columns));
        for (int block = 1; block < _tasks; block++) Reductions.AddBlock(_target, _scratch + (long)block * _columns, _columns);
    }

    private void RunRows(int task, float* scratch)
    {
        int row0 = task * _rowsPerTask, row1 = Math.Min(_rows, row0 + _rowsPerTask);
        bool full = function == ReduceOperation.FullSum;
        float* values = full ? _scratch : _target;
        for (int row = row0; row < row1; row++)
            values[row] = RowReductions.Reduce(full ? ReduceOperation.RowSum : function, _x + (long)row * _columns, _columns, scratch);
    }
}
