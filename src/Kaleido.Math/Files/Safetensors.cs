using System.Buffers.Binary;
using System.Globalization;

namespace Kaleido.Files;

/// <summary>
/// A safetensors file: named float tensors and a map of strings. Layout: header length (little-endian uint64), header (JSON padded
/// with spaces), then the tensors' bytes without gaps.
/// </summary>
/// <remarks>
/// Source: the format section of the safetensors project's README (Hugging Face). What is written has its data aligned to 8 bytes
/// and is a function of the arguments alone: doubles first, then floats, each in the caller's order; metadata in ordinal order.
/// </remarks>
public sealed class SafetensorsFile
{
    /// <summary>Whether a file begins as such files do: with eight bytes of length and a JSON object.</summary>
    /// <exception cref="InvalidDataException">It is a pipe or a device.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static bool IsSafetensors(string path)
    {
        using var file = BadFile.Open(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    /// <summary>The longest header that is read or written, as in the reference implementation.</summary>
    public const int MaximumHeader = 100_000_000;

    internal const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsFile(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
        _byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The strings under "__metadata__"; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public SafetensorsTensor this[string name] =>
        Find(name) ?? throw new KeyNotFoundException($"There is no tensor called {name} among {Tensors.Count}.");

    /// <summary>The tensor of that name, or null.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">Anything wrong with the contents: path, offset, expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static SafetensorsFile Read(string path)
    {
        using var file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static SafetensorsFile Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        stream.Position = 0;
        long length = stream.Length;
        if (length < 8)
        {
            throw BadFile.At(path, length, "the 8 bytes of the header's length", length == 0 ? "an empty file" : "the end of the file");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        ulong room = (ulong)Math.Min(length - 8, MaximumHeader);
        if (claimed < 2 || claimed > room)
        {
            throw room < 2
                ? BadFile.At(path, 8, "a header of at least 2 bytes", $"the end of the file after {BadFile.Text((long)room)}")
                : BadFile.At(path, 0, $"a header length from 2 to {BadFile.Text((long)room)}",
                    claimed.ToString(CultureInfo.InvariantCulture));
        }

        var header = new byte[(int)claimed];
        stream.ReadExactly(header);
        if (header[0] != (byte)'{')
        {
            throw BadFile.At(path, 8, "the '{' that begins the header", $"0x{header[0]:X2}");
        }

        var parsed = SafetensorsHeader.Parse(header, path);
        parsed.CheckLayout(length - 8 - header.Length, path, 8L + header.Length);
        var tensors = new List<SafetensorsTensor>(parsed.Entries.Count);
        foreach (SafetensorsHeader.Entry entry in parsed.Entries)
        {
            tensors.Add(SafetensorsTensor.ReadFrom(stream, entry.Name, entry.Shape, entry.Type, entry.Count));
        }

        return new SafetensorsFile(tensors, parsed.Metadata);
    }

    /// <summary>Writes a file by <see cref="AtomicFile"/>: the final name never shows half of it.</summary>
    /// <param name="path">The final name; its folder must exist.</param>
    /// <param name="tensors">F32 and F64 tensors with different names.</param>
    /// <param name="metadata">Strings to keep beside them; null for none.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or a tensor has a type that is not written.</exception>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsTensor[] ordered = Order(tensors);
        byte[] header = SafetensorsHeader.Build(ordered, metadata);
        AtomicFile.Write(path, stream => Write(stream, ordered, header));
    }

    /// <summary>Writes to a stream at its place.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{SafetensorsTensor}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(Stream stream, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsTensor[] ordered = Order(tensors);
        Write(stream, ordered, SafetensorsHeader.Build(ordered, metadata));
    }

    private static void Write(Stream stream, SafetensorsTensor[] ordered, byte[] header)
    {
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (SafetensorsTensor tensor in ordered)
        {
            tensor.WriteTo(stream);
        }
    }

    /// <summary>Doubles before floats, so that each is aligned to its own size; the sort is stable.</summary>
    private static SafetensorsTensor[] Order(IEnumerable<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsTensor[] ordered = [.. tensors.OrderBy(t => t.Type == SafetensorsType.F64 ? 0 : 1)];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SafetensorsTensor tensor in ordered)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"Two tensors are called {tensor.Name}.", nameof(tensors));
            }

            if (tensor.Type is not (SafetensorsType.F32 or SafetensorsType.F64))
            {
                throw new ArgumentException($"Tensor {tensor.Name} has the type {tensor.Type}; F32 and F64 are written.", nameof(tensors));
            }
        }

        return ordered;
    }
}
