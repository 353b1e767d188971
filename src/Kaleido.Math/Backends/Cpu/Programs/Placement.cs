using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Gives every slot that needs memory a place in one arena: inputs, constants and outputs for the whole run, everything else from its first
/// write to its last read.
/// </summary>
internal sealed class Placement
{
    // Scratch of a step lives a few steps longer, and so does what a step reads that mixes rows: those who write there next would wait for
    // the step to be complete.
    private const int Neighbours = 4, SmallScratch = 1 << 16, SmallNeighbours = 8;

    private readonly PlanProgram _program;
    private readonly CpuStep[] _steps;
    private readonly int[] _first, _last;

    public Placement(PlanProgram program, CpuStep[] steps, int capacity)
    {
        (_program, _steps) = (program, steps);
        int count = program.Slots.Count;
        (_first, _last) = (new int[count], new int[count]);
        Offsets = new long[count];
        Alias = [.. Enumerable.Range(0, count)];
        Array.Fill(Offsets, -1);
        ShareProducts();
        FindLifetimes();
        var layout = new MemoryLayout();
        for (int i = 0; i < count; i++)
        {
            if (IsPlaced(i)) Offsets[i] = layout.Place(program.Slots[i].Shape.Count(capacity), _first[i], _last[i]);
        }

        ValueLength = layout.Length;
        Scratch = [.. steps.Select((step, s) => step.KeepsScratch
            ? layout.Place(step.SharedScratch(capacity), 0, steps.Length)
            : layout.Place(step.SharedScratch(capacity), s, LastUse(step.SharedScratch(capacity), s)))];
        Length = layout.Length;
    }

    private static int LastUse(long scratch, int step) => step + (scratch <= SmallScratch ? SmallNeighbours : Neighbours);

    /// <summary>Where each slot lies; -1 for those that have no place in the arena.</summary>
    public long[] Offsets { get; }

    /// <summary>The slot in whose place each slot lies: its own, or that of a result which overwrites it.</summary>
    public int[] Alias { get; }

    /// <summary>Where the scratch of each step lies.</summary>
    public long[] Scratch { get; }

    /// <summary>Floats for values alone.</summary>
    public long ValueLength { get; }

    /// <summary>Floats in all.</summary>
    public long Length { get; }

    private bool IsPlaced(int slot) => Alias[slot] == slot && _program.Slots[slot].Memory is null && _last[slot] >= 0;

    // A product whose chain overwrites it shares the place of that result.
    private void ShareProducts()
    {
        var readElsewhere = new HashSet<int>(_program.Outputs.Concat(_steps.SelectMany(step => step.Reads)));
        foreach (var product in _steps.OfType<ProductStep>())
        {
            int slot = product.Destination;
            if (_program.Slots[slot].Memory is null && !readElsewhere.Contains(slot) && product.Successor is >= 0 and var successor)
                Alias[slot] = successor;
        }
    }

    private void FindLifetimes()
    {
        Array.Fill(_first, int.MaxValue);
        Array.Fill(_last, -1);
        for (int s = 0; s < _steps.Length; s++)
        {
            foreach (int slot in _steps[s].Reads.Concat(_steps[s].Writes)) Extend(Alias[slot], s, s);
            if (_steps[s].ReadByRows is not null || _steps[s].Phases == 1) continue;
            foreach (int slot in _steps[s].Reads) Extend(Alias[slot], s, Math.Min(s + Neighbours, _steps.Length - 1));
        }

        for (int i = 0; i < _program.Slots.Count; i++)
        {
            bool wholeRun = _program.Slots[i].Kind is SlotKind.Input or SlotKind.Constant or SlotKind.Count;
            if (wholeRun && (_last[i] >= 0 || _program.Slots[i].Kind != SlotKind.Count)) Extend(i, 0, _steps.Length);
        }

        foreach (int output in _program.Outputs) Extend(Alias[output], 0, _steps.Length);

        void Extend(int slot, int from, int to) => (_first[slot], _last[slot]) = (Math.Min(_first[slot], from), Math.Max(_last[slot], to));
    }
}
