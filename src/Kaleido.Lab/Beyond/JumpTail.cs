using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Beyond;

/// <summary>Sizes of a kaleidoscope's steps, ‖x_{t+1} - x_t‖/√D, of the samples after burn-in.</summary>
internal sealed class JumpTail
{
    /// <summary>Steps above this are leaps: a tenth of the cube's side on each axis.</summary>
    public const double Leap = 0.1;

    private readonly double[] _sorted;

    private JumpTail(double[] jumps, double rest, double near) => (_sorted, AtRest, Near) = (jumps, rest, near);

    /// <summary>Number of steps.</summary>
    public int Count => _sorted.Length;

    /// <summary>The share of the chains whose last step is below 1e-3.</summary>
    public double AtRest { get; }

    /// <summary>The share of the samples that are within .05·√D of a reference point.</summary>
    public double Near { get; }

    /// <summary>A quantile of the step's size.</summary>
    public double Quantile(double share) => Statistics.Quantile(_sorted, share);

    /// <summary>The share of the steps above a size.</summary>
    public double Above(double size)
    {
        int at = Array.BinarySearch(_sorted, size);
        at = at < 0 ? ~at : at;
        while (at < _sorted.Length && _sorted[at] <= size) at++;
        return (_sorted.Length - at) / (double)_sorted.Length;
    }

    /// <summary>Runs a kaleidoscope with centred uniform noise and measures its steps.</summary>
    /// <param name="network">The network.</param>
    /// <param name="epsilon">ε; 0 for no noise.</param>
    /// <param name="chains">Chains.</param>
    /// <param name="burnIn">Iterations before the first step counts.</param>
    /// <param name="steps">Steps of each chain.</param>
    /// <param name="seed">The seed of starts and noise.</param>
    /// <param name="reference">What the samples ought to be near to, row-major.</param>
    public static JumpTail Measure(Mlp network, double epsilon, int chains, int burnIn, int steps, uint seed, float[] reference)
    {
        int features = network.Inputs;
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = chains, Epsilon = epsilon, Seed = seed });
        float[] before = kaleidoscope.Advance(burnIn).Samples.ToArray();
        var jumps = new double[chains * steps];
        for (int t = 0; t < steps; t++)
        {
            float[] samples = kaleidoscope.Step().Samples.ToArray();
            for (int c = 0; c < chains; c++)
            {
                jumps[t * chains + c] =
                    PointSets.RootMeanSquare(before.AsSpan(c * features, features), samples.AsSpan(c * features, features));
            }

            before = samples;
        }

        double rest = jumps.Skip((steps - 1) * chains).Count(jump => jump < 1e-3) / (double)chains;
        double[] distances = PointSets.Nearest([.. before.Select(x => (double)x)], [.. reference.Select(x => (double)x)], features)
            .Distance;
        double near = distances.Count(distance => distance <= 0.05 * Math.Sqrt(features)) / (double)chains;
        Array.Sort(jumps);
        return new(jumps, rest, near);
    }
}
