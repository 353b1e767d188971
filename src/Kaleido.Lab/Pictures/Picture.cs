namespace Kaleido.Lab.Pictures;

/// <summary>An 8-bit picture, grey or red-green-blue, rows from the top, the channels of a pixel side by side.</summary>
public sealed class Picture
{
    /// <summary>A picture filled with one shade.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    /// <param name="shade">The value of every channel.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range, or the picture would exceed 2³¹ bytes.</exception>
    public Picture(int width, int height, int channels, byte shade = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 or 3 channels.");
        }

        if ((long)width * channels > Array.MaxLength / height)
        {
            throw new ArgumentOutOfRangeException(nameof(height), height, $"A picture of {width} × {height} × {channels} is too large.");
        }

        Width = width;
        Height = height;
        Channels = channels;
        Pixels = new byte[width * height * channels];
        Pixels.AsSpan().Fill(shade);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 (grey) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>The bytes: channel c of the pixel (x, y) is at (y · Width + x) · Channels + c. May be written to.</summary>
    public byte[] Pixels { get; }

    /// <summary>Copies another picture into this one at (left, top), its upper left corner; grey goes into every channel.</summary>
    /// <exception cref="ArgumentException">It does not fit, or colour would go into grey.</exception>
    public void Paste(Picture picture, int left, int top)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (left < 0 || top < 0 || left > Width - picture.Width || top > Height - picture.Height || picture.Channels > Channels)
        {
            throw new ArgumentException(
                $"Paste: {picture.Width} × {picture.Height} × {picture.Channels} at ({left}, {top}) "
                + $"does not fit into {Width} × {Height} × {Channels}.",
                nameof(picture));
        }

        for (int y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> from = picture.Pixels.AsSpan(y * picture.Width * picture.Channels, picture.Width * picture.Channels);
            Span<byte> to = Pixels.AsSpan((((top + y) * Width) + left) * Channels, picture.Width * Channels);
            if (picture.Channels == Channels)
            {
                from.CopyTo(to);
                continue;
            }

            for (int x = 0; x < from.Length; x++)
            {
                to.Slice(3 * x, 3).Fill(from[x]);
            }
        }
    }

    /// <summary>Every pixel repeated <paramref name="factor"/> times in both directions.</summary>
    /// <param name="factor">At least 1.</param>
    public Picture Enlarge(int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        var large = new Picture(checked(Width * factor), checked(Height * factor), Channels);
        for (int y = 0; y < large.Height; y++)
        {
            for (int x = 0; x < large.Width; x++)
            {
                int from = (((y / factor) * Width) + (x / factor)) * Channels, to = ((y * large.Width) + x) * Channels;
                Pixels.AsSpan(from, Channels).CopyTo(large.Pixels.AsSpan(to));
            }
        }

        return large;
    }
}
