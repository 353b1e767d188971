using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class NpyTests
{
    private const string Name = "somewhere/file";

    private static NpyArray Read(byte[] bytes) => NpyReader.Read(new MemoryStream(bytes), Name);

    private static byte[] Write(NpyArray array)
    {
        using var stream = new MemoryStream();
        NpyWriter.Write(stream, array);
        return stream.ToArray();
    }

    private static string Refused(byte[] bytes)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    private static void Comes_back<T>(NpyType type, params T[] values) where T : unmanaged
    {
        NpyArray array = Read(Write(NpyArray.From<T>([1, values.Length], values)));
        Assert.Equal(type, array.Type);
        Assert.Equal([1, values.Length], array.Shape.ToArray());
        Assert.Equal(values, array.ToArray<T>());
        if (typeof(T) != typeof(bool)) Assert.Equal(values.Select(v => Convert.ToDouble(v is Half half ? (double)half : v, null)),
            array.ToDoubles());
    }

    [Fact]
    public void Every_type_comes_back_bit_for_bit()
    {
        Comes_back(NpyType.Boolean, true, false, true);
        Comes_back(NpyType.Int8, sbyte.MinValue, (sbyte)-1, sbyte.MaxValue);
        Comes_back(NpyType.UInt8, (byte)0, byte.MaxValue);
        Comes_back(NpyType.Int16, short.MinValue, (short)7);
        Comes_back(NpyType.UInt16, (ushort)0, ushort.MaxValue);
        Comes_back(NpyType.Int32, int.MinValue, int.MaxValue);
        Comes_back(NpyType.UInt32, 0u, uint.MaxValue);
        Comes_back(NpyType.Int64, long.MinValue, 1L << 53);
        Comes_back(NpyType.UInt64, 0ul, ulong.MaxValue);
        Comes_back(NpyType.Float16, Half.Epsilon, Half.MinValue, Half.NegativeInfinity);
        Comes_back(NpyType.Float32, float.Epsilon, 0.1f, float.PositiveInfinity);
        Comes_back(NpyType.Float64, double.Epsilon, 0.1, double.NaN);
        Assert.Throws<ArgumentException>(() => NpyArray.From<char>([1], ['x']));
        Assert.Throws<ArgumentException>(() => NpyArray.From<float>([2], [1f]).ToArray<float>());
        Assert.Throws<ArgumentException>(() => NpyArray.From<float>([1], [1f]).ToArray<int>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("0,7")]
    [InlineData("2,0,3")]
    [InlineData("3,2,1,2")]
    [InlineData("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1")]
    public void Every_shape_comes_back(string sizes)
    {
        int[] shape = [.. sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        int[] values = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b))];
        NpyArray array = Read(Write(NpyArray.From<int>(shape, values)));
        Assert.Equal(shape, array.Shape.ToArray());
        Assert.Equal(values, array.ToArray<int>());
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        byte[] expected = NpyBytes.Make("<f4", "2, 3", NpyBytes.Floats(1, 2, 3, 4, 5, 6));
        Assert.Equal(expected, Write(NpyArray.From<float>([2, 3], [1, 2, 3, 4, 5, 6])));
        Assert.Equal(NpyBytes.Make("|u1", "2,", [1, 2]), Write(NpyArray.From<byte>([2], [1, 2])));
        Assert.Equal(NpyBytes.Make("<i8", "", new byte[8]), Write(NpyArray.From<long>([], [0])));
        Assert.Throws<ArgumentException>(() => Write(NpyArray.From<byte>(Enumerable.Repeat(1, 33).ToArray(), [1])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Versions_endianness_and_orders_give_the_same_array(byte version)
    {
        byte[] little = NpyBytes.Ints(1, 2, 3, 4, 5, 6), big = [.. little.Chunk(4).SelectMany(word => word.Reverse())];
        byte[] columns = NpyBytes.Ints(1, 4, 2, 5, 3, 6);
        foreach (byte[] file in new[]
        {
            NpyBytes.Make("<i4", "2, 3", little, false, version), NpyBytes.Make(">i4", "2, 3", big, false, version),
            NpyBytes.Make("<i4", "2, 3", columns, true, version),
        })
        {
            Assert.Equal([1, 2, 3, 4, 5, 6], Read(file).ToArray<int>());
        }
    }

    [Fact]
    public void Column_major_order_of_any_rank_is_undone()
    {
        int[] shape = [2, 3, 4, 5];
        var columns = new int[120];
        for (int i = 0; i < 120; i++)
        {
            // The index of element i in row-major order, and its place where the first index runs fastest.
            (int a, int b, int c, int d) = (i / 60, i / 20 % 3, i / 5 % 4, i % 5);
            columns[a + (2 * (b + (3 * (c + (4 * d)))))] = i;
        }

        NpyArray array = Read(NpyBytes.Make("<i4", "2, 3, 4, 5", NpyBytes.Ints(columns), fortran: true));
        Assert.Equal(shape, array.Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 120), array.ToArray<int>());
        long start = array.OffsetOf(0);
        Assert.Equal(120, Enumerable.Range(0, 120).Select(i => array.OffsetOf(i)).Distinct().Count());
        Assert.All(Enumerable.Range(0, 120), i => Assert.Equal(i, columns[(array.OffsetOf(i) - start) / 4]));
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "pickled")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "structured")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "\"<c8\"")]
    [InlineData("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", "\"<U3\"")]
    [InlineData("{'descr': '|S8', 'fortran_order': False, 'shape': (1,), }", "\"|S8\"")]
    [InlineData("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }", "\"<M8[s]\"")]
    [InlineData("{'descr': '|f8', 'fortran_order': False, 'shape': (1,), }", "\"|f8\"")]
    [InlineData("{'descr': '=f8', 'fortran_order': False, 'shape': (1,), }", "\"=f8\"")]
    [InlineData("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }", "True or False")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "a size")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "a size")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': [1], }", "'('")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, }", "fewer keys")]
    [InlineData("{'descr': '<f8', 'descr': '<f8', 'shape': (1,), }", "once each")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "once each")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x", "spaces after")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", "'}'")]
    [InlineData("{'descr': '<f8", "end of a text")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536), }", "bytes in all")]
    [InlineData("import os", "'{'")]
    public void Headers_that_are_none_or_not_of_numbers_are_refused(string header, string part) =>
        Assert.Contains(part, Refused(NpyBytes.Raw(header, new byte[8])), StringComparison.Ordinal);

    [Fact]
    public void Cut_files_trailing_bytes_versions_and_false_Booleans_are_refused()
    {
        byte[] good = NpyBytes.Make("<f4", "2, 3", NpyBytes.Floats(1, 2, 3, 4, 5, 6));
        for (int length = 0; length < good.Length; length++) Refused(good[..length]);
        Assert.Contains("152", Refused([.. good, 0]), StringComparison.Ordinal);
        byte[] version = [.. good];
        version[6] = 4;
        Assert.Contains("4.0", Refused(version), StringComparison.Ordinal);
        Assert.Contains("offset 129", Refused(NpyBytes.Make("|b1", "2,", [1, 2])), StringComparison.Ordinal);
        Assert.Contains("empty file", Refused([]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_header_claims_is_not_allocated()
    {
        byte[] bytes = NpyBytes.Make("<f8", "16384, 16383", new byte[8]);
        Refused(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Fact]
    public void Files_are_written_whole()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.npy");
        NpyWriter.Write(path, NpyArray.From<float>([2], [1, 2]));
        Assert.Equal([1f, 2], NpyReader.Read(path).ToSingles());
        Assert.Throws<FileNotFoundException>(() => NpyReader.Read(folder.File("none")));
    }
}
