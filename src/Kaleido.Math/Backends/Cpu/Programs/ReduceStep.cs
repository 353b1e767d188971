namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// A reduction. Row reductions share the rows out, column sums the columns; a full sum is the row sums (phase 0) added like a column
/// (phase 1).
/// </summary>
internal sealed unsafe class ReduceStep(PlanProgram program, ReduceOperation function, int source, int destination) : CpuStep
{
    private const int ColumnsPerTask = 64;
    private float* _x, _target, _scratch;
    private int _rows, _columns, _tasks, _rowsPerTask;

    public override IEnumerable<int> Reads => [source];

    public override IEnumerable<int> Writes => [destination];

    public override int Phases => function == ReduceOperation.FullSum ? 2 : 1;

    public override double Cost => (double)_rows * _columns;

    public override long SharedScratch(int capacity) =>
        function == ReduceOperation.FullSum ? program.Slots[source].Shape.Rows.Resolve(capacity) : 0;

    public override long WorkerScratch(int capacity) =>
        function == ReduceOperation.RowLogSumExp ? program.Slots[source].Shape.Columns.Resolve(capacity) : 0;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        var shape = program.Slots[source].Shape;
        (_rows, _columns) = (shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
        _x = binding.Pointer(source);
        _target = binding.Pointer(destination);
        _scratch = binding.Scratch;
        _tasks = function == ReduceOperation.ColumnSum
            ? (_columns + ColumnsPerTask - 1) / ColumnsPerTask
            : RowTasks(_rows, _columns, out _rowsPerTask);
    }

    public override int Tasks(int phase) => phase == 0 ? _tasks : 1;

    public override void Run(int phase, int task, float* scratch)
    {
        if (function == ReduceOperation.ColumnSum)
        {
            int column = task * ColumnsPerTask;
            Reductions.ColumnSum(_x + column, _columns, _rows, Math.Min(ColumnsPerTask, _columns - column), _target + column);
            return;
        }

        if (phase == 1)
        {
            Reductions.ColumnSum(_scratch, 1, _rows, 1, _target);
            return;
        }

        int row0 = task * _rowsPerTask, row1 = Math.Min(_rows, row0 + _rowsPerTask);
        bool full = function == ReduceOperation.FullSum;
        float* values = full ? _scratch : _target;
        for (int row = row0; row < row1; row++)
            values[row] = RowReductions.Reduce(full ? ReduceOperation.RowSum : function, _x + (long)row * _columns, _columns, scratch);
    }
}
