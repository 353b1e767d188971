using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// A transform coder: mean and principal components of training vectors, a scalar quantiser for each coefficient and
/// level count (S. Lloyd, Least squares quantization in PCM, 1982), and a greedy allocation that gives each further
/// bit to the coefficient whose training error it lowers most. A prefix of that order is the code for any rate.
/// </summary>
internal sealed class TransformCoder
{
    private const int LargestBits = 6, LloydSteps = 25;
    private readonly double[] _mean, _components;
    private readonly double[][][] _levels;
    private readonly int[] _order;
    private readonly int _features;

    private TransformCoder(double[] mean, double[] components, double[][][] levels, int[] order, int features, double[] variances) =>
        (_mean, _components, _levels, _order, _features, Variances) = (mean, components, levels, order, features, variances);

    /// <summary>The variances along the components, falling.</summary>
    public double[] Variances { get; }

    /// <summary>The most bits that it can use.</summary>
    public int Bits => _order.Length;

    /// <summary>Learns from rows.</summary>
    /// <param name="rows">Row-major [samples, features].</param>
    /// <param name="features">Numbers in a row.</param>
    /// <param name="components">How many components get a quantiser.</param>
    public static TransformCoder Learn(double[] rows, int features, int components)
    {
        int samples = rows.Length / features;
        components = Math.Min(components, features);
        var mean = new double[features];
        for (int i = 0; i < samples; i++) DenseDouble.AddScaled(1.0 / samples, rows.AsSpan(i * features, features), mean);
        var covariance = new double[features * features];
        var centred = new double[rows.Length];
        for (int i = 0; i < samples; i++)
        {
            var row = centred.AsSpan(i * features, features);
            for (int k = 0; k < features; k++) row[k] = rows[i * features + k] - mean[k];
            for (int k = 0; k < features; k++) DenseDouble.AddScaled(row[k] / samples, row, covariance.AsSpan(k * features, features));
        }

        var (variances, vectors) = SymmetricEigen.Of(covariance, features);
        var levels = new double[components][][];
        var errors = new double[components, LargestBits + 1];
        for (int c = 0; c < components; c++)
        {
            double[] values = [.. Enumerable.Range(0, samples).Select(i =>
                DenseDouble.Dot(centred.AsSpan(i * features, features), vectors.AsSpan(c * features, features))).Order()];
            levels[c] = new double[LargestBits + 1][];
            for (int bits = 0; bits <= LargestBits; bits++) (levels[c][bits], errors[c, bits]) = Lloyd(values, 1 << bits);
        }

        return new(mean, vectors, levels, Allocate(errors, components), features, variances);
    }

    /// <summary>The row as it comes back from a code of at most so many bits.</summary>
    public double[] Decode(ReadOnlySpan<double> row, int bits)
    {
        var share = new int[_levels.Length];
        for (int i = 0; i < Math.Min(bits, _order.Length); i++) share[_order[i]]++;
        var centred = new double[_features];
        for (int k = 0; k < _features; k++) centred[k] = row[k] - _mean[k];
        double[] decoded = (double[])_mean.Clone();
        for (int c = 0; c < share.Length; c++)
        {
            if (share[c] == 0) continue;
            var component = _components.AsSpan(c * _features, _features);
            DenseDouble.AddScaled(Nearest(_levels[c][share[c]], DenseDouble.Dot(centred, component)), component, decoded);
        }

        return decoded;
    }

    // Errors fall with bits but need not be convex; the greedy choice looks one bit ahead.
    private static int[] Allocate(double[,] errors, int components)
    {
        var order = new List<int>();
        var used = new int[components];
        while (true)
        {
            int best = -1;
            double gain = 0;
            for (int c = 0; c < components; c++)
            {
                if (used[c] == LargestBits) continue;
                double saved = errors[c, used[c]] - errors[c, used[c] + 1];
                if (saved > gain) (best, gain) = (c, saved);
            }

            if (best < 0) return [.. order];
            used[best]++;
            order.Add(best);
        }
    }

    // Levels of least mean squared error for sorted values: each is the mean of the values nearest to it.
    private static (double[] Levels, double Error) Lloyd(double[] values, int count)
    {
        double[] levels = [.. Enumerable.Range(0, count).Select(i => values[(int)((i + 0.5) * values.Length / count)])];
        double error = double.PositiveInfinity;
        for (int step = 0; step < LloydSteps; step++)
        {
            var sum = new double[count];
            var members = new int[count];
            double squares = 0;
            int at = 0;
            foreach (double value in values)
            {
                while (at + 1 < count && Math.Abs(levels[at + 1] - value) <= Math.Abs(levels[at] - value)) at++;
                (sum[at], members[at]) = (sum[at] + value, members[at] + 1);
                squares += (value - levels[at]) * (value - levels[at]);
            }

            error = squares / values.Length;
            for (int i = 0; i < count; i++) if (members[i] > 0) levels[i] = sum[i] / members[i];
        }

        return (levels, error);
    }

    private static double Nearest(double[] levels, double value)
    {
        double best = levels[0];
        foreach (double level in levels) if (Math.Abs(level - value) < Math.Abs(best - value)) best = level;
        return best;
    }
}
