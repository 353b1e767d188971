using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Beyond;

/// <summary>Shapes in the unit square to draw data from: curves, and sets in several pieces.</summary>
internal static class PlaneShapes
{
    public const string Circle = "circle", Segment = "segment", Spiral = "spiral", Moons = "two moons", Blobs = "four blobs";

    private const double Radius = 0.35, BlobDeviation = 0.03;

    /// <summary>Whether a shape is in one piece.</summary>
    public static bool IsConnected(string shape) => shape is Circle or Segment or Spiral;

    /// <summary>Points of a shape, rows of two numbers.</summary>
    /// <param name="shape">Its name.</param>
    /// <param name="count">How many points.</param>
    /// <param name="seed">The seed they are drawn with.</param>
    public static float[] Draw(string shape, int count, uint seed) => Draw(count, seed, (u, v, w) => At(shape, u, v, w));

    /// <summary>Points of a circle with four gaps.</summary>
    /// <param name="gaps">The share of the circle that is missing, from 0 to below 1.</param>
    /// <param name="count">How many points.</param>
    /// <param name="seed">The seed they are drawn with.</param>
    public static float[] Arcs(double gaps, int count, uint seed) => Draw(count, seed, (u, _, _) =>
    {
        double quarter = Math.Floor(4 * u), within = 4 * u - quarter;
        return OnCircle((quarter + gaps / 2 + (1 - gaps) * within) / 4);
    });

    private static float[] Draw(int count, uint seed, Func<double, double, double, (double X, double Y)> at)
    {
        var points = new float[2 * count];
        for (int i = 0; i < count; i++)
        {
            float[] u = MetricRandom.UniformFloats(seed, BeyondRandom.ShapeData, (ulong)i, 3);
            var (x, y) = at(u[0], u[1], u[2]);
            (points[2 * i], points[2 * i + 1]) = ((float)x, (float)y);
        }

        return points;
    }

    private static (double X, double Y) At(string shape, double u, double v, double w)
    {
        switch (shape)
        {
            case Circle: return OnCircle(u);
            case Segment: return (0.15 + 0.7 * u, 0.3 + 0.4 * u);
            case Spiral:
                // Equal arc length to a good approximation: the radius grows with the square root.
                double turn = Math.Sqrt(0.02 + 0.98 * u), angle = 2 * Math.PI * 2 * turn;
                return (0.5 + 0.42 * turn * Math.Cos(angle), 0.5 + 0.42 * turn * Math.Sin(angle));
            case Moons:
                double half = Math.PI * v;
                return u < 0.5 ? (0.38 + 0.24 * Math.Cos(half), 0.45 + 0.24 * Math.Sin(half))
                    : (0.62 - 0.24 * Math.Cos(half), 0.55 - 0.24 * Math.Sin(half));
            case Blobs:
                // Box and Muller's polar form; a blob is chosen by the first number's quarter.
                double quarter = Math.Floor(4 * u), r = BlobDeviation * Math.Sqrt(-2 * Math.Log(1 - v));
                return ((quarter % 2 == 0 ? 0.25 : 0.75) + r * Math.Cos(2 * Math.PI * w),
                    (quarter < 2 ? 0.25 : 0.75) + r * Math.Sin(2 * Math.PI * w));
            default: throw new ArgumentException($"PlaneShapes: there is no shape \"{shape}\"", nameof(shape));
        }
    }

    private static (double X, double Y) OnCircle(double turn) =>
        (0.5 + Radius * Math.Cos(2 * Math.PI * turn), 0.5 + Radius * Math.Sin(2 * Math.PI * turn));
}
