using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// The optimiser's update of one parameter, done by the step that computes its gradient: each tile of the gradient is used while it is in
/// cache. Allowed only where nothing reads the parameter any more (<see cref="Find"/>).
/// </summary>
internal sealed unsafe class GradientUpdate
{
    // Smaller parameters are better updated all at once.
    private const int WorthIt = 4096;

    private readonly UpdateEffect _effect;
    private readonly float* _gradients, _parameters, _moment1, _moment2;
    private StepCounter? _counter;

    private GradientUpdate(UpdateEffect effect, Slot slot)
    {
        (_effect, Start, Count) = (effect, slot.Offset, slot.Shape.Count(0));
        Columns = slot.Shape.Columns.Size;
        _gradients = CpuMemory.PointerOf(effect.Gradients, Start, Count);
        _parameters = CpuMemory.PointerOf(effect.Parameters, Start, Count);
        _moment1 = CpuMemory.PointerOf(effect.Moment1, Start, Count);
        _moment2 = CpuMemory.PointerOf(effect.Moment2, Start, Count);
    }

    /// <summary>Where the parameter begins in the arenas.</summary>
    public long Start { get; }

    /// <summary>Its numbers.</summary>
    public long Count { get; }

    /// <summary>Its columns.</summary>
    public int Columns { get; }

    /// <summary>What an update changes.</summary>
    public IEnumerable<MemoryRange> Memory => Arenas(_effect).Select(arena => new MemoryRange(arena, Start, Start + Count, true));

    /// <summary>The step number of the update is the counter's.</summary>
    public void Prepare(StepBinding binding) => _counter = binding.Counter;

    /// <summary>Updates what belongs to a rectangle of the gradient.</summary>
    public void Run(int row0, int row1, int column0, int column1)
    {
        ulong step = _counter!.Value;
        var scalars = _effect.Rule.At(step);
        bool whole = column1 - column0 == Columns;
        int width = whole ? (row1 - row0) * Columns : column1 - column0;
        for (int row = row0; row < row1; row = whole ? row1 : row + 1)
        {
            long at = (long)row * Columns + column0;
            OptimizerKernel.Run(_effect.Rule, scalars, step == 0, _gradients + at, _parameters + at, _moment1 + at, _moment2 + at, width);
        }
    }

    /// <summary>
    /// Gives steps the updates that they may do, by contract rule 11: the gradient has no other reader, and no later step (nor this one)
    /// reads the parameter. Returns them.
    /// </summary>
    public static List<GradientUpdate> Find(PlanProgram program, UpdateEffect effect, IReadOnlyList<CpuStep> steps)
    {
        var updates = new List<GradientUpdate>();
        if (program.Effects.Any(other => !ReferenceEquals(other, effect) && Touches(program, other, effect))) return updates;
        var arenas = Arenas(effect);
        var reads = Intervals(arenas, step => step.Reads, (step, _) => step);
        var gradientReads = Intervals([effect.Gradients], step => step.Reads, (step, _) => step);
        var gradientWrites = Intervals([effect.Gradients], step => step.Writes, (_, slot) => slot);
        for (int i = 0; i < steps.Count; i++)
        {
            foreach (int written in steps[i].Writes)
            {
                var slot = program.Slots[written];
                if (!ReferenceEquals(slot.Memory, effect.Gradients) || !steps[i].CanUpdate) continue;
                if (slot.Shape.Rows.IsRows || slot.Shape.Columns.IsRows || slot.Shape.Count(0) < WorthIt
                    || slot.Offset + slot.Shape.Count(0) > effect.Length) continue;
                var (start, end) = Place(slot);
                bool read = reads.Overlaps(start, end, step => step >= i) || gradientReads.Overlaps(start, end, _ => true)
                    || gradientWrites.Overlaps(start, end, other => other != written);
                if (read) continue;
                var update = new GradientUpdate(effect, slot);
                steps[i].Updates.Add(update);
                updates.Add(update);
            }
        }

        return updates;

        IntervalList Intervals(DeviceMemory[] memories, Func<CpuStep, IEnumerable<int>> touched, Func<int, int, int> tag) =>
            new(steps.SelectMany((step, i) => touched(step).Where(slot => memories.Contains(program.Slots[slot].Memory))
                .Select(slot => (Place(program.Slots[slot]), tag(i, slot)))));
    }

    private static DeviceMemory[] Arenas(UpdateEffect effect) => [effect.Parameters, effect.Moment1, effect.Moment2];

    // With rows whose number is not known yet: all that follows.
    private static (long Start, long End) Place(Slot slot) => (slot.Offset,
        slot.Offset + (slot.Shape.Rows.IsRows || slot.Shape.Columns.IsRows ? long.MaxValue / 2 : slot.Shape.Count(0)));

    // Other effects at work on the same memories keep their order: nothing is fused then.
    private static bool Touches(PlanProgram program, Effect other, UpdateEffect effect)
    {
        DeviceMemory[] own = [.. Arenas(effect), effect.Gradients];
        return other switch
        {
            AssignEffect a => own.Contains(program.Slots[a.Variable].Memory) || own.Contains(program.Slots[a.Source].Memory),
            RecordEffect r => own.Contains(r.Ring) || own.Contains(program.Slots[r.Source].Memory),
            UpdateEffect u => own.Contains(u.Gradients) || Arenas(u).Any(own.Contains),
            _ => true,
        };
    }
}
