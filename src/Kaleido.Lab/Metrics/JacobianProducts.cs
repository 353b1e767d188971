using Kaleido.Autodiff;
using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>Products Jv and Jᵀu of a network's Jacobian J_ij = ∂f_i/∂x_j with batches of vectors, in the network's units.</summary>
internal sealed class JacobianProducts : IDisposable
{
    private const int Capacity = 256;
    private readonly Plan _forward, _backward;
    private readonly Node _x, _tangent, _image, _y, _cotangent, _gradient;
    private readonly double[] _points, _vectors, _results;
    private readonly int _features, _rows;

    public JacobianProducts(Mlp network)
    {
        _features = network.Inputs;
        _rows = Math.Min(Capacity, _features);
        var graph = new Graph();
        _x = graph.Input("x", _features);
        _tangent = graph.Input("tangent", _features);
        var output = network.Forward(_x).Output;
        _image = output.JacobianVector((_x, _tangent));
        // f is an output too, as x would be no input of a linear network's plan without it.
        _forward = Plan.Compile(graph, network.Device, _rows, [_image, output]);
        graph = new Graph();
        _y = graph.Input("x", _features);
        _cotangent = graph.Input("cotangent", _features);
        output = network.Forward(_y).Output;
        _gradient = output.VectorJacobian(_cotangent, _y)[0];
        _backward = Plan.Compile(graph, network.Device, 1, [_gradient, output]);
        (_points, _vectors, _results) = (new double[_rows * _features], new double[_rows * _features], new double[_rows * _features]);
    }

    /// <summary>J at a point, row-major [D, D].</summary>
    public void Jacobian(ReadOnlySpan<double> point, Span<double> destination)
    {
        for (int row = 0; row < _rows; row++) point.CopyTo(_points.AsSpan(row * _features));
        for (int first = 0; first < _features; first += _rows)
        {
            int count = Math.Min(_rows, _features - first);
            var vectors = _vectors.AsSpan(0, count * _features);
            vectors.Clear();
            for (int row = 0; row < count; row++) vectors[row * _features + first + row] = 1;
            var results = _results.AsSpan(0, vectors.Length);
            Run(_forward, _x, _points.AsSpan(0, vectors.Length), _tangent, vectors, _image, results);
            // Row i of the results is column first + i of J.
            for (int row = 0; row < count; row++)
                for (int i = 0; i < _features; i++) destination[i * _features + first + row] = results[row * _features + i];
        }
    }

    /// <summary>Jv at a point.</summary>
    public void Apply(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Span<double> destination) =>
        Run(_forward, _x, point, _tangent, vector, _image, destination);

    /// <summary>Jᵀu at a point.</summary>
    public void ApplyTransposed(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Span<double> destination) =>
        Run(_backward, _y, point, _cotangent, vector, _gradient, destination);

    private void Run(
        Plan plan, Node x, ReadOnlySpan<double> points, Node v, ReadOnlySpan<double> vectors, Node output, Span<double> destination)
    {
        plan.Upload(x, points);
        plan.Upload(v, vectors);
        plan.Run(destination.Length / _features);
        plan.Download(output, destination);
    }

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
