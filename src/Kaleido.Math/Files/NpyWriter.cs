namespace Kaleido.Files;

/// <summary>Writes .npy files, version 1.0, little-endian, row-major, with the elements at a multiple of 64 bytes, as NumPy does.</summary>
public static class NpyWriter
{
    /// <summary>Writes a file by <see cref="AtomicFile"/>: the final name never shows half of it.</summary>
    /// <param name="path">The final name; its folder must exist.</param>
    /// <param name="array">What to write; at most 32 dimensions.</param>
    /// <exception cref="ArgumentException">The array has more than 32 dimensions.</exception>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, NpyArray array)
    {
        byte[] header = Header(array);
        AtomicFile.Write(path, stream => Write(stream, array, header));
    }

    /// <summary>Writes to a stream at its place; the bytes depend on the array alone.</summary>
    /// <param name="stream">It stays open.</param>
    /// <param name="array">What to write; at most 32 dimensions.</param>
    /// <exception cref="ArgumentException">The array has more than 32 dimensions.</exception>
    public static void Write(Stream stream, NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, array, Header(array));
    }

    private static byte[] Header(NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        return array.Shape.Length <= NpyHeader.MaximumRank
            ? NpyHeader.Build(array.Type, array.Shape)
            : throw new ArgumentException($"An array of {array.Shape.Length} dimensions: at most {NpyHeader.MaximumRank} are written.");
    }

    private static void Write(Stream stream, NpyArray array, byte[] header)
    {
        stream.Write(header);
        stream.Write(array.Bytes);
    }
}
