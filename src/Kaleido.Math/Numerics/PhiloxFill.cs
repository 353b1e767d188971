namespace Kaleido.Numerics;

/// <summary>
/// Random float32 numbers by absolute index: element firstIndex + i of the draw (seed, stream, step), so a part drawn alone has the bits
/// it has in the whole.
/// </summary>
internal static class PhiloxFill
{
    /// <summary>
    /// Uniform in [low, high]: fma(u, high - low, low) with u = ⌊word/256⌋·2⁻²⁴, the width formed in double and rounded once, and the
    /// value limited to high.
    /// </summary>
    /// <exception cref="ArgumentException">low ≤ high does not hold, or one is not finite.</exception>
    public static void Uniform(
        uint seed, uint stream, ulong step, ulong firstIndex, float low, float high, Span<float> destination)
    {
        if (!float.IsFinite(low) || !float.IsFinite(high) || low > high)
            throw new ArgumentException($"a finite low ≤ high is expected, not {low} and {high}", nameof(low));
        float width = (float)((double)high - low);
        if (float.IsInfinity(width)) throw new ArgumentException($"high - low overflows: {low}, {high}", nameof(high));
        for (int i = 0; i < destination.Length;)
        {
            ulong index = firstIndex + (ulong)i;
            var (w0, w1, w2, w3) = Philox.Block(seed, stream, step, index >> 2);
            int lane = (int)(index & 3), count = Math.Min(4 - lane, destination.Length - i);
            for (int end = lane + count; lane < end; lane++, i++)
            {
                float u = Philox.ToUniform(lane switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 });
                destination[i] = Math.Min(MathF.FusedMultiplyAdd(u, width, low), high);
            }
        }
    }

    /// <summary>
    /// Normal: fma(deviation, z, mean) in double, rounded once, z from <see cref="NormalDistribution.BoxMuller"/> over the words
    /// (0, 1) and (2, 3) of each block.
    /// </summary>
    /// <exception cref="ArgumentException">mean or deviation is not finite, or deviation is negative.</exception>
    public static void Normal(
        uint seed, uint stream, ulong step, ulong firstIndex, double mean, double deviation, Span<float> destination)
    {
        if (!double.IsFinite(mean) || !double.IsFinite(deviation) || deviation < 0)
            throw new ArgumentException($"a finite mean and deviation ≥ 0 are expected, not {mean} and {deviation}", nameof(deviation));
        for (int i = 0; i < destination.Length;)
        {
            ulong index = firstIndex + (ulong)i;
            var (w0, w1, w2, w3) = Philox.Block(seed, stream, step, index >> 2);
            do
            {
                int lane = (int)(index & 3);
                var (first, second) = lane < 2 ? NormalDistribution.BoxMuller(w0, w1) : NormalDistribution.BoxMuller(w2, w3);
                if ((lane & 1) == 0)
                {
                    destination[i++] = (float)Math.FusedMultiplyAdd(deviation, first, mean);
                    index++;
                }

                if (i == destination.Length) return;
                destination[i++] = (float)Math.FusedMultiplyAdd(deviation, second, mean);
                index++;
            }
            while ((index & 3) != 0 && i < destination.Length);
        }
    }
}
