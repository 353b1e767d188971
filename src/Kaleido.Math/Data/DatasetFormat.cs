using System.Buffers.Binary;
using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>The formats that are told apart by content.</summary>
internal enum DatasetFormat
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>IDX, plain, or anything gzip-compressed (only IDX is read from it).</summary>
    Idx,

    /// <summary>NumPy's array.</summary>
    Npy,

    /// <summary>A zip archive, which must be NumPy's.</summary>
    Npz,

    /// <summary>Records of CIFAR-10.</summary>
    Cifar10,

    /// <summary>Text.</summary>
    Csv,

    /// <summary>A network, no data.</summary>
    Safetensors,

    /// <summary>One picture, of a format that is read or only known by name.</summary>
    Picture,
}

/// <summary>Tells formats apart by their contents, never by a name.</summary>
internal static class DatasetFormats
{
    /// <summary>The format of a file; the tests are made in the order in which they stand here, and the first that fits decides.</summary>
    public static DatasetFormat Of(Stream stream)
    {
        Span<byte> buffer = stackalloc byte[512];
        stream.Position = 0;
        int got = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> start = buffer[..got];
        if (start.StartsWith(NpyHeader.Magic)) return DatasetFormat.Npy;
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8)) return DatasetFormat.Npz;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return DatasetFormat.Idx;
        if (IsSafetensors(start, stream.Length)) return DatasetFormat.Safetensors;

        ImageKind picture = ImageFormat.Of(stream);
        bool plain = picture != ImageKind.Pnm || (start.Length > 2 && start[2] is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t');
        if (picture is not (ImageKind.Unknown or ImageKind.Bmp) && plain) return DatasetFormat.Picture;

        // A black picture of an airplane begins with zeros, as IDX does: an IDX file of just the claimed length goes first.
        bool idx = start.Length >= 2 && start[0] == 0 && start[1] == 0;
        if (idx && IdxLength(start) == stream.Length) return DatasetFormat.Idx;
        if (IsCifar10(stream)) return DatasetFormat.Cifar10;
        if (idx) return DatasetFormat.Idx;
        return IsText(start) ? DatasetFormat.Csv : DatasetFormat.Unknown;
    }

    /// <summary>Whether the length is that of records and every label is one.</summary>
    public static bool IsCifar10(Stream stream)
    {
        long length = stream.Length;
        if (length == 0 || length % Cifar10Reader.RecordLength != 0) return false;
        for (long at = 0; at < length; at += Cifar10Reader.RecordLength)
        {
            stream.Position = at;
            if (stream.ReadByte() >= Cifar10Reader.Classes) return false;
        }

        return true;
    }

    /// <summary>The length that an IDX header claims, or -1.</summary>
    private static Int128 IdxLength(ReadOnlySpan<byte> start)
    {
        if (start.Length < 4 || !Enum.IsDefined((IdxType)start[2]) || start[3] is < 1 or > IdxReader.MaximumRank
            || start.Length < 4 + (4 * start[3])) return -1;
        Int128 bytes = IdxArray.SizeOf((IdxType)start[2]);
        for (int i = 0; i < start[3]; i++)
        {
            bytes = Int128.Min(bytes * BinaryPrimitives.ReadUInt32BigEndian(start[(4 + (4 * i))..]), long.MaxValue);
        }

        return bytes + 4 + (4 * start[3]);
    }

    /// <summary>A header length that fits the file, and the beginning of a JSON object.</summary>
    private static bool IsSafetensors(ReadOnlySpan<byte> start, long length) =>
        start.Length >= 10 && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)(length - 8)
        && start[8] == '{' && start[9] is (byte)'"' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    /// <summary>No control characters but tabs and line ends.</summary>
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        foreach (byte value in start)
        {
            if (value is < 32 and not ((byte)'\t' or (byte)'\n' or (byte)'\r') or 127) return false;
        }

        return start.Length > 0;
    }
}
