namespace Kaleido.Data;

/// <summary>
/// One affine map for a whole data set, y = x · Scale + Offset, from natural units to what a network sees. It is saved with the
/// network, so that samples can be mapped back.
/// </summary>
/// <remarks>
/// Each value is computed in double by one fused multiply-add and rounded once to float. Pictures are kept as v = fl(byte/255);
/// <see cref="ToSymmetric"/> then gives fl(2v - 1). Doubling commutes with rounding, 2·fl(byte/255) = fl(byte/127.5), so the result
/// equals, bit for bit, what float32 code computes by byte/127.5 - 1.
/// </remarks>
/// <param name="Offset">Added after the product; finite.</param>
/// <param name="Scale">The factor; finite, not 0 where <see cref="Invert"/> is used.</param>
public readonly record struct DataScaling(double Offset, double Scale)
{
    /// <summary>y = x: values already in [0, 1] stay there.</summary>
    public static DataScaling ToUnit => new(0, 1);

    /// <summary>y = 2x - 1: [0, 1] becomes [-1, 1].</summary>
    public static DataScaling ToSymmetric => new(-1, 2);

    /// <summary>destination = source · Scale + Offset, exactly rounded in double, then to float.</summary>
    /// <param name="source">Values in natural units.</param>
    /// <param name="destination">At least as long as the source; may be the same memory.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination)
    {
        Check(source, destination);
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = (float)Math.FusedMultiplyAdd(source[i], Scale, Offset);
        }
    }

    /// <summary>destination = (source - Offset) / Scale, in double, then rounded to float.</summary>
    /// <param name="source">Values as a network sees them.</param>
    /// <param name="destination">At least as long as the source; may be the same memory.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    /// <exception cref="InvalidOperationException">Scale is 0.</exception>
    public void Invert(ReadOnlySpan<float> source, Span<float> destination)
    {
        Check(source, destination);
        if (Scale == 0)
        {
            throw new InvalidOperationException("A scaling by 0 cannot be inverted.");
        }

        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = (float)((source[i] - Offset) / Scale);
        }
    }

    private static void Check(ReadOnlySpan<float> source, Span<float> destination)
    {
        if (destination.Length < source.Length)
        {
            throw new ArgumentException(
                $"Scaling: source [{source.Length}] does not fit into destination [{destination.Length}].", nameof(destination));
        }
    }
}
