using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class IdxReaderTests
{
    private const string Name = "somewhere/file";

    private static IdxArray Read(byte[] bytes) => IdxReader.Read(new MemoryStream(bytes), Name);

    private static InvalidDataException Refused(byte[] bytes)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.Matches(@"^somewhere/file, offset \d+: expected .+, found [^\r\n]+\.$", error.Message);
        return error;
    }

    [Theory]
    [InlineData(IdxType.UInt8, 0, 255)]
    [InlineData(IdxType.Int8, -128, 127)]
    [InlineData(IdxType.Int16, -32768, 32767)]
    [InlineData(IdxType.Int32, int.MinValue, int.MaxValue)]
    [InlineData(IdxType.Float32, -1.5, 0.10000000149011612)]
    [InlineData(IdxType.Float64, -1.5, 0.1)]
    public void Every_type_comes_back_plain_and_zipped(IdxType type, double low, double high)
    {
        byte[] plain = IdxBytes.Make(type, [1, 2, 1, 3], low, high, 1, 2, 3, 4);
        foreach (byte[] bytes in new[] { plain, IdxBytes.Zip(plain) })
        {
            IdxArray array = Read(bytes);
            Assert.Equal(type, array.Type);
            Assert.Equal([1, 2, 1, 3], array.Dimensions.ToArray());
            Assert.Equal([low, high, 1, 2, 3, 4], Enumerable.Range(0, array.Count).Select(i => array[i]));
            Assert.Equal((float)high, array.ToSingle()[1]);
            Assert.Throws<ArgumentOutOfRangeException>(() => array[6]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_rank_comes_back(int rank)
    {
        int[] sizes = [.. Enumerable.Range(1, rank)];
        byte[] plain = IdxBytes.Make(IdxType.Int16, sizes, IdxBytes.Ramp(sizes.Aggregate(1, (a, b) => a * b)));
        Assert.Equal(sizes, Read(plain).Dimensions.ToArray());
        Assert.Equal(sizes, Read(IdxBytes.Zip(plain)).Dimensions.ToArray());
    }

    [Fact]
    public void More_than_the_first_buffer_comes_back_zipped()
    {
        byte[] plain = IdxBytes.Make(IdxType.UInt8, [300, 1000], IdxBytes.Ramp(300_000));
        Assert.Equal(plain.AsSpan(12).ToArray(), Read(IdxBytes.Zip(plain)).Bytes.ToArray());
    }

    [Fact]
    public void Compression_is_told_by_contents_not_by_name()
    {
        using var folder = new TemporaryFolder();
        byte[] plain = IdxBytes.Make(IdxType.UInt8, [3], 1, 2, 3);
        Assert.Equal(3, IdxReader.Read(folder.File("a.gz", plain)).Count);
        Assert.Equal(3, IdxReader.Read(folder.File("b.idx", IdxBytes.Zip(plain))).Count);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] plain = IdxBytes.Make(IdxType.Int32, [3, 2, 2], IdxBytes.Ramp(12));
        foreach (byte[] bytes in new[] { plain, IdxBytes.Zip(plain) })
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                Refused(bytes[..length]);
            }
        }
    }

    [Fact]
    public void Bytes_after_the_end_are_refused()
    {
        byte[] plain = IdxBytes.Make(IdxType.UInt8, [5], IdxBytes.Ramp(5));
        Refused([.. plain, 0]);
        Refused(IdxBytes.Zip([.. plain, 0]));
        Refused([.. IdxBytes.Zip(plain), 1, 2, 3, 4, 5]);
    }

    [Fact]
    public void Wrong_magic_type_rank_and_sizes_are_refused_where_they_stand()
    {
        Assert.Contains("offset 0", Refused([1, 0, 8, 1, 0, 0, 0, 1, 7]).Message, StringComparison.Ordinal);
        Assert.Contains("offset 2", Refused([0, 0, 0x0A, 1, 0, 0, 0, 1, 7]).Message, StringComparison.Ordinal);
        Assert.Contains("offset 3", Refused([0, 0, 8, 0, 7]).Message, StringComparison.Ordinal);
        Assert.Contains("offset 3", Refused([0, 0, 8, 5, .. new byte[20]]).Message, StringComparison.Ordinal);
        Assert.Contains("offset 8", Refused(IdxBytes.Make(IdxType.UInt8, [3, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("offset 4", Refused(IdxBytes.Make(IdxType.UInt8, [-1], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("empty file", Refused([]).Message, StringComparison.Ordinal);
        Assert.Contains("offset 10", Refused(IdxBytes.Make(IdxType.UInt8, [3], 1, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_header_claims_is_not_allocated()
    {
        // 2^31 - 2^20 bytes, and products that overflow 32 and 64 bits.
        int[][] claims = [[2047, 1 << 20], [65536, 65536], [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue]];
        foreach (int[] sizes in claims)
        {
            byte[] plain = IdxBytes.Make(IdxType.UInt8, sizes, 1, 2, 3);
            byte[] zipped = IdxBytes.Zip(plain);
            Refused(plain);
            Refused(zipped);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read(plain));
            Assert.Throws<InvalidDataException>(() => Read(zipped));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
        }
    }

    [Fact]
    public void A_zipped_file_that_could_hold_its_claim_but_does_not_is_read_only_as_far_as_it_goes()
    {
        byte[] noise = [.. Enumerable.Range(0, 100_000).Select(i => (byte)Kaleido.Numerics.Philox.Word(1, 2, 3, (ulong)i))];
        byte[] bytes = IdxBytes.Zip([.. IdxBytes.Make(IdxType.UInt8, [100_000_000]), .. noise]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_damaged_file_gives_data_or_InvalidDataException_and_little_memory()
    {
        byte[] plain = IdxBytes.Make(IdxType.Int16, [4, 3, 5], IdxBytes.Ramp(60));
        byte[] zipped = IdxBytes.Zip(plain);
        int refused = Mutations.CountRefused(8000, i => Mutations.Mutate(i % 2 == 0 ? plain : zipped, 2026, i),
            bytes => Read(bytes), Name, 1 << 20);
        Assert.InRange(refused, 4000, 8000);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        using var folder = new TemporaryFolder();
        var missing = Assert.Throws<FileNotFoundException>(() => IdxReader.Read(folder.File("none")));
        Assert.Contains("no such file", missing.Message, StringComparison.Ordinal);
        var notFile = Assert.Throws<FileNotFoundException>(() => IdxReader.Read(folder.Path));
        Assert.Contains("is a folder", notFile.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => IdxReader.Read(Path.Combine(folder.Path, "no", "file")));
        Assert.Throws<ArgumentException>(() => IdxReader.Read(""));
    }
}
