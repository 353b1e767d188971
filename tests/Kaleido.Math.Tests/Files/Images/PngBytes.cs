using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kaleido.Tests.Files.Images;

/// <summary>
/// Writes PNG files of every colour type, depth, interlacing and filter, a pixel at a time, apart from the library's code.
/// </summary>
internal sealed record PngBytes(int Width, int Height, int Depth, int Colour)
{
    public static (int Colour, int Depth)[] Kinds { get; } =
        [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)];

    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public bool Interlaced { get; init; }

    public byte[]? Palette { get; init; }

    public byte[]? Transparency { get; init; }

    /// <summary>The filter of row y of any pass.</summary>
    public Func<int, int> Filter { get; init; } = _ => 0;

    /// <summary>The most bytes of one IDAT chunk.</summary>
    public int ChunkLength { get; init; } = int.MaxValue;

    public CompressionLevel Level { get; init; } = CompressionLevel.Optimal;

    public int Stored => Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public static PngBytes Random(Random random, int colour, int depth, int width, int height)
    {
        byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }

        int entries = 1 << depth, filters = random.Next(6);
        int[] drawn = [.. Enumerable.Range(0, height).Select(_ => random.Next(5))];
        byte[]? transparency = random.Next(2) == 0 ? null : colour switch
        {
            3 => Bytes(random.Next(entries) + 1),
            0 => [0, (byte)random.Next(entries)],
            2 => Bytes(6),
            _ => null,
        };
        return new PngBytes(width, height, depth, colour)
        {
            Interlaced = random.Next(2) == 0,
            Palette = colour == 3 ? Bytes(3 * entries) : null,
            Transparency = transparency,
            Filter = y => filters < 5 ? filters : drawn[y],
            ChunkLength = random.Next(2) == 0 ? int.MaxValue : 1 + random.Next(50),
            Level = random.Next(4) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Optimal,
        };
    }

    /// <summary>
    /// As many samples as the picture has; one pixel in three repeats the one before, so that keys of transparency are met.
    /// </summary>
    public int[] Samples(Random random)
    {
        var samples = new int[Width * Height * Stored];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = random.Next(3) == 0 && i >= Stored ? samples[i - Stored] : random.Next(1 << Depth);
        }

        return samples;
    }

    public byte[] File(int[] samples) => FileOf(Rows(samples));

    /// <summary>A file of rows that may be anything.</summary>
    public byte[] FileOf(byte[] rows)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        Write(file, "IHDR", Header());
        if (Palette is not null)
        {
            Write(file, "PLTE", Palette);
        }

        if (Transparency is not null)
        {
            Write(file, "tRNS", Transparency);
        }

        byte[] data = Compress(rows, Level);
        for (int at = 0; at < data.Length; at += Math.Min(ChunkLength, data.Length - at))
        {
            Write(file, "IDAT", data.AsSpan(at, Math.Min(ChunkLength, data.Length - at)));
        }

        Write(file, "IEND", []);
        return file.ToArray();
    }

    public byte[] Header()
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9], header[12]) = ((byte)Depth, (byte)Colour, (byte)(Interlaced ? 1 : 0));
        return header;
    }

    public static byte[] Compress(byte[] rows, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, level, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        return data.ToArray();
    }

    public static void Write(Stream file, string type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }

    /// <summary>
    /// Writes true checksums into a damaged file and, in every other one, the length of a chunk where bytes were put in or taken out before
    /// the next one, so that damage gets past both.
    /// </summary>
    public static void Mend(byte[] file)
    {
        bool lengths = Crc(file) % 2 == 0;
        for (int at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (lengths && !IsChunk(file, at + 12 + (long)length) && at + 12 + (long)length != file.Length)
            {
                int next = at + 12;
                while (next < file.Length && !IsChunk(file, next))
                {
                    next++;
                }

                length = (uint)(next - at - 12);
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), length);
            }

            if (length > file.Length - at - 12)
            {
                return;
            }

            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Crc(file.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }

    private static bool IsChunk(byte[] file, long at) => at + 12 <= file.Length
        && (file.AsSpan((int)at + 4, 4).SequenceEqual("IDAT"u8) || file.AsSpan((int)at + 4, 4).SequenceEqual("IEND"u8)
            || file.AsSpan((int)at + 4, 4).SequenceEqual("PLTE"u8) || file.AsSpan((int)at + 4, 4).SequenceEqual("tRNS"u8));

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    /// <summary>The filtered rows of all passes.</summary>
    public byte[] Rows(int[] samples)
    {
        var rows = new List<byte>();
        if (!Interlaced)
        {
            Pass(rows, samples, x => x, y => y, Width, Height);
            return [.. rows];
        }

        // The number of the pass of each pixel of a square of eight (specification, 8.2).
        string[] square = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        for (char pass = '1'; pass <= '7'; pass++)
        {
            int[] ys = [.. Enumerable.Range(0, Height).Where(y => square[y % 8].Contains(pass))];
            int[] xs = ys.Length == 0 ? [] : [.. Enumerable.Range(0, Width).Where(x => square[ys[0] % 8][x % 8] == pass)];
            Pass(rows, samples, x => xs[x], y => ys[y], xs.Length, xs.Length == 0 ? 0 : ys.Length);
        }

        return [.. rows];
    }

    private void Pass(List<byte> rows, int[] samples, Func<int, int> column, Func<int, int> line, int width, int height)
    {
        int stride = ((width * Stored * Depth) + 7) / 8, left = Math.Max(1, Stored * Depth / 8);
        var above = new byte[stride];
        for (int y = 0; y < height; y++)
        {
            var row = new byte[stride];
            for (int i = 0; i < width * Stored; i++)
            {
                int sample = samples[(((line(y) * Width) + column(i / Stored)) * Stored) + (i % Stored)];
                for (int bit = 0; bit < Depth; bit++)
                {
                    int at = (i * Depth) + bit;
                    row[at / 8] |= (byte)(((sample >> (Depth - 1 - bit)) & 1) << (7 - (at % 8)));
                }
            }

            int filter = Filter(y);
            rows.Add((byte)filter);
            for (int i = 0; i < stride; i++)
            {
                int a = i >= left ? row[i - left] : 0, b = above[i], c = i >= left ? above[i - left] : 0;
                int predicted = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, 4 => Paeth(a, b, c), _ => 0 };
                rows.Add((byte)(row[i] - predicted));
            }

            above = row;
        }
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c;
        return new[] { (Math.Abs(p - a), 0, a), (Math.Abs(p - b), 1, b), (Math.Abs(p - c), 2, c) }.Min().Item3;
    }
}
