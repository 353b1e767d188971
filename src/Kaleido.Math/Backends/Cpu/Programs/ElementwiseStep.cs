using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>A chain of elementwise instructions that no product feeds.</summary>
internal sealed unsafe class ElementwiseStep(ElementwiseChain chain, Shape shape) : CpuStep
{
    private readonly ChainRunner _runner = new(chain);
    private int _rows, _columns, _tasks, _rowsPerTask, _columnsPerTask, _tasksAcross;

    public override IEnumerable<int> Reads => chain.Reads;

    public override IEnumerable<int> Writes => chain.Writes;

    public override bool CanUpdate => true;

    public override IEnumerable<int>? ReadByRows => shape.Rows.IsRows ? chain.ReadByRows : null;

    public override double Cost => (double)_rows * _columns * _runner.Operations * 2;

    public override long WorkerScratch(int capacity) => _runner.Scratch;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        (_rows, _columns) = (shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
        _runner.Prepare(binding, _columns);
        PrepareUpdates(binding);
        // Few long rows are cut across, at whole blocks.
        _columnsPerTask = _rows < 4 * workers && _columns >= 2 * 16384 ? 16384 : Math.Max(1, _columns);
        _tasksAcross = Math.Max(1, (_columns + _columnsPerTask - 1) / _columnsPerTask);
        _tasks = _columns == 0 ? 0 : RowTasks(_rows, _columnsPerTask, out _rowsPerTask) * _tasksAcross;
    }

    public override int Tasks(int phase) => _tasks;

    public override void Run(int phase, int task, float* scratch)
    {
        int row0 = task / _tasksAcross * _rowsPerTask, column0 = task % _tasksAcross * _columnsPerTask;
        int row1 = Math.Min(_rows, row0 + _rowsPerTask), column1 = Math.Min(_columns, column0 + _columnsPerTask);
        _runner.Run(row0, row1, column0, column1, scratch);
        Update(row0, row1, column0, column1);
    }

    public override void RunRows(int row0, int row1, float* scratch) => _runner.RunRows(row0, row1, scratch);
}
