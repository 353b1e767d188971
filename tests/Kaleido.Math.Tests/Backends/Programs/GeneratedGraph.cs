using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>
/// A graph drawn at random from a seed: leaves of every kind, most operations, two losses, gradients of parameters, and several effects.
/// The same seed on two devices gives the same graph over tensors of its own.
/// </summary>
internal sealed class GeneratedGraph : IDisposable
{
    private readonly Random _random;
    private readonly Device _device;
    private readonly bool _special;
    private readonly List<Tensor> _tensors = [];
    private readonly List<(Node Node, float[] Values)> _inputs = [];
    private readonly List<Node> _nodes = [];
    private readonly int _a, _b, _c;

    private GeneratedGraph(Device device, SizedCase it, bool special)
    {
        (_device, _random, _special) = (device, it.Random(), special);
        (Capacity, _a, _b, _c) = (it.Sizes[0], it.Sizes[1], it.Sizes[2], Math.Max(1, it.Sizes[3]));
    }

    public Graph Graph { get; } = new();

    /// <summary>The largest number of rows.</summary>
    public int Capacity { get; }

    public List<Node> Outputs { get; } = [];

    public List<GraphEffect> Effects { get; } = [];

    /// <summary>Everything a run may change.</summary>
    public IReadOnlyList<Tensor> State => _tensors;

    public static GeneratedGraph Build(Device device, SizedCase it, bool special)
    {
        var built = new GeneratedGraph(device, it, special);
        built.AddAll();
        return built;
    }

    public Plan Compile(bool interpret, int capacity) => Plan.Compile(Graph, _device, capacity, Outputs, Effects, interpret);

    /// <summary>Uploads the first rows of every input that the plan has.</summary>
    public void Upload(Plan plan, int rows)
    {
        var used = plan.Program.Slots.Where(s => s.Kind == SlotKind.Input).Select(s => s.Label).ToHashSet();
        foreach (var (node, values) in _inputs)
        {
            if (used.Contains(((InputOperation)node.Operation).Label))
                plan.Upload(node, values.AsSpan(0, (int)node.Shape.Count(rows)));
        }
    }

    public void Dispose() => _tensors.ForEach(t => t.Dispose());

    private void AddAll()
    {
        AddInput("x", new(Extent.Rows, _a));
        AddInput("y", new(Extent.Rows, _b));
        AddInput("column", new(Extent.Rows, 1));
        AddInput("fixed", new(_c, _b));
        int length = (_a * _b + _b * _b + _b + 1 + 15) / 16 * 16;
        var arenas = Enumerable.Range(0, 4).Select(i => Tensor(1, length, i == 0)).ToArray();
        int after = _a * _b + _b * _b;
        (int Offset, int Rows, int Columns)[] places = [(0, _a, _b), (_a * _b, _b, _b), (after, 1, _b), (after + _b, 1, 1)];
        var parameters = places.Select((p, i) =>
            Graph.Variable($"parameter {i}", new Tensor(arenas[0].Memory, p.Offset, p.Rows, p.Columns))).ToArray();
        _nodes.AddRange(parameters);
        var states = Enumerable.Range(0, 2).Select(i => Graph.Variable($"state {i}", Tensor(1, _b, true))).ToArray();
        _nodes.AddRange(states);
        var rowsState = Graph.RowsVariable("rows state", Tensor(Capacity, _b, true));
        _nodes.Add(rowsState);
        _nodes.Add(Graph.NormalNoise(new(Extent.Rows, _a), 0.1, 0.5, 3, 1));
        _nodes.Add(Graph.UniformNoise(new(Extent.Rows, _b), -1, 1, 3, 2));
        _nodes.Add(Graph.Constant(0.75));
        if (Capacity > 0)
        {
            int samples = Capacity + _random.Next(3);
            _nodes.Add(Graph.Variable("data", Tensor(samples, _a, true)).GatherRows(Graph.MinibatchIndices(samples, 5, 0)));
        }

        // A layer as networks have it, twice with the same weights.
        var hidden = (_nodes[0].Product(parameters[0]) + parameters[2]).Relu();
        _nodes.Add((hidden.Product(parameters[1], false, true) + parameters[2]).Tanh());
        int operations = 6 + _random.Next(20);
        for (int i = 0; i < operations; i++)
        {
            if (RandomOperations.Draw(Graph, _nodes, _random) is { } node && !_nodes.Contains(node)) _nodes.Add(node);
        }

        AddLosses(parameters, states, rowsState, arenas, places.Select(p => (long)p.Offset).ToArray());
    }

    private void AddLosses(Node[] parameters, Node[] states, Node rowsState, Tensor[] arenas, long[] offsets)
    {
        Node first = Last().Square().Mean(), second = Last().Softplus().Mean();
        var total = first + 0.5 * second;
        if (Chance(0.5)) total += 1e-3 * parameters[0].Square().Sum();
        if (Chance(0.4)) total += 0.1 * (total.Differentiate(_nodes[0])[0].Square().Sum() + 1e-6).Sqrt();
        var gradients = total.Differentiate(parameters);
        if (Chance(0.5))
        {
            var norm = gradients.Select(g => g.Square().Sum()).Aggregate((x, y) => x + y).Sqrt();
            var scale = (0.5 / (norm + 1e-6)).Minimum(Graph.Constant(1));
            gradients = [.. gradients.Select(g => g * scale)];
        }

        Outputs.AddRange([total, second, gradients[_random.Next(4)], parameters[_random.Next(4)], states[0]]);
        for (int i = 0; i < 3; i++) Outputs.Add(Pick());
        var kind = (OptimizerKind)_random.Next(4);
        var rule = new OptimizerRule(kind, LearningRateSchedule.Constant(0.01)) { WeightDecay = Chance(0.3) ? 0.1 : 0, Momentum = 0.5 };
        Effects.Add(new ParameterUpdate(rule, arenas[0], arenas[1], arenas[2], arenas[3], [.. gradients.Zip(offsets)]));
        Effects.Add(new Assignment(states[0], states[1]));
        Effects.Add(new Assignment(states[1], Chance(0.5) ? states[0] : states[0] + Row()));
        Effects.Add(new Assignment(rowsState, 0.5 * rowsState + Graph.UniformNoise(rowsState.Shape, 0, 1, 9, 9)));
        Effects.Add(new Recording(total, Tensor(1, 2, false)));
        Effects.Add(new Recording(parameters[3], Tensor(1, 3, false)));
        for (int i = Effects.Count - 1; i > 0; i--)
        {
            int j = _random.Next(i + 1);
            (Effects[i], Effects[j]) = (Effects[j], Effects[i]);
        }
    }

    private Node Row() => _nodes.Last(n => n.Shape == new Shape(1, _b)).Tanh();

    private Node Last() => _nodes[Math.Max(0, _nodes.Count - 1 - _random.Next(6))];

    private Node Pick() => _nodes[_random.Next(_nodes.Count)];

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private void AddInput(string label, Shape shape)
    {
        var node = Graph.Input(label, shape);
        _inputs.Add((node, Values((int)shape.Count(Capacity))));
        _nodes.Add(node);
    }

    private Tensor Tensor(int rows, int columns, bool filled)
    {
        var tensor = _device.CreateTensor(rows, columns);
        if (filled) tensor.Upload(Values(rows * columns));
        _tensors.Add(tensor);
        return tensor;
    }

    private float[] Values(int count)
    {
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 0f, 1e-41f, -3e38f];
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = _special && _random.Next(40) == 0
                ? odd[_random.Next(odd.Length)]
                : (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(6.2831853 * _random.NextDouble()));
        }

        return values;
    }
}
