using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kaleido.Files;

/// <summary>One file in a zip archive as the central directory states it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Deflated">Deflated, else stored.</param>
/// <param name="Checksum">CRC-32 of the unpacked bytes.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Length">Bytes unpacked; at most 1032 times the packed ones.</param>
/// <param name="DataOffset">Where the packed bytes begin.</param>
internal sealed record ZipEntry(string Name, bool Deflated, uint Checksum, long Packed, long Length, long DataOffset);

/// <summary>
/// The central directory of a zip archive. Refused: several disks, Zip64, encryption, methods other than stored and deflated, sizes
/// that deflate cannot reach, entries that share bytes, and anything before the first or after the last part of the archive.
/// </summary>
/// <remarks>
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 4.3. ZipArchive of the platform is not used for reading because
/// it keeps an object of hundreds of bytes for each entry of 46 before anything is checked.
/// </remarks>
internal static class ZipDirectory
{
    /// <summary>The most entries that are read.</summary>
    public const int MaximumEntries = 1024;

    private const int EndLength = 22, CentralLength = 46, LocalLength = 30, MaximumName = 256;
    private const uint EndSignature = 0x06054B50, CentralSignature = 0x02014B50, LocalSignature = 0x04034B50;

    /// <summary>Reads and checks the directory; entries come in its order, without folders.</summary>
    public static List<ZipEntry> Read(Stream stream, string path)
    {
        (long end, int count, long size, long start) = FindEnd(stream, path);
        if (start + size != end)
        {
            throw BadFile.At(path, end + 12, "a central directory that ends where its end record begins",
                $"{BadFile.Text(size)} bytes from offset {BadFile.Text(start)} on");
        }

        if (count > MaximumEntries || (long)count * CentralLength > size)
        {
            throw BadFile.At(path, end + 10, $"at most {BadFile.Text(Math.Min(MaximumEntries, size / CentralLength))} entries",
                BadFile.Text(count));
        }

        var entries = new List<ZipEntry>(count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        long at = start, packed = 0;
        for (int i = 0; i < count; i++)
        {
            ZipEntry entry = ReadEntry(stream, path, start, end, ref at);
            packed += entry.Packed + LocalLength;
            if (packed > start) throw BadFile.At(path, at, "entries that share no bytes", "packed sizes beyond the length of the file");
            if (!names.Add(entry.Name)) throw BadFile.At(path, at, "every name once", $"{Quote(entry.Name)} again");
            if (!entry.Name.EndsWith('/')) entries.Add(entry);
        }

        return at == end
            ? entries
            : throw BadFile.At(path, at, "the end record after the last entry", $"{BadFile.Text(end - at)} more bytes");
    }

    /// <summary>A name as it may stand in a sentence: on one line and not too long.</summary>
    public static string Quote(string name)
    {
        string line = string.Concat(name.Take(80).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '·' : c));
        return name.Length <= 80 ? $"\"{line}\"" : $"\"{line}…\"";
    }

    /// <summary>The end record: last of all, but for a comment.</summary>
    private static (long At, int Count, long Size, long Start) FindEnd(Stream stream, string path)
    {
        long length = stream.Length;
        if (length < EndLength)
        {
            throw BadFile.At(path, length, $"the {EndLength} bytes that end a zip archive", "the end of the file");
        }

        // The record and the longest comment; in overlapping windows, so that nothing large is allocated.
        Span<byte> window = stackalloc byte[1024];
        long lowest = Math.Max(0, length - EndLength - ushort.MaxValue);
        for (long from = Math.Max(lowest, length - window.Length); ; from = Math.Max(lowest, from - (window.Length - EndLength)))
        {
            Span<byte> bytes = window[..(int)Math.Min(window.Length, length - from)];
            stream.Position = from;
            stream.ReadExactly(bytes);
            for (int i = bytes.Length - EndLength; i >= 0; i--)
            {
                ReadOnlySpan<byte> record = bytes[i..];
                if (U32(record, 0) == EndSignature && from + i + EndLength + U16(record, 20) == length)
                {
                    return CheckEnd(record, path, from + i);
                }
            }

            if (from == lowest)
            {
                throw BadFile.At(path, length, "the end record of a zip archive in the last 64 KB", "none");
            }
        }
    }

    private static (long At, int Count, long Size, long Start) CheckEnd(ReadOnlySpan<byte> record, string path, long at)
    {
        if (U16(record, 8) == 0xFFFF || U32(record, 12) == uint.MaxValue || U32(record, 16) == uint.MaxValue)
        {
            throw BadFile.At(path, at + 8, "a zip archive without the Zip64 extension", "one with it");
        }

        if (U16(record, 4) != 0 || U16(record, 6) != 0 || U16(record, 8) != U16(record, 10))
        {
            throw BadFile.At(path, at + 4, "a zip archive in one file", "one of several disks");
        }

        return (at, U16(record, 10), U32(record, 12), U32(record, 16));
    }

    private static ZipEntry ReadEntry(Stream stream, string path, long start, long end, ref long at)
    {
        Span<byte> head = stackalloc byte[CentralLength], name = stackalloc byte[MaximumName];
        if (end - at < CentralLength) throw BadFile.At(path, at, $"an entry of {CentralLength} bytes", $"{BadFile.Text(end - at)} bytes");
        stream.Position = at;
        stream.ReadExactly(head);
        if (U32(head, 0) != CentralSignature)
        {
            throw BadFile.At(path, at, "the signature of an entry in the central directory", Hex(U32(head, 0)));
        }

        int flags = U16(head, 8), method = U16(head, 10), nameLength = U16(head, 28);
        long packed = U32(head, 20), length = U32(head, 24), local = U32(head, 42);
        long next = at + CentralLength + nameLength + U16(head, 30) + U16(head, 32);
        if ((flags & 0x2041) != 0) throw BadFile.At(path, at + 8, "an entry that is not encrypted", $"the flags {Hex((uint)flags)}");
        if (method is not (0 or 8)) throw BadFile.At(path, at + 10, "method 0 (stored) or 8 (deflated)", BadFile.Text(method));
        if (nameLength is < 1 or > MaximumName)
        {
            throw BadFile.At(path, at + 28, $"a name of 1 to {MaximumName} bytes", BadFile.Text(nameLength));
        }

        if (next > end) throw BadFile.At(path, at + 28, "an entry that ends before the end record", $"one up to {BadFile.Text(next)}");
        if (packed == uint.MaxValue || length == uint.MaxValue || local == uint.MaxValue)
        {
            throw BadFile.At(path, at + 20, "an entry without the Zip64 extension", "one with it");
        }

        if (method == 0 ? packed != length : length > BodyReader.MaximumRatio * packed)
        {
            throw BadFile.At(path, at + 24, method == 0 ? "as many stored bytes as packed ones" : "what deflate can reach, 1032 to 1",
                $"{BadFile.Text(length)} from {BadFile.Text(packed)} bytes");
        }

        name = name[..nameLength];
        stream.ReadExactly(name);
        long data = DataOffset(stream, path, local, start, name, method);
        if (data + packed > start)
        {
            throw BadFile.At(path, at + 20, $"at most {BadFile.Text(Math.Max(0, start - data))} packed bytes", BadFile.Text(packed));
        }

        at = next;
        return new ZipEntry(Encoding.UTF8.GetString(name), method == 8, U32(head, 16), packed, length, data);
    }

    /// <summary>
    /// The local header repeats name and method; of its sizes nothing is used, because writers of streams leave them open.
    /// </summary>
    private static long DataOffset(Stream stream, string path, long local, long start, ReadOnlySpan<byte> name, int method)
    {
        Span<byte> head = stackalloc byte[LocalLength], again = stackalloc byte[MaximumName];
        if (local + LocalLength + name.Length > start)
        {
            throw BadFile.At(path, start, "entries that begin before the central directory", $"one at {BadFile.Text(local)}");
        }

        stream.Position = local;
        stream.ReadExactly(head);
        again = again[..name.Length];
        stream.ReadExactly(again);
        if (U32(head, 0) != LocalSignature || U16(head, 8) != method || U16(head, 26) != name.Length || !again.SequenceEqual(name))
        {
            throw BadFile.At(path, local, "the local header of an entry, with the name and method of the central directory",
                "something else");
        }

        return local + LocalLength + name.Length + U16(head, 28);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static string Hex(uint value) => "0x" + value.ToString("X", CultureInfo.InvariantCulture);
}
