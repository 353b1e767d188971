using Kaleido.Numerics;

namespace Kaleido.Lab.Metrics;

/// <summary>The Philox streams of the metrics, and numbers in double from them.</summary>
internal static class MetricRandom
{
    /// <summary>Points of a cube.</summary>
    public const uint CubePoints = 0x5000_0000;

    /// <summary>Directions in which a kink is looked at from both sides.</summary>
    public const uint Directions = 0x5000_0001;

    /// <summary>Where power iterations and Arnoldi's method start.</summary>
    public const uint Starts = 0x5000_0002;

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public static double Uniform(uint seed, uint stream, ulong step, ulong index)
    {
        var (w0, w1, w2, w3) = Philox.Block(seed, stream, step, index >> 1);
        var (high, low) = (index & 1) == 0 ? (w0, w1) : (w2, w3);
        return (((ulong)(high >> 5) << 26) | (low >> 6)) * (1 / 9007199254740992.0);
    }

    /// <summary>So many of them rounded to float, so up to 1.</summary>
    public static float[] Rounded(uint seed, uint stream, ulong step, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (float)Uniform(seed, stream, step, (ulong)i))];

    /// <summary>Uniform in [0, 1) in float.</summary>
    public static float UniformFloat(uint seed, uint stream, ulong step, ulong index) =>
        Philox.ToUniform(Philox.Word(seed, stream, step, index));

    /// <summary>So many of them.</summary>
    public static float[] UniformFloats(uint seed, uint stream, ulong step, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = UniformFloat(seed, stream, step, (ulong)i);
        return values;
    }

    /// <summary>A direction, uniform on the unit sphere: independent normal numbers, divided by their norm.</summary>
    public static double[] UnitVector(uint seed, uint stream, ulong step, int size)
    {
        var vector = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i += 2)
        {
            var (w0, w1, _, _) = Philox.Block(seed, stream, step, (ulong)i);
            var (first, second) = NormalDistribution.BoxMuller(w0, w1);
            vector[i] = first;
            if (i + 1 < size) vector[i + 1] = second;
        }

        foreach (double x in vector) sum += x * x;
        // All zero has a chance of about 2⁻²⁴ for one number and none for more; any direction will do then.
        if (sum == 0) (vector[0], sum) = (1, 1);
        double scale = 1 / Math.Sqrt(sum);
        for (int i = 0; i < size; i++) vector[i] *= scale;
        return vector;
    }
}
