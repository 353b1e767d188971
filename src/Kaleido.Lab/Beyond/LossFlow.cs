using Kaleido.Autodiff;
using Kaleido.Networks;
using Kaleido.Numerics;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Gradient flow dx/dt = -∇ℓ on ℓ(x) = ‖x - f(x)‖²/D, many points at once, ∇ℓ by the library's differentiation; and Langevin's equation for
/// p ∝ e^(-‖x - f(x)‖²/T).
/// </summary>
internal sealed class LossFlow : IDisposable
{
    private const int Capacity = 512;

    // "GRAD": the noise of Langevin chains.
    private const uint Stream = 0x4752_4144;
    private readonly Plan _plan;
    private readonly Node _input, _loss, _gradient;
    private readonly int _features;
    private readonly float _low;

    public LossFlow(Mlp network)
    {
        (_features, _low) = (network.Inputs, (float)network.Options.Output.Range!.Value.Low);
        var graph = new Graph();
        _input = graph.Input("x", _features);
        _loss = (_input - network.Forward(_input).Output).Square().RowSum() / _features;
        // Rows do not mix, so the gradient of the sum has each row's own.
        _gradient = _loss.Sum().Differentiate(_input)[0];
        _plan = Plan.Compile(graph, network.Device, Capacity, [_loss, _gradient]);
    }

    /// <summary>ℓ of each row and its gradient.</summary>
    public (float[] Loss, float[] Gradient) At(float[] points)
    {
        float[] loss = new float[points.Length / _features], gradient = new float[points.Length];
        for (int row = 0; row < loss.Length; row += Capacity)
        {
            int count = Math.Min(Capacity, loss.Length - row);
            _plan.Upload(_input, points.AsSpan(row * _features, count * _features));
            _plan.Run(count);
            _plan.Download(_loss, loss.AsSpan(row, count));
            _plan.Download(_gradient, gradient.AsSpan(row * _features, count * _features));
        }

        return (loss, gradient);
    }

    /// <summary>∇ℓ at one point, in the precision of the network's device.</summary>
    public double[] Gradient(float[] point)
    {
        var gradient = new double[_features];
        _plan.Upload(_input, point);
        _plan.Run(1);
        _plan.Download(_gradient, gradient);
        return gradient;
    }

    /// <summary>
    /// Follows the flow along its path, whose speed does not matter for where it ends: each step goes ℓ/‖∇ℓ‖ (half of the way to the zero
    /// of a parabola), at most a length that falls from <paramref name="longest"/> to 0. States stay in the range.
    /// </summary>
    /// <param name="points">[points, D]; not changed.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="longest">The longest first step.</param>
    /// <param name="each">Told the points before the first and after every step.</param>
    public float[] Follow(float[] points, int steps, double longest, Action<float[]>? each = null)
    {
        points = [.. points];
        each?.Invoke(points);
        for (int k = 0; k < steps; k++)
        {
            var (loss, gradient) = At(points);
            double limit = longest * (1 - k / (double)steps);
            for (int row = 0; row < loss.Length; row++)
            {
                double square = 0;
                for (int i = 0; i < _features; i++) square += (double)gradient[row * _features + i] * gradient[row * _features + i];
                double norm = Math.Sqrt(square);
                if (norm == 0) continue;
                double step = Math.Min(limit, loss[row] / norm) / norm;
                for (int i = 0; i < _features; i++)
                {
                    ref float x = ref points[row * _features + i];
                    x = (float)Math.Clamp(x - step * gradient[row * _features + i], _low, 1);
                }
            }

            each?.Invoke(points);
        }

        return points;
    }

    /// <summary>
    /// Unadjusted Langevin steps x ← x - η∇U + √(2η)·N(0, 1) with U = ‖x - f(x)‖²/T, reflected at the ends of the range.
    /// </summary>
    public float[] Langevin(float[] points, int steps, double temperature, double rate, uint seed)
    {
        points = [.. points];
        double scale = Math.Sqrt(2 * rate);
        for (int k = 0; k < steps; k++)
        {
            var (_, gradient) = At(points);
            for (int i = 0; i < points.Length; i++)
            {
                // Two words make one normal number (G. Box, M. Muller, 1958).
                var (w0, w1, _, _) = Philox.Block(seed, Stream, (ulong)k, (ulong)i);
                double noise = Math.Sqrt(-2 * Math.Log((w0 + 1.0) / 4294967296.0)) * Math.Cos(2 * Math.PI * w1 / 4294967296.0);
                double x = points[i] - rate * _features / temperature * gradient[i] + scale * noise;
                x = x < _low ? 2.0 * _low - x : x > 1 ? 2 - x : x;
                points[i] = (float)Math.Clamp(x, _low, 1);
            }
        }

        return points;
    }

    public void Dispose() => _plan.Dispose();
}
