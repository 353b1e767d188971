using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Fusion;

/// <summary>
/// Puts elementwise functions of one shape into one launch (<see cref="ElementwiseKernel"/>). In order of the program, each joins a group
/// before it, either where that group stands, if all its operands are there by then, or where it stands itself, if nobody needs the group
/// before: the nearest that makes one of its operands, else the nearest at all, for a launch costs more than what it does. Assignments of
/// variables are made by groups too.
/// </summary>
internal sealed partial class ElementwiseGroups
{
    // A network of thousands of layers must not take their number squared.
    private const int LookBack = 32;

    private readonly Slot[] _slots;
    private readonly Instruction?[] _instructions;
    private readonly int[] _readers;
    private readonly int[] _writers;
    private readonly int _capacity;

    /// <summary>In the order of their positions.</summary>
    private readonly List<Group> _groups = [];
    private readonly Dictionary<int, Group> _makers = [];

    private ElementwiseGroups(PlanProgram program, int capacity)
    {
        (_slots, _instructions, _capacity) = ([.. program.Slots], [.. program.Instructions], capacity);
        _readers = CudaFusion.CountReaders(program);
        _writers = CudaFusion.FindWriters(program);
    }

    /// <summary>Instructions that are one launch.</summary>
    private sealed class Group(int position, Shape shape)
    {
        public int Position { get; set; } = position;

        public Shape Shape { get; } = shape;

        public List<Instruction> Members { get; } = [];

        public HashSet<int> Made { get; } = [];

        /// <summary>What it reads that others make.</summary>
        public HashSet<int> Sources { get; } = [];

        /// <summary>What it writes over variables.</summary>
        public List<AssignEffect> Assigned { get; } = [];

        public void Add(Instruction member)
        {
            Members.Add(member);
            Made.Add(member.Destination);
            foreach (int source in member.Sources)
            {
                if (!Made.Contains(source)) Sources.Add(source);
            }
        }

        // As if all that it makes were wanted by others.
        public bool HasRoom(Instruction member) => Members.Count < ElementwiseKernel.MostSteps
            && Sources.Count + Made.Count + member.Sources.Count + 1 <= ElementwiseKernel.MostOperands;

        // Beside the assignments that it has: with each its variable, and what it reads for that alone.
        public bool HasRoomFor(AssignEffect assign) =>
            Sources.Count + Made.Count + Assigned.Append(assign).Sum(it => IsOwn(it.Source) ? 1 : 2) <= ElementwiseKernel.MostOperands;

        public void ReadAssigned() => Sources.UnionWith(Assigned.Select(it => it.Source).Where(source => !Made.Contains(source)));

        private bool IsOwn(int source) => Made.Contains(source) || Sources.Contains(source);
    }

    /// <summary>The program with such groups, for at most that many rows.</summary>
    public static PlanProgram Rewrite(PlanProgram program, int capacity)
    {
        var groups = new ElementwiseGroups(program, capacity);
        for (int i = 0; i < groups._instructions.Length; i++) groups.Place(i);
        var effects = groups.Absorb(program.Effects);
        foreach (var group in groups._groups.Where(it => it.Members.Count + it.Assigned.Count > 1)) groups.Write(group);
        return program with { Slots = groups._slots, Instructions = [.. groups._instructions.OfType<Instruction>()], Effects = effects };
    }

    private void Place(int i)
    {
        var now = _instructions[i]!;
        var slot = _slots[now.Destination];

        // What lies in memory of its own may be looked at in ways that no operand tells. An element's number has 32 bits in the kernel.
        if (!ElementwiseKernel.Has(now.Operation) || slot.Memory is not null || slot.Shape.Count(_capacity) > int.MaxValue) return;
        if (!now.Sources.All(source => _slots[source].Shape.BroadcastsTo(slot.Shape))) return;
        if (Find(now, i) is not { } group) _groups.Add(group = new(i, slot.Shape));
        group.Add(now);
        _makers[now.Destination] = group;
    }

    // The nearest group that makes an operand, else the nearest at all.
    private Group? Find(Instruction now, int i)
    {
        Group? nearest = null;
        for (int at = _groups.Count - 1; at >= Math.Max(0, _groups.Count - LookBack); at--)
        {
            var group = _groups[at];
            if (group.Shape != _slots[now.Destination].Shape || !group.HasRoom(now)) continue;
            bool related = now.Sources.Any(group.Made.Contains);
            if ((nearest is not null && !related) || !(IsReady(now, group) || !IsWanted(group, at, i))) continue;
            nearest = group;
            if (related) break;
        }

        if (nearest is null || IsReady(now, nearest)) return nearest;
        _groups.Remove(nearest);
        _groups.Add(nearest);
        nearest.Position = i;
        return nearest;
    }

    // Whether the operands are there where the group stands.
    private bool IsReady(Instruction now, Group group) =>
        now.Sources.All(source => group.Made.Contains(source) || MadeAt(source) < group.Position);

    private int MadeAt(int slot) => _makers.TryGetValue(slot, out var group) ? group.Position : _writers[slot];

    // Whether somebody reads what the group makes before instruction i.
    private bool IsWanted(Group group, int at, int i)
    {
        for (int j = group.Position + 1; j < i; j++)
        {
            var between = _instructions[j]!;
            if (!_makers.ContainsKey(between.Destination) && between.Sources.Any(group.Made.Contains)) return true;
        }

        return _groups.Skip(at + 1).Any(it => it.Sources.Overlaps(group.Made));
    }

    private void Write(Group group)
    {
        var within = new Dictionary<int, int>();
        foreach (int source in group.Members.SelectMany(it => it.Sources)) within[source] = within.GetValueOrDefault(source) + 1;
        foreach (var assign in group.Assigned) within[assign.Source] = within.GetValueOrDefault(assign.Source) + 1;
        int[] sources = [.. group.Sources];
        int[] results = [.. group.Members.Select(it => it.Destination).Where(it => _readers[it] > within.GetValueOrDefault(it))];
        var values = new Dictionary<int, int>();
        foreach (int source in sources) values.Add(source, values.Count);
        foreach (var member in group.Members) values.Add(member.Destination, values.Count);
        var kernel = new ElementwiseKernel(
            [.. sources.Select(source => Lies(_slots[source].Shape, group.Shape))],
            [.. group.Members.Select(it => new ElementwiseStep(it.Operation, [.. it.Sources.Select(source => values[source])]))],
            [.. results.Concat(group.Assigned.Select(it => it.Source)).Select(result => values[result])]);

        foreach (var member in group.Members)
        {
            _instructions[_writers[member.Destination]] = null;
            if (!results.Contains(member.Destination))
                _slots[member.Destination] = _slots[member.Destination] with { Shape = new(0, 0) };
        }

        int[] written = [.. results, .. group.Assigned.Select(it => it.Variable)];
        if (written.Length == 0) return; // nobody wants any of it
        _instructions[group.Position] = new(new ElementwiseOperation(kernel), [.. sources, .. written[1..]], written[0]);
    }

    private static Lie Lies(Shape source, Shape result) =>
        source == result ? Lie.Whole : source.IsScalar ? Lie.Scalar : source.Rows == result.Rows ? Lie.Column : Lie.Row;
}
