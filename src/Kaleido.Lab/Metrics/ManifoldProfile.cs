using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>
/// The loss manifold ℓ(x) = ‖x - f(x)‖²/D and the output manifold f(x) of a network over a regular grid of [low, high]^D, D = 1 or 2.
/// </summary>
/// <remarks>
/// Source: H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, figures 2 to 5. Unlike the grid of its code this one
/// includes both ends of each axis. ℓ is 0 exactly at fixed points, the repelling ones too.
/// </remarks>
public sealed class ManifoldProfile
{
    private ManifoldProfile(int dimensions, int pointsPerAxis, double[] inputs, double[] outputs)
    {
        (Dimensions, PointsPerAxis, Inputs, Outputs) = (dimensions, pointsPerAxis, inputs, outputs);
        Losses = new double[inputs.Length / dimensions];
        for (int i = 0; i < Losses.Length; i++)
        {
            var input = inputs.AsSpan(i * dimensions, dimensions);
            Losses[i] = PointSets.SquaredDistance(input, outputs.AsSpan(i * dimensions, dimensions)) / dimensions;
        }
    }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Grid points on each axis.</summary>
    public int PointsPerAxis { get; }

    /// <summary>
    /// The grid, row-major [points, D], in the network's units. Row i·PointsPerAxis + j has the first coordinate of grid line i and the
    /// second of j.
    /// </summary>
    public double[] Inputs { get; }

    /// <summary>f of each row of <see cref="Inputs"/>, [points, D], in the network's units.</summary>
    public double[] Outputs { get; }

    /// <summary>ℓ of each row, [points], in squared units; at most (high - low)² for an output in the same interval.</summary>
    public double[] Losses { get; }

    /// <summary>Evaluates a network on a grid.</summary>
    /// <param name="network">f, with D = 1 or 2 inputs and outputs, applied without its data scaling.</param>
    /// <param name="pointsPerAxis">At least 2; the ends are among them.</param>
    /// <param name="interval">[low, high], in the network's units; null for the range of its output.</param>
    /// <exception cref="ArgumentException">
    /// The network has other dimensions, or its output is unbounded and no interval is given.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">pointsPerAxis is below 2.</exception>
    public static ManifoldProfile Measure(Mlp network, int pointsPerAxis = 101, (double Low, double High)? interval = null)
    {
        const string Name = nameof(ManifoldProfile);
        using var map = new NetworkMap(Name, network);
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsPerAxis, 2);
        if (map.Features > 2)
            throw new ArgumentException($"{Name}: a grid needs 1 or 2 dimensions, the network has {map.Features}", nameof(network));
        var (low, high) = Cube.Interval(Name, network, interval);
        double[] inputs = Cube.Grid(low, high, map.Features, pointsPerAxis);
        var outputs = new double[inputs.Length];
        map.Apply(inputs, outputs);
        return new(map.Features, pointsPerAxis, inputs, outputs);
    }
}
