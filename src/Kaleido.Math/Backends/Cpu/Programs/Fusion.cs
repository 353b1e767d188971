using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Instructions that run together, block by block while the block is in cache: elementwise instructions of one shape, and at most one
/// matrix product of that shape that feeds them. A group of one may be any instruction.
/// </summary>
internal sealed class FusedGroup(Shape shape)
{
    public Shape Shape { get; } = shape;

    /// <summary>Indices of the instructions, ascending.</summary>
    public List<int> Members { get; } = [];

    /// <summary>The instruction of the product, or -1.</summary>
    public int Product { get; set; } = -1;

    /// <summary>True once an instruction outside reads a member: later members would run too late for it.</summary>
    public bool Closed { get; set; }

    public bool IsFused => Members.Count > 1;
}

/// <summary>
/// Sorts a program's instructions into groups. Invariant: a group runs at the place of its last member, and it is closed as soon
/// as anything outside reads one of its members; so nothing between its first and last member depends on it, and open groups
/// may be merged.
/// </summary>
internal static class Fusion
{
    /// <summary>The groups in the order in which they can run.</summary>
    public static List<FusedGroup> Group(PlanProgram program)
    {
        var groupOfSlot = new FusedGroup?[program.Slots.Count];
        var groups = new List<FusedGroup>();
        for (int i = 0; i < program.Instructions.Count; i++)
        {
            var instruction = program.Instructions[i];
            var shape = program.Slots[instruction.Destination].Shape;
            var home = instruction.Operation.IsElementwise ? Join(instruction, shape, program, groupOfSlot, groups) : new FusedGroup(shape);
            if (home.Members.Count == 0) groups.Add(home);
            home.Members.Add(i);
            if (instruction.Operation is ProductOperation) home.Product = i;
            else if (!instruction.Operation.IsElementwise) home.Closed = true;
            groupOfSlot[instruction.Destination] = home;
            foreach (int source in instruction.Sources)
            {
                if (groupOfSlot[source] is { } other && !ReferenceEquals(other, home)) other.Closed = true;
            }
        }

        foreach (var group in groups) group.Members.Sort();
        groups.Sort((a, b) => a.Members[^1].CompareTo(b.Members[^1]));
        return groups;
    }

    // The open groups of this shape that feed the instruction, merged into one; of two with a product the later one is taken.
    private static FusedGroup Join(
        Instruction instruction, Shape shape, PlanProgram program, FusedGroup?[] groupOfSlot, List<FusedGroup> groups)
    {
        var candidates = instruction.Sources
            .Select(source => groupOfSlot[source])
            .Where(group => group is { Closed: false } && group.Shape == shape)
            .Distinct()
            .OrderByDescending(group => group!.Product)
            .ToList();
        if (candidates.Count == 0) return new FusedGroup(shape);
        var home = candidates[0]!;
        foreach (var other in candidates.Skip(1))
        {
            if (other!.Product >= 0) continue;
            foreach (int member in other.Members) groupOfSlot[program.Instructions[member].Destination] = home;
            home.Members.AddRange(other.Members);
            groups.Remove(other);
        }

        return home;
    }
}
