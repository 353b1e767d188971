namespace Kaleido.Files;

/// <summary>Reads NumPy's .npz files: zip archives of .npy files, stored (numpy.savez) or deflated (numpy.savez_compressed).</summary>
/// <remarks>
/// The archive's central directory decides; Zip64 (files beyond 4 GB) and encryption are refused, every entry must be a .npy file of
/// exactly the length that its header claims, and its checksum must fit. Nothing is allocated on the word of a header: an entry
/// cannot claim more than deflate can reach from its packed bytes, and memory grows only as they are unpacked.
/// </remarks>
public static class NpzReader
{
    private const string Extension = ".npy";

    /// <summary>Reads all arrays of a file, in the order of the archive's directory; names come without ".npy".</summary>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset, expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path)
    {
        using var file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        var arrays = new OrderedDictionary<string, NpyArray>(StringComparer.Ordinal);
        foreach (ZipEntry entry in Directory(stream, path))
        {
            arrays.Add(NameOf(entry), ReadEntry(stream, path, entry));
        }

        return arrays;
    }

    /// <summary>The entries of an archive, all of which must be called *.npy.</summary>
    internal static List<ZipEntry> Directory(Stream stream, string path)
    {
        List<ZipEntry> entries = ZipDirectory.Read(stream, path);
        foreach (ZipEntry entry in entries)
        {
            if (!entry.Name.EndsWith(Extension, StringComparison.Ordinal))
            {
                throw BadFile.At(path, entry.DataOffset, "entries called *.npy alone", ZipDirectory.Quote(entry.Name));
            }
        }

        return entries;
    }

    /// <summary>The name without ".npy".</summary>
    internal static string NameOf(ZipEntry entry) => entry.Name[..^Extension.Length];

    /// <summary>What an entry's header states, without the elements.</summary>
    internal static NpyHeader Peek(Stream stream, string path, ZipEntry entry) =>
        Within(path, entry, () =>
        {
            using var unpacked = new ZipEntryStream(stream, path, entry);
            return NpyHeader.Read(unpacked, "");
        });

    /// <summary>Reads one entry.</summary>
    internal static NpyArray ReadEntry(Stream stream, string path, ZipEntry entry) =>
        Within(path, entry, () =>
        {
            using var unpacked = new ZipEntryStream(stream, path, entry);
            return NpyReader.Read(unpacked, "", entry.Length, proved: !entry.Deflated);
        });

    /// <summary>Offsets inside an entry are told after the place of the entry in the file.</summary>
    private static TResult Within<TResult>(string path, ZipEntry entry, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException error) when (error.Message.StartsWith(", ", StringComparison.Ordinal))
        {
            throw Bad(path, entry, error.Message[2..^1], error);
        }
    }

    /// <summary>A sentence about an entry; <paramref name="found"/> names the place within it.</summary>
    internal static InvalidDataException Bad(string path, ZipEntry entry, string found, Exception? cause = null) =>
        BadFile.At(path, entry.DataOffset, $"an array of numbers in {ZipDirectory.Quote(entry.Name)}", $"at its {found}", cause);
}
