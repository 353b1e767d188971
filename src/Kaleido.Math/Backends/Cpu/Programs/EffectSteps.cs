namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Copies a slot over a variable.</summary>
internal sealed unsafe class AssignStep(PlanProgram program, AssignEffect effect) : CpuStep
{
    private const int Chunk = 16384;
    private float* _source, _target;
    private long _count;

    public override IEnumerable<int> Reads => [effect.Source];

    public override IEnumerable<int> Writes => [effect.Variable];

    public override double Cost => _count;

    public override void Prepare(StepBinding binding, int rows, int workers)
    {
        _source = binding.Pointer(effect.Source);
        _target = binding.Pointer(effect.Variable);
        _count = program.Slots[effect.Variable].Shape.Count(rows);
    }

    public override int Tasks(int phase) => (int)((_count + Chunk - 1) / Chunk);

    public override void Run(int phase, int task, float* scratch)
    {
        long start = (long)task * Chunk;
        int count = (int)Math.Min(Chunk, _count - start);
        new ReadOnlySpan<float>(_source + start, count).CopyTo(new Span<float>(_target + start, count));
    }
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

/// <summary>One optimiser step over the arenas, in stretches.</summary>
internal sealed unsafe class UpdateStep(UpdateEffect effect) : CpuStep
{
    private const int Chunk = 16384;
    private readonly float* _gradients = CpuMemory.PointerOf(effect.Gradients, 0, effect.Length);
    private readonly float* _parameters = CpuMemory.PointerOf(effect.Parameters, 0, effect.Length);
    private readonly float* _moment1 = CpuMemory.PointerOf(effect.Moment1, 0, effect.Length);
    private readonly float* _moment2 = CpuMemory.PointerOf(effect.Moment2, 0, effect.Length);
    private StepCounter? _counter;

    public override IEnumerable<int> Reads => [];

    public override IEnumerable<int> Writes => [];

    public override IEnumerable<MemoryRange> OtherMemory =>
    [
        new(effect.Gradients, 0, effect.Length, false),
        new(effect.Parameters, 0, effect.Length, true),
        new(effect.Moment1, 0, effect.Length, true),
        new(effect.Moment2, 0, effect.Length, true),
    ];

    public override double Cost => 10.0 * effect.Length;

    public override void Prepare(StepBinding binding, int rows, int workers) => _counter = binding.Counter;

    public override int Tasks(int phase) => (effect.Length + Chunk - 1) / Chunk;

    public override void Run(int phase, int task, float* scratch)
    {
        int start = task * Chunk;
        OptimizerKernel.Run(effect.Rule, _counter!.Value, _gradients + start, _parameters + start, _moment1 + start, _moment2 + start,
            Math.Min(Chunk, effect.Length - start));
    }
}
