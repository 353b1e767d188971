using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Where the numbers of a value of an <see cref="ElementwiseChain"/> are while a block is worked on.</summary>
internal enum ValuePlace
{
    /// <summary>In a matrix of the chain's shape.</summary>
    Matrix,
    /// <summary>In a row that is repeated down the rows.</summary>
    RowVector,
    /// <summary>In a column that is repeated along the columns.</summary>
    Column,
    /// <summary>In a number that is repeated everywhere.</summary>
    Scalar,
    /// <summary>In a block of a worker's scratch: no memory is touched.</summary>
    Register,
}

/// <summary>One value of a chain.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Slot">The slot it belongs to.</param>
/// <param name="Register">The scratch block, for registers and for repeated operands.</param>
internal readonly record struct ChainValue(ValuePlace Place, int Slot, int Register);

/// <summary>One operation of a chain on values; unused operands are -1.</summary>
internal readonly record struct ChainOperation(Operation Operation, int X, int Y, int Z, int Destination);

/// <summary>
/// Elementwise instructions of one shape, translated so that a block of numbers can pass through all of them: intermediate values live in
/// registers (scratch blocks), and only what something outside reads goes to memory.
/// </summary>
internal sealed class ElementwiseChain
{
    private readonly List<ChainValue> _values = [];
    private readonly List<ChainOperation> _operations = [];
    private readonly Dictionary<int, int> _valueOfSlot = [];
    private readonly PlanProgram _program;
    private readonly Shape _shape;

    /// <param name="program">The program.</param>
    /// <param name="members">The instructions, in order.</param>
    /// <param name="shape">Their common shape.</param>
    /// <param name="stored">Whether a slot must be in memory afterwards.</param>
    public ElementwiseChain(PlanProgram program, IEnumerable<Instruction> members, Shape shape, Func<int, bool> stored)
    {
        (_program, _shape) = (program, shape);
        foreach (var member in members) Add(member, stored(member.Destination));
        Registers = AssignRegisters();
    }

    public IReadOnlyList<ChainValue> Values => _values;

    public IReadOnlyList<ChainOperation> Operations => _operations;

    /// <summary>Number of scratch blocks.</summary>
    public int Registers { get; }

    /// <summary>True if no operand is repeated along rows or columns, so that a block may run across the ends of rows.</summary>
    public bool IsFlat => !_values.Any(v => v.Place is ValuePlace.RowVector or ValuePlace.Column);

    /// <summary>Slots read from memory.</summary>
    public IEnumerable<int> Reads => _values.Where(v => v.Place != ValuePlace.Register).Select(v => v.Slot).Except(Writes);

    /// <summary>Slots of which a row of the chain reads the same row alone.</summary>
    public IEnumerable<int> ReadByRows =>
        _values.Where(v => v.Place is ValuePlace.Matrix or ValuePlace.Column).Select(v => v.Slot).Except(Writes);

    /// <summary>Slots written to memory.</summary>
    public IEnumerable<int> Writes =>
        _operations.Select(o => _values[o.Destination]).Where(v => v.Place == ValuePlace.Matrix).Select(v => v.Slot);

    /// <summary>Index of the last operation that reads a slot, or -1.</summary>
    public int LastRead(int slot) => _valueOfSlot.TryGetValue(slot, out int value) ? _operations.FindLastIndex(o => Uses(o, value)) : -1;

    /// <summary>Index of the operation that writes a slot, or -1.</summary>
    public int Write(int slot) => _operations.FindIndex(o => _values[o.Destination].Slot == slot);

    private void Add(Instruction member, bool stored)
    {
        Span<int> sources = [-1, -1, -1];
        for (int i = 0; i < member.Sources.Count; i++) sources[i] = ValueOf(member.Sources[i]);
        bool copies = member.Operation is BroadcastOperation or UnaryElementwise { Function: UnaryOperation.Identity };
        if (copies && !stored)
        {
            // Operands are expanded to the block anyway: a copy that stays in registers is the operand itself.
            _valueOfSlot[member.Destination] = sources[0];
            return;
        }

        var operation = copies ? new UnaryElementwise(UnaryOperation.Identity) : member.Operation;
        _values.Add(new(stored ? ValuePlace.Matrix : ValuePlace.Register, member.Destination, -1));
        _valueOfSlot[member.Destination] = _values.Count - 1;
        _operations.Add(new(operation, sources[0], sources[1], sources[2], _values.Count - 1));
    }

    private int ValueOf(int slot)
    {
        if (_valueOfSlot.TryGetValue(slot, out int known)) return known;
        var shape = _program.Slots[slot].Shape;
        var place = shape == _shape ? ValuePlace.Matrix
            : shape.IsScalar ? ValuePlace.Scalar
            : shape.Rows.IsOne ? ValuePlace.RowVector
            : ValuePlace.Column;
        _values.Add(new(place, slot, -1));
        return _valueOfSlot[slot] = _values.Count - 1;
    }

    private static bool Uses(ChainOperation operation, int value) => operation.X == value || operation.Y == value || operation.Z == value;

    // Repeated operands keep a register for the whole chain; a computed value frees its register after its last use.
    private int AssignRegisters()
    {
        int count = 0;
        for (int v = 0; v < _values.Count; v++)
        {
            if (_values[v].Place is ValuePlace.RowVector or ValuePlace.Column or ValuePlace.Scalar)
                _values[v] = _values[v] with { Register = count++ };
        }

        var free = new Stack<int>();
        for (int i = 0; i < _operations.Count; i++)
        {
            var operation = _operations[i];
            foreach (int value in new[] { operation.X, operation.Y, operation.Z }.Where(x => x >= 0).Distinct())
            {
                if (_values[value].Place == ValuePlace.Register && _operations.FindLastIndex(o => Uses(o, value)) == i)
                    free.Push(_values[value].Register);
            }

            int destination = operation.Destination;
            if (_values[destination].Place == ValuePlace.Register)
                _values[destination] = _values[destination] with { Register = free.TryPop(out int register) ? register : count++ };
        }

        return count;
    }
}
