namespace Kaleido.Files;

/// <summary>
/// A picture as read from a file, without loss: grey or red-green-blue, rows from the top, the channels of a pixel side by side. Channel c
/// of the pixel (x, y) is at (y · Width + x) · Channels + c. Values are levels from 0 (black) to 1, kept as bytes (level · 255) where every
/// level is a whole multiple of 1/255 by the kind of the file, and else as float32.
/// </summary>
public sealed class Image
{
    private readonly byte[]? _bytes;
    private readonly float[]? _values;

    internal Image(int width, int height, int channels, byte[] bytes, bool hadAlpha)
        : this(width, height, channels, hadAlpha) => _bytes = bytes;

    internal Image(int width, int height, int channels, float[] values, bool hadAlpha)
        : this(width, height, channels, hadAlpha) => _values = values;

    private Image(int width, int height, int channels, bool hadAlpha)
    {
        (Width, Height, Channels, HadAlpha) = (width, height, channels, hadAlpha);
    }

    /// <summary>Pixels in a row, at least 1.</summary>
    public int Width { get; }

    /// <summary>Rows, at least 1.</summary>
    public int Height { get; }

    /// <summary>1 (grey) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>
    /// Whether the file could hold transparent pixels: an alpha channel, or a table or colour of transparency. They lie over white.
    /// </summary>
    public bool HadAlpha { get; }

    /// <summary>The number of values: Width · Height · Channels.</summary>
    public int Count => _bytes?.Length ?? _values!.Length;

    /// <summary>Whether the values are bytes: 8 bits or fewer in the file, and no half-transparent pixel.</summary>
    public bool IsBytes => _bytes is not null;

    /// <summary>The values as bytes, level · 255; empty unless <see cref="IsBytes"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A picture of bytes, copied.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="bytes">width · height · channels values, level · 255.</param>
    /// <exception cref="ArgumentException">A size is out of range or does not match the values.</exception>
    public static Image FromBytes(int width, int height, int channels, ReadOnlySpan<byte> bytes)
    {
        Check(width, height, channels, bytes.Length);
        return new Image(width, height, channels, bytes.ToArray(), hadAlpha: false);
    }

    /// <summary>A picture of float32 levels, copied. They are not checked: a picture may hold values outside 0 to 1.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="levels">width · height · channels values.</param>
    /// <exception cref="ArgumentException">A size is out of range or does not match the values.</exception>
    public static Image FromSingles(int width, int height, int channels, ReadOnlySpan<float> levels)
    {
        Check(width, height, channels, levels.Length);
        return new Image(width, height, channels, levels.ToArray(), hadAlpha: false);
    }

    /// <summary>All levels, the channels of a pixel side by side; byte / 255 correctly rounded where the values are bytes.</summary>
    /// <param name="destination">Exactly <see cref="Count"/> values.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (destination.Length != Count)
        {
            throw new ArgumentException($"Image: expected room for {Count} values, found {destination.Length}.", nameof(destination));
        }

        if (_values is not null)
        {
            _values.CopyTo(destination);
            return;
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _bytes![i] / 255f;
        }
    }

    /// <summary>All levels in a new array, as <see cref="CopyTo"/> orders them.</summary>
    public float[] ToSingle()
    {
        var levels = new float[Count];
        CopyTo(levels);
        return levels;
    }

    /// <summary>
    /// All levels channel by channel, the order of a row of a data set: value (c · Height + y) · Width + x is channel c of the pixel (x,
    /// y).
    /// </summary>
    /// <param name="destination">Exactly <see cref="Count"/> values.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void CopyPlanesTo(Span<float> destination)
    {
        if (Channels == 1)
        {
            CopyTo(destination);
            return;
        }

        float[] levels = ToSingle();
        if (destination.Length != levels.Length)
        {
            throw new ArgumentException($"Image: expected room for {Count} values, found {destination.Length}.", nameof(destination));
        }

        int plane = Width * Height;
        for (int i = 0; i < levels.Length; i++)
        {
            destination[(i % Channels * plane) + (i / Channels)] = levels[i];
        }
    }

    private static void Check(int width, int height, int channels, int count)
    {
        if (width < 1 || height < 1 || channels is not (1 or 3) || (Int128)width * height * channels != count)
        {
            throw new ArgumentException(
                $"Image: {count} values are no picture of {width} × {height} with {channels} channels, of which there may be 1 or 3.");
        }
    }
}
