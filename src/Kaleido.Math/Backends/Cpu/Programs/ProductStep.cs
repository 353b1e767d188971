using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// A matrix product and what it feeds: first what the kernel does as it stores (<see cref="ProductEnding"/>), then a chain through which
/// each tile passes while it is in cache.
/// </summary>
internal sealed unsafe class ProductStep : CpuStep
{
    private readonly ProductOperation _operation;
    private readonly int _left, _right;
    private readonly ProductEnding _ending;
    private readonly ElementwiseChain? _chain;
    private readonly ChainRunner? _runner;
    private readonly PlanProgram _program;
    private ProductKernel _kernel;
    private float* _a, _b, _c, _scratch;
    private double _cost;
    private bool _packed;

    public ProductStep(PlanProgram program, Instruction instruction, IReadOnlyList<Instruction> members, Func<int, bool> stored)
    {
        (_program, _operation) = (program, (ProductOperation)instruction.Operation);
        (_left, _right) = (instruction.Sources[0], instruction.Sources[1]);
        KeepsScratch = program.Repeats && _operation is { TransposeRight: true, TransposeLeft: false } && IsOnlyRead(_right);
        _ending = ProductEnding.Find(program, instruction, members, stored);
        var rest = members.Except(_ending.Members).ToList();
        if (rest.Count == 0) return;
        _chain = new ElementwiseChain(program, rest, program.Slots[Destination].Shape, stored);
        _runner = new(_chain);
    }

    public override IEnumerable<int> Reads =>
        (_chain?.Reads ?? []).Concat([_left, _right, _ending.Bias, _ending.Mask]).Where(s => s >= 0 && s != Destination).Distinct();

    public override IEnumerable<int> Writes => (_chain?.Writes ?? []).Append(Destination);

    public override IEnumerable<int>? ReadByRows =>
        _operation.TransposeLeft || !_program.Slots[Destination].Shape.Rows.IsRows
            ? null
            : (_chain?.ReadByRows ?? []).Append(_left).Append(_ending.Mask).Where(s => s >= 0).Except([_right, _ending.Bias]);

    /// <summary>
    /// Whether the packed right operand serves many runs: it is a variable that the program does not change. Then nothing else is packed.
    /// </summary>
    public override bool KeepsScratch { get; }

    private bool IsOnlyRead(int slot) => _program.Slots[slot].Memory is { } memory && !_program.Effects.Any(effect => effect switch
    {
        AssignEffect assign => _program.Slots[assign.Variable].Memory == memory,
        RecordEffect record => record.Ring == memory,
        UpdateEffect update =>
            update.Parameters == memory || update.Gradients == memory || update.Moment1 == memory || update.Moment2 == memory,
        _ => true,
    });

    public override double Cost => _cost;

    public override bool CanUpdate => true;

    public override int Phases => 2;

    // What is packed of a product by rows is the right operand alone, and of others too if they never copy the left one.
    public override IEnumerable<int> PackReads(bool byRows) =>
        ReadByRows is null || (!byRows && MayCopyLeft && !KeepsScratch) ? [_left, _right] : [_right];

    private bool MayCopyLeft
    {
        get
        {
            Extent columns = _program.Slots[Destination].Shape.Columns, leading = _program.Slots[_left].Shape.Columns;
            return columns.IsRows || leading.IsRows || ProductPaths.MayCopyA(columns.Resolve(1), leading.Resolve(1));
        }
    }

    /// <summary>
    /// A stored value of the chain that may take the product's place in memory: it is written when the product is read no more, to the same
    /// place within the block. -1 if there is none.
    /// </summary>
    public int Successor
    {
        get
        {
            if (_chain is null) return -1;
            int lastRead = _chain.LastRead(Destination);
            return _chain.Writes.Where(w => _chain.Write(w) >= lastRead && _program.Slots[w].Memory is null).DefaultIfEmpty(-1).First();
        }
    }

    /// <summary>The slot that the kernel writes.</summary>
    public int Destination => _ending.Destination;

    private (int Rows, int Columns, int Depth, int Lda, int Ldb) Sizes(int rows)
    {
        Shape left = _program.Slots[_left].Shape, right = _program.Slots[_right].Shape, product = _program.Slots[Destination].Shape;
        return (product.Rows.Resolve(rows), product.Columns.Resolve(rows),
            (_operation.TransposeLeft ? left.Rows : left.Columns).Resolve(rows), left.Columns.Resolve(rows), right.Columns.Resolve(rows));
    }

    public override long SharedScratch(int capacity)
    {
        var (rows, columns, depth, lda, ldb) = Sizes(capacity);
        // The number of rows of a run is then the depth alone.
        if (_operation.TransposeLeft
            && ProductKernel.Create(rows, columns, depth, true, _operation.TransposeRight, lda, ldb, columns, false, 1).IsInPlace)
        {
            return 0;
        }
        return ProductKernel.ScratchFloats(rows, columns, depth, _operation.TransposeLeft,
            _program.Slots[_left].Shape.Columns.IsRows ? 0 : lda);
    }

    public override long WorkerScratch(int capacity) => _runner?.Scratch ?? 0;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        var (m, n, k, lda, ldb) = Sizes(rows);
        _kernel = ByRows
            ? ProductKernel.CreateByRows(m, n, k, _operation.TransposeRight, lda, ldb, n, workers)
            : KeepsScratch ? ProductKernel.Create(m, n, k, false, true, lda, ldb, n, accumulate: false, workers, Simd.Level, packOnce: true)
            : ProductKernel.Create(m, n, k, _operation.TransposeLeft, _operation.TransposeRight, lda, ldb, n, accumulate: false, workers);
        _kernel = _kernel.With(new(PointerOf(_ending.Bias), PointerOf(_ending.Mask), _ending.Relu));
        _a = binding.Pointer(_left);
        _b = binding.Pointer(_right);
        _c = binding.Pointer(Destination);
        _scratch = binding.Scratch;
        _packed = KeepsScratch && binding.Again;
        _runner?.Prepare(binding, n);
        PrepareUpdates(binding);
        _cost = 0.05 * m * n * k + 2.0 * m * n * ((_runner?.Operations ?? 0) + _ending.Members.Count);

        nint PointerOf(int slot) => slot < 0 ? 0 : (nint)binding.Pointer(slot);
    }

    public override int Tasks(int phase) => phase > 0 ? _kernel.TileTasks : _packed ? 0 : _kernel.PackTasks;

    public override void Run(int phase, int task, float* scratch)
    {
        if (phase == 0)
        {
            _kernel.Pack(task, _a, _b, _scratch);
            return;
        }

        _kernel.Tile(task, out int row0, out int row1, out int column0, out int column1);
        _kernel.Compute(task, _a, _b, _c, _scratch);
        _runner?.Run(row0, row1, column0, column1, scratch);
        Update(row0, row1, column0, column1);
    }

    public override void RunRows(int row0, int row1, float* scratch)
    {
        _kernel.ComputeRows(row0, row1, _a, _b, _c, _scratch);
        _runner?.RunRows(row0, row1, scratch);
    }
}
