using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Lab.Metrics;

/// <summary>Sets of points as row-major [points, features] in double: checks, distances, diameters.</summary>
internal static class PointSets
{
    // Below this many multiply-adds threads cost more than they bring.
    private const long ParallelWork = 1 << 22;

    /// <summary>The values as doubles, after a check that they are whole, finite points and at least one.</summary>
    public static double[] Require(string metric, string parameter, ReadOnlySpan<float> values, int features, string? called = null)
    {
        string name = called ?? parameter;
        if (features < 1)
            throw new ArgumentOutOfRangeException(nameof(features), features, $"{metric}: a point must have at least 1 feature");
        if (values.Length == 0) throw new ArgumentException($"{metric}: the {name} are empty, at least one point is needed", parameter);
        if (values.Length % features != 0)
            throw new ArgumentException($"{metric}: the {values.Length} values of the {name} are not whole points of {features} features",
                parameter);
        var points = new double[values.Length];
        for (int i = 0; i < points.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{metric}: value {i} of the {name} is {values[i]}, not a finite number"), parameter);
            }

            points[i] = values[i];
        }

        return points;
    }

    /// <summary>Refuses a tolerance, threshold or the like that is not a finite number above 0.</summary>
    public static void RequirePositive(string metric, string name, double value)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"{metric}: {name} must be a finite number above 0");
    }

    /// <summary>Whether all coordinates are finite.</summary>
    public static bool IsFinite(ReadOnlySpan<double> point)
    {
        foreach (double value in point)
        {
            if (!double.IsFinite(value)) return false;
        }

        return true;
    }

    /// <summary>
    /// Σ (x_i - y_i)² in four chains, i mod 4, and then the rest: the same
    /// bits on every processor, as a 256-bit vector is four lanes on all.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredDistance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ref double a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        var lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 4 <= x.Length; i += 4)
        {
            var difference = Vector256.LoadUnsafe(ref a, (nuint)i) - Vector256.LoadUnsafe(ref b, (nuint)i);
            lanes += difference * difference;
        }

        double sum = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
        for (; i < x.Length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sum;
    }

    /// <summary>‖x - y‖₂.</summary>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Math.Sqrt(SquaredDistance(x, y));

    /// <summary>‖x - y‖₂/√D, the root mean square difference of the coordinates.</summary>
    public static double RootMeanSquare(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Math.Sqrt(SquaredDistance(x, y) / x.Length);

    /// <summary>‖x - y‖∞, the largest difference of two coordinates.</summary>
    public static double LargestDifference(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double largest = 0;
        for (int i = 0; i < x.Length; i++) largest = Math.Max(largest, Math.Abs(x[i] - y[i]));
        return largest;
    }

    /// <summary>Σ (x_i - y_i)² of floats, differences and sum in double, in one chain.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = (double)x[i] - y[i];
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>‖x - y‖₂/√D of floats, in double.</summary>
    public static double RootMeanSquare(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Math.Sqrt(SquaredDistance(x, y) / x.Length);

    /// <summary>For each point the nearest one of the other set (the lowest index among equals) and its distance.</summary>
    /// <remarks>A point that is not finite gets index -1 and NaN.</remarks>
    public static (int[] Index, double[] Distance) Nearest(double[] points, double[] others, int features)
    {
        var index = new int[points.Length / features];
        var distance = new double[index.Length];
        ForEach(index.Length, (long)points.Length * (others.Length / features), i =>
        {
            var point = points.AsSpan(i * features, features);
            (index[i], distance[i]) = IsFinite(point) ? NearestOf(point, others) : (-1, double.NaN);
        });
        return (index, distance);
    }

    private static (int Index, double Distance) NearestOf(ReadOnlySpan<double> point, double[] others)
    {
        int nearest = 0;
        double least = double.PositiveInfinity;
        for (int j = 0; j < others.Length / point.Length; j++)
        {
            double squared = SquaredDistance(point, others.AsSpan(j * point.Length, point.Length));
            if (squared < least) (least, nearest) = (squared, j);
        }

        return (nearest, Math.Sqrt(least));
    }

    /// <summary>The largest distance of two points; NaN where a point is not finite.</summary>
    /// <remarks>
    /// Points are taken by falling distance r from the centre: ‖x - y‖ ≤ r_x + r_y ends the search early, and the result stays exact.
    /// </remarks>
    public static double Diameter(double[] points, int features)
    {
        int count = points.Length / features;
        if (!IsFinite(points)) return double.NaN;
        var centre = new double[features];
        for (int i = 0; i < points.Length; i++) centre[i % features] += points[i] / count;
        var radius = new double[count];
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            // A little more than the distance, so that its rounding cannot hide a pair.
            radius[i] = -(1 + 1e-9) * Math.Sqrt(SquaredDistance(points.AsSpan(i * features, features), centre));
            order[i] = i;
        }

        Array.Sort(radius, order);
        double largest = 0;
        for (int i = 0; i < count; i++)
        {
            var point = points.AsSpan(order[i] * features, features);
            for (int j = 0; j < i && -radius[i] - radius[j] > largest; j++)
                largest = Math.Max(largest, Math.Sqrt(SquaredDistance(point, points.AsSpan(order[j] * features, features))));
        }

        return largest;
    }

    // Each index writes its own place, so the threads decide nothing.
    private static void ForEach(int count, long work, Action<int> body)
    {
        if (work >= ParallelWork) Parallel.For(0, count, body);
        else
        {
            for (int i = 0; i < count; i++) body(i);
        }
    }
}
