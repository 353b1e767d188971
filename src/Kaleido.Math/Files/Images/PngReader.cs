using System.IO.Compression;

namespace Kaleido.Files;

/// <summary>Reads PNG files of every colour type, bit depth and interlacing.</summary>
/// <remarks>
/// <para>Source: W3C, "Portable Network Graphics (PNG) Specification", third edition. Checksums, the order of chunks and the length of the
/// pixels are checked; a chunk that a decoder may skip is skipped (of an animation the still picture is read), an unknown one that it may
/// not skip is refused. Colour spaces (gAMA, sRGB, iCCP, cICP) are not applied: a level is the stored value over its maximum.</para>
/// <para>Transparency is laid over white, linearly in the stored values: with value v, alpha a and maximum M the level is
/// (v·a + M·(M - a)) / M², rounded from double. So alpha M gives v / M and alpha 0 gives 1.</para>
/// <para>Memory: nothing is allocated on the word of a header. The claimed rows must fit what deflate can make of the compressed bytes
/// (1032 for one), the buffer for them grows as they arrive, and the picture is allocated once they are complete.</para>
/// </remarks>
public static class PngReader
{
    private const int FirstBuffer = 1 << 14;

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
        ImageFormat.Demand(stream, path, ImageKind.Png);
        PngLayout layout = new PngChunkReader(stream, path).Read();
        PngHeader header = layout.Header;
        Int128 rows = header.RowBytes, samples = (Int128)header.Width * header.Height * header.Channels;
        Int128 possible = Int128.Min(Array.MaxLength, BodyReader.MaximumRatio * layout.DataLength);
        if (rows > possible || samples > Array.MaxLength)
        {
            throw BadFile.At(path, 16, $"sizes of at most {BadFile.Text((long)possible)} bytes, all that {BadFile.Text(layout.DataLength)} "
                + "compressed bytes can hold", $"{BadFile.Text(header.Width)} × {BadFile.Text(header.Height)}, {rows} bytes");
        }

        byte[] raw = Inflate(stream, path, layout, (int)rows);
        return PngPixels.Decode(raw, path, layout);
    }

    private static byte[] Inflate(Stream stream, string path, PngLayout layout, int length)
    {
        var rows = new byte[(int)Math.Min(length, Math.Max(FirstBuffer, 8 * layout.DataLength))];
        CheckZlibHeader(stream, path, layout);
        using var data = new PngDataStream(stream, layout);
        using var zlib = new ZLibStream(data, CompressionMode.Decompress, leaveOpen: true);
        int filled = 0;
        while (true)
        {
            filled += Read(zlib, rows.AsSpan(filled), stream, path);
            if (filled < rows.Length)
            {
                throw BadFile.At(path, stream.Position, $"{BadFile.Text(length)} bytes of rows", $"the end after {BadFile.Text(filled)}");
            }

            if (filled == length)
            {
                break;
            }

            Array.Resize(ref rows, (int)Math.Min(length, 2L * rows.Length));
        }

        Span<byte> more = stackalloc byte[1];
        if (Read(zlib, more, stream, path) != 0)
        {
            throw BadFile.At(path, stream.Position, $"{BadFile.Text(length)} bytes of rows", "more");
        }

        // The runtime's stream forgives an end without the checksum, so it is looked at here.
        uint written = data.LastWord(), sum = Adler32(rows);
        return written == sum
            ? rows
            : throw BadFile.At(path, stream.Position, $"zlib data that end in the checksum 0x{sum:X8}", $"0x{written:X8}");
    }

    /// <summary>zlib's checksum (RFC 1950): two sums modulo 65521, of the bytes and of the sums of the bytes.</summary>
    private static uint Adler32(ReadOnlySpan<byte> data)
    {
        uint low = 1, high = 0;
        while (!data.IsEmpty)
        {
            // So many bytes of 255 do not overflow 32 bits.
            ReadOnlySpan<byte> part = data[..Math.Min(data.Length, 5552)];
            foreach (byte b in part)
            {
                low += b;
                high += low;
            }

            low %= 65521;
            high %= 65521;
            data = data[part.Length..];
        }

        return (high << 16) | low;
    }

    /// <summary>The runtime's stream answers a preset dictionary, which PNG does not have, with an exception of its own.</summary>
    private static void CheckZlibHeader(Stream stream, string path, PngLayout layout)
    {
        using var data = new PngDataStream(stream, layout);
        Span<byte> header = stackalloc byte[2];
        header = header[..data.ReadAtLeast(header, 2, throwOnEndOfStream: false)];
        bool good = header.Length == 2 && (header[0] & 0x8F) == 8 && (header[1] & 0x20) == 0 && ((header[0] << 8) | header[1]) % 31 == 0;
        if (!good)
        {
            throw BadFile.At(path, layout.DataOffset + 8, "the two bytes that begin zlib data without a dictionary",
                $"0x{Convert.ToHexString(header)}");
        }
    }

    private static int Read(ZLibStream zlib, Span<byte> rows, Stream stream, string path)
    {
        try
        {
            return zlib.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw BadFile.At(path, stream.Position, "intact zlib data", "a damaged or cut stream", error);
        }
    }
}
