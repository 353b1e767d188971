using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>Turns the part of a graph that outputs and effects need into a program: dead nodes dropped, each value in one slot.</summary>
internal sealed class Compiler
{
    private readonly List<Slot> _slots = [];
    private readonly List<Instruction> _instructions = [];
    private readonly Dictionary<int, int> _slotOfNode = [];
    private readonly int _capacity;

    private Compiler(int capacity) => _capacity = capacity;

    public static (PlanProgram Program, IReadOnlyDictionary<int, int> SlotOfNode) Compile(
        Graph graph, IReadOnlyList<Node> outputs, IReadOnlyList<GraphEffect> effects, int capacity)
    {
        var compiler = new Compiler(capacity);
        compiler.EmitNeeded(graph, outputs, effects);
        var outputSlots = outputs.Select(o => compiler.StableSlot(o)).ToArray();
        var lowered = effects.Select(compiler.Lower).ToArray();
        return (new PlanProgram(compiler._slots, compiler._instructions, outputSlots, lowered), compiler._slotOfNode);
    }

    private void EmitNeeded(Graph graph, IReadOnlyList<Node> outputs, IReadOnlyList<GraphEffect> effects)
    {
        var needed = new bool[graph.Nodes.Count];
        var roots = outputs.Concat(effects.SelectMany(Roots));
        foreach (var root in roots)
        {
            if (!ReferenceEquals(root.Graph, graph)) throw new ArgumentException($"Compile: {root} belongs to another graph");
            needed[root.Id] = true;
        }

        for (int id = needed.Length - 1; id >= 0; id--)
        {
            if (!needed[id]) continue;
            foreach (var operand in graph.Nodes[id].Operands) needed[operand.Id] = true;
        }

        for (int id = 0; id < needed.Length; id++)
        {
            if (needed[id]) Emit(graph.Nodes[id]);
        }
    }

    private static IEnumerable<Node> Roots(GraphEffect effect) => effect switch
    {
        Assignment a => [a.Variable, a.Value],
        Recording r => [r.Value],
        ParameterUpdate u => u.ParameterGradients.Select(p => p.Gradient),
        _ => throw new NotSupportedException($"Compile: unknown effect {effect.GetType().Name}"),
    };

    private void Emit(Node node)
    {
        if (node.Operation is StopGradientOperation)
        {
            _slotOfNode[node.Id] = _slotOfNode[node.Operand(0).Id];
            return;
        }

        int slot = AddSlot(node.Operation switch
        {
            InputOperation i => new Slot(node.Shape, SlotKind.Input, Label: i.Label),
            VariableOperation v => new Slot(node.Shape, SlotKind.Variable, v.Memory, v.Offset, Label: v.Label),
            ConstantOperation c => new Slot(node.Shape, SlotKind.Constant, Constant: c.Value),
            CountOperation c => new Slot(node.Shape, SlotKind.Count, Counted: c.Counted),
            _ => new Slot(node.Shape, SlotKind.Computed),
        });
        _slotOfNode[node.Id] = slot;
        if (node.Operation is VariableOperation variable) CheckRoom(node, variable);
        if (_slots[slot].Kind == SlotKind.Computed)
            _instructions.Add(new(node.Operation, node.Operands.Select(o => _slotOfNode[o.Id]).ToArray(), slot));
    }

    private void CheckRoom(Node node, VariableOperation variable)
    {
        if (node.Shape.Rows.Resolve(_capacity) > variable.Rows)
            throw new ArgumentException($"Compile: a capacity of {_capacity} rows is more than the {variable.Rows} rows of {node}");
        variable.Memory.CheckRange(variable.Offset, node.Shape.Count(_capacity));
    }

    private int AddSlot(Slot slot)
    {
        _slots.Add(slot);
        return _slots.Count - 1;
    }

    private int Copy(int source, Slot destination)
    {
        int slot = AddSlot(destination);
        _instructions.Add(new(new UnaryElementwise(UnaryOperation.Identity), [source], slot));
        return slot;
    }

    // A variable may change before an effect or the caller reads it: what they read is a copy of its start-of-run value.
    private int StableSlot(Node node)
    {
        int slot = _slotOfNode[node.Id];
        if (_slots[slot].Kind != SlotKind.Variable) return slot;
        return _slotOfNode[node.Id] = Copy(slot, new Slot(node.Shape, SlotKind.Computed));
    }

    private Effect Lower(GraphEffect effect)
    {
        switch (effect)
        {
            case Assignment a:
                if (a.Variable.Operation is not VariableOperation variable)
                    throw new ArgumentException($"Assignment: {a.Variable} is not a variable");
                if (a.Variable.Shape != a.Value.Shape)
                    throw new ArgumentException($"Assignment: {a.Value} has another shape than {a.Variable}");
                int target = AddSlot(
                    new Slot(a.Variable.Shape, SlotKind.Variable, variable.Memory, variable.Offset, Label: variable.Label));
                return new AssignEffect(StableSlot(a.Value), target);
            case Recording r:
                if (!r.Value.Shape.IsScalar) throw new ArgumentException($"Recording: {r.Value} is not a scalar");
                if (r.Ring.Count == 0) throw new ArgumentException("Recording: the ring has no elements");
                return new RecordEffect(StableSlot(r.Value), r.Ring.Memory, r.Ring.Offset, r.Ring.Count);
            case ParameterUpdate u:
                return Lower(u);
            default:
                throw new NotSupportedException($"Compile: unknown effect {effect.GetType().Name}");
        }
    }

    private UpdateEffect Lower(ParameterUpdate update)
    {
        update.Rule.Validate();
        int length = update.Parameters.Count;
        foreach (var arena in new[] { update.Gradients, update.Moment1, update.Moment2, update.Parameters })
        {
            if (arena.Count != length || arena.Offset != 0)
                throw new ArgumentException("ParameterUpdate: the four arenas must have one length and begin at offset 0");
        }

        foreach (var (gradient, offset) in update.ParameterGradients)
        {
            update.Gradients.Memory.CheckRange(offset, gradient.Shape.Count(_capacity));
            int slot = _slotOfNode[gradient.Id];
            if (_slots[slot] is { Kind: SlotKind.Computed, Memory: null })
                _slots[slot] = _slots[slot] with { Memory = update.Gradients.Memory, Offset = offset };
            else
                Copy(slot, new Slot(gradient.Shape, SlotKind.Computed, update.Gradients.Memory, offset));
        }

        return new UpdateEffect(update.Rule, update.Gradients.Memory, update.Parameters.Memory,
            update.Moment1.Memory, update.Moment2.Memory, length);
    }
}
