using Kaleido.Backends;

namespace Kaleido.Autodiff;

/// <summary>
/// The pushforward of each operation, stated in operations: from the tangent of one operand to its contribution to the tangent of the
/// result. Independent of <see cref="Pullbacks"/>, so that ⟨Jv, u⟩ = ⟨v, Jᵀu⟩ is a test of both.
/// </summary>
internal static class Pushforwards
{
    /// <summary>
    /// The contribution of operand <paramref name="i"/>, of the result's shape, or null if the derivative is zero everywhere.
    /// </summary>
    public static Node? Push(Node node, int i, Node t)
    {
        var contribution = node.Operation switch
        {
            ProductOperation p => i == 0
                ? t.Product(node.Operand(1), p.TransposeLeft, p.TransposeRight)
                : node.Operand(0).Product(t, p.TransposeLeft, p.TransposeRight),
            UnaryElementwise u => UnaryDerivatives.Times(node, u, t),
            BinaryElementwise b => Binary(node, i, b.Function, t),
            TernaryElementwise s => Ternary(node, i, s.Function, t),
            BroadcastOperation => t,
            Reduction r => Reduce(node, r.Function, t),
            TransposeOperation => t.Transpose(),
            GatherRowsOperation => i == 0 ? t.GatherRows(node.Operand(1)) : null,
            ScatterAddRowsOperation => i == 0 ? t.ScatterAddRows(node.Operand(1), node.Shape.Rows) : null,
            SliceOperation s => t.Slice(s.Row, s.Column, node.Shape),
            PlaceOperation p => t.Place(p.Row, p.Column, node.Shape),
            ConcatenateOperation c => Concatenate(node, i, c, t),
            StopGradientOperation or OneHotOperation => null,
            _ => throw new NotSupportedException($"{node.Operation.Name} has no pushforward"),
        };
        return contribution?.BroadcastTo(node.Shape);
    }

    private static Node? Binary(Node node, int i, BinaryOperation function, Node t)
    {
        Node x = node.Operand(0), y = node.Operand(1);
        return function switch
        {
            BinaryOperation.Add => t,
            BinaryOperation.Subtract => i == 0 ? t : -t,
            BinaryOperation.Multiply => i == 0 ? t * y : x * t,
            BinaryOperation.Divide => i == 0 ? t / y : -(node * t / y),
            BinaryOperation.Maximum => Pullbacks.Masked(y.LessOrEqual(x), i, t),
            BinaryOperation.Minimum => Pullbacks.Masked(x.LessOrEqual(y), i, t),
            _ => null,
        };
    }

    private static Node? Ternary(Node node, int i, TernaryOperation function, Node t) => (function, i) switch
    {
        (TernaryOperation.Select, 0) => null,
        (TernaryOperation.Select, _) => Pullbacks.Masked(node.Operand(0), i - 1, t),
        (_, 0) => t * node.Operand(1),
        (_, 1) => node.Operand(0) * t,
        _ => t,
    };

    private static Node? Reduce(Node node, ReduceOperation function, Node t)
    {
        var x = node.Operand(0);
        return function switch
        {
            ReduceOperation.RowSum => t.RowSum(),
            ReduceOperation.ColumnSum => t.ColumnSum(),
            ReduceOperation.FullSum => t.Sum(),
            ReduceOperation.RowMaximum => Pullbacks.Masked(Pullbacks.FirstMaximum(x), 0, t).RowSum(),
            ReduceOperation.RowLogSumExp => ((x - node).Exp() * t).RowSum(),
            _ => null,
        };
    }

    private static Node Concatenate(Node node, int i, ConcatenateOperation c, Node t)
    {
        int at = Pullbacks.Offset(node, i, c);
        return t.Place(c.AlongRows ? at : 0, c.AlongRows ? 0 : at, node.Shape);
    }
}
