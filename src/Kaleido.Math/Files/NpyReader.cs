namespace Kaleido.Files;

/// <summary>
/// Reads NumPy's .npy files of versions 1.0, 2.0 and 3.0: numbers of the types in <see cref="NpyType"/>, either endianness, row-major
/// or column-major ("Fortran") order.
/// </summary>
/// <remarks>
/// Format: 0x93 "NUMPY", two bytes of version, the header's length (2 bytes, from version 2 on 4; little-endian), a Python
/// dictionary with 'descr', 'fortran_order' and 'shape', then the elements. Source: NumPy's documentation, "NEP 1, A simple file
/// format for NumPy arrays". Pickled objects, structured types, texts, dates and complex numbers are refused. The file must have
/// exactly the length that its header claims, so nothing is allocated on the word of a header alone.
/// </remarks>
public static class NpyReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset, expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static NpyArray Read(string path)
    {
        using var file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static NpyArray Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        stream.Position = 0;
        return Read(stream, path, stream.Length, proved: true);
    }

    /// <summary>What the header states, without the elements.</summary>
    internal static NpyHeader Peek(string path)
    {
        using var file = BadFile.Open(path);
        return NpyHeader.Read(file, path);
    }

    /// <summary>Reads from the stream's place; it must hold <paramref name="available"/> bytes from there.</summary>
    /// <param name="stream">Stands at the magic bytes.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <param name="available">The length of the file or entry.</param>
    /// <param name="proved">Whether that length is known to be there; else the memory grows as bytes arrive.</param>
    internal static NpyArray Read(Stream stream, string path, long available, bool proved)
    {
        NpyHeader header = NpyHeader.Read(stream, path);
        long claimed = (long)header.DataOffset + header.Bytes;
        if (claimed != available)
        {
            throw BadFile.At(path, Math.Min(claimed, available),
                $"{BadFile.Text(claimed)} bytes for {BadFile.Sizes(header.Shape)} {header.Type}",
                $"a file of {BadFile.Text(available)} bytes");
        }

        byte[] bytes = BodyReader.Read(stream, path, header.DataOffset, header.Bytes, proved);
        int size = NpyArray.SizeOf(header.Type);
        if (header.BigEndian)
        {
            NpyArray.Reverse(bytes, size);
        }

        if (header.Type == NpyType.Boolean && bytes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var bad)
        {
            throw BadFile.At(path, header.DataOffset + bad, "0 or 1 for a Boolean", BadFile.Text(bytes[bad]));
        }

        bool columnMajor = header.ColumnMajor && header.Shape.Length > 1;
        return new NpyArray(header.Type, header.Shape, columnMajor ? RowMajor(bytes, header.Shape, size) : bytes,
            header.DataOffset, columnMajor);
    }

    /// <summary>Elements whose first index runs fastest, into the order in which the last one does.</summary>
    private static byte[] RowMajor(byte[] bytes, int[] shape, int size)
    {
        var result = new byte[bytes.Length];
        if (bytes.Length == 0)
        {
            return result;
        }

        // The index of the row-major walk, and per step of each index the way in the column-major source.
        Span<int> index = stackalloc int[shape.Length], strides = stackalloc int[shape.Length];
        index.Clear();
        int stride = size;
        for (int i = 0; i < shape.Length; i++)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        int from = 0;
        for (int to = 0; to < result.Length; to += size)
        {
            bytes.AsSpan(from, size).CopyTo(result.AsSpan(to));
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                from += strides[i];
                if (++index[i] < shape[i])
                {
                    break;
                }

                from -= strides[i] * shape[i];
                index[i] = 0;
            }
        }

        return result;
    }
}
