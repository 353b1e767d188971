using System.Numerics;

namespace Kaleido.Numerics;

/// <summary>
/// Random float32 numbers by absolute index: element firstIndex + i of the draw (seed, stream, step), so a part drawn alone has the bits
/// it has in the whole.
/// </summary>
internal static class PhiloxFill
{
    private const int BufferLength = 512;

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
        Span<uint> buffer = stackalloc uint[BufferLength];
        while (destination.Length > 0)
        {
            int skip = (int)(firstIndex & 3), count = Math.Min(destination.Length, BufferLength - skip);
            PhiloxLanes.Words(seed, stream, step, firstIndex >> 2, buffer[..((skip + count + 3) & ~3)]);
            ToUniform(buffer.Slice(skip, count), low, width, high, destination);
            destination = destination[count..];
            firstIndex += (ulong)count;
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
        Span<float> buffer = stackalloc float[BufferLength];
        while (destination.Length > 0)
        {
            int skip = (int)(firstIndex & 3), count = Math.Min(destination.Length, BufferLength - skip);
            PhiloxLanes.Normal(seed, stream, step, firstIndex >> 2, mean, deviation, buffer[..((skip + count + 3) & ~3)]);
            buffer.Slice(skip, count).CopyTo(destination);
            destination = destination[count..];
            firstIndex += (ulong)count;
        }
    }

    /// <summary>min(fma(⌊word/256⌋·2⁻²⁴, width, low), high).</summary>
    private static void ToUniform(ReadOnlySpan<uint> words, float low, float width, float high, Span<float> destination)
    {
        int i = 0;
        for (; i <= words.Length - Vector<float>.Count && !SoftwareFusedMultiplyAdd.IsNeeded; i += Vector<float>.Count)
        {
            // 24 bits convert without rounding.
            Vector<int> upper = Vector.AsVectorInt32(new Vector<uint>(words[i..]) >>> 8);
            Vector<float> u = Vector.ConvertToSingle(upper) * (1f / 16777216f);
            Vector<float> value = Vector.FusedMultiplyAdd(u, new Vector<float>(width), new Vector<float>(low));
            Vector.Min(value, new Vector<float>(high)).CopyTo(destination[i..]);
        }

        for (; i < words.Length; i++)
            destination[i] = Math.Min(FloatScalar.FusedMultiplyAdd(new(Philox.ToUniform(words[i])), new(width), low).Value, high);
    }
}
