using System.Buffers.Binary;
using System.IO.Compression;
using Kaleido.Files;

namespace Kaleido.Tests.Files;

/// <summary>Builds IDX files byte by byte, independently of the reader.</summary>
internal static class IdxBytes
{
    public static byte[] Make(IdxType type, int[] sizes, params double[] elements)
    {
        var bytes = new List<byte> { 0, 0, (byte)type, (byte)sizes.Length };
        Span<byte> word = stackalloc byte[8];
        foreach (int size in sizes)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, size);
            bytes.AddRange(word[..4]);
        }

        foreach (double element in elements)
        {
            switch (type)
            {
                case IdxType.UInt8:
                    bytes.Add((byte)element);
                    break;
                case IdxType.Int8:
                    bytes.Add((byte)(sbyte)element);
                    break;
                case IdxType.Int16:
                    BinaryPrimitives.WriteInt16BigEndian(word, (short)element);
                    bytes.AddRange(word[..2]);
                    break;
                case IdxType.Int32:
                    BinaryPrimitives.WriteInt32BigEndian(word, (int)element);
                    bytes.AddRange(word[..4]);
                    break;
                case IdxType.Float32:
                    BinaryPrimitives.WriteSingleBigEndian(word, (float)element);
                    bytes.AddRange(word[..4]);
                    break;
                default:
                    BinaryPrimitives.WriteDoubleBigEndian(word, element);
                    bytes.AddRange(word);
                    break;
            }
        }

        return [.. bytes];
    }

    public static byte[] Zip(byte[] plain)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return zipped.ToArray();
    }

    public static double[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (double)(i % 100))];
}
