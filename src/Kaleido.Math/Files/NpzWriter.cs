using System.IO.Compression;

namespace Kaleido.Files;

/// <summary>Writes NumPy's .npz files: zip archives of .npy files.</summary>
public static class NpzWriter
{
    /// <summary>Writes a file by <see cref="AtomicFile"/>: the final name never shows half of it.</summary>
    /// <param name="path">The final name; its folder must exist.</param>
    /// <param name="arrays">Arrays with different names of 1 to 252 bytes of UTF-8, in the order to keep.</param>
    /// <param name="compress">Deflate the arrays; else they are stored.</param>
    /// <remarks>Stored files depend on the arguments alone: the entries are dated 1 January 1980, the earliest date of the
    /// format.</remarks>
    /// <exception cref="ArgumentException">A name is empty, too long or occurs twice, there are more than 1024 arrays, or more bytes
    /// than 4 GB.</exception>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, NpyArray>> arrays, bool compress = false)
    {
        List<KeyValuePair<string, NpyArray>> entries = Check(arrays);
        AtomicFile.Write(path, stream => Write(stream, entries, compress));
    }

    /// <summary>Writes to a stream at its place; it stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, NpyArray}}, bool)"/>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, NpyArray>> arrays, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, Check(arrays), compress);
    }

    private static void Write(Stream stream, List<KeyValuePair<string, NpyArray>> entries, bool compress)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, NpyArray array) in entries)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name + ".npy",
                compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream into = entry.Open();
            NpyWriter.Write(into, array);
        }
    }

    private static List<KeyValuePair<string, NpyArray>> Check(IEnumerable<KeyValuePair<string, NpyArray>> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        List<KeyValuePair<string, NpyArray>> entries = [.. arrays];
        var names = new HashSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach ((string name, NpyArray array) in entries)
        {
            ArgumentNullException.ThrowIfNull(array, nameof(arrays));
            if (System.Text.Encoding.UTF8.GetByteCount(name) is < 1 or > 252)
            {
                throw new ArgumentException("The name of an array takes 1 to 252 bytes.", nameof(arrays));
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"Two arrays are called {name}.", nameof(arrays));
            }

            bytes += array.Bytes.Length + 1024L;
        }

        return entries.Count <= ZipDirectory.MaximumEntries && bytes < uint.MaxValue
            ? entries
            : throw new ArgumentException($"{entries.Count} arrays of {bytes} bytes do not fit an archive without Zip64.", nameof(arrays));
    }
}
