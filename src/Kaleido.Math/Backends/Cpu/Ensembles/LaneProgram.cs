using Kaleido.Backends.Cpu.Programs;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>
/// A program made for one network, run for a group of sixteen at once: the same instructions with the network as innermost dimension. Each
/// network gets the bits that the program gives it alone, because every operation keeps its order and vectors only run across networks.
/// </summary>
internal sealed unsafe class LaneProgram : IDisposable
{
    private readonly PlanProgram _program;
    private readonly LanePlace[] _places;
    private readonly LaneStep[] _steps;
    private readonly CpuMemory _constants;
    private readonly long _scratch;

    /// <summary>Lowers a program for a fixed number of rows.</summary>
    public LaneProgram(PlanProgram program, int rows, LaneLayout layout)
    {
        (_program, Layout, Rows) = (program, layout, rows);
        var drafts = LaneFusion.Drafts(program);
        _constants = new CpuMemory(program.Slots.Count(IsConstant) * (long)LaneElementwise.Chunk);
        _places = new LanePlace[program.Slots.Count];
        _scratch = Place(drafts);
        _steps = [.. drafts.Select(draft => draft.Create(this))];
        WorkerLength = _scratch + _steps.Select(step => step.Scratch).DefaultIfEmpty(0).Max();
    }

    /// <summary>Rows of a run.</summary>
    public int Rows { get; }

    /// <summary>Floats that a worker needs, the layout's own included.</summary>
    public long WorkerLength { get; }

    /// <summary>The layout of the bound memories.</summary>
    public LaneLayout Layout { get; }

    /// <summary>The steps, for tests and for those who want to know what was fused.</summary>
    public IReadOnlyList<LaneStep> StepList => _steps;

    /// <summary>Where a slot lies.</summary>
    public LanePlace PlaceOf(int slot) => _places[slot];

    /// <summary>Rows and columns of a slot.</summary>
    public (int Rows, int Columns) SizeOf(int slot)
    {
        var shape = _program.Slots[slot].Shape;
        return (shape.Rows.Resolve(Rows), shape.Columns.Resolve(Rows));
    }

    /// <summary>A slot.</summary>
    public Slot SlotOf(int slot) => _program.Slots[slot];

    /// <summary>Whether a slot is a number that never changes; its place holds <see cref="LaneElementwise.Chunk"/> copies of it.</summary>
    public static bool IsConstant(Slot slot) => slot.Kind is SlotKind.Constant or SlotKind.Count;

    // Bound slots lie where the layout says, constants in their own memory, everything else in the worker's memory while it lives.
    private long Place(IReadOnlyList<LaneDraft> drafts)
    {
        int count = _program.Slots.Count, end = drafts.Count;
        int[] first = new int[count], last = new int[count];
        Array.Fill(first, int.MaxValue);
        Array.Fill(last, -1);
        for (int s = 0; s < end; s++)
        {
            foreach (int slot in drafts[s].Slots) (first[slot], last[slot]) = (Math.Min(first[slot], s), Math.Max(last[slot], s));
        }

        foreach (int output in _program.Outputs) last[output] = end;
        var values = new MemoryLayout();
        long start = Layout.Length(LaneSpace.Worker), constants = 0;
        for (int i = 0; i < count; i++)
        {
            var slot = _program.Slots[i];
            if (IsConstant(slot))
            {
                float value = slot.Kind == SlotKind.Constant ? (float)slot.Constant : slot.Counted.Count(Rows);
                new Span<float>(_constants.Pointer + constants, LaneElementwise.Chunk).Fill(value);
                _places[i] = new(LaneSpace.Constants, constants);
                constants += LaneElementwise.Chunk;
            }
            else if (slot.Kind == SlotKind.Input)
            {
                throw new NotSupportedException("an ensemble has no program with inputs");
            }
            else if (last[i] >= 0)
            {
                _places[i] = slot.Memory is not null
                    ? Layout.Find(slot.Memory, slot.Offset)
                    : new(LaneSpace.Worker, start + values.Place(slot.Shape.Count(Rows) * LaneLayout.Lanes, first[i], last[i]));
            }
        }

        return start + values.Length;
    }

    /// <summary>Runs the program for the group that the context is bound to.</summary>
    public void Run(LaneContext context)
    {
        context.Bind(LaneSpace.Constants, _constants.Pointer);
        context.Scratch = context.Pointer(new(LaneSpace.Worker, _scratch));
        foreach (var step in _steps) step.Run(context);
    }

    /// <summary>Gives the constants' memory back.</summary>
    public void Dispose() => _constants.Dispose();
}
