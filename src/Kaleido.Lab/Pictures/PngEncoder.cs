using System.Buffers.Binary;
using System.IO.Compression;
using Kaleido.Files;

namespace Kaleido.Lab.Pictures;

/// <summary>Writes 8-bit grey and RGB pictures as PNG.</summary>
/// <remarks>
/// Source: W3C, "Portable Network Graphics (PNG) Specification", third edition. Chunks IHDR, IDAT, IEND; no time stamp, so equal
/// pictures give equal bytes under one version of the runtime. Each row takes the filter None, Sub or Up with the least sum of
/// absolute (signed) bytes, the specification's heuristic (12.7).
/// </remarks>
public static class PngEncoder
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a file by <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, Picture picture)
    {
        byte[] bytes = Encode(picture);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of a PNG file.</summary>
    public static byte[] Encode(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var file = new MemoryStream();
        file.Write(Signature);

        WriteHeader(file, picture);
        WriteChunk(file, "IDAT"u8, Compress(picture));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>IHDR.</summary>
    internal static void WriteHeader(Stream file, Picture picture)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        header[8] = 8;
        header[9] = (byte)(picture.Channels == 1 ? 0 : 2);
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);
    }

    /// <summary>The filtered rows as a zlib stream, what stands in IDAT.</summary>
    internal static ReadOnlySpan<byte> Compress(Picture picture)
    {
        using var body = new MemoryStream();
        using (var zlib = new ZLibStream(body, CompressionLevel.Optimal, leaveOpen: true))
        {
            WriteRows(picture, zlib);
        }

        return body.GetBuffer().AsSpan(0, (int)body.Length);
    }

    /// <summary>Length, type, data and checksum.</summary>
    internal static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Append(Crc32.Append(0, type), data));
        file.Write(word);
    }

    private static void WriteRows(Picture picture, Stream zlib)
    {
        int stride = picture.Width * picture.Channels, left = picture.Channels;
        Span<byte> candidates = new byte[3 * (stride + 1)];
        ReadOnlySpan<byte> above = new byte[stride];
        for (int y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> row = picture.Pixels.AsSpan(y * stride, stride);
            int best = 0;
            long least = long.MaxValue;
            for (int filter = 0; filter < 3; filter++)
            {
                Span<byte> filtered = candidates.Slice(filter * (stride + 1), stride + 1);
                filtered[0] = (byte)filter;
                long sum = 0;
                for (int i = 0; i < stride; i++)
                {
                    int predicted = filter == 1 ? (i >= left ? row[i - left] : 0) : filter == 2 ? above[i] : 0;
                    byte difference = (byte)(row[i] - predicted);
                    filtered[i + 1] = difference;
                    sum += Math.Abs((int)(sbyte)difference);
                }

                if (sum < least)
                {
                    (best, least) = (filter, sum);
                }
            }

            zlib.Write(candidates.Slice(best * (stride + 1), stride + 1));
            above = row;
        }
    }
}
