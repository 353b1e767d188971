using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// The pullback of each operation, stated in operations: from the gradient with respect to a node's result to that with respect to
/// one operand. Masks are selects, never products, so that no 0·∞ and no -0 arises.
/// </summary>
internal static class Pullbacks
{
    /// <summary>The contribution to operand <paramref name="i"/>, of its shape, or null if the derivative is zero everywhere.</summary>
    public static Node? Pull(Node node, int i, Node g)
    {
        var x = node.Operand(i);
        return node.Operation switch
        {
            ProductOperation p => Product(node, i, p, g),
            UnaryElementwise u => UnaryDerivatives.Times(node, u, g),
            BinaryElementwise b => Binary(node, i, b.Function, g)?.SumTo(x.Shape),
            TernaryElementwise t => Ternary(node, i, t.Function, g)?.SumTo(x.Shape),
            BroadcastOperation => g.SumTo(x.Shape),
            Reduction r => Reduce(node, r.Function, g),
            TransposeOperation => g.Transpose(),
            GatherRowsOperation => i == 0 ? g.ScatterAddRows(node.Operand(1), x.Shape.Rows) : null,
            ScatterAddRowsOperation => i == 0 ? g.GatherRows(node.Operand(1)) : null,
            SliceOperation s => g.Place(s.Row, s.Column, x.Shape),
            PlaceOperation p => g.Slice(p.Row, p.Column, x.Shape),
            ConcatenateOperation c => Concatenate(node, i, c, g),
            StopGradientOperation or OneHotOperation => null,
            _ => throw new NotSupportedException($"{node.Operation.Name} has no pullback"),
        };
    }

    private static Node Product(Node node, int i, ProductOperation p, Node g)
    {
        Node a = node.Operand(0), b = node.Operand(1);
        return (i, i == 0 ? p.TransposeLeft : p.TransposeRight) switch
        {
            (0, false) => g.Product(b, false, !p.TransposeRight),
            (0, true) => b.Product(g, p.TransposeRight, true),
            (_, false) => a.Product(g, !p.TransposeLeft, false),
            (_, true) => g.Product(a, true, p.TransposeLeft),
        };
    }

    private static Node? Binary(Node node, int i, BinaryOperation function, Node g)
    {
        Node x = node.Operand(0), y = node.Operand(1);
        return function switch
        {
            BinaryOperation.Add => g,
            BinaryOperation.Subtract => i == 0 ? g : -g,
            BinaryOperation.Multiply => g * (i == 0 ? y : x),
            BinaryOperation.Divide => i == 0 ? g / y : -(g / y * node),
            BinaryOperation.Maximum => Masked(y.LessOrEqual(x), i, g),
            BinaryOperation.Minimum => Masked(x.LessOrEqual(y), i, g),
            _ => null,
        };
    }

    private static Node? Ternary(Node node, int i, TernaryOperation function, Node g)
    {
        Node x = node.Operand(0), y = node.Operand(1);
        return (function, i) switch
        {
            (TernaryOperation.Select, 0) => null,
            (TernaryOperation.Select, _) => Masked(x, i - 1, g),
            (_, 0) => g * y,
            (_, 1) => g * x,
            _ => g,
        };
    }

    /// <summary>The gradient where it belongs to this side of a choice, 0 elsewhere.</summary>
    internal static Node Masked(Node firstIsTaken, int side, Node g)
    {
        var zero = g.Graph.Constant(0);
        return side == 0 ? firstIsTaken.Select(g, zero) : firstIsTaken.Select(zero, g);
    }

    private static Node? Reduce(Node node, ReduceOperation function, Node g)
    {
        var x = node.Operand(0);
        return function switch
        {
            ReduceOperation.RowMaximum => Masked(FirstMaximum(x), 0, g),
            ReduceOperation.RowArgMaximum => null,
            ReduceOperation.RowLogSumExp => g * (x - node).Exp(),
            _ => g.BroadcastTo(x.Shape),
        };
    }

    /// <summary>1 at the first largest element of each row.</summary>
    internal static Node FirstMaximum(Node x)
    {
        if (x.Shape.Columns.IsRows) throw new ArgumentException($"RowMaximum of {x.Shape} has no derivative: its width is not fixed");
        return x.RowArgMaximum().OneHot(x.Shape.Columns.Size);
    }

    private static Node Concatenate(Node node, int i, ConcatenateOperation c, Node g)
    {
        int at = Offset(node, i, c);
        return g.Slice(c.AlongRows ? at : 0, c.AlongRows ? 0 : at, node.Operand(i).Shape);
    }

    internal static int Offset(Node node, int i, ConcatenateOperation c)
    {
        int at = 0;
        for (int j = 0; j < i; j++)
        {
            var shape = node.Operand(j).Shape;
            at += (c.AlongRows ? shape.Rows : shape.Columns).Size;
        }

        return at;
    }
}
