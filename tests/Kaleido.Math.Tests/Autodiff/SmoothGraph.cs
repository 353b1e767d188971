using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>
/// A random graph of smooth operations with values of moderate size, no kinks: a loss, its gradients and the norm of one of them, all
/// gathered in one scalar.
/// </summary>
internal sealed class SmoothGraph
{
    private readonly Random _random;
    private readonly List<(Node Node, float[] Values)> _inputs = [];
    private readonly List<Node> _nodes = [];
    private readonly int _rows;

    public SmoothGraph(SizedCase it)
    {
        _random = it.Random();
        _rows = it.Sizes[0];
        int a = it.Sizes[1], b = it.Sizes[2];
        Node x = Input("x", new(Extent.Rows, a)), w = Input("w", new(a, b)), v = Input("v", new(b, b)), bias = Input("bias", new(1, b));
        Node column = Input("column", new(Extent.Rows, 1));
        _nodes.AddRange([x, w, v, bias, column, (x.Product(w) / Math.Sqrt(a) + bias).Tanh()]);
        for (int i = 0; i < 14; i++)
        {
            if (Draw(Pick(), Pick()) is { } node && !_nodes.Contains(node)) _nodes.Add(node);
        }

        var loss = _nodes[^1].Square().Mean() + _nodes[^2].Sigmoid().Mean() + 0.3 * _nodes[5].Gelu().Mean();
        Node[] parameters = [w, v, bias];
        var gradients = loss.Differentiate(parameters);
        Result = loss + (gradients[0].Square().Sum() + 0.1).Sqrt();
        for (int i = 0; i < parameters.Length; i++)
            Result += (gradients[i] * Input($"r{i}", parameters[i].Shape)).Sum();
    }

    public Graph Graph { get; } = new();

    public Node Result { get; }

    /// <summary>How large the terms of the result may be beside their sum.</summary>
    public double Scale(double result) => Math.Abs(result) + _inputs.Sum(input => input.Values.Length);

    public void Upload(Plan plan)
    {
        foreach (var (node, values) in _inputs)
        {
            string label = ((InputOperation)node.Operation).Label;
            if (plan.Program.Slots.Any(s => s.Kind == SlotKind.Input && s.Label == label)) plan.Upload(node, values);
        }
    }

    private Node Input(string label, Shape shape)
    {
        var node = Graph.Input(label, shape);
        _inputs.Add((node, [.. Enumerable.Range(0, (int)shape.Count(_rows)).Select(_ => (float)(2 * _random.NextDouble() - 1))]));
        return node;
    }

    private Node Pick() => _nodes[Math.Max(_random.Next(_nodes.Count), _random.Next(_nodes.Count))];

    private Node? Draw(Node x, Node y)
    {
        int choice = _random.Next(16);
        if (choice >= 10 && !Shape.TryBroadcast(x.Shape, y.Shape, out _)) choice %= 10;
        switch (choice)
        {
            case 0: return x.Tanh();
            case 1: return x.Softplus();
            case 2: return x.Gelu();
            case 3: return x.Tanh().Exp();
            case 4: return (x.Square() + 0.5).Log().Sin();
            case 5: return x.RowSoftmax();
            case 6: return x.RowSum().Tanh();
            case 7: return x.ColumnSum().Erf();
            case 8: return x.Transpose();
            case 9: return x.Shape.Columns == y.Shape.Rows ? x.Product(y).Tanh() : x.Shape.Columns == y.Shape.Columns
                ? x.Product(y, transposeRight: true).Sigmoid() : null;
            case 10: return (x + y).Tanh();
            case 11: return x * y;
            case 12: return x / (y.Square() + 0.5);
            case 13: return (x - y.StopGradient()).Cos();
            case 14: return x.FusedMultiplyAdd(y, x).NormalCdf();
            default: return (x.Square() + 0.2).Power(0.75) - y;
        }
    }
}
