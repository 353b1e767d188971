using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>Contract rules 14 and 15: derivatives at kinks, ties and where the gradient is no number; fused and interpreted.</summary>
public sealed class DerivativeValueTests
{
    private static float[] Pull(Func<Node, Node> function, float[] x, float[] u, int columns = 1)
    {
        float[]? first = null;
        foreach (bool interpret in new[] { false, true })
        {
            using var device = Device.Cpu(1);
            var graph = new Graph();
            Node input = graph.Input("x", columns), output = function(input);
            var cotangent = graph.Input("u", output.Shape);
            var gradient = output.VectorJacobian(cotangent, input)[0];
            using var plan = Plan.Compile(graph, device, x.Length / columns, [gradient], null, interpret);
            if (plan.Program.Slots.Any(s => s.Label == "x")) plan.Upload(input, x);
            if (plan.Program.Slots.Any(s => s.Label == "u")) plan.Upload(cotangent, u);
            plan.Run();
            var values = new float[x.Length];
            plan.Download(gradient, values);
            Assert.Equal((first ?? values).Select(Bits.Of), values.Select(Bits.Of));
            first = values;
        }

        return first!;
    }

    private static void AssertBits(float[] expected, float[] actual) => Assert.Equal(expected.Select(Bits.Of), actual.Select(Bits.Of));

    [Fact]
    public void At_zero_relu_abs_sign_and_clamp_have_their_conventional_derivatives()
    {
        float[] x = [-1f, -0f, 0f, 1f, float.Epsilon, -float.Epsilon], ones = [1f, 1f, 1f, 1f, 1f, 1f];
        AssertBits([0f, 0f, 0f, 1f, 1f, 0f], Pull(n => n.Relu(), x, ones));
        AssertBits([-1f, 0f, 0f, 1f, 1f, -1f], Pull(n => n.Abs(), x, ones));
        AssertBits([0f, 0f, 0f, 0f, 0f, 0f], Pull(n => n.Sign(), x, ones));
        AssertBits([0.5f, 0.5f, 0.5f, 1f, 1f, 0.5f], Pull(n => n.LeakyRelu(0.5), x, ones));
        AssertBits([0f, 1f, 1f, 1f, 1f, 1f], Pull(n => n.Clamp(-0.5, 1), x, ones));
    }

    [Fact]
    public void Masks_are_selects_so_that_what_is_masked_is_plus_zero()
    {
        float[] negative = [-1f, -1f, -1f, -1f, -1f, -1f];
        float[] u = [float.PositiveInfinity, float.NegativeInfinity, float.NaN, -1f, -0f, 3e38f];
        var zeros = new float[6];
        AssertBits(zeros, Pull(n => n.Relu(), negative, u));
        AssertBits(zeros, Pull(n => n.Maximum(n.Graph.Constant(2)), negative, u));
        AssertBits(zeros, Pull(n => n.Minimum(n.Graph.Constant(-2)), negative, u));
        AssertBits(zeros, Pull(n => n.Clamp(0, 1), negative, u));
        AssertBits(zeros, Pull(n => n.LessThan(n.Graph.Constant(0)).Select(n.Graph.Constant(5).BroadcastTo(n.Shape), n), negative, u));
        AssertBits(zeros, Pull(n => n.Abs(), zeros, u));
        AssertBits([0f, float.NaN, 0f, -0f, 0f, 0f], Pull(n => n.RowMaximum(), [1f, 2f, 1f, 4f, 3f, 2f], [float.NaN, -0f], 3));
    }

    [Fact]
    public void Ties_go_to_the_lowest_index_and_the_first_operand()
    {
        AssertBits([0f, 2f, 0f, 3f, 0f, 0f], Pull(n => n.RowMaximum(), [1f, 5f, 5f, 0f, -0f, 0f], [2f, 3f], 3));
        AssertBits([7f, 0f], Pull(n => n.Columns(0, 1).Maximum(n.Columns(1, 1)), [4f, 4f], [7f], 2));
        AssertBits([0f, 7f], Pull(n => n.Columns(1, 1).Maximum(n.Columns(0, 1)), [4f, 4f], [7f], 2));
        AssertBits([7f, 0f], Pull(n => n.Columns(0, 1).Minimum(n.Columns(1, 1)), [4f, 4f], [7f], 2));
    }

    [Fact]
    public void Cross_entropies_have_their_exact_gradient_where_logits_are_zero_or_huge()
    {
        AssertBits([-0.5f, 0.5f], Pull(z => z.Softplus() - z * One(z), [0f, 0f], [1f, 1f], 1).Take(1)
            .Concat(Pull(z => z.Softplus(), [0f], [1f])).ToArray());
        AssertBits([0f, -1f], Pull(z => z.Softplus() - z * One(z), [200f, -200f], [1f, 1f]));
        AssertBits([-0.5f, 0.5f], Pull(z => z.RowLogSumExp() - z.Columns(0, 1), [0f, 0f], [1f], 2));
        AssertBits([0f, 0f, -1f, 1f], Pull(z => z.RowLogSumExp() - z.Columns(0, 1), [3000f, -3000f, -3000f, 3000f], [1f, 1f], 2));

        static Node One(Node z) => z.Graph.Constant(1).BroadcastTo(z.Shape);
    }

    [Fact]
    public void The_gradient_of_gathered_rows_is_added_in_ascending_order()
    {
        // 2²⁴ + 1 + 1 is 2²⁴ in this order of float32 additions and 2²⁴ + 2 in the other.
        using var device = Device.Cpu(2);
        var graph = new Graph();
        Node x = graph.Input("x", new Shape(2, 1)), u = graph.Input("u", 1), indices = graph.Input("i", 1);
        var gradient = x.GatherRows(indices).VectorJacobian(u, x)[0];
        using var plan = Plan.Compile(graph, device, 6, [gradient]);
        plan.Upload(indices, [1f, 0f, 1f, 0f, 1f, 0f]);
        plan.Upload(u, [16777216f, 1f, 1f, 1f, 1f, 16777216f]);
        plan.Run();
        var values = new float[2];
        plan.Download(gradient, values);
        AssertBits([16777218f, 16777216f], values);
    }

    [Fact]
    public void StopGradient_keeps_the_value_and_stops_both_derivatives()
    {
        using var device = Device.Reference();
        var graph = new Graph();
        Node x = graph.Input("x", 1), y = x * x.StopGradient();
        Node gradient = y.Sum().Differentiate(x)[0], push = y.JacobianVector((x, graph.Constant(1).BroadcastTo(x.Shape)));
        using var plan = Plan.Compile(graph, device, 1, [y, gradient, push]);
        plan.Upload(x, [3f]);
        plan.Run();
        Assert.Equal((9.0, 3.0, 3.0), (plan.Scalar(y), plan.Scalar(gradient), plan.Scalar(push)));
    }
}
