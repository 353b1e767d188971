using System.Buffers.Binary;
using System.IO.Compression;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class NpzTests
{
    private const string Name = "somewhere/file";

    private static readonly byte[] Array = NpyBytes.Make("<f4", "2, 3", NpyBytes.Floats(1, 2, 3, 4, 5, 6));

    private static IReadOnlyDictionary<string, NpyArray> Read(byte[] bytes) => NpzReader.Read(new MemoryStream(bytes), Name);

    private static string Refused(byte[] bytes)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    /// <summary>A copy with a number written over its bytes.</summary>
    private static byte[] With(byte[] bytes, int at, int size, uint value)
    {
        byte[] copy = [.. bytes];
        for (int i = 0; i < size; i++) copy[at + i] = (byte)(value >> (8 * i));
        return copy;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Arrays_come_back_in_order_and_the_bytes_depend_on_them_alone(bool compress)
    {
        var arrays = new OrderedDictionary<string, NpyArray>
        {
            ["x"] = NpyArray.From<float>([100, 200], [.. Enumerable.Range(0, 20_000).Select(i => (float)(i % 7))]),
            ["naïve/名"] = NpyArray.From<long>([3], [1, 2, 3]),
            ["empty"] = NpyArray.From<double>([0, 5], []),
        };
        using var folder = new TemporaryFolder();
        string path = folder.File("a.npz");
        NpzWriter.Write(path, arrays, compress);
        var back = NpzReader.Read(path);
        Assert.Equal(arrays.Keys, back.Keys);
        Assert.All(arrays, pair => Assert.Equal(pair.Value.Bytes.ToArray(), back[pair.Key].Bytes.ToArray()));
        byte[] first = File.ReadAllBytes(path);
        Assert.Equal(compress, first.Length < 10_000);
        NpzWriter.Write(path, arrays, compress);
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Fact]
    public void Names_that_are_empty_too_long_or_twice_are_not_written()
    {
        NpyArray array = NpyArray.From<byte>([1], [1]);
        KeyValuePair<string, NpyArray> Pair(string name) => new(name, array);
        using var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => NpzWriter.Write(stream, [Pair("")]));
        Assert.Throws<ArgumentException>(() => NpzWriter.Write(stream, [Pair("a"), Pair("a")]));
        Assert.Throws<ArgumentException>(() => NpzWriter.Write(stream, [Pair(new string('a', 253))]));
        Assert.Throws<ArgumentException>(() => NpzWriter.Write(stream, Enumerable.Range(0, 1025).Select(i => Pair($"{i}"))));
        Assert.Equal(0, stream.Length);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void A_file_cut_anywhere_or_with_bytes_before_or_after_is_refused(CompressionLevel level)
    {
        byte[] good = NpyBytes.Zip(level, ("x.npy", Array), ("y.npy", Array));
        for (int length = 0; length < good.Length; length++) Refused(good[..length]);
        Refused([.. good, 0]);
        Refused([0, .. good]);
        Assert.Equal(2, Read(good).Count);
    }

    [Fact]
    public void What_a_directory_states_wrongly_is_refused()
    {
        byte[] good = NpyBytes.Zip(CompressionLevel.NoCompression, ("x.npy", Array), ("y.npy", Array));
        int[] entries = [.. NpyBytes.Directory(good)];
        int end = good.Length - 22, second = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(entries[1] + 42));
        Assert.Contains("Zip64", Refused(With(good, end + 8, 2, 0xFFFF)), StringComparison.Ordinal);
        Assert.Contains("Zip64", Refused(With(good, end + 16, 4, uint.MaxValue)), StringComparison.Ordinal);
        Assert.Contains("Zip64", Refused(With(good, entries[0] + 24, 4, uint.MaxValue)), StringComparison.Ordinal);
        Assert.Contains("several disks", Refused(With(good, end + 4, 2, 1)), StringComparison.Ordinal);
        Assert.Contains("entries", Refused(With(With(good, end + 8, 2, 900), end + 10, 2, 900)), StringComparison.Ordinal);
        Assert.Contains("encrypted", Refused(With(good, entries[0] + 8, 2, 1)), StringComparison.Ordinal);
        Assert.Contains("deflated", Refused(With(good, entries[0] + 10, 2, 12)), StringComparison.Ordinal);
        Assert.Contains("stored bytes", Refused(With(good, entries[0] + 24, 4, 9)), StringComparison.Ordinal);
        Assert.Contains("checksum", Refused(With(good, entries[0] + 16, 4, 9)), StringComparison.Ordinal);
        Assert.Contains("local header", Refused(With(good, entries[0] + 42, 4, (uint)second)), StringComparison.Ordinal);
        Assert.Contains("local header", Refused(With(good, second, 4, 0)), StringComparison.Ordinal);
        Assert.Contains("packed bytes", Refused(With(With(good, entries[1] + 20, 4, 99999), entries[1] + 24, 4, 99999)),
            StringComparison.Ordinal);
        Assert.Contains("*.npy", Refused(NpyBytes.Zip(CompressionLevel.Optimal, ("x.txt", Array))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_in_an_entry_names_the_entry_and_the_place_in_it()
    {
        string message = Refused(NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", NpyBytes.Make("|O", "1,", new byte[8]))));
        Assert.Contains("\"x.npy\"", message, StringComparison.Ordinal);
        Assert.Contains("pickled", message, StringComparison.Ordinal);
        Refused(NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", Array[..^1])));
        Refused(NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", [.. Array, 0])));
    }

    [Fact]
    public void Entries_that_share_bytes_are_refused()
    {
        // Many directory entries of one packed array would unpack to many times what deflate can reach.
        byte[] large = NpyBytes.Make("|u1", "1000,", new byte[1000]);
        byte[] good = NpyBytes.Zip(CompressionLevel.NoCompression, ("a.npy", large));
        int entry = NpyBytes.Directory(good).Single();
        byte[] central = good[entry..^22];
        byte[] many = [.. good[..entry], .. central, .. central, .. good[^22..]];
        many = With(With(With(many, many.Length - 14, 2, 2), many.Length - 12, 2, 2), many.Length - 10, 4, (uint)(2 * central.Length));
        Assert.Contains("share no bytes", Refused(many), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_with_a_comment_is_read()
    {
        byte[] good = NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", Array));
        byte[] comment = [.. Enumerable.Repeat((byte)'c', 5000)];
        Assert.Equal([1f, 2, 3, 4, 5, 6], Read([.. With(good, good.Length - 2, 2, 5000), .. comment])["x"].ToSingles());
    }

    [Fact]
    public void What_an_entry_claims_is_not_allocated()
    {
        byte[] bytes = NpyBytes.Zip(CompressionLevel.Optimal, ("x.npy", NpyBytes.Make("|u1", "100000000,", new byte[3])));
        int entry = NpyBytes.Directory(bytes).Single();
        byte[] claim = With(bytes, entry + 24, 4, 100_000_128);
        Assert.Contains("1032", Refused(claim), StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Read(claim));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }
}
