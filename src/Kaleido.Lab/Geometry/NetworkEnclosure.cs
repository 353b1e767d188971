using System.Numerics.Tensors;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// Proved ranges of a network f = φ(z) and of its generalised Jacobian over boxes m ± r: centres and radii are carried through the layers,
/// J_l = W_l S_{l-1} J_{l-1} with slopes S of 1, 0, or [0, 1] where a neuron's range holds 0, and the range of z_l from the mean value
/// theorem z_l(m) + J_l r (Clarke's for Lipschitz functions). All rounding errors are in the radii.
/// </summary>
internal sealed class NetworkEnclosure
{
    private readonly ReluMap _map;
    private readonly OutputCurve _curve;
    private readonly double[][] _centre, _radius, _nextCentre, _nextRadius;
    private readonly double[] _ones, _scratch, _sizes;
    private double[] _value, _error, _nextValue, _nextError;

    public NetworkEnclosure(ReluMap map, OutputCurve curve)
    {
        (_map, _curve) = (map.Share(), curve);
        int widest = Math.Max(map.Inputs, Enumerable.Range(0, map.Layers).Max(map.Width));
        double[] New() => new double[widest];
        double[][] Columns() => [.. Enumerable.Range(0, map.Inputs).Select(_ => New())];
        (_centre, _radius, _nextCentre, _nextRadius) = (Columns(), Columns(), Columns(), Columns());
        (_ones, _scratch, _sizes, _value, _error, _nextValue, _nextError) = (New(), New(), New(), New(), New(), New(), New());
    }

    /// <summary>f(m), [outputs].</summary>
    public Interval[] Value { get; private set; } = [];

    /// <summary>A hull of all Jacobians in the box, [outputs, inputs].</summary>
    public Interval[] Jacobian { get; private set; } = [];

    /// <summary>Neurons whose kink may cross the box.</summary>
    public int Straddling { get; private set; }

    public void Enclose(ReadOnlySpan<double> middle, ReadOnlySpan<double> radius)
    {
        int inputs = _map.Inputs, last = _map.Layers - 1;
        Straddling = 0;
        _map.Apply(0, middle, _value);
        Array.Clear(_error);
        Rounding(0, middle, _error, true);
        for (int k = 0; k < inputs; k++)
        {
            _ones.AsSpan(0, inputs).Clear();
            _ones[k] = 1;
            _map.Multiply(0, _ones.AsSpan(0, inputs), _centre[k]);
            Array.Clear(_radius[k]);
        }

        for (int layer = 1; layer <= last; layer++)
        {
            int width = _map.Width(layer - 1);
            Activate(width, radius);
            Advance(layer, width);
        }

        Value = new Interval[_map.Outputs];
        Jacobian = new Interval[_map.Outputs * inputs];
        for (int i = 0; i < Value.Length; i++)
        {
            Value[i] = _curve.At(Interval.Around(_value[i], _error[i]));
            var slope = _curve.Slope(Interval.Around(_value[i], Interval.Up(_error[i] + Deviation(i, radius))));
            for (int k = 0; k < inputs; k++) Jacobian[i * inputs + k] = slope * Interval.Around(_centre[k][i], _radius[k][i]);
        }
    }

    // An upper bound of Σ_k |J_ik| r_k.
    private double Deviation(int neuron, ReadOnlySpan<double> radius)
    {
        double sum = 0;
        for (int k = 0; k < radius.Length; k++) sum += (Math.Abs(_centre[k][neuron]) + _radius[k][neuron]) * radius[k];
        return sum * (1 + 16 * ReluMap.Roundoff);
    }

    private void Activate(int width, ReadOnlySpan<double> radius)
    {
        for (int i = 0; i < width; i++)
        {
            double reach = (_error[i] + Deviation(i, radius)) * (1 + 4 * ReluMap.Roundoff);
            double value = _value[i];
            if (value > reach) continue;
            if (value < -reach)
            {
                _value[i] = _error[i] = 0;
                for (int k = 0; k < radius.Length; k++) _centre[k][i] = _radius[k][i] = 0;
                continue;
            }

            Straddling++;
            _value[i] = Math.Max(value, 0);
            for (int k = 0; k < radius.Length; k++)
            {
                _centre[k][i] /= 2;
                _radius[k][i] = Interval.Up(_radius[k][i] + Math.Abs(_centre[k][i]));
            }
        }
    }

    private void Advance(int layer, int width)
    {
        _map.Apply(layer, _value.AsSpan(0, width), _nextValue);
        _map.MultiplyMagnitudes(layer, _error.AsSpan(0, width), _nextError);
        Rounding(layer, _value.AsSpan(0, width), _nextError, true);
        (_value, _nextValue, _error, _nextError) = (_nextValue, _value, _nextError, _error);
        for (int k = 0; k < _centre.Length; k++)
        {
            _map.Multiply(layer, _centre[k].AsSpan(0, width), _nextCentre[k]);
            _map.MultiplyMagnitudes(layer, _radius[k].AsSpan(0, width), _nextRadius[k]);
            Rounding(layer, _centre[k].AsSpan(0, width), _nextRadius[k], false);
            (_centre[k], _nextCentre[k], _radius[k], _nextRadius[k]) = (_nextCentre[k], _centre[k], _nextRadius[k], _radius[k]);
        }
    }

    private void Rounding(int layer, ReadOnlySpan<double> h, double[] errors, bool withBias)
    {
        TensorPrimitives.Abs(h, _sizes);
        _map.MultiplyMagnitudes(layer, _sizes.AsSpan(0, h.Length), _scratch);
        var bias = _map.Bias(layer);
        double gamma = 1.0000001 * ReluMap.Gamma(h.Length);
        for (int i = 0; i < bias.Length; i++) errors[i] += gamma * (_scratch[i] + (withBias ? Math.Abs(bias[i]) : 0));
    }
}
