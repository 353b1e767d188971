using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Fusion;

// Assignments as further results of a group: it reads the old value of a variable, if it does, and then writes the new one, element by
// element. The rest of a program must not tell the difference from a copy at its end.
internal sealed partial class ElementwiseGroups
{
    /// <summary>Numbers of a memory, from start to end.</summary>
    private readonly record struct Range(DeviceMemory? Memory, long Start, long End)
    {
        public bool Overlaps(Range other) => Memory is not null && Memory == other.Memory && Start < other.End && other.Start < End;
    }

    private Range Of(int slot) => _slots[slot] is { Memory: { } memory, Offset: var offset, Shape: var shape }
        ? new(memory, offset, offset + shape.Count(_capacity)) : default;

    /// <summary>Gives groups the assignments that they can make, and returns the other effects, which come after all groups.</summary>
    private List<Effect> Absorb(IReadOnlyList<Effect> effects)
    {
        List<Effect> left = [];
        List<(AssignEffect Effect, Group Group)> absorbed = [];
        for (int i = 0; i < effects.Count; i++)
        {
            // Those left before this one will come after it: neither may write what the other touches.
            if (effects[i] is AssignEffect assign
                && !left.SelectMany(Ranges).Any(Of(assign.Variable).Overlaps)
                && !effects.Take(i).SelectMany(Written).Any(Of(assign.Source).Overlaps)
                && _groups.FindLast(it => CanAssign(it, assign) && !absorbed.Exists(earlier => Meet(earlier, assign, it))) is { } group)
            {
                group.Assigned.Add(assign);
                absorbed.Add((assign, group));
            }
            else
            {
                left.Add(effects[i]);
            }
        }

        foreach (var group in _groups) group.ReadAssigned();
        return left;
    }

    // Whether what one assignment after another writes differs from both at once, or the later one first. The later may write what the
    // earlier reads if they do so in one launch, each element by itself.
    private bool Meet((AssignEffect Effect, Group Group) earlier, AssignEffect later, Group group)
    {
        Range written = Of(later.Variable), read = Of(earlier.Effect.Source);
        return Of(earlier.Effect.Variable).Overlaps(written) || (read.Overlaps(written) && !(earlier.Group == group && read == written));
    }

    // All memory of variables that an effect reads or writes.
    private IEnumerable<Range> Ranges(Effect effect) => Written(effect).Concat(effect switch
    {
        AssignEffect a => [Of(a.Source)],
        RecordEffect r => [Of(r.Source)],
        UpdateEffect u => [new(u.Gradients, 0, u.Length)],
        _ => throw Unknown(effect),
    });

    private IEnumerable<Range> Written(Effect effect) => effect switch
    {
        AssignEffect a => [Of(a.Variable)],
        RecordEffect r => [new(r.Ring, r.Offset, r.Offset + r.Capacity)],
        UpdateEffect u => new[] { u.Parameters, u.Moment1, u.Moment2 }.Select(memory => new Range(memory, 0, u.Length)),
        _ => throw Unknown(effect),
    };

    private static NotSupportedException Unknown(Effect effect) => new($"fusion does not know the effect {effect.GetType().Name}");

    private bool CanAssign(Group group, AssignEffect assign)
    {
        if (_slots[assign.Source].Shape != group.Shape || _slots[assign.Variable].Shape != group.Shape) return false;
        if (!group.HasRoomFor(assign)) return false;
        if (!group.Made.Contains(assign.Source) && MadeAt(assign.Source) >= group.Position) return false;
        var variable = Of(assign.Variable);

        // The group itself may read the variable where it writes it, and nothing else of that memory.
        if (group.Sources.Append(assign.Source).Any(source => Of(source).Overlaps(variable)
            && (Of(source) != variable || _slots[source].Shape != group.Shape))) return false;
        foreach (var (instruction, position) in _instructions.Select((it, i) => (it!, i)))
        {
            int at = _makers.TryGetValue(instruction.Destination, out var maker) ? maker.Position : position;
            if (maker != group && at > group.Position && instruction.Sources.Any(source => Of(source).Overlaps(variable))) return false;
            if (Of(instruction.Destination).Overlaps(variable)) return false;
        }

        return true;
    }
}
