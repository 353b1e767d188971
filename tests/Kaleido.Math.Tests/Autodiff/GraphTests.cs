using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>A graph refuses what does not fit on the line that builds it, and keeps equal operations once.</summary>
public sealed class GraphTests
{
    private static readonly Graph Shared = new();
    private static readonly Node X = Shared.Input("x", 3), Y = Shared.Input("y", 4), Fixed = Shared.Input("fixed", new Shape(5, 3));

    public static TheoryData<string, string[]> Mismatches => new()
    {
        { "Add", ["Add", "[rows, 3]", "[rows, 4]"] },
        { "Multiply", ["Multiply", "[rows, 3]", "[5, 3]"] },
        { "Maximum", ["Maximum", "[rows, 3]", "[rows, 4]"] },
        { "LessThan", ["Less", "[rows, 3]", "[rows, 4]"] },
        { "Select", ["Select", "[rows, 3]", "[rows, 4]"] },
        { "FusedMultiplyAdd", ["FusedMultiplyAdd", "[rows, 3]", "[rows, 4]"] },
        { "Product", ["Product", "[rows, 3]", "[rows, 4]"] },
        { "Product of transposes", ["Product", "[rows, 3]ᵀ", "[rows, 4]ᵀ"] },
        { "BroadcastTo", ["Broadcast", "[rows, 3]", "[rows, 4]"] },
        { "SumTo", ["SumTo", "[rows, 3]", "[5, 1]"] },
        { "GatherRows", ["GatherRows", "[rows, 4]"] },
        { "ScatterAddRows", ["ScatterAddRows", "[rows, 3]", "[5, 1]"] },
        { "ScatterAddRows by a matrix", ["ScatterAddRows", "[rows, 4]"] },
        { "Slice", ["Slice", "[2, 2]", "[5, 3]"] },
        { "Slice of rows", ["Slice", "[2, 2]", "[rows, 3]"] },
        { "Columns", ["Slice", "[rows, 2]", "[rows, 3]"] },
        { "Place", ["Place", "[5, 3]", "[6, 3]"] },
        { "ConcatenateColumns", ["ConcatenateColumns", "[rows, 3]", "[5, 3]"] },
        { "ConcatenateRows", ["ConcatenateRows", "[5, 3]", "[rows, 3]"] },
        { "Concatenate nothing", ["Concatenate"] },
        { "OneHot", ["OneHot", "[rows, 3]"] },
        { "Differentiate", ["Differentiate", "[rows, 3]"] },
        { "VectorJacobian", ["VectorJacobian", "[rows, 4]", "[rows, 3]"] },
        { "JacobianVector", ["JacobianVector", "[rows, 4]", "[rows, 3]"] },
        { "HessianVector", ["HessianVector", "[rows, 4]", "[rows, 3]"] },
        { "RowMaximum of rows", ["RowMaximum", "[3, rows]"] },
    };

    private static object Build(string name) => name switch
    {
        "Add" => X + Y,
        "Multiply" => X * Fixed,
        "Maximum" => X.Maximum(Y),
        "LessThan" => X.LessThan(Y),
        "Select" => X.Select(X, Y),
        "FusedMultiplyAdd" => X.FusedMultiplyAdd(Y, X),
        "Product" => X.Product(Y),
        "Product of transposes" => X.Product(Y, true, true),
        "BroadcastTo" => X.BroadcastTo(Y.Shape),
        "SumTo" => X.SumTo(new(5, 1)),
        "GatherRows" => X.GatherRows(Y),
        "ScatterAddRows" => X.ScatterAddRows(Fixed.RowSum(), 3),
        "ScatterAddRows by a matrix" => X.ScatterAddRows(Y, 3),
        "Slice" => Fixed.Slice(4, 0, new(2, 2)),
        "Slice of rows" => X.Slice(0, 0, new(2, 2)),
        "Columns" => X.Columns(2, 2),
        "Place" => Fixed.Place(2, 0, new(6, 3)),
        "ConcatenateColumns" => Node.ConcatenateColumns(X, Fixed),
        "ConcatenateRows" => Node.ConcatenateRows(Fixed, X),
        "Concatenate nothing" => Node.ConcatenateRows(),
        "OneHot" => X.OneHot(4),
        "Differentiate" => X.Differentiate(X),
        "VectorJacobian" => X.VectorJacobian(Y, X),
        "JacobianVector" => X.JacobianVector((X, Y)),
        "HessianVector" => X.Sum().HessianVector(X, Y),
        "RowMaximum of rows" => X.Transpose().RowMaximum().Sum().Differentiate(X),
        _ => throw new NotSupportedException(name),
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void What_does_not_fit_is_refused_with_the_operation_and_the_shapes(string name, string[] words)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Build(name));
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    public static TheoryData<string> Mixtures =>
    [
        "+", "Select", "Product", "GatherRows", "Concatenate", "gradient by a stranger", "cotangent",
        "tangent", "direction", "HessianVector",
    ];

    [Theory]
    [MemberData(nameof(Mixtures))]
    public void Nodes_of_two_graphs_do_not_mix(string name)
    {
        Graph mine = new(), other = new();
        Node x = mine.Input("x", 3), stranger = other.Input("x", 3), square = x.Square(), column = other.Input("i", 1);
        var refusal = Assert.Throws<ArgumentException>(() => name switch
        {
            "+" => (object)(x + stranger),
            "Select" => x.Select(x, stranger),
            "Product" => x.Product(stranger, false, true),
            "GatherRows" => x.GatherRows(column),
            "Concatenate" => Node.ConcatenateColumns(x, stranger),
            "gradient by a stranger" => square.Sum().Differentiate(stranger),
            "cotangent" => x.VectorJacobian(stranger, x),
            "tangent" => x.JacobianVector((x, stranger)),
            "direction" => square.JacobianVector((stranger, stranger)),
            _ => square.Sum().HessianVector(x, stranger),
        });
        Assert.Contains("graph", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_operations_on_equal_operands_are_one_node()
    {
        var graph = new Graph();
        Node x = graph.Input("x", 3), y = graph.Input("y", 3);
        Assert.Same((x + y).Tanh(), (x + y).Tanh());
        Assert.Same(x.Product(y, false, true), x.Product(y, false, true));
        Assert.Same(graph.Constant(double.NaN), graph.Constant(double.NaN));
        Assert.Same(x.LeakyRelu(0.1), x.LeakyRelu(0.1));
        Assert.Same(graph.NormalNoise(x.Shape, 0, 1, 1, 2), graph.NormalNoise(x.Shape, 0, 1, 1, 2));
    }

    [Fact]
    public void Different_operations_are_different_nodes()
    {
        var graph = new Graph();
        Node x = graph.Input("x", 3), again = graph.Input("x", 3);
        Assert.NotSame(x, again);
        Assert.NotSame(x - again, again - x);
        Assert.NotSame(x.LeakyRelu(0.1), x.LeakyRelu(0.2));
        Assert.NotSame(x.LeakyRelu(0.0), x.LeakyRelu(-0.0));
        Assert.NotSame(graph.Constant(0.0), graph.Constant(-0.0));
        Assert.NotSame(graph.NormalNoise(x.Shape, 0, 1, 1, 2), graph.NormalNoise(x.Shape, 0, 1, 1, 3));
        Assert.NotSame(x.Slice(0, 0, new(Extent.Rows, 2)), x.Slice(0, 1, new(Extent.Rows, 2)));
        Assert.NotSame(x.RowSum().BroadcastTo(x.Shape), x.RowSum().BroadcastTo(new(Extent.Rows, 2)));
    }

    [Fact]
    public void Zeros_keep_their_sign()
    {
        using var device = Device.Cpu(1);
        var graph = new Graph();
        var x = graph.Input("x", 1);
        Node plus = x * graph.Constant(0.0), minus = x * graph.Constant(-0.0);
        using var plan = Plan.Compile(graph, device, 1, [plus, minus]);
        plan.Upload(x, [1f]);
        plan.Run();
        Assert.True(double.IsNegative(plan.Scalar(minus)));
        Assert.False(double.IsNegative(plan.Scalar(plus)));
    }

    [Fact]
    public void A_gradient_without_a_path_is_zero_of_the_operands_shape()
    {
        var graph = new Graph();
        Node x = graph.Input("x", 3), y = graph.Input("y", 2), later = y.Tanh();
        var gradients = x.Square().Sum().Differentiate(y, later, x);
        Assert.Equal(y.Shape, gradients[0].Shape);
        Assert.Equal(later.Shape, gradients[1].Shape);
        Assert.True(gradients[0].IsConstant(0));
        Assert.False(gradients[2].IsConstant(0));
    }
}
