using System.Buffers.Binary;

namespace Kaleido.Files;

/// <summary>
/// Reads IDX files (the format of MNIST), plain or gzip-compressed; which of the two is told by the contents, not by the name.
/// </summary>
/// <remarks>
/// Format: two zero bytes, a type code (<see cref="IdxType"/>), the rank, then per dimension a big-endian 32-bit size, then the
/// elements, big-endian, last index fastest. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
/// Nothing is allocated on the word of a header: a plain file must have exactly the claimed length, a compressed one must be able
/// to hold it (deflate never exceeds a ratio of 1032), and its contents grow the buffer only as they arrive.
/// </remarks>
public static class IdxReader
{
    /// <summary>The largest rank that is read.</summary>
    public const int MaximumRank = 4;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset (in the unpacked bytes), expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static IdxArray Read(string path)
    {
        using var file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static IdxArray Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        if (!IsGzip(stream))
        {
            return ReadAll(stream, path, stream.Length, exactLength: true);
        }

        long most = BodyReader.MaximumRatio * stream.Length;
        IdxArray array = Unzip(stream, path, unzipped => ReadAll(unzipped, path, most, exactLength: false));
        long length = 4L + (4L * array.Dimensions.Length) + array.Bytes.Length;

        // The last four bytes repeat the length modulo 2^32: what follows a gzip member would else go unnoticed.
        Span<byte> trailer = stackalloc byte[4];
        stream.Position = stream.Length - 4;
        stream.ReadExactly(trailer);
        uint written = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        return written == (uint)length
            ? array
            : throw BadFile.At(path, stream.Length - 4, $"a gzip length of {BadFile.Text(length)}", BadFile.Text(written));
    }

    /// <summary>Type and sizes alone, without reading the elements.</summary>
    /// <exception cref="InvalidDataException">The header is not one of an IDX file.</exception>
    internal static (IdxType Type, int[] Dimensions) Peek(string path)
    {
        using var file = BadFile.Open(path);
        (IdxType type, int[] dimensions, _) = IsGzip(file) ? Unzip(file, path, s => ReadHeader(s, path)) : ReadHeader(file, path);
        return (type, dimensions);
    }

    /// <summary>Looks for gzip's two magic bytes and rewinds.</summary>
    private static bool IsGzip(Stream stream)
    {
        Span<byte> start = stackalloc byte[2];
        stream.Position = 0;
        int got = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        stream.Position = 0;
        return got == 2 && start[0] == 0x1F && start[1] == 0x8B;
    }

    private static TResult Unzip<TResult>(Stream stream, string path, Func<Stream, TResult> read)
    {
        // The least gzip member: 10 bytes of header, 2 of deflate, 8 of trailer.
        if (stream.Length < 20)
        {
            throw BadFile.At(path, stream.Length, "at least 20 bytes of gzip", "the end of the file");
        }

        using var unzipped = new GuardedStream(stream, path);
        return read(unzipped);
    }

    private static IdxArray ReadAll(Stream stream, string path, long available, bool exactLength)
    {
        (IdxType type, int[] dimensions, long bytes) = ReadHeader(stream, path);
        int start = 4 + (4 * dimensions.Length);
        long claimed = start + bytes;
        if (exactLength && claimed != available)
        {
            throw BadFile.At(path, Math.Min(claimed, available),
                $"{BadFile.Text(claimed)} bytes for {BadFile.Sizes(dimensions)} {type}", $"a file of {BadFile.Text(available)} bytes");
        }

        if (claimed > available)
        {
            throw BadFile.At(path, 4, $"sizes of at most {BadFile.Text(available)} bytes, all that the compressed file can hold",
                $"{BadFile.Sizes(dimensions)} {type}");
        }

        return new IdxArray(type, dimensions, BodyReader.Read(stream, path, start, (int)bytes, exactLength));
    }

    private static (IdxType Type, int[] Dimensions, long Bytes) ReadHeader(Stream stream, string path)
    {
        Span<byte> header = stackalloc byte[4 + (4 * MaximumRank)];
        int got = stream.ReadAtLeast(header[..4], 4, throwOnEndOfStream: false);
        if (got < 4)
        {
            throw BadFile.At(path, got, "the 4 bytes that begin an IDX file", got == 0 ? "an empty file" : "the end of the file");
        }

        if (header[0] != 0 || header[1] != 0)
        {
            throw BadFile.At(path, 0, "the two zero bytes that begin an IDX file", $"0x{header[0]:X2} 0x{header[1]:X2}");
        }

        var type = (IdxType)header[2];
        if (!Enum.IsDefined(type))
        {
            throw BadFile.At(path, 2, "an IDX type code (0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E)", $"0x{header[2]:X2}");
        }

        int rank = header[3];
        if (rank is < 1 or > MaximumRank)
        {
            throw BadFile.At(path, 3, $"a rank from 1 to {MaximumRank}", BadFile.Text(rank));
        }

        Span<byte> sizes = header.Slice(4, 4 * rank);
        got = stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false);
        if (got < sizes.Length)
        {
            throw BadFile.At(path, 4 + got, $"{rank} sizes of 4 bytes", "the end of the file");
        }

        var dimensions = new int[rank];
        return (type, dimensions, Claim(sizes, path, IdxArray.SizeOf(type), dimensions));
    }

    /// <summary>Reads the sizes and returns the bytes of the elements, refusing a product that no array can hold.</summary>
    private static long Claim(ReadOnlySpan<byte> sizes, string path, int elementSize, int[] dimensions)
    {
        long bytes = elementSize;
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * i)..]);
            // Each factor is below 2^32 and the product so far below 2^31: no overflow of 64 bits.
            bytes *= size;
            if (size == 0 || bytes > Array.MaxLength)
            {
                throw BadFile.At(path, 4 + (4 * i), $"a size from 1 up and at most {BadFile.Text(Array.MaxLength)} bytes in all",
                    BadFile.Text(size));
            }

            dimensions[i] = (int)size;
        }

        return bytes;
    }
}
