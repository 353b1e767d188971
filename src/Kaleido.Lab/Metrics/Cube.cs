using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>The cube [low, high]^D with regular grids (ends included) and seeded points.</summary>
internal static class Cube
{
    /// <summary>The given interval, checked, or the range of the network's output.</summary>
    public static (double Low, double High) Interval(string metric, Mlp network, (double Low, double High)? given)
    {
        var (low, high) = given ?? network.Options.Output.Range ?? throw new ArgumentException(
            $"{metric}: the output activation {network.Options.Output} is not bounded, so an interval must be given");
        if (!double.IsFinite(low) || !double.IsFinite(high) || !(low < high))
            throw new ArgumentException(FormattableString.Invariant($"{metric}: [{low}, {high}] is no interval of finite length above 0"));
        return (low, high);
    }

    /// <summary>All points of a grid in D ≤ 2 dimensions, the last coordinate fastest; first and last are exactly low and high.</summary>
    public static double[] Grid(double low, double high, int dimensions, int pointsPerAxis)
    {
        var axis = new double[pointsPerAxis];
        for (int i = 0; i < pointsPerAxis; i++) axis[i] = low + (high - low) * i / (pointsPerAxis - 1);
        axis[^1] = high;
        if (dimensions == 1) return axis;
        var points = new double[2 * pointsPerAxis * pointsPerAxis];
        for (int i = 0; i < points.Length / 2; i++) (points[2 * i], points[2 * i + 1]) = (axis[i / pointsPerAxis], axis[i % pointsPerAxis]);
        return points;
    }

    /// <summary>The 2^D corners of [0, 1]^D, row-major; the first coordinate changes fastest.</summary>
    public static float[] Corners(int dimensions) =>
        [.. Enumerable.Range(0, dimensions << dimensions).Select(i => (float)(i / dimensions >> i % dimensions & 1))];

    /// <summary>The trapezoid rule's weights of that grid, with sum 1: the ends of each axis count half.</summary>
    public static double[] GridWeights(int dimensions, int pointsPerAxis)
    {
        var weights = new double[dimensions == 1 ? pointsPerAxis : pointsPerAxis * pointsPerAxis];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Axis(i % pointsPerAxis) * (dimensions == 1 ? 1 : Axis(i / pointsPerAxis));
        return weights;

        double Axis(int i) => (i == 0 || i == pointsPerAxis - 1 ? 0.5 : 1) / (pointsPerAxis - 1);
    }

    /// <summary>Points drawn uniformly; the first ones of a longer draw are those of a shorter one.</summary>
    public static double[] Points(double low, double high, int dimensions, int count, uint seed)
    {
        var points = new double[checked(count * dimensions)];
        for (int i = 0; i < points.Length; i++)
            points[i] = low + (high - low) * MetricRandom.Uniform(seed, MetricRandom.CubePoints, 0, (ulong)i);
        return points;
    }
}
