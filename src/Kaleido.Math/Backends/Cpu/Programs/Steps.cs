namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Turns a program into steps and gives every slot that needs memory a place.</summary>
internal static class Steps
{
    private const int Neighbours = 3;

    public static CpuStep[] Build(PlanProgram program)
    {
        var groups = Fusion.Group(program);
        var groupOfSlot = new FusedGroup?[program.Slots.Count];
        foreach (var group in groups)
        {
            foreach (int member in group.Members) groupOfSlot[program.Instructions[member].Destination] = group;
        }

        // What a group computes goes to memory only if something outside the group reads it.
        var stored = new bool[program.Slots.Count];
        foreach (int output in program.Outputs) stored[output] = true;
        for (int i = 0; i < stored.Length; i++) stored[i] |= program.Slots[i].Memory is not null;
        foreach (var instruction in program.Instructions)
        {
            foreach (int source in instruction.Sources)
                stored[source] |= !ReferenceEquals(groupOfSlot[source], groupOfSlot[instruction.Destination]);
        }

        foreach (var effect in program.Effects)
        {
            if (effect is AssignEffect a) stored[a.Source] = true;
            if (effect is RecordEffect r) stored[r.Source] = true;
        }

        var steps = groups.Select(group => Step(program, group, stored)).ToList();
        foreach (var effect in program.Effects)
        {
            steps.Add(effect switch
            {
                AssignEffect a => new AssignStep(program, a),
                RecordEffect r => new RecordStep(r),
                UpdateEffect u => new UpdateStep(u),
                _ => throw new NotSupportedException($"the CPU program does not know the effect {effect.GetType().Name}"),
            });
        }

        return [.. steps];
    }

    private static CpuStep Step(PlanProgram program, FusedGroup group, bool[] stored)
    {
        var members = group.Members.Where(m => m != group.Product).Select(m => program.Instructions[m]).ToList();
        if (group.Product >= 0)
        {
            var chain = members.Count == 0 ? null : new ElementwiseChain(program, members, group.Shape, slot => stored[slot]);
            return new ProductStep(program, program.Instructions[group.Product], chain);
        }

        var instruction = members[0];
        if (instruction.Operation.IsElementwise)
            return new ElementwiseStep(new ElementwiseChain(program, members, group.Shape, slot => stored[slot]), group.Shape);
        return instruction.Operation is Reduction reduction
            ? new ReduceStep(program, reduction.Function, instruction.Sources[0], instruction.Destination)
            : new MovementStep(program, instruction);
    }

    /// <summary>
    /// Offsets in one arena: inputs, constants and outputs for the whole run, everything else from its first write to its last read. A
    /// product whose chain overwrites it shares the place of that result (alias). Returns also the offset of each step's scratch, which lives a
    /// few steps longer, so that neighbours that need not wait for each other do not share it.
    /// </summary>
    public static (long[] Offsets, int[] Alias, long[] Scratch, long ValueLength) Place(
        PlanProgram program, CpuStep[] steps, int capacity, MemoryLayout layout)
    {
        int count = program.Slots.Count, end = steps.Length;
        var alias = Enumerable.Range(0, count).ToArray();
        int[] first = new int[count], last = new int[count];
        Array.Fill(first, int.MaxValue);
        Array.Fill(last, -1);
        var readElsewhere = new HashSet<int>(program.Outputs);
        for (int s = 0; s < steps.Length; s++)
        {
            foreach (int slot in steps[s].Reads) readElsewhere.Add(slot);
        }

        foreach (var product in steps.OfType<ProductStep>())
        {
            int slot = product.Destination;
            if (program.Slots[slot].Memory is null && !readElsewhere.Contains(slot) && product.Successor is >= 0 and var successor)
                alias[slot] = successor;
        }

        for (int s = 0; s < steps.Length; s++)
        {
            foreach (int slot in steps[s].Reads.Concat(steps[s].Writes)) Extend(alias[slot], s, s);
        }

        for (int i = 0; i < count; i++)
        {
            bool wholeRun = program.Slots[i].Kind is SlotKind.Input or SlotKind.Constant or SlotKind.Count;
            if (wholeRun && (last[i] >= 0 || program.Slots[i].Kind != SlotKind.Count)) Extend(i, 0, end);
        }

        foreach (int output in program.Outputs) Extend(alias[output], 0, end);

        var offsets = new long[count];
        for (int i = 0; i < count; i++)
        {
            bool placed = alias[i] == i && program.Slots[i].Memory is null && last[i] >= 0;
            offsets[i] = placed ? layout.Place(program.Slots[i].Shape.Count(capacity), first[i], last[i]) : -1;
        }

        long valueLength = layout.Length;
        var scratch = new long[steps.Length];
        for (int s = 0; s < steps.Length; s++) scratch[s] = layout.Place(steps[s].SharedScratch(capacity), s, s + Neighbours);
        return (offsets, alias, scratch, valueLength);

        void Extend(int slot, int from, int to)
        {
            first[slot] = Math.Min(first[slot], from);
            last[slot] = Math.Max(last[slot], to);
        }
    }
}
