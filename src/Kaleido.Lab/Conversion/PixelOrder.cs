using Kaleido.Data;
using Kaleido.Files;

namespace Kaleido.Lab.Conversion;

/// <summary>The two orders of a colour picture's numbers.</summary>
public static class PixelOrder
{
    /// <summary>
    /// Pictures as an array that is read as the same pictures again: grey [samples, height, width]; colour, as most programs expect it,
    /// [samples, height, width, 3], but [samples, 3, height, width] where a height of 1 or 3 would be taken for a number of channels.
    /// </summary>
    /// <param name="planes">Whole samples of the shape, as data sets keep them.</param>
    /// <param name="shape">The shape of a sample.</param>
    /// <exception cref="ArgumentException">The values are not whole samples.</exception>
    public static NpyArray ToArray(ReadOnlySpan<float> planes, ImageShape shape)
    {
        int samples = Samples(planes, shape);
        if (shape.Channels == 1) return NpyArray.From([samples, shape.Height, shape.Width], planes);
        return shape.Height is 1 or 3
            ? NpyArray.From([samples, shape.Channels, shape.Height, shape.Width], planes)
            : NpyArray.From<float>([samples, shape.Height, shape.Width, shape.Channels], Interleave(planes, shape));
    }

    /// <summary>From planes, one channel after the other, as data sets keep them, to the channels of a pixel side by side.</summary>
    /// <param name="planes">Whole samples of the shape.</param>
    /// <param name="shape">The shape of a sample.</param>
    /// <exception cref="ArgumentException">The values are not whole samples.</exception>
    public static float[] Interleave(ReadOnlySpan<float> planes, ImageShape shape)
    {
        Samples(planes, shape);
        int features = shape.Features, plane = shape.Width * shape.Height;
        var values = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            int within = i % features;
            values[i - within + within % plane * shape.Channels + within / plane] = planes[i];
        }

        return values;
    }

    private static int Samples(ReadOnlySpan<float> planes, ImageShape shape)
    {
        if (shape.Features == 0 || planes.Length % shape.Features != 0)
            throw new ArgumentException($"{planes.Length} values are not whole samples of {shape}.", nameof(planes));
        return planes.Length / shape.Features;
    }
}
