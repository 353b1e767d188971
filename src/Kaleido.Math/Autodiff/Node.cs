using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// One value of a <see cref="Autodiff.Graph"/>: an operation on other nodes, with a checked shape. Nothing is computed until a plan runs.
/// </summary>
public sealed partial class Node : IEquatable<Node>
{
    private readonly Node[] _operands;

    internal Node(Graph graph, int id, Operation operation, Node[] operands, Shape shape) =>
        (Graph, Id, Operation, _operands, Shape) = (graph, id, operation, operands, shape);

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Position in the graph; operands have smaller ones.</summary>
    public int Id { get; }

    /// <summary>What is computed.</summary>
    public Operation Operation { get; }

    /// <summary>From what.</summary>
    public IReadOnlyList<Node> Operands => _operands;

    /// <summary>The shape of the result.</summary>
    public Shape Shape { get; }

    internal Node Operand(int index) => _operands[index];

    internal bool IsConstant(double value) =>
        Operation is ConstantOperation constant ? constant.Value.Equals(value)
        : Operation is BroadcastOperation && _operands[0].IsConstant(value);

    /// <inheritdoc/>
    public bool Equals(Node? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => Id;

    /// <summary>For example "#12 Tanh [rows, 784]".</summary>
    public override string ToString() => $"#{Id} {Operation.Name} {Shape}";
}
