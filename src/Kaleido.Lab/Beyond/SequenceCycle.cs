using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Where a network trained to map each of k images to the next goes from the first of them: a cycle of k points of its own, if all is well,
/// which need not be the images themselves.
/// </summary>
/// <param name="Points">k consecutive points [k, features] of the orbit after the iterations.</param>
/// <param name="Radius">ρ of the product of the Jacobians once around them (Floquet).</param>
/// <param name="Off">The largest root mean square distance of a point from its image.</param>
/// <param name="IsCycle">Whether the orbit closes after k steps, and each point's nearest image is its own.</param>
internal sealed record SequenceCycle(float[] Points, double Radius, double Off, bool IsCycle)
{
    // Root mean square distance of a point and its k-th image, in double: far below what float can tell.
    private const double Closed = 1e-9;

    /// <summary>Finds it.</summary>
    /// <param name="network">The network, a self-map.</param>
    /// <param name="images">The images [k, features] in their order.</param>
    /// <param name="features">Numbers of an image.</param>
    /// <param name="rounds">How many times the orbit goes around before it is looked at.</param>
    public static SequenceCycle Of(Mlp network, float[] images, int features, int rounds)
    {
        int length = images.Length / features;
        var map = ReluSelfMap.Of(network);
        double[] data = [.. images.Select(value => (double)value)], x = data[..features];
        for (int i = 0; i < rounds * length; i++) map.Apply(x, x);
        var along = new Linearization[length];
        var points = new double[data.Length];
        for (int i = 0; i < length; i++)
        {
            x.CopyTo(points, i * features);
            along[i] = map.Linearize(x);
            map.Apply(x, x);
        }

        int[] nearest = PointSets.Nearest(points, data, features).Index;
        double off = Enumerable.Range(0, length).Max(i =>
            PointSets.RootMeanSquare(points.AsSpan(i * features, features), data.AsSpan(i * features, features)));
        return new([.. points.Select(value => (float)value)], Linearization.DominantRadius(along), off,
            nearest.SequenceEqual(Enumerable.Range(0, length)) && PointSets.RootMeanSquare(x, points.AsSpan(0, features)) <= Closed);
    }

    /// <summary>The share of starts, beside each point in turn, that are nearer to that point after the iterations than before.</summary>
    /// <param name="starts">Starts [copies · k, features], the i-th beside point i mod k.</param>
    /// <param name="ends">Where they are after a multiple of k iterations.</param>
    /// <param name="features">Numbers of a point.</param>
    public double Attracted(float[] starts, float[] ends, int features)
    {
        int rows = starts.Length / features, nearer = 0;
        for (int row = 0; row < rows; row++)
        {
            if (Squares(ends, row) < Squares(starts, row)) nearer++;
        }

        return nearer / (double)rows;

        double Squares(float[] states, int row) => PointSets.SquaredDistance(
            states.AsSpan(row * features, features), Points.AsSpan(row * features % Points.Length, features));
    }
}
