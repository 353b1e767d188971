using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Contract;

/// <summary>
/// A random program: inputs, parameters with an optimiser, a state that is assigned, a ring, and instructions that each take operands
/// among all values before them. The same seed gives the same program; each has memories of its own.
/// </summary>
public sealed class RandomProgram
{
    /// <summary>The slots 0 … Inputs-1 are inputs.</summary>
    public const int Inputs = 3;

    private const int RingCapacity = 3;

    private static readonly UnaryOperation[] Tame =
    [
        UnaryOperation.Tanh, UnaryOperation.Relu, UnaryOperation.Sigmoid, UnaryOperation.Abs, UnaryOperation.Gelu, UnaryOperation.LeakyRelu,
    ];

    private readonly Random _random;
    private readonly Bench _bench;
    private readonly int _columns;
    private readonly List<Slot> _slots = [];
    private readonly List<Instruction> _instructions = [];
    private readonly List<MatrixView> _state = [];

    public RandomProgram(Bench bench, int seed, int columns, int length)
    {
        (_bench, _columns, _random) = (bench, columns, new(seed));
        var x = new Shape(Extent.Rows, columns);
        _slots.Add(new(x, SlotKind.Input, Label: "x"));
        _slots.Add(new(new(columns, columns), SlotKind.Input, Label: "w"));
        _slots.Add(new(new(1, columns), SlotKind.Input, Label: "b"));
        _slots.Add(new(Shape.Scalar, SlotKind.Constant, Constant: 0.7));
        _slots.Add(new(Shape.Scalar, SlotKind.Count, Counted: x));
        int weights = columns * columns, parameters = weights + columns;
        var arena = State(parameters);
        _slots.Add(new(new(columns, columns), SlotKind.Variable, arena.Memory, arena.Offset, Label: "weights"));
        _slots.Add(new(new(1, columns), SlotKind.Variable, arena.Memory, arena.Offset + weights, Label: "bias"));
        var held = State(columns);
        _slots.Add(new(new(1, columns), SlotKind.Variable, held.Memory, held.Offset, Label: "state"));
        int state = _slots.Count - 1;
        while (_instructions.Count < length) Add();
        int last = _slots.Count - 1;

        // What feeds the effects: gradients lie in the arena of the optimiser.
        var (gradients, moment1, moment2, ring) = (State(parameters), State(parameters), State(parameters), State(RingCapacity));
        int rowsOfX = Pick(shape => shape == x);
        Slot Gradient(int rows, int offset) => new(new(rows, columns), SlotKind.Computed, gradients.Memory, offset);
        EmitInto(new ProductOperation(true, false), Gradient(columns, 0), Pick(shape => shape == x), rowsOfX);
        EmitInto(new Reduction(ReduceOperation.ColumnSum), Gradient(1, weights), rowsOfX);
        int candidate = Pick(shape => shape == new Shape(1, columns));
        Emit(new BinaryElementwise(BinaryOperation.Maximum), new Shape(1, columns), state, candidate);
        int assigned = _slots.Count - 1;
        Emit(new Reduction(ReduceOperation.FullSum), Shape.Scalar, last);
        var rule = new OptimizerRule((OptimizerKind)_random.Next(4), LearningRateSchedule.Cosine(0.01, 5))
        {
            Momentum = _random.Next(2) * 0.5, WeightDecay = _random.Next(2) * 0.1, Decoupled = _random.Next(2) == 0,
        };
        Effect[] effects =
        [
            new RecordEffect(_slots.Count - 1, ring.Memory, 0, RingCapacity),
            new UpdateEffect(rule, gradients.Memory, arena.Memory, moment1.Memory, moment2.Memory, parameters),
            new AssignEffect(assigned, state),
        ];

        // Either every value must be readable, so that every one is compared, or only the last: then the others may stay out of memory.
        int[] computed = [.. _instructions.Select(instruction => instruction.Destination)];
        Program = new(_slots, _instructions, _random.Next(2) == 0 ? computed : [last < computed[0] ? computed[0] : last], effects);
    }

    public PlanProgram Program { get; }

    /// <summary>All memories that the program's effects and bound slots write.</summary>
    public IReadOnlyList<MatrixView> State() => _state;

    public override string ToString() => string.Join("; ", _instructions.Select(instruction =>
        $"{instruction.Destination} {Of(instruction.Destination)} = {instruction.Operation}({string.Join(", ", instruction.Sources)})"));

    private MatrixView State(int length)
    {
        // Second moments must not be negative.
        var view = _bench.Put(Grid.Of(1, length, (_, _) => _bench.Round(_random.NextDouble())), offset: 0);
        _state.Add(view);
        return view;
    }

    private int Pick(Func<Shape, bool> fits)
    {
        int[] fitting = [.. Enumerable.Range(0, _slots.Count).Where(slot => fits(_slots[slot].Shape))];
        return fitting.Length == 0 ? -1 : fitting[_random.Next(fitting.Length)];
    }

    private Shape Of(int slot) => _slots[slot].Shape;

    private void EmitInto(Operation operation, Slot destination, params int[] sources)
    {
        _slots.Add(destination);
        _instructions.Add(new(operation, sources, _slots.Count - 1));
    }

    private void Emit(Operation operation, Shape shape, params int[] sources) =>
        EmitInto(operation, new Slot(shape, SlotKind.Computed), sources);

    private void Add()
    {
        int x = _random.Next(_slots.Count), y = _random.Next(_slots.Count), z = _random.Next(_slots.Count);
        switch (_random.Next(14))
        {
            case 0 or 1 or 2:
                Emit(new UnaryElementwise(Tame[_random.Next(Tame.Length)], 0.25), Of(x), x);
                break;
            case 3 or 4 or 5:
                var functions = Enum.GetValues<BinaryOperation>();
                if (Shape.TryBroadcast(Of(x), Of(y), out var both))
                    Emit(new BinaryElementwise(functions[_random.Next(functions.Length)]), both, x, y);
                break;
            case 6:
                if (Shape.TryBroadcast(Of(x), Of(y), out var two) && Shape.TryBroadcast(two, Of(z), out var three))
                    Emit(new TernaryElementwise((TernaryOperation)_random.Next(2)), three, x, y, z);
                break;
            case 7 or 8: AddProduct(x); break;
            case 9: AddReduction(x); break;
            case 10: Emit(new TransposeOperation(), Of(x).Transposed, x); break;
            case 11: AddRectangle(x, y); break;
            case 12: AddRows(x); break;
            default: Emit(new NoiseOperation(NoiseDistribution.Uniform, -1, 1, 3, (uint)_slots.Count), Of(x)); break;
        }
    }

    private void AddProduct(int x)
    {
        bool transposeLeft = _random.Next(2) == 1, transposeRight = _random.Next(2) == 1;
        var left = transposeLeft ? Of(x).Transposed : Of(x);
        int y = Pick(shape => (transposeRight ? shape.Columns : shape.Rows) == left.Columns);
        if (y < 0) return;
        var right = transposeRight ? Of(y).Transposed : Of(y);
        Emit(new ProductOperation(transposeLeft, transposeRight), new Shape(left.Rows, right.Columns), x, y);
    }

    private void AddReduction(int x)
    {
        var function = (ReduceOperation)_random.Next(6);
        // The largest of no elements has no index.
        if (function == ReduceOperation.RowArgMaximum && (Of(x).Columns.IsRows || Of(x).Columns.Size == 0)) return;
        bool sumsRows = function is ReduceOperation.ColumnSum or ReduceOperation.FullSum;
        Emit(new Reduction(function), new Shape(sumsRows ? 1 : Of(x).Rows, function == ReduceOperation.ColumnSum ? Of(x).Columns : 1), x);
    }

    private void AddRectangle(int x, int y)
    {
        if (Of(x).Columns.IsRows || Of(x).Columns.Size < 1) return;
        int columns = Of(x).Columns.Size;
        if (_random.Next(3) == 0) Emit(new SliceOperation(0, columns - 1), new Shape(Of(x).Rows, 1), x);
        else if (_random.Next(2) == 0) Emit(new PlaceOperation(0, 2), new Shape(Of(x).Rows, columns + 3), x);
        else if (Of(x).Rows == Of(y).Rows && !Of(y).Columns.IsRows)
            Emit(new ConcatenateOperation(AlongRows: false), new Shape(Of(x).Rows, columns + Of(y).Columns.Size), x, y);
    }

    /// <summary>A minibatch out of more samples than there are rows, and what moves rows by indices made from it.</summary>
    private void AddRows(int x)
    {
        if (_columns == 0 || Of(x).Rows.IsRows || Of(x).Rows.Size == 0) return;
        // As many indices as the run has rows, each 0 or 1.
        var column = new Shape(Extent.Rows, 1);
        Emit(new MinibatchIndicesOperation(1000, 5, (uint)_slots.Count), column);
        int drawn = _slots.Count - 1;
        Emit(new BinaryElementwise(BinaryOperation.Less), column, Pick(shape => shape == column || shape.IsScalar), drawn);
        int below = _slots.Count - 1;
        if (Of(x).Rows.Size >= 2)
        {
            Emit(new GatherRowsOperation(), new Shape(Extent.Rows, Of(x).Columns), x, below);
            Emit(new ScatterAddRowsOperation(), Of(x), _slots.Count - 1, below);
        }

        Emit(new OneHotOperation(), new Shape(Extent.Rows, 2), below);
    }
}
