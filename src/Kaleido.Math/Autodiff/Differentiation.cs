using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// Derivatives as graph nodes, by the rules of <see cref="Pullbacks"/> and <see cref="Pushforwards"/>. They can be differentiated again.
/// </summary>
public static class Differentiation
{
    /// <summary>
    /// The gradients ∂output/∂x of a scalar for each x of <paramref name="withRespectTo"/>, of x's shape; zeros where there is no path.
    /// </summary>
    /// <exception cref="ArgumentException">The output is not [1, 1].</exception>
    public static Node[] Differentiate(this Node output, params ReadOnlySpan<Node> withRespectTo)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!output.Shape.IsScalar)
            throw new ArgumentException($"Differentiate: the output {output.Shape} is not a scalar; use VectorJacobian with a cotangent");
        return VectorJacobian(output, output.Graph.Constant(1), withRespectTo);
    }

    /// <summary>The vector-Jacobian products Jᵀu for each x, with u = <paramref name="cotangent"/> of the output's shape.</summary>
    /// <exception cref="ArgumentException">The cotangent has another shape than the output, or a node belongs to another graph.</exception>
    public static Node[] VectorJacobian(this Node output, Node cotangent, params ReadOnlySpan<Node> withRespectTo)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cotangent);
        if (cotangent.Shape != output.Shape)
        {
            throw new ArgumentException(
                $"VectorJacobian: the cotangent {cotangent.Shape} has another shape than the output {output.Shape}");
        }
        var graph = output.Graph;
        RequireSameGraph("VectorJacobian", output, cotangent);
        foreach (var x in withRespectTo) RequireSameGraph("VectorJacobian", output, x);
        var leads = LeadsFrom(withRespectTo, output.Id);
        var gradients = new Node?[output.Id + 1];
        gradients[output.Id] = cotangent;
        for (int id = output.Id; id >= 0; id--)
        {
            if (gradients[id] is not { } gradient || !leads[id]) continue;
            var node = graph.Nodes[id];
            for (int i = 0; i < node.Operands.Count; i++)
            {
                var operand = node.Operand(i);
                if (!leads[operand.Id] || Pullbacks.Pull(node, i, gradient) is not { } contribution) continue;
                gradients[operand.Id] = gradients[operand.Id] is { } sum ? sum + contribution : contribution;
            }
        }

        var result = new Node[withRespectTo.Length];
        for (int i = 0; i < result.Length; i++)
        {
            var x = withRespectTo[i];
            result[i] = (x.Id <= output.Id ? gradients[x.Id] : null) ?? graph.Zeros(x.Shape);
        }

        return result;
    }

    /// <summary>
    /// The Jacobian-vector product Jv: the change of <paramref name="output"/> when each x moves along its tangent of the same shape.
    /// </summary>
    /// <remarks>An x that depends on another x moves along its own tangent alone.</remarks>
    /// <exception cref="ArgumentException">A tangent has another shape than its x, or a node belongs to another graph.</exception>
    public static Node JacobianVector(this Node output, params ReadOnlySpan<(Node X, Node Tangent)> directions)
    {
        ArgumentNullException.ThrowIfNull(output);
        var graph = output.Graph;
        var tangents = new Node?[output.Id + 1];
        foreach (var (x, tangent) in directions)
        {
            RequireSameGraph("JacobianVector", output, x);
            RequireSameGraph("JacobianVector", output, tangent);
            if (x.Shape != tangent.Shape)
                throw new ArgumentException($"JacobianVector: the tangent {tangent.Shape} has another shape than {x}");
            if (x.Id <= output.Id) tangents[x.Id] = tangent;
        }

        for (int id = 0; id <= output.Id; id++)
        {
            if (tangents[id] is not null) continue;
            var node = graph.Nodes[id];
            for (int i = 0; i < node.Operands.Count; i++)
            {
                if (tangents[node.Operand(i).Id] is not { } tangent || Pushforwards.Push(node, i, tangent) is not { } contribution)
                    continue;
                tangents[id] = tangents[id] is { } sum ? sum + contribution : contribution;
            }
        }

        return tangents[output.Id] ?? graph.Zeros(output.Shape);
    }

    /// <summary>
    /// The Hessian-vector product (∂²output/∂x²)·v of a scalar, as the gradient of ⟨∂output/∂x, v⟩ (B. Pearlmutter, Neural
    /// Computation 6 (1994)).
    /// </summary>
    /// <exception cref="ArgumentException">The output is not a scalar, or v has another shape than x.</exception>
    public static Node HessianVector(this Node output, Node x, Node v)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(v);
        if (x.Shape != v.Shape) throw new ArgumentException($"HessianVector: the vector {v.Shape} has another shape than {x}");
        var gradient = output.Differentiate(x)[0];
        return (gradient * v.StopGradient()).Sum().Differentiate(x)[0];
    }

    private static void RequireSameGraph(string operation, Node output, Node other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other.Graph, output.Graph))
            throw new ArgumentException($"{operation}: {other} belongs to another graph than the output {output}");
    }

    // Which nodes depend on one of the starting points: the others need no gradient.
    private static bool[] LeadsFrom(ReadOnlySpan<Node> starts, int last)
    {
        var leads = new bool[last + 1];
        if (starts.Length == 0) return leads;
        foreach (var start in starts)
        {
            if (start.Id <= last) leads[start.Id] = true;
        }

        var nodes = starts[0].Graph.Nodes;
        for (int id = 0; id <= last; id++)
        {
            foreach (var operand in nodes[id].Operands) leads[id] |= leads[operand.Id];
        }

        return leads;
    }
}
