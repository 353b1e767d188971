using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>
/// Running error analysis: a scalar S computed in float32 differs from the float64 one by at most
/// Σ |∂S/∂v|·δ(v) over all nodes v, δ(v) being what rounding v's own operation can do, up to
/// terms of second order. S holds a loss and its gradients; ∂S/∂v comes from the graph itself.
/// </summary>
public sealed class RoundingLaws
{
    private const double Unit = 1.0 / (1 << 24);

    [Fact]
    public void A_plan_on_the_processor_is_within_its_rounding_bound_of_the_float64_device() => Law.Holds(Law.Sizes(3, 33), it =>
    {
        if (it.Sizes.Contains(0)) return; // A mean over nothing is 0/0.
        using Device exact = Device.Reference(), processor = Device.Cpu(3);
        var graph = new SmoothGraph(it);
        var (bound, expected) = Analyse(graph, exact, it.Sizes[0]);
        double actual = Evaluate(graph, processor, it.Sizes[0]);
        string message = FormattableString.Invariant($"{expected:g12} and {actual:g12} with a bound of {bound:g3}");
        Assert.True(Math.Abs(actual - expected) <= 2 * bound, message);
        Assert.True(bound < 1e-2 * graph.Scale(expected), message);
    }, cases: 150);

    private static double Evaluate(SmoothGraph graph, Device device, int rows)
    {
        using var plan = Plan.Compile(graph.Graph, device, rows, [graph.Result]);
        graph.Upload(plan);
        plan.Run();
        return plan.Scalar(graph.Result);
    }

    private static (double Bound, double Value) Analyse(SmoothGraph graph, Device device, int rows)
    {
        var reached = new HashSet<Node> { graph.Result };
        var nodes = new List<Node>();
        for (int id = graph.Result.Id; id >= 0; id--)
        {
            var node = graph.Graph.Nodes[id];
            if (!reached.Contains(node)) continue;
            nodes.Add(node);
            foreach (var operand in node.Operands) reached.Add(operand);
        }

        var sensitivities = graph.Result.Differentiate([.. nodes]);
        using var plan = Plan.Compile(graph.Graph, device, rows, [.. nodes, .. sensitivities]);
        graph.Upload(plan);
        plan.Run();
        double bound = 0;
        for (int i = 0; i < nodes.Count; i++)
        {
            var local = Local(nodes[i], plan, rows);
            var weight = Download(plan, sensitivities[i], rows);
            for (int j = 0; j < local.Length; j++) bound += Math.Abs(weight[j]) * local[j];
        }

        return (bound, plan.Scalar(graph.Result));
    }

    // What the rounding of this operation alone can do to each element.
    private static double[] Local(Node node, Plan plan, int rows)
    {
        double[] Value(Node n) => Download(plan, n, rows);
        double[] Times(double factor) => [.. Value(node).Select(v => Math.Abs(v) * factor)];
        switch (node.Operation)
        {
            case InputOperation or CountOperation or BroadcastOperation or TransposeOperation or SliceOperation or PlaceOperation:
            case ConcatenateOperation or StopGradientOperation or OneHotOperation or GatherRowsOperation:
            case UnaryElementwise { Function: UnaryOperation.Negate or UnaryOperation.Abs or UnaryOperation.Identity }:
            case BinaryElementwise { Function: BinaryOperation.Less or BinaryOperation.LessOrEqual or BinaryOperation.Equal }:
            case TernaryElementwise { Function: TernaryOperation.Select }:
                return Times(0);
            case ConstantOperation or BinaryElementwise or TernaryElementwise:
                return Times(Unit);
            case UnaryElementwise:
                return Times(4 * Unit); // 2 ulp
            case Reduction { Function: ReduceOperation.RowLogSumExp }:
                return [.. Value(node).Select(v => (node.Operand(0).Shape.Columns.Resolve(rows) + 8) * Unit * (2 + Math.Abs(v)))];
            case Reduction { Function: var function }:
                return Sums(function, Value(node.Operand(0)), node.Operand(0).Shape, rows);
            case ProductOperation p:
                return Product(p, Value(node.Operand(0)), Value(node.Operand(1)), node, rows);
            default:
                throw new NotSupportedException(node.ToString());
        }
    }

    private static double[] Sums(ReduceOperation function, double[] x, Shape shape, int rows)
    {
        int height = shape.Rows.Resolve(rows), width = shape.Columns.Resolve(rows);
        var result = new double[function switch { ReduceOperation.RowSum => height, ReduceOperation.ColumnSum => width, _ => 1 }];
        for (int i = 0; i < x.Length; i++)
        {
            int at = function switch { ReduceOperation.RowSum => i / width, ReduceOperation.ColumnSum => i % width, _ => 0 };
            result[at] += Math.Abs(x[i]) * (height + width) * Unit;
        }

        return result;
    }

    private static double[] Product(ProductOperation p, double[] a, double[] b, Node node, int rows)
    {
        int lda = node.Operand(0).Shape.Columns.Resolve(rows), ldb = node.Operand(1).Shape.Columns.Resolve(rows);
        int height = node.Shape.Rows.Resolve(rows), width = node.Shape.Columns.Resolve(rows);
        int depth = p.TransposeLeft ? a.Length / lda : lda;
        var result = new double[height * width];
        for (int i = 0; i < result.Length; i++)
        {
            for (int k = 0; k < depth; k++)
            {
                double x = p.TransposeLeft ? a[k * lda + i / width] : a[i / width * lda + k];
                double y = p.TransposeRight ? b[i % width * ldb + k] : b[k * ldb + i % width];
                result[i] += Math.Abs(x * y) * depth * Unit;
            }
        }

        return result;
    }

    private static double[] Download(Plan plan, Node node, int rows)
    {
        var values = new double[node.Shape.Count(rows)];
        plan.Download(node, values.AsSpan());
        return values;
    }
}
