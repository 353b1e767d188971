using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kaleido.Tests.Files;

/// <summary>Builds .npy and .npz files byte by byte, independently of the writers.</summary>
internal static class NpyBytes
{
    /// <summary>A file with the header given word for word.</summary>
    public static byte[] Raw(string header, byte[] data, byte version = 1)
    {
        int prefix = version == 1 ? 10 : 12, total = (prefix + header.Length + 1 + 63) & ~63;
        byte[] text = Encoding.Latin1.GetBytes(header.PadRight(total - prefix - 1) + "\n");
        var bytes = new byte[total + data.Length];
        new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', version, 0 }.CopyTo(bytes, 0);
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)text.Length);
        text.CopyTo(bytes, prefix);
        data.CopyTo(bytes, total);
        return bytes;
    }

    public static byte[] Make(string descr, string shape, byte[] data, bool fortran = false, byte version = 1) =>
        Raw($"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({shape}), }}", data, version);

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Ints(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream into = archive.CreateEntry(name, level).Open();
                into.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    /// <summary>The offsets of the entries in the central directory, found by their signature.</summary>
    public static IEnumerable<int> Directory(byte[] zip)
    {
        for (int i = 0; i + 46 <= zip.Length; i++)
        {
            if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) yield return i;
        }
    }
}
