namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Turns a program into steps and gives every slot that needs memory a place.</summary>
internal static class Steps
{
    /// <summary>The steps in the order in which they can run: regions first where rows do not mix, effects last.</summary>
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

        var steps = RowsFirst(groups.Select(group => Step(program, group, stored)));
        var computing = steps.ToList();
        foreach (var effect in program.Effects)
        {
            steps.Add(effect switch
            {
                AssignEffect a => new AssignStep(program, a),
                RecordEffect r => new RecordStep(r),
                UpdateEffect u => new UpdateStep(u, GradientUpdate.Find(program, u, computing)),
                _ => throw new NotSupportedException($"the CPU program does not know the effect {effect.GetType().Name}"),
            });
        }

        return [.. steps];
    }

    // What mixes rows (the gradient of a weight, the sums of a bias) goes after the next product that does not (the gradient of the layer's
    // input): others wait for the latter, and the former fills the time until all blocks of rows have arrived.
    private static List<CpuStep> RowsFirst(IEnumerable<CpuStep> steps)
    {
        var ordered = new List<CpuStep>();
        var held = new List<CpuStep>();
        foreach (var step in steps)
        {
            if (step.ReadByRows is null)
            {
                held.Add(step);
                continue;
            }

            if (held.Exists(h => h.Writes.Intersect(step.Reads).Any())) Release();
            ordered.Add(step);
            if (step is ProductStep) Release();
        }

        Release();
        return ordered;

        void Release()
        {
            ordered.AddRange(held);
            held.Clear();
        }
    }

    private static CpuStep Step(PlanProgram program, FusedGroup group, bool[] stored)
    {
        var members = group.Members.Where(m => m != group.Product).Select(m => program.Instructions[m]).ToList();
        if (group.Product >= 0) return new ProductStep(program, program.Instructions[group.Product], members, slot => stored[slot]);

        var instruction = members[0];
        if (instruction.Operation.IsElementwise)
            return new ElementwiseStep(new ElementwiseChain(program, members, group.Shape, slot => stored[slot]), group.Shape);
        return instruction.Operation is Reduction reduction
            ? new ReduceStep(program, reduction.Function, instruction.Sources[0], instruction.Destination)
            : new MovementStep(program, instruction);
    }
}
