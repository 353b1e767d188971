using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>A chain of elementwise instructions that no product feeds.</summary>
internal sealed unsafe class ElementwiseStep(ElementwiseChain chain, Shape shape) : CpuStep
{
    private readonly ChainRunner _runner = new(chain);
    private int _rows, _columns, _tasks, _rowsPerTask, _columnsPerTask, _tasksAcross;

    public override IEnumerable<int> Reads => chain.Reads;

    public override IEnumerable<int> Writes => chain.Writes;

    public override double Cost => (double)_rows * _columns * _runner.Operations * 2;

    public override long WorkerScratch(int capacity) => _runner.Scratch;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        (_rows, _columns) = (shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
        _runner.Prepare(binding, _columns);
        // Few long rows are cut across, at whole blocks.
        _columnsPerTask = _rows < 4 * workers && _columns >= 2 * 16384 ? 16384 : Math.Max(1, _columns);
        _tasksAcross = Math.Max(1, (_columns + _columnsPerTask - 1) / _columnsPerTask);
        _tasks = _columns == 0 ? 0 : RowTasks(_rows, _columnsPerTask, out _rowsPerTask) * _tasksAcross;
    }

    public override int Tasks(int phase) => _tasks;

    public override void Run(int phase, int task, float* scratch)
    {
        int row0 = task / _tasksAcross * _rowsPerTask, column0 = task % _tasksAcross * _columnsPerTask;
        _runner.Run(row0, Math.Min(_rows, row0 + _rowsPerTask), column0, Math.Min(_columns, column0 + _columnsPerTask), scratch);
    }
}

/// <summary>A matrix product, and the chain that it feeds: each tile passes through the chain while it is in cache.</summary>
internal sealed unsafe class ProductStep : CpuStep
{
    private readonly ProductOperation _operation;
    private readonly int _left, _right, _destination;
    private readonly ElementwiseChain? _chain;
    private readonly ChainRunner? _runner;
    private readonly PlanProgram _program;
    private ProductKernel _kernel;
    private float* _a, _b, _c, _scratch;
    private double _cost;

    public ProductStep(PlanProgram program, Instruction instruction, ElementwiseChain? chain)
    {
        (_program, _operation, _chain) = (program, (ProductOperation)instruction.Operation, chain);
        (_left, _right, _destination) = (instruction.Sources[0], instruction.Sources[1], instruction.Destination);
        if (chain is not null) _runner = new(chain);
    }

    public override IEnumerable<int> Reads => (_chain?.Reads ?? []).Where(s => s != _destination).Append(_left).Append(_right);

    public override IEnumerable<int> Writes => (_chain?.Writes ?? []).Append(_destination);

    public override double Cost => _cost;

    public override int Phases => 2;

    /// <summary>
    /// A stored value of the chain that may take the product's place in memory: it is written when the product is read no more, to the same
    /// place within the block. -1 if there is none.
    /// </summary>
    public int Successor
    {
        get
        {
            if (_chain is null) return -1;
            int lastRead = _chain.LastRead(_destination);
            return _chain.Writes.Where(w => _chain.Write(w) >= lastRead && _program.Slots[w].Memory is null).DefaultIfEmpty(-1).First();
        }
    }

    public int Destination => _destination;

    private (int Rows, int Columns, int Depth, int Lda, int Ldb) Sizes(int rows)
    {
        Shape left = _program.Slots[_left].Shape, right = _program.Slots[_right].Shape, product = _program.Slots[_destination].Shape;
        return (product.Rows.Resolve(rows), product.Columns.Resolve(rows),
            (_operation.TransposeLeft ? left.Rows : left.Columns).Resolve(rows), left.Columns.Resolve(rows), right.Columns.Resolve(rows));
    }

    public override long SharedScratch(int capacity)
    {
        var (rows, columns, depth, _, _) = Sizes(capacity);
        return ProductKernel.ScratchFloats(rows, columns, depth, _operation.TransposeLeft, _operation.TransposeRight);
    }

    public override long WorkerScratch(int capacity) => _runner?.Scratch ?? 0;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        var (m, n, k, lda, ldb) = Sizes(rows);
        _kernel = ProductKernel.Create(m, n, k, _operation.TransposeLeft, _operation.TransposeRight, lda, ldb, n, accumulate: false, workers);
        _a = binding.Pointer(_left);
        _b = binding.Pointer(_right);
        _c = binding.Pointer(_destination);
        _scratch = binding.Scratch;
        _runner?.Prepare(binding, n);
        _cost = 0.05 * m * n * k + 2.0 * m * n * (_runner?.Operations ?? 0);
    }

    public override int Tasks(int phase) => phase == 0 ? _kernel.PackTasks : _kernel.TileTasks;

    public override void Run(int phase, int task, float* scratch)
    {
        if (phase == 0)
        {
            _kernel.Pack(task, _a, _b, _scratch);
            return;
        }

        _kernel.Compute(task, _a, _b, _c, _scratch);
        if (_runner is null) return;
        _kernel.Tile(task, out int row0, out int row1, out int column0, out int column1);
        _runner.Run(row0, row1, column0, column1, scratch);
    }
}
