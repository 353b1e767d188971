using Kaleido.Tensors;

namespace Kaleido.Backends;

/// <summary>
/// The plain way to run a program on any backend: one primitive after the other, every computed slot in memory of its own. Slow and
/// simple: the fused programs of the devices must give the same bits.
/// </summary>
public sealed class Interpreter : IExecutable
{
    private readonly IBackend _backend;
    private readonly PlanProgram _program;
    private readonly DeviceMemory?[] _memories;
    private readonly int _capacity;
    private int _countedRows = -1;

    /// <summary>Allocates every slot for <paramref name="capacity"/> rows.</summary>
    public Interpreter(IBackend backend, PlanProgram program, int capacity)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        (_backend, _program, _capacity) = (backend, program, capacity);
        _memories = new DeviceMemory?[program.Slots.Count];
        Counter = backend.AllocateCounter();
        try
        {
            for (int i = 0; i < _memories.Length; i++) Place(i);
        }
        catch
        {
            // A device whose memory does not suffice gets back what it gave.
            Dispose();
            throw;
        }
    }

    private void Place(int i)
    {
        var slot = _program.Slots[i];
        if (slot.Memory is not null) return;
        _memories[i] = _backend.Allocate(slot.Shape.Count(_capacity));
        WorkspaceBytes += slot.Shape.Count(_capacity) * _backend.BytesPerNumber;
        if (slot.Kind == SlotKind.Constant) _backend.Fill(slot.Constant, View(i, _capacity));
    }

    /// <inheritdoc/>
    public long WorkspaceBytes { get; private set; }

    /// <inheritdoc/>
    public StepCounter Counter { get; }

    /// <inheritdoc/>
    public MatrixView View(int slot, int rows)
    {
        var s = _program.Slots[slot];
        return new(s.Memory ?? _memories[slot]!, s.Offset, s.Shape.Rows.Resolve(rows), s.Shape.Columns.Resolve(rows));
    }

    /// <inheritdoc/>
    public void Run(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _capacity);
        if (rows != _countedRows) FillCounts(rows);
        var instructions = _program.Instructions;
        for (int i = 0; i < instructions.Count; i++) Execute(instructions[i], rows);
        var effects = _program.Effects;
        for (int i = 0; i < effects.Count; i++) Apply(effects[i], rows);
        _backend.Advance(Counter);
    }

    private void FillCounts(int rows)
    {
        for (int i = 0; i < _program.Slots.Count; i++)
        {
            if (_program.Slots[i].Kind == SlotKind.Count) _backend.Fill(_program.Slots[i].Counted.Count(rows), View(i, rows));
        }

        _countedRows = rows;
    }

    private void Execute(Instruction instruction, int rows)
    {
        var sources = instruction.Sources;
        MatrixView Source(int i) => View(sources[i], rows);
        var destination = View(instruction.Destination, rows);
        switch (instruction.Operation)
        {
            case ProductOperation p:
                _backend.Product(Source(0), p.TransposeLeft, Source(1), p.TransposeRight, accumulate: false, destination);
                break;
            case UnaryElementwise u: _backend.Unary(Source(0), u.Function, u.Alpha, destination); break;
            case BinaryElementwise b: _backend.Binary(Source(0), Source(1), b.Function, destination); break;
            case TernaryElementwise t: _backend.Ternary(Source(0), Source(1), Source(2), t.Function, destination); break;
            case BroadcastOperation: _backend.Broadcast(Source(0), destination); break;
            case Reduction r: _backend.Reduce(Source(0), r.Function, destination); break;
            case TransposeOperation: _backend.Transpose(Source(0), destination); break;
            case GatherRowsOperation: _backend.GatherRows(Source(0), Source(1), destination); break;
            case ScatterAddRowsOperation: _backend.ScatterAddRows(Source(0), Source(1), destination); break;
            case SliceOperation s: _backend.Slice(Source(0), s.Row, s.Column, destination); break;
            case PlaceOperation p:
                _backend.Fill(0, destination);
                _backend.Place(Source(0), p.Row, p.Column, destination);
                break;
            case ConcatenateOperation c:
                for (int i = 0, at = 0; i < sources.Count; i++)
                {
                    var part = Source(i);
                    _backend.Place(part, c.AlongRows ? at : 0, c.AlongRows ? 0 : at, destination);
                    at += c.AlongRows ? part.Rows : part.Columns;
                }

                break;
            case OneHotOperation: _backend.OneHot(Source(0), destination); break;
            case NoiseOperation noise: _backend.Noise(Counter, noise, destination); break;
            case MinibatchIndicesOperation minibatch: _backend.MinibatchIndices(Counter, minibatch, destination); break;
            case DeviceOperation own:
                var operands = new MatrixView[sources.Count];
                for (int i = 0; i < operands.Length; i++) operands[i] = Source(i);
                own.Run(_backend, operands, destination);
                break;
            default: throw new NotSupportedException($"the interpreter does not know the operation {instruction.Operation.Name}");
        }
    }

    private void Apply(Effect effect, int rows)
    {
        switch (effect)
        {
            case AssignEffect a: _backend.Broadcast(View(a.Source, rows), View(a.Variable, rows)); break;
            case RecordEffect r: _backend.Record(Counter, View(r.Source, rows), new(r.Ring, r.Offset, 1, r.Capacity)); break;
            case UpdateEffect u:
                _backend.Update(Counter, u.Rule, new(u.Gradients, 0, 1, u.Length), new(u.Parameters, 0, 1, u.Length),
                    new(u.Moment1, 0, 1, u.Length), new(u.Moment2, 0, 1, u.Length));
                break;
            default: throw new NotSupportedException($"the interpreter does not know the effect {effect.GetType().Name}");
        }
    }

    /// <summary>Gives the slots' memory back.</summary>
    public void Dispose()
    {
        foreach (var memory in _memories) memory?.Dispose();
        Counter.Dispose();
    }
}
