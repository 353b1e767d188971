namespace Kaleido.Data;

/// <summary>How stored numbers become the values of pictures.</summary>
internal static class PixelValues
{
    /// <summary>byte / 255, correctly rounded, for every byte.</summary>
    private static readonly float[] Units = [.. Enumerable.Range(0, 256).Select(i => i / 255f)];

    /// <summary>destination = source / 255, correctly rounded.</summary>
    public static void FromBytes(ReadOnlySpan<byte> source, Span<float> destination)
    {
        float[] units = Units;
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = units[source[i]];
        }
    }

    /// <summary>
    /// Divides numbers by 255 in place where they are bytes in another type: all are whole and from 0 to 255, and one is 128 or more.
    /// </summary>
    public static void ScaleIfBytes(Span<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (value is not (>= 0 and <= 255) || value != MathF.Truncate(value))
            {
                return;
            }

            largest = Math.Max(largest, value);
        }

        if (largest < 128)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Units[(int)values[i]];
        }
    }

    /// <summary>
    /// Values of [samples, …] and the shape of a sample: rank 3 is [samples, height, width]; rank 4 is [samples, channels, height, width]
    /// where the second size is 1 or 3, else [samples, height, width, channels] where the last one is; everything else is no picture.
    /// </summary>
    public static (float[] Values, ImageShape? Image) Shaped(float[] values, ReadOnlySpan<int> sizes) => sizes.Length switch
    {
        3 => (values, new ImageShape(sizes[2], sizes[1], 1)),
        4 when sizes[1] is 1 or 3 => (values, new ImageShape(sizes[3], sizes[2], sizes[1])),
        4 when sizes[3] is 1 or 3 => (Planes(values, sizes[1] * sizes[2], sizes[3]), new ImageShape(sizes[2], sizes[1], sizes[3])),
        _ => (values, null),
    };

    /// <summary>Interleaved channels (last index) become planes, sample by sample.</summary>
    private static float[] Planes(float[] interleaved, int pixels, int channels)
    {
        if (channels == 1)
        {
            return interleaved;
        }

        var planes = new float[interleaved.Length];
        for (int start = 0; start < planes.Length; start += pixels * channels)
        {
            for (int i = 0; i < pixels * channels; i++)
            {
                planes[start + (i % channels * pixels) + (i / channels)] = interleaved[start + i];
            }
        }

        return planes;
    }
}
