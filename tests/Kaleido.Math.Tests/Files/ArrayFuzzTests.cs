using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

/// <summary>
/// Damaged files of numbers: read, or refused in a sentence, in bounded time and memory. What a plain file claims stands in it.
/// </summary>
public class ArrayFuzzTests
{
    private const uint Seed = 20261121;

    private static long Length(byte[] bytes) => bytes.Length;

    private static FuzzBase Base(byte[] bytes, int magic, params (int, int)[] fields) => new(bytes, fields, magic);

    /// <summary>The places of all numbers in the text between two places.</summary>
    private static (int Offset, int Length)[] Digits(byte[] bytes, int from, int to)
    {
        var found = new List<(int, int)>();
        for (int i = from; i < to; i++)
        {
            int start = i;
            while (i < to && bytes[i] is >= (byte)'0' and <= (byte)'9') i++;
            if (i > start) found.Add((start, i - start));
        }

        return [.. found];
    }

    private static void Holds(FuzzBase[] bases, Action<byte[]> read, Func<byte[], long> claimed, Action<byte[]>? repair = null,
        int leastRead = 100)
    {
        int cut = Fuzz.CutEverywhere(bases, read, claimed);
        Assert.InRange(cut, 1, bases.Sum(b => b.Bytes.Length));
        FuzzReport report = Fuzz.Run(Seed, bases, read, claimed, repair);
        Assert.InRange(report.Refused, report.Files / 4, report.Files);
        Assert.InRange(report.Read, leastRead, report.Files);
    }

    private static FuzzBase Npy(byte[] bytes, int prefix = 10)
    {
        int end = Array.IndexOf(bytes, (byte)'}');
        return Base(bytes, 6, [(6, 1), (7, 1), (8, prefix - 8), .. Digits(bytes, prefix, end)]);
    }

    private static readonly byte[] Small = NpyBytes.Make("<f4", "2, 3", NpyBytes.Floats(1, 2, 3, 4, 5, 6));

    [Fact]
    public void Damaged_npy_files()
    {
        FuzzBase[] bases =
        [
            Npy(Small),
            Npy(NpyBytes.Make(">i2", "2, 2, 3", new byte[24], fortran: true, version: 2), 12),
            Npy(NpyBytes.Make("|b1", "7,", [1, 0, 1, 1, 0, 0, 1], version: 3), 12),
        ];
        Holds(bases, bytes => NpyReader.Read(new MemoryStream(bytes), Fuzz.Name), Length);
    }

    [Fact]
    public void Damaged_npz_files()
    {
        byte[] labels = NpyBytes.Make("|u1", "2,", [0, 1]);
        FuzzBase[] bases =
        [
            Npz(NpyBytes.Zip(CompressionLevel.NoCompression, ("x.npy", Small), ("y.npy", labels))),
            Npz(NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", Small), ("y.npy", labels))),
        ];
        Holds(bases, bytes => NpzReader.Read(new MemoryStream(bytes), Fuzz.Name), ClaimOfNpz, MendChecksums);
    }

    [Fact]
    public void Damaged_CSV_files()
    {
        FuzzBase[] bases = [.. new[] { "label,a,b\n1,0.5,-2e3\n0,1,17\n", "1;2;3\r\n4;5;6\r\n", "1\n2\n3\n" }.Select(text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            return Base(bytes, 0, Digits(bytes, 0, bytes.Length));
        })];
        Holds(bases, bytes => CsvReader.Read(new MemoryStream(bytes), Fuzz.Name), Length, leastRead: Fuzz.Files / 5);
    }

    [Fact]
    public void Damaged_CIFAR_10_files()
    {
        var one = new byte[Cifar10Reader.RecordLength];
        byte[] two = [9, .. new byte[Cifar10Reader.PictureLength], 5, .. Enumerable.Repeat((byte)200, Cifar10Reader.PictureLength)];
        FuzzBase[] bases = [Base(one, 0, (0, 1)), Base(two, 0, (0, 1), (Cifar10Reader.RecordLength, 1))];

        // There is no magic: length and labels tell the format, so as many files must be read.
        Holds(bases, bytes => Cifar10Reader.Read(new MemoryStream(bytes), Fuzz.Name), Length, leastRead: Fuzz.Files / 5);
    }

    [Fact]
    public void Damaged_IDX_files()
    {
        byte[] plain = IdxBytes.Make(IdxType.Int16, [4, 3, 2], IdxBytes.Ramp(24));
        (int, int)[] fields = [(2, 1), (3, 1), (4, 4), (8, 4), (12, 4)];

        // Stored in gzip, the header stands 15 bytes further: 10 of gzip, 5 of deflate.
        using var stored = new MemoryStream();
        using (var gzip = new GZipStream(stored, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(plain);
        byte[] zipped = stored.ToArray();
        Assert.True(zipped.AsSpan(15).StartsWith(plain));
        FuzzBase[] bases =
        [
            Base(plain, 2, fields),
            Base(zipped, 2, [.. fields.Select(f => (f.Item1 + 15, f.Item2)), (3, 1), (zipped.Length - 4, 4), (zipped.Length - 8, 4)]),
            Base(IdxBytes.Zip(plain), 2, (3, 1), (10, 1), (IdxBytes.Zip(plain).Length - 4, 4)),
        ];
        Holds(bases, bytes => IdxReader.Read(new MemoryStream(bytes), Fuzz.Name), ClaimOfIdx);
    }

    [Fact]
    public void Damaged_safetensors_files()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [new("a", [2, 3], new float[6]), new("b", [2], new double[2]), new("c", [], new float[1])],
            new Dictionary<string, string> { ["k"] = "v" });
        byte[] bytes = stream.ToArray();
        int end = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        FuzzBase[] bases = [Base(bytes, 0, [(0, 8), .. Digits(bytes, 8, end)])];

        // The first bytes are the header's length; what tells the format is the brace after them.
        int withBrace = 0;
        Holds(bases, b =>
        {
            if (b.Length > 8 && b[8] == '{') Interlocked.Increment(ref withBrace);
            SafetensorsFile.Read(new MemoryStream(b), Fuzz.Name);
        }, Length);
        Assert.InRange(withBrace, Fuzz.Files / 5, int.MaxValue);
    }

    private static FuzzBase Npz(byte[] bytes)
    {
        var fields = new List<(int, int)>();
        foreach (int at in NpyBytes.Directory(bytes))
        {
            int local = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 42));
            fields.AddRange([(at + 8, 2), (at + 10, 2), (at + 20, 4), (at + 24, 4), (at + 28, 2), (at + 30, 2), (at + 32, 2)]);
            fields.Add((at + 42, 4));
            fields.AddRange([(local + 8, 2), (local + 18, 4), (local + 22, 4), (local + 26, 2), (local + 28, 2)]);
        }

        int end = bytes.Length - 22;
        fields.AddRange([(end + 4, 2), (end + 6, 2), (end + 8, 2), (end + 10, 2), (end + 12, 4), (end + 16, 4), (end + 20, 2)]);

        // In a stored entry the header of the array can be changed as well.
        int shape = bytes.AsSpan().IndexOf("(2, 3)"u8);
        if (shape > 0) fields.AddRange([(shape + 1, 1), (shape + 4, 1)]);
        fields.Sort();
        return Base(bytes, 4, [.. fields]);
    }

    private static long ClaimOfNpz(byte[] bytes) =>
        NpyBytes.Directory(bytes).Sum(at => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 24)));

    private static void MendChecksums(byte[] bytes)
    {
        foreach (int at in NpyBytes.Directory(bytes))
        {
            long local = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 42));
            long length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 24));
            if (bytes[at + 10] != 0 || local + 30 > bytes.Length) continue;
            long data = local + 30 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)local + 26))
                + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)local + 28));
            if (data + length > bytes.Length) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 16), Crc32.Append(0, bytes.AsSpan((int)data, (int)length)));
        }
    }

    /// <summary>What the header claims, found without the reader; 0 where there is none.</summary>
    private static long ClaimOfIdx(byte[] bytes)
    {
        if (bytes.Length < 2 || bytes[0] != 0x1F || bytes[1] != 0x8B) return bytes.Length;
        var start = new byte[20];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            gzip.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }

        double claim = 8;
        for (int i = 0; i < Math.Min((int)start[3], 4); i++) claim *= BinaryPrimitives.ReadUInt32BigEndian(start.AsSpan(4 + (4 * i)));
        return (long)Math.Min(claim, 1L << 40);
    }
}
