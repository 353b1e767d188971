using Kaleido.Autodiff;
using Kaleido.Backends;

namespace Kaleido.Tests.Autodiff;

/// <summary>
/// A case with its first and second derivatives, compiled once on a device: y = f(x), Jv, Jᵀu and Hv, the second derivative of ⟨u, f⟩.
/// Operands and directions are flat vectors, one operand after the other.
/// </summary>
internal sealed class DerivativeBench : IDisposable
{
    private readonly Node[] _x, _v;
    private readonly Node _u, _y, _push;
    private readonly Node[] _pull, _curvature;
    private readonly Plan _plan;

    public DerivativeBench(Device device, PrimitiveCase it, int rows)
    {
        Rows = rows;
        var graph = new Graph();
        _x = [.. it.Operands.Select((shape, i) => graph.Input($"x{i}", shape))];
        _v = [.. it.Operands.Select((shape, i) => graph.Input($"v{i}", shape))];
        _y = it.Build(_x);
        _u = graph.Input("u", _y.Shape);
        _push = _y.JacobianVector([.. _x.Zip(_v)]);
        _pull = _y.VectorJacobian(_u, _x);
        var alongV = _pull.Zip(_v).Select(pair => (pair.First * pair.Second).Sum()).Aggregate((a, b) => a + b);
        _curvature = alongV.Differentiate(_x);
        _plan = Plan.Compile(graph, device, rows, [_y, _push, .. _pull, .. _curvature]);
        Inputs = _x.Sum(x => (int)x.Shape.Count(rows));
        Outputs = (int)_y.Shape.Count(rows);
    }

    public int Rows { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    public Derivatives At(double[] x, double[] v, double[] u)
    {
        Upload(_x, x);
        Upload(_v, v);
        Upload([_u], u);
        _plan.Run(Rows);
        return new(Download(_y), Download(_push), [.. _pull.SelectMany(Download)], [.. _curvature.SelectMany(Download)]);
    }

    /// <summary>Column c of the Jacobian and of the Hessian of ⟨u, f⟩.</summary>
    public Derivatives Column(double[] x, int c, double[] u)
    {
        var unit = new double[Inputs];
        unit[c] = 1;
        return At(x, unit, u);
    }

    /// <summary>
    /// Distinct multiples of 0.07 off by 0.035, in a random order: far from 0, from each other and so from every kink, and float32 numbers.
    /// </summary>
    public double[] Point(Random random, bool positive)
    {
        var places = Enumerable.Range(0, Inputs).ToArray();
        random.Shuffle(places);
        return [.. places.Select(k => (double)(float)(positive ? 0.3 + 0.07 * k : 0.07 * (k - Inputs / 2) + 0.035))];
    }

    public static double[] Direction(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() * 2 - 1))];

    // What the graph does not need is no input of the plan.
    private void Upload(Node[] nodes, double[] values)
    {
        int at = 0;
        foreach (var node in nodes)
        {
            int count = (int)node.Shape.Count(Rows);
            var name = ((InputOperation)node.Operation).Label;
            if (_plan.Program.Slots.Any(s => s.Kind == SlotKind.Input && s.Label == name)) _plan.Upload(node, values.AsSpan(at, count));
            at += count;
        }
    }

    private double[] Download(Node node)
    {
        var values = new double[node.Shape.Count(Rows)];
        _plan.Download(node, values.AsSpan());
        return values;
    }

    public void Dispose() => _plan.Dispose();
}

/// <summary>The values of a <see cref="DerivativeBench"/>.</summary>
internal sealed record Derivatives(double[] Value, double[] Push, double[] Pull, double[] Curvature);
