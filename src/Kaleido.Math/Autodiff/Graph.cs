using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// A graph of matrix computations. Nodes are built by the methods of <see cref="Graph"/> (leaves) and <see cref="Node"/> (everything
/// else), shapes are checked while it is built, and gradients are nodes of the same graph. <see cref="Plan"/> makes it run.
/// </summary>
/// <remarks>
/// Equal operations on the same operands are one node. A graph is not safe for use by several threads while it is built.
/// </remarks>
public sealed class Graph
{
    private readonly Dictionary<NodeKey, Node> _known = [];
    private readonly List<Node> _nodes = [];
    private int _inputs;

    /// <summary>All nodes, operands before results.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>A value that each run brings: [rows, <paramref name="columns"/>], with rows known at run time.</summary>
    public Node Input(string label, int columns) => Input(label, new Shape(Extent.Rows, columns));

    /// <summary>A value that each run brings.</summary>
    public Node Input(string label, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(label);
        return Add(new InputOperation(label, _inputs++), [], shape);
    }

    /// <summary>A value that stays on the device between runs: a parameter, a data set, a state. Effects of a plan may change it.</summary>
    public Node Variable(string label, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Variable(label, tensor, new Shape(tensor.Rows, tensor.Columns));
    }

    /// <summary>
    /// A variable whose number of rows is that of the run: the first rows of <paramref name="tensor"/>, whose own number of rows bounds
    /// the plan's capacity.
    /// </summary>
    public Node RowsVariable(string label, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Variable(label, tensor, new Shape(Extent.Rows, tensor.Columns));
    }

    private Node Variable(string label, Tensor tensor, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(label);
        return Add(new VariableOperation(label, tensor.Memory, tensor.Offset, tensor.Rows), [], shape);
    }

    /// <summary>A number, rounded once to the device's precision: [1, 1].</summary>
    public Node Constant(double value) => Add(new ConstantOperation(value), [], Shape.Scalar);

    /// <summary>Zeros.</summary>
    public Node Zeros(Shape shape) => Constant(0).BroadcastTo(shape);

    /// <summary>The number of elements of a matrix of this shape in the run: [1, 1].</summary>
    public Node Count(Shape shape) =>
        shape.Rows.IsRows || shape.Columns.IsRows ? Add(new CountOperation(shape), [], Shape.Scalar) : Constant(shape.Count(0));

    /// <summary>
    /// Uniform numbers in [<paramref name="low"/>, <paramref name="high"/>], new ones in each run; element i of step t is a function of
    /// (seed, stream, t, i) alone.
    /// </summary>
    public Node UniformNoise(Shape shape, double low, double high, uint seed, uint stream) =>
        Add(new NoiseOperation(NoiseDistribution.Uniform, low, high, seed, stream), [], shape);

    /// <summary>Normally distributed numbers, new ones in each run.</summary>
    public Node NormalNoise(Shape shape, double mean, double deviation, uint seed, uint stream) =>
        Add(new NoiseOperation(NoiseDistribution.Normal, mean, deviation, seed, stream), [], shape);

    /// <summary>The row numbers of this step's minibatch, drawn without replacement from <paramref name="samples"/>: [rows, 1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">More samples than float32 can number (2²⁴), or none.</exception>
    public Node MinibatchIndices(int samples, uint seed, uint stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, 1 << 24);
        return Add(new MinibatchIndicesOperation(samples, seed, stream), [], new Shape(Extent.Rows, 1));
    }

    internal Node Add(Operation operation, Node[] operands, Shape shape)
    {
        foreach (var operand in operands)
        {
            if (!ReferenceEquals(operand.Graph, this))
                throw new ArgumentException($"{operation.Name}: the operands belong to two different graphs");
        }

        var key = new NodeKey(operation, operands, shape);
        if (_known.TryGetValue(key, out var known)) return known;
        var node = new Node(this, _nodes.Count, operation, operands, shape);
        _nodes.Add(node);
        _known.Add(key, node);
        return node;
    }

    private readonly struct NodeKey(Operation operation, Node[] operands, Shape shape) : IEquatable<NodeKey>
    {
        private readonly Operation _operation = operation;
        private readonly Node[] _operands = operands;
        private readonly Shape _shape = shape;

        public bool Equals(NodeKey other) =>
            _shape == other._shape && _operation.Equals(other._operation) && _operands.AsSpan().SequenceEqual(other._operands);

        public override bool Equals(object? obj) => obj is NodeKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_operation);
            hash.Add(_shape);
            foreach (var operand in _operands) hash.Add(operand.Id);
            return hash.ToHashCode();
        }
    }
}
