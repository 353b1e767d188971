namespace Kaleido.Files;

/// <summary>Reads PGM and PPM files, as text (P2, P3) or binary (P5, P6), with a maximum of 1 to 65535.</summary>
/// <remarks>
/// Source: Netpbm, manual pages pgm(5) and ppm(5). A level is value / maximum; the values become bytes where the maximum divides 255.
/// Comments run from # to the end of a line, up to the pixels of a binary file and anywhere in a text file. A file holds one picture. The
/// claimed size is checked against the length of the file before anything is allocated.
/// </remarks>
public static class PnmReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset, expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static Image Read(string path)
    {
        using FileStream file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static Image Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        ImageFormat.Demand(stream, path, ImageKind.Pnm);
        var source = new PnmSource(stream, path);
        source.Next();
        int kind = source.Next() - '0';
        if (kind is not (2 or 3 or 5 or 6))
        {
            throw BadFile.At(path, 1, "P2, P3, P5 or P6", $"P{BadFile.Text(kind)}");
        }

        bool binary = kind >= 5;
        int channels = kind is 3 or 6 ? 3 : 1;
        source.Separator();
        int width = source.Number(1, int.MaxValue, "a width"), height = source.Number(1, int.MaxValue, "a height");
        long sizesEnd = source.Offset;
        int maximum = source.Number(1, 65535, "a maximum");
        source.Separator();

        int bytes = maximum > 255 ? 2 : 1;
        Int128 count = (Int128)width * height * channels;
        long left = stream.Length - source.Offset;
        // As text a value takes a digit and a separator, which the last one may lack.
        bool fits = binary ? count * bytes == left : (2 * count) - 1 <= left;
        if (!fits || count > Array.MaxLength)
        {
            throw BadFile.At(path, sizesEnd, $"{count} values of {(binary ? BadFile.Text(bytes) : "at least 2")} bytes for "
                + $"{BadFile.Text(width)} × {BadFile.Text(height)}", $"{BadFile.Text(left)} bytes");
        }

        if (255 % maximum == 0)
        {
            return new Image(width, height, channels, Bytes(source, (int)count, maximum, binary), hadAlpha: false);
        }

        return new Image(width, height, channels, Levels(source, (int)count, maximum, binary), hadAlpha: false);
    }

    private static byte[] Bytes(PnmSource source, int count, int maximum, bool binary)
    {
        var values = new byte[count];
        int scale = 255 / maximum;
        if (binary && scale == 1)
        {
            source.ReadExactly(values);
            return values;
        }

        for (int i = 0; i < count; i++)
        {
            values[i] = (byte)(scale * Value(source, maximum, binary));
        }

        source.End();
        return values;
    }

    private static float[] Levels(PnmSource source, int count, int maximum, bool binary)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)Value(source, maximum, binary) / maximum;
        }

        source.End();
        return values;
    }

    private static int Value(PnmSource source, int maximum, bool binary)
    {
        if (!binary)
        {
            return source.Number(0, maximum, "a value");
        }

        long offset = source.Offset;
        int value = maximum > 255 ? (source.Next() << 8) | source.Next() : source.Next();
        return value <= maximum ? value : throw source.Bad(offset, $"a value from 0 to {BadFile.Text(maximum)}", BadFile.Text(value));
    }
}
