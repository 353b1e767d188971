using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kaleido.Lab.Tests.Support;

/// <summary>A small strict PNG decoder, written apart from the encoder: checks every CRC bit by bit and undoes all five filters.</summary>
internal sealed class PngReader
{
    public PngReader(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var data = new MemoryStream();
        int at = 8;
        while (at < file.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string type = Encoding.ASCII.GetString(file, at + 4, 4);
            ReadOnlySpan<byte> body = file.AsSpan(at + 8, length);
            Assert.Equal(Crc(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            Chunks.Add(type);
            at += 12 + length;
            if (type == "IHDR")
            {
                Width = BinaryPrimitives.ReadInt32BigEndian(body);
                Height = BinaryPrimitives.ReadInt32BigEndian(body[4..]);
                Assert.Equal(8, body[8]);
                Channels = body[9] switch { 0 => 1, 2 => 3, _ => throw new InvalidDataException() };
                Assert.Equal([0, 0, 0], body[10..].ToArray());
            }
            else if (type == "IDAT")
            {
                data.Write(body);
            }
        }

        data.Position = 0;
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionMode.Decompress))
        {
            zlib.CopyTo(rows);
        }

        Pixels = Unfilter(rows.ToArray());
    }

    public List<string> Chunks { get; } = [];

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    private byte[] Unfilter(byte[] rows)
    {
        int stride = Width * Channels;
        Assert.Equal(Height * (stride + 1), rows.Length);
        var pixels = new byte[Height * stride];
        for (int y = 0; y < Height; y++)
        {
            int filter = rows[y * (stride + 1)];
            for (int i = 0; i < stride; i++)
            {
                int left = i >= Channels ? pixels[(y * stride) + i - Channels] : 0;
                int above = y > 0 ? pixels[((y - 1) * stride) + i] : 0;
                int corner = i >= Channels && y > 0 ? pixels[((y - 1) * stride) + i - Channels] : 0;
                int predicted = filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => above,
                    3 => (left + above) / 2,
                    4 => Paeth(left, above, corner),
                    _ => throw new InvalidDataException(),
                };
                pixels[(y * stride) + i] = (byte)(rows[(y * (stride + 1)) + 1 + i] + predicted);
            }
        }

        return pixels;
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool one = ((crc ^ (uint)(value >> bit)) & 1) != 0;
                crc = (crc >> 1) ^ (one ? 0xEDB88320 : 0);
            }
        }

        return ~crc;
    }
}
