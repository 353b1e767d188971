using Kaleido.Lab.Figures;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>Where starts end.</summary>
internal enum FlowEnd
{
    /// <summary>Within τ of a datum, whether that attracts or not.</summary>
    Datum,

    /// <summary>At another fixed point that attracts under iteration.</summary>
    Spurious,

    /// <summary>
    /// At another fixed point that iteration leaves on both sides along some axis: from 1e-3 beside it, it is .01 away within 100
    /// applications. (A kink on a datum can make it attract on one side alone; that is no repeller.)
    /// </summary>
    Unstable,

    /// <summary>Where f(x) ≠ x: a minimum of ℓ above 0, a cycle, or still on the way.</summary>
    Elsewhere,
}

/// <summary>The ends of the same starts under iteration and under gradient flow, for one network.</summary>
internal sealed class FlowEnds
{
    private const double Zero = 1e-6;
    private const int Applications = 1000, Steps = 500;
    private readonly Mlp _network;
    private readonly float[] _data;
    private readonly double _tolerance;

    public FlowEnds(Mlp network, float[] data, double tolerance) => (_network, _data, _tolerance) = (network, data, tolerance);

    /// <summary>The starts after many applications.</summary>
    public float[] Iterate(float[] starts) => SyntheticNets.Iterate(_network, starts, Applications);

    /// <summary>The starts at the end of the gradient flow.</summary>
    public static float[] Flow(LossFlow flow, float[] starts) => flow.Follow(starts, Steps, 0.02);

    /// <summary>The share of ends within τ of a datum.</summary>
    public double Yield(float[] ends) => SyntheticNets.ShareWithin(ends, _data, _network.Inputs, _tolerance);

    /// <summary>Which ends are fixed points that iteration leaves, data among them.</summary>
    public bool[] AreUnstable(LossFlow flow, float[] ends)
    {
        var (loss, _) = flow.At(ends);
        return [.. Leaves(ends).Select((leaves, i) => leaves && loss[i] <= Zero)];
    }

    /// <summary>Sorts ends.</summary>
    public FlowEnd[] Sort(LossFlow flow, float[] ends)
    {
        var nearest = SyntheticNets.Nearest(ends, _data, _network.Inputs);
        var (loss, _) = flow.At(ends);
        bool[] unstable = AreUnstable(flow, ends);
        return [.. loss.Select((value, i) => nearest[i].Distance <= _tolerance ? FlowEnd.Datum
            : unstable[i] ? FlowEnd.Unstable
            : value <= Zero ? FlowEnd.Spurious : FlowEnd.Elsewhere)];
    }

    // Whether starts 1e-3 beside a point, on both sides along some axis, are .01 away from it within 100 applications.
    private bool[] Leaves(float[] points)
    {
        int features = _network.Inputs, count = points.Length / features;
        var leaves = new bool[count];
        for (int axis = 0; axis < features; axis++)
        {
            bool[] above = Leaves(points, axis, 1e-3f), below = Leaves(points, axis, -1e-3f);
            for (int i = 0; i < count; i++) leaves[i] |= above[i] && below[i];
        }

        return leaves;
    }

    private bool[] Leaves(float[] points, int axis, float offset)
    {
        int features = _network.Inputs, count = points.Length / features;
        float[] states = [.. points];
        for (int i = 0; i < count; i++) states[i * features + axis] += offset;
        var leaves = new bool[count];
        for (int k = 0; k < 100; k++)
        {
            states = _network.Evaluate(states);
            if (k < 20 || k % 5 != 4) continue;
            for (int i = 0; i < count; i++)
            {
                double square = 0;
                for (int j = 0; j < features; j++) square += Math.Pow((double)states[i * features + j] - points[i * features + j], 2);
                leaves[i] |= square > 1e-4;
            }
        }

        return leaves;
    }
}
