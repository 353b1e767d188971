using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>A function of a few matrices, for derivative laws. <paramref name="Positive"/>: operands are kept in [0.3, …).</summary>
internal sealed record PrimitiveCase(string Name, Shape[] Operands, Func<Node[], Node> Build, bool Positive = false)
{
    /// <summary>True for a mean over the rows, which is 0/0 where there are none.</summary>
    public bool IsMean => Name is "Cross entropy" or "Variance" || Name.StartsWith("Mean", StringComparison.Ordinal);

    private static readonly Shape Wide = new(Extent.Rows, 3), Row = new(1, 3), Column = new(Extent.Rows, 1), Fixed = new(4, 3);

    public static IReadOnlyDictionary<string, PrimitiveCase> All { get; } =
        Unary().Concat(Binary()).Concat(Ternary()).Concat(Reductions()).Concat(Products()).Concat(Movement()).Concat(Composed())
            .ToDictionary(c => c.Name);

    private static IEnumerable<PrimitiveCase> Unary()
    {
        foreach (var function in Enum.GetValues<UnaryOperation>())
        {
            double[] parameters = function switch
            {
                UnaryOperation.LeakyRelu => [0.01, 0.5],
                UnaryOperation.Elu => [1, 1.5],
                UnaryOperation.Power => [-1.5, 0, 0.5, 1, 2, 3],
                _ => [0],
            };
            bool positive = function is UnaryOperation.Sqrt or UnaryOperation.Log or UnaryOperation.Log1p or UnaryOperation.Power;
            foreach (double alpha in parameters)
                yield return new(FormattableString.Invariant($"{function}({alpha})"), [Wide], x => x[0].Unary(function, alpha), positive);
        }
    }

    private static IEnumerable<PrimitiveCase> Binary()
    {
        (Shape, Shape)[] pairs =
        [
            (Wide, Wide), (Wide, Row), (Row, Wide), (Wide, Column), (Column, Wide), (Wide, Shape.Scalar), (Shape.Scalar, Wide),
            (Column, Row), (Row, Column), (Shape.Scalar, Shape.Scalar),
        ];
        (string, Func<Node, Node, Node>)[] functions =
        [
            ("Add", (x, y) => x + y), ("Subtract", (x, y) => x - y), ("Multiply", (x, y) => x * y), ("Divide", (x, y) => x / y),
            ("Maximum", (x, y) => x.Maximum(y)), ("Minimum", (x, y) => x.Minimum(y)), ("Less", (x, y) => x.LessThan(y)),
            ("LessOrEqual", (x, y) => x.LessOrEqual(y)), ("Equal", (x, y) => x.EqualTo(y)),
        ];
        foreach (var (name, function) in functions)
        {
            foreach (var (left, right) in pairs)
                yield return new($"{name} {left} {right}", [left, right], x => function(x[0], x[1]), name == "Divide");
            if (name != "Equal") yield return new($"{name} with itself", [Wide], x => function(x[0], x[0].Tanh() + x[0]), name == "Divide");
        }
    }

    private static IEnumerable<PrimitiveCase> Ternary()
    {
        Shape one = Shape.Scalar;
        Shape[][] triples = [[Wide, Wide, Wide], [Wide, Row, Column], [Row, Wide, one], [Column, one, Wide], [one, Column, Row]];
        foreach (var shapes in triples)
        {
            string name = string.Join<Shape>(" ", shapes);
            yield return new($"Select {name}", shapes, x => x[0].LessThan(x[0].Graph.Constant(0.1)).Select(x[1], x[2]));
            yield return new($"Select by value {name}", shapes, x => x[0].Select(x[1], x[2]));
            yield return new($"FusedMultiplyAdd {name}", shapes, x => x[0].FusedMultiplyAdd(x[1], x[2]));
        }
    }

    private static IEnumerable<PrimitiveCase> Reductions()
    {
        foreach (var shape in new[] { Wide, Row, Column, Fixed, new Shape(2, 20) })
        {
            yield return new($"RowSum {shape}", [shape], x => x[0].RowSum());
            yield return new($"ColumnSum {shape}", [shape], x => x[0].ColumnSum());
            yield return new($"Sum {shape}", [shape], x => x[0].Sum());
            yield return new($"RowMaximum {shape}", [shape], x => x[0].RowMaximum());
            yield return new($"RowArgMaximum {shape}", [shape], x => x[0].RowArgMaximum());
            yield return new($"RowLogSumExp {shape}", [shape], x => x[0].RowLogSumExp());
            yield return new($"Mean of squares {shape}", [shape], x => x[0].Square().Mean());
        }
    }

    private static IEnumerable<PrimitiveCase> Products()
    {
        foreach (bool left in new[] { false, true })
        {
            foreach (bool right in new[] { false, true })
            {
                Shape a = new(Extent.Rows, 2), b = new(2, 3);
                Shape[] shapes = [left ? a.Transposed : a, right ? b.Transposed : b];
                yield return new($"Product {left} {right}", shapes, x => x[0].Product(x[1], left, right));
                yield return new($"Product over rows {left} {right}", [left ? Wide : Wide.Transposed, right ? Column.Transposed : Column],
                    x => x[0].Product(x[1], left, right));
            }
        }

        yield return new("Gram matrix", [Wide], x => x[0].Product(x[0], transposeRight: true));
        yield return new("Square of a matrix", [new(3, 3)], x => x[0].Product(x[0]).Product(x[0], true, true));
    }

    private static IEnumerable<PrimitiveCase> Movement()
    {
        static Node Indices(Graph graph, params double[] values) => Node.ConcatenateRows([.. values.Select(graph.Constant)]);

        yield return new("Transpose", [Wide], x => x[0].Transpose());
        yield return new("GatherRows", [Fixed], x => x[0].GatherRows(Indices(x[0].Graph, 2, 0, 2, 2, 3)));
        yield return new("ScatterAddRows", [Fixed], x => x[0].ScatterAddRows(Indices(x[0].Graph, 2, 0, 2, 2), 6));
        yield return new("Gather and scatter of rows", [Wide, Row], x =>
            (x[0] * x[1]).ScatterAddRows(x[0].RowArgMaximum(), 3).GatherRows(x[0].RowArgMaximum()));
        yield return new("Slice", [Fixed], x => x[0].Slice(1, 1, new(2, 2)));
        yield return new("Slice of columns", [Wide], x => x[0].Columns(1, 2));
        yield return new("Slice of nothing", [Wide], x => x[0].Columns(2, 0));
        yield return new("Place", [Fixed], x => x[0].Place(1, 2, new(7, 5)));
        yield return new("Place of columns", [Wide], x => x[0].Place(0, 2, new(Extent.Rows, 5)));
        yield return new("ConcatenateColumns", [Wide, Column, Wide], x => Node.ConcatenateColumns(x[0], x[1], x[2], x[0]));
        yield return new("ConcatenateRows", [Fixed, Row, new(2, 3)], x => Node.ConcatenateRows(x[0], x[1], x[2], x[1]));
        yield return new("Broadcast of a scalar", [Shape.Scalar], x => x[0].BroadcastTo(Wide));
        yield return new("Broadcast of a row", [Row], x => x[0].BroadcastTo(Wide));
        yield return new("Broadcast of a column", [Column], x => x[0].BroadcastTo(Wide));
        yield return new("OneHot", [Wide], x => x[0].RowArgMaximum().OneHot(3) * x[0]);
    }

    private static IEnumerable<PrimitiveCase> Composed()
    {
        yield return new("StopGradient", [Wide], x => x[0].StopGradient().Tanh() + 0 * x[0]);
        yield return new("Clamp", [Wide], x => x[0].Clamp(-0.5, 0.5));
        yield return new("RowSoftmax", [Wide], x => x[0].RowSoftmax());
        yield return new("Cross entropy", [Wide], x => (x[0].RowLogSumExp() - (x[0] * x[0].RowArgMaximum().OneHot(3)).RowSum()).Mean());
        yield return new("Variance", [Wide], x => (x[0] - x[0].Mean()).Square().Mean());
        yield return new("Two layers with tied weights", [Wide, new(3, 3), Row], x =>
            ((x[0].Product(x[1], false, true) + x[2]).Tanh().Product(x[1], false, true) + x[2]).Gelu());
        yield return new("Norm of a gradient", [Wide, new(3, 3)], x =>
            (x[0].Product(x[1]).Tanh().Sum().Differentiate(x[0])[0].Square().Sum() + 0.5).Sqrt());
    }
}
