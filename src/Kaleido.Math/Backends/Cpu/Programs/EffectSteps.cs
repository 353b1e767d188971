namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Copies a slot over a variable.</summary>
internal sealed unsafe class AssignStep(PlanProgram program, AssignEffect effect) : CpuStep
{
    private const int Chunk = 16384;
    private float* _source, _target;
    private long _count;
    private int _columns;

    public override IEnumerable<int> Reads => [effect.Source];

    public override IEnumerable<int> Writes => [effect.Variable];

    public override IEnumerable<int>? ReadByRows => program.Slots[effect.Variable].Shape.Rows.IsRows ? [effect.Source] : null;

    public override double Cost => _count;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        _source = binding.Pointer(effect.Source);
        _target = binding.Pointer(effect.Variable);
        var shape = program.Slots[effect.Variable].Shape;
        (_count, _columns) = (shape.Count(rows), shape.Columns.Resolve(rows));
    }

    public override int Tasks(int phase) => (int)((_count + Chunk - 1) / Chunk);

    public override void Run(int phase, int task, float* scratch)
    {
        long start = (long)task * Chunk;
        Copy(start, Math.Min(_count, start + Chunk));
    }

    public override void RunRows(int row0, int row1, float* scratch) => Copy((long)row0 * _columns, (long)row1 * _columns);

    private void Copy(long start, long end) =>
        new ReadOnlySpan<float>(_source + start, (int)(end - start)).CopyTo(new Span<float>(_target + start, (int)(end - start)));
}

/// <summary>Writes a scalar into a ring.</summary>
internal sealed unsafe class RecordStep(RecordEffect effect) : CpuStep
{
    private readonly float* _ring = CpuMemory.PointerOf(effect.Ring, effect.Offset, effect.Capacity);
    private StepCounter? _counter;
    private float* _source;

    public override IEnumerable<int> Reads => [effect.Source];

    public override IEnumerable<int> Writes => [];

    public override IEnumerable<MemoryRange> OtherMemory => [new(effect.Ring, effect.Offset, effect.Offset + effect.Capacity, true)];

    public override double Cost => 1;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        _counter = binding.Counter;
        _source = binding.Pointer(effect.Source);
    }

    public override int Tasks(int phase) => 1;

    public override void Run(int phase, int task, float* scratch) => _ring[(long)(_counter!.Value % (ulong)effect.Capacity)] = *_source;
}

/// <summary>One optimiser step over what no <see cref="GradientUpdate"/> has done, in stretches.</summary>
internal sealed unsafe class UpdateStep : CpuStep
{
    private const int Chunk = 16384;
    private readonly UpdateEffect _effect;
    private readonly List<(int Start, int Count)> _chunks = [];
    private readonly float* _gradients, _parameters, _moment1, _moment2;
    private readonly long _length;
    private StepCounter? _counter;

    /// <param name="effect">The update of whole arenas.</param>
    /// <param name="done">What is done elsewhere.</param>
    public UpdateStep(UpdateEffect effect, IEnumerable<GradientUpdate> done)
    {
        _effect = effect;
        _gradients = CpuMemory.PointerOf(effect.Gradients, 0, effect.Length);
        _parameters = CpuMemory.PointerOf(effect.Parameters, 0, effect.Length);
        _moment1 = CpuMemory.PointerOf(effect.Moment1, 0, effect.Length);
        _moment2 = CpuMemory.PointerOf(effect.Moment2, 0, effect.Length);
        int at = 0;
        foreach (var update in done.OrderBy(u => u.Start))
        {
            Add(at, (int)update.Start);
            at = Math.Max(at, (int)(update.Start + update.Count));
        }

        Add(at, effect.Length);
        _length = _chunks.Sum(c => (long)c.Count);

        void Add(int start, int end)
        {
            for (; start < end; start += Chunk) _chunks.Add((start, Math.Min(Chunk, end - start)));
        }
    }

    public override IEnumerable<int> Reads => [];

    public override IEnumerable<int> Writes => [];

    public override IEnumerable<MemoryRange> OtherMemory => _chunks.SelectMany(c => new MemoryRange[]
    {
        new(_effect.Gradients, c.Start, c.Start + c.Count, false),
        new(_effect.Parameters, c.Start, c.Start + c.Count, true),
        new(_effect.Moment1, c.Start, c.Start + c.Count, true),
        new(_effect.Moment2, c.Start, c.Start + c.Count, true),
    });

    public override double Cost => 10.0 * _length;

    public override void Prepare(StepBinding binding, int rows, int workers) => _counter = binding.Counter;

    public override int Tasks(int phase) => _chunks.Count;

    public override void Run(int phase, int task, float* scratch)
    {
        var (start, count) = _chunks[task];
        OptimizerKernel.Run(
            _effect.Rule, _counter!.Value, _gradients + start, _parameters + start, _moment1 + start, _moment2 + start, count);
    }
}
