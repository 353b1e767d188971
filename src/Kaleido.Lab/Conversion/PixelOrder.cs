using Kaleido.Data;

namespace Kaleido.Lab.Conversion;

/// <summary>The two orders of a colour picture's numbers.</summary>
public static class PixelOrder
{
    /// <summary>From planes, one channel after the other, as data sets keep them, to the channels of a pixel side by side.</summary>
    /// <param name="planes">Whole samples of the shape.</param>
    /// <param name="shape">The shape of a sample.</param>
    /// <exception cref="ArgumentException">The values are not whole samples.</exception>
    public static float[] Interleave(ReadOnlySpan<float> planes, ImageShape shape)
    {
        int features = shape.Features, plane = shape.Width * shape.Height;
        if (features == 0 || planes.Length % features != 0)
            throw new ArgumentException($"Interleave: {planes.Length} values are not whole samples of {shape}.", nameof(planes));
        var values = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            int within = i % features;
            values[i - within + within % plane * shape.Channels + within / plane] = planes[i];
        }

        return values;
    }
}
