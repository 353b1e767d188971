using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// A plan made into steps for the thread team: one dispatch runs all of them. Instructions are grouped by <see cref="Fusion"/>, values
/// between steps share one arena by lifetime, and a run allocates nothing.
/// </summary>
internal sealed unsafe class CpuProgram : TeamWork, IExecutable
{
    private readonly HostStepCounter _counter = new();
    private readonly CpuStep[] _steps;
    private readonly Dataflow _flow;
    private readonly Dictionary<CpuStep, int> _indexOf;
    private readonly long[] _offsets, _scratchOffsets;
    private readonly int[] _alias;
    private readonly DeviceMemory[] _bound;
    private readonly CpuMemory _arena, _workerScratch;
    private readonly long _scratchPerWorker;
    private readonly int _capacity, _threads;
    private readonly StepBinding _binding;
    private int _preparedRows = -1, _workers = 1;
    private bool _disposed;

    public CpuProgram(PlanProgram program, int capacity, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        program = Lowering.Rewrite(program);
        (Program, _capacity, _threads) = (program, capacity, threads);
        _binding = new(this, _counter);
        _steps = Steps.Build(program);
        _indexOf = Enumerable.Range(0, _steps.Length).ToDictionary(i => _steps[i]);
        _bound = [.. program.Slots.Select(s => s.Memory).Concat(program.Effects.SelectMany(Memories)).OfType<DeviceMemory>().Distinct()];

        var placement = new Placement(program, _steps, capacity);
        (_offsets, _alias, _scratchOffsets) = (placement.Offsets, placement.Alias, placement.Scratch);
        ValueBytes = placement.ValueLength * sizeof(float);
        _arena = new CpuMemory(placement.Length);
        _flow = new Dataflow(_steps, Touched);
        _scratchPerWorker = (_steps.Select(s => s.WorkerScratch(capacity)).DefaultIfEmpty(0).Max() + 31) / 16 * 16;
        _workerScratch = new CpuMemory(_scratchPerWorker * threads);
        for (int i = 0; i < program.Slots.Count; i++)
        {
            if (program.Slots[i].Kind == SlotKind.Constant) *PointerOf(i) = (float)program.Slots[i].Constant;
        }
    }

    public PlanProgram Program { get; }

    public StepCounter Counter => _counter;

    public long WorkspaceBytes => (_arena.Length + _workerScratch.Length) * sizeof(float);

    /// <summary>Bytes for values, without what packing and blocks need.</summary>
    public long ValueBytes { get; }

    /// <summary>Below this many operations a second thread costs more than it brings. Tests set it to 0 to share even small work.</summary>
    public double WorthSharing { get; set; } = 60_000;

    /// <summary>How many threads the last run asked for.</summary>
    public int Workers => _workers;

    /// <summary>The steps, for tests and for those who want to know what was fused.</summary>
    public IReadOnlyList<CpuStep> StepList => _steps;

    private static IEnumerable<DeviceMemory> Memories(Effect effect) => effect switch
    {
        RecordEffect r => [r.Ring],
        UpdateEffect u => [u.Gradients, u.Parameters, u.Moment1, u.Moment2],
        _ => [],
    };

    /// <summary>Where a slot lies.</summary>
    public float* PointerOf(int slot)
    {
        slot = _alias[slot];
        var s = Program.Slots[slot];
        if (s.Memory is not null) return CpuMemory.PointerOf(s.Memory, s.Offset, s.Shape.Count(_capacity));
        if (_offsets[slot] < 0) throw new InvalidOperationException($"slot {slot} was fused away and has no memory");
        return _arena.Pointer + _offsets[slot];
    }

    public MatrixView View(int slot, int rows)
    {
        var shape = Program.Slots[slot].Shape;
        int at = _alias[slot];
        var s = Program.Slots[at];
        return new(s.Memory ?? _arena, s.Memory is null ? _offsets[at] : s.Offset, shape.Rows.Resolve(rows), shape.Columns.Resolve(rows));
    }

    public void Run(int rows) => Run(rows, again: false);

    public void RunAgain(int rows) => Run(rows, again: rows == _preparedRows);

    private void Run(int rows, bool again)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _capacity);
        foreach (var memory in _bound) ObjectDisposedException.ThrowIf(memory.IsDisposed, memory);
        if (rows != _preparedRows || again != _binding.Again) Prepare(rows, again);
        if (_workers > 1) _flow.Reset();
        _preparedRows = -1; // what a run that fails leaves behind serves no other
        ThreadTeam.Shared.Run(this, _workers);
        _preparedRows = rows;
        _counter.Value++;
    }

    private void Prepare(int rows, bool again)
    {
        _preparedRows = -1;
        _binding.Again = again;
        for (int i = 0; i < Program.Slots.Count; i++)
        {
            if (Program.Slots[i].Kind == SlotKind.Count && _offsets[i] >= 0) *PointerOf(i) = Program.Slots[i].Counted.Count(rows);
        }

        _flow.Prepare(_binding, rows, _threads);
        double cost = 0;
        foreach (var step in _steps) cost += step.Cost;
        _workers = cost < WorthSharing ? 1 : Math.Min(_threads, _flow.MostTasks);
        _preparedRows = rows;
    }

    /// <summary>The shared scratch of a step.</summary>
    public float* ScratchOf(CpuStep step) => _arena.Pointer + _scratchOffsets[_indexOf[step]];

    // The memory that a phase of a step reads and writes, for the full capacity.
    private List<MemoryRange> Touched(CpuStep step, int phase, bool byRows)
    {
        long scratch = _scratchOffsets[_indexOf[step]];
        var ranges = new List<MemoryRange> { new(_arena, scratch, scratch + step.SharedScratch(_capacity), true) };
        if (phase < step.Phases - 1)
        {
            ranges.AddRange(step.PackReads(byRows).Select(slot => Range(slot, writes: false, rows: false)));
            return ranges;
        }

        var aligned = step.ReadByRows?.ToHashSet();
        ranges.AddRange(step.OtherMemory);
        ranges.AddRange(step.Reads.Select(slot => Range(slot, writes: false, aligned?.Contains(slot) == true)));
        ranges.AddRange(step.Writes.Select(slot => Range(slot, writes: true, aligned is not null)));
        return ranges;

        MemoryRange Range(int slot, bool writes, bool rows)
        {
            var view = View(slot, _capacity);
            return new(view.Memory, view.Offset, view.Offset + view.Count, writes, rows ? view.Columns : 0);
        }
    }

    protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
    {
        float* scratch = _workerScratch.Pointer + worker * _scratchPerWorker;
        if (workers == 1) _flow.RunAlone(scratch);
        else _flow.RunShared(scratch, barrier);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _arena.Dispose();
        _workerScratch.Dispose();
    }
}
