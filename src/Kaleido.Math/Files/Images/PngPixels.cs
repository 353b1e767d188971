using System.Buffers.Binary;

namespace Kaleido.Files;

/// <summary>
/// From the unpacked rows of a PNG file to a picture: filters undone, samples unpacked, passes merged, palette and alpha resolved.
/// </summary>
internal static class PngPixels
{
    /// <summary>Decodes rows of the right length, which are overwritten.</summary>
    public static Image Decode(byte[] rows, string path, PngLayout layout)
    {
        PngHeader header = layout.Header;
        Unfilter(rows, path, layout);
        bool hadAlpha = header.HasAlphaChannel || layout.Transparency is not null;
        int count = header.Width * header.Height * header.Channels;
        if (header.Depth == 16 || HasPartialAlpha(rows, layout))
        {
            var levels = new float[count];
            Unpack(rows, layout, levels, []);
            return new Image(header.Width, header.Height, header.Channels, levels, hadAlpha);
        }

        var bytes = new byte[count];
        Unpack(rows, layout, [], bytes);
        return new Image(header.Width, header.Height, header.Channels, bytes, hadAlpha);
    }

    private static void Unfilter(byte[] rows, string path, PngLayout layout)
    {
        PngHeader header = layout.Header;
        int left = Math.Max(1, header.StoredChannels * header.Depth / 8), at = 0;
        foreach (PngPass pass in header.Passes)
        {
            int width = pass.Columns(header.Width), height = width == 0 ? 0 : pass.Rows(header.Height), stride = (int)header.Stride(width);
            Span<byte> above = [];
            for (int y = 0; y < height; y++)
            {
                Span<byte> row = rows.AsSpan(at + 1, stride);
                if (rows[at] > 4)
                {
                    throw BadFile.At(path, layout.DataOffset, "filters from 0 to 4 in the rows that begin here",
                        $"{BadFile.Text(rows[at])} after {BadFile.Text(at)} unpacked bytes");
                }

                Unfilter(rows[at], row, above, left);
                above = row;
                at += stride + 1;
            }
        }
    }

    /// <summary>Adds the prediction to each byte of a row. Above the first row and left of the first pixel stand zeros.</summary>
    private static void Unfilter(int filter, Span<byte> row, ReadOnlySpan<byte> above, int left)
    {
        bool first = above.IsEmpty;
        switch (filter)
        {
            case 1:
            case 4 when first:
                for (int i = left; i < row.Length; i++)
                {
                    row[i] += row[i - left];
                }

                break;
            case 2 when !first:
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] += above[i];
                }

                break;
            case 3:
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] += (byte)(((i >= left ? row[i - left] : 0) + (first ? 0 : above[i])) >> 1);
                }

                break;
            case 4:
                for (int i = 0; i < Math.Min(left, row.Length); i++)
                {
                    row[i] += above[i];
                }

                for (int i = left; i < row.Length; i++)
                {
                    row[i] += Paeth(row[i - left], above[i], above[i - left]);
                }

                break;
            default:
                break;
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        int byLeft = Math.Abs(above - corner), byAbove = Math.Abs(left - corner), byCorner = Math.Abs(left + above - (2 * corner));
        return (byte)(byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner);
    }

    /// <summary>Whether an 8-bit picture has pixels, or a palette entries, that are neither opaque nor invisible.</summary>
    private static bool HasPartialAlpha(byte[] rows, PngLayout layout)
    {
        PngHeader header = layout.Header;
        if (header.Colour == PngColour.Palette)
        {
            return layout.Transparency.AsSpan().IndexOfAnyExcept((byte)0, (byte)255) >= 0;
        }

        if (!header.HasAlphaChannel)
        {
            return false;
        }

        int at = 0;
        foreach (PngPass pass in header.Passes)
        {
            int width = pass.Columns(header.Width), height = width == 0 ? 0 : pass.Rows(header.Height), stride = (int)header.Stride(width);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = rows.AsSpan(at + 1, stride);
                for (int i = header.StoredChannels - 1; i < stride; i += header.StoredChannels)
                {
                    if (row[i] is not (0 or 255))
                    {
                        return true;
                    }
                }

                at += stride + 1;
            }
        }

        return false;
    }

    /// <summary>Fills one of the two destinations, the one that is not empty.</summary>
    private static void Unpack(byte[] rows, PngLayout layout, Span<float> levels, Span<byte> bytes)
    {
        PngHeader header = layout.Header;
        int at = 0, channels = header.Channels;
        bool copies = bytes.Length > 0 && header is { Depth: 8, Colour: PngColour.Grey or PngColour.Rgb } && layout.Transparency is null;
        long maximum = header.Depth == 16 ? 65535 : 255;
        Span<int> pixel = stackalloc int[4];
        foreach (PngPass pass in header.Passes)
        {
            int width = pass.Columns(header.Width), height = width == 0 ? 0 : pass.Rows(header.Height), stride = (int)header.Stride(width);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = rows.AsSpan(at + 1, stride);
                at += stride + 1;
                int to = ((((y * pass.Down) + pass.Top) * header.Width) + pass.Left) * channels;
                if (copies && pass.Across == 1)
                {
                    row.CopyTo(bytes[to..]);
                    continue;
                }

                for (int x = 0; x < width; x++, to += pass.Across * channels)
                {
                    Pixel(row, x, layout, pixel);
                    for (int c = 0; c < channels; c++)
                    {
                        if (bytes.IsEmpty)
                        {
                            levels[to + c] = OverWhite(pixel[c], pixel[3], maximum);
                        }
                        else
                        {
                            bytes[to + c] = pixel[3] == 0 ? (byte)255 : (byte)pixel[c];
                        }
                    }
                }
            }
        }
    }

    /// <summary>(v·a + M·(M - a)) / M²: both sides of the fraction are whole numbers that double holds.</summary>
    private static float OverWhite(long value, long alpha, long maximum) =>
        (float)((double)((value * alpha) + (maximum * (maximum - alpha))) / (maximum * maximum));

    /// <summary>Red, green, blue (or grey in the first place) and alpha of a pixel, of 255 or, with 16 bits, of 65535.</summary>
    private static void Pixel(ReadOnlySpan<byte> row, int x, PngLayout layout, Span<int> pixel)
    {
        PngHeader header = layout.Header;
        int stored = header.StoredChannels, depth = header.Depth, opaque = depth == 16 ? 65535 : 255;
        byte[]? transparency = layout.Transparency;
        for (int c = 0; c < stored; c++)
        {
            pixel[c] = Sample(row, (x * stored) + c, depth);
        }

        switch (header.Colour)
        {
            case PngColour.Palette:
                // An index beyond the palette is black, as the specification proposes and other decoders do.
                int index = pixel[0], entries = layout.Palette!.Length / 3;
                for (int c = 0; c < 3; c++)
                {
                    pixel[c] = index < entries ? layout.Palette[(3 * index) + c] : 0;
                }

                pixel[3] = transparency is not null && index < transparency.Length ? transparency[index] : 255;
                break;
            case PngColour.GreyAlpha:
                pixel[3] = pixel[1];
                break;
            case PngColour.RgbAlpha:
                break;
            default:
                pixel[3] = transparency is not null && IsKey(pixel[..stored], transparency, depth) ? 0 : opaque;
                if (depth < 8)
                {
                    pixel[0] *= 255 / ((1 << depth) - 1);
                }

                break;
        }
    }

    private static bool IsKey(ReadOnlySpan<int> samples, ReadOnlySpan<byte> key, int depth)
    {
        for (int c = 0; c < samples.Length; c++)
        {
            // Of the 16 stored bits only the lowest ones count.
            if (samples[c] != (BinaryPrimitives.ReadUInt16BigEndian(key[(2 * c)..]) & ((1 << depth) - 1)))
            {
                return false;
            }
        }

        return true;
    }

    private static int Sample(ReadOnlySpan<byte> row, int index, int depth)
    {
        if (depth >= 8)
        {
            return depth == 8 ? row[index] : (row[2 * index] << 8) | row[(2 * index) + 1];
        }

        int perByte = 8 / depth, shift = 8 - (depth * (1 + (index % perByte)));
        return (row[index / perByte] >> shift) & ((1 << depth) - 1);
    }
}
