using System.Buffers.Binary;
using System.Text;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class SafetensorsTests
{
    private const string Name = "somewhere/file";

    private static byte[] Make(string json, params byte[] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return bytes;
    }

    private static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes), Name);

    private static byte[] Write(IEnumerable<SafetensorsTensor> tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static string Refused(byte[] bytes)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    private static SafetensorsTensor[] Sample() =>
    [
        new("layer0.weight", [2, 3], new[] { 1f, -2, 3.5f, float.NaN, float.Epsilon, -0f }),
        new("doubles", [2], new[] { Math.PI, double.NegativeInfinity }),
        new("scalar", [], new[] { 7f }),
        new("empty", [0, 5], Array.Empty<float>()),
        new("naïve \"名\"\n", [1, 1, 1], new[] { 0.1 }),
    ];

    [Fact]
    public void What_is_written_comes_back_bit_for_bit()
    {
        SafetensorsTensor[] tensors = Sample();
        var metadata = new Dictionary<string, string> { ["z"] = "1", ["ä \"q\""] = "line\nbreak" };
        using var folder = new TemporaryFolder();
        string path = folder.File("model.safetensors");
        SafetensorsFile.Write(path, tensors, metadata);
        SafetensorsFile file = SafetensorsFile.Read(path);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Length, file.Tensors.Count);
        foreach (SafetensorsTensor expected in tensors)
        {
            SafetensorsTensor actual = file[expected.Name];
            Assert.Equal(expected.Type, actual.Type);
            Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
            Assert.Equal(Bits(expected), Bits(actual));
        }

        Assert.Null(file.Find("nothing"));
        Assert.Throws<KeyNotFoundException>(() => file["nothing"]);
    }

    [Fact]
    public void The_bytes_depend_on_the_arguments_alone_and_data_is_aligned()
    {
        byte[] one = Write(Sample(), new() { ["b"] = "2", ["a"] = "1" });
        byte[] two = Write(Sample(), new() { ["a"] = "1", ["b"] = "2" });
        Assert.Equal(one, two);
        long header = BinaryPrimitives.ReadInt64LittleEndian(one);
        Assert.Equal(0, header % 8);
        Assert.Equal((byte)'{', one[8]);
        string[] order = [.. Read(one).Tensors.Where(t => t.Count > 0).Select(t => t.Name)];
        Assert.Equal(["doubles", "naïve \"名\"\n", "layer0.weight", "scalar"], order);
        Assert.Equal(one, Write(Read(one).Tensors, new(Read(one).Metadata)));
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        byte[] bytes = Write([new("a", [2], new[] { 1f, 2f })]);
        string json = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        byte[] expected = Make(json.PadRight((json.Length + 7) & ~7), 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40);
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Half_precision_types_are_read_exactly()
    {
        byte[] bytes = Make(
            "{\"h\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]},"
            + "\"b\":{\"data_offsets\":[6,10],\"shape\":[2],\"dtype\":\"BF16\"}}",
            0x00, 0x3C, 0x01, 0x00, 0x00, 0xFC, 0x80, 0x3F, 0xC0, 0xBF);
        SafetensorsFile file = Read(bytes);
        Assert.Equal([1f, 5.9604645e-8f, float.NegativeInfinity], file["h"].ToSingles());
        Assert.Equal([1.0, -1.5], file["b"].ToDoubles());
        Assert.Throws<ArgumentException>(() => Write(file.Tensors));
    }

    [FactIfGolden]
    public void The_golden_files_are_read()
    {
        SafetensorsFile elementwise = SafetensorsFile.Read(Path.Combine(SharedData.Golden!, "elementwise_f64.safetensors"));
        Assert.Equal(54, elementwise["x"].Count);
        Assert.Equal(SafetensorsType.F64, elementwise["tanh.value"].Type);
        for (int i = 0; i < 54; i++)
        {
            // The stored values are correct to a few units of double; so is Math.Tanh.
            double expected = Math.Tanh(elementwise["x"].Singles.Span[i]);
            Assert.InRange(Math.Abs(elementwise["tanh.value"].Doubles.Span[i] - expected), 0, 1e-15);
        }

        string[] files = Directory.GetFiles(SharedData.Golden!, "*.safetensors");
        Assert.True(files.Length >= 6);
        foreach (string path in files)
        {
            SafetensorsFile file = SafetensorsFile.Read(path);
            Assert.NotEmpty(file.Tensors);
            Assert.NotEmpty(file.Metadata);
            SafetensorsFile again = Read(Write(file.Tensors, new(file.Metadata)));
            Assert.Equal(file.Metadata, again.Metadata);
            Assert.All(file.Tensors, tensor => Assert.Equal(Bits(tensor), Bits(again[tensor.Name])));
        }
    }

    [Theory]
    [InlineData("", "empty header")]
    [InlineData("[]", "not an object")]
    [InlineData("{", "cut")]
    [InlineData("{}x", "rest")]
    [InlineData("{}{}", "two")]
    [InlineData("{\"a\":1}", "no object")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "no offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "no shape")]
    [InlineData("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "no type")]
    [InlineData("{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,4]}}", "other type")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "size differs")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "negative")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "fraction")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "backwards")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", "three")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "one")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}", "unknown key")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "key twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647,2147483647,9],\"data_offsets\":[0,4]}}", "overflow")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", "huge number")]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[268435456],\"data_offsets\":[0,2147483648]}}", "beyond the file")]
    [InlineData("{\"a\":GOOD,\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}", "name twice")]
    [InlineData("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}", "hole at the start")]
    [InlineData("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}", "bytes left over")]
    [InlineData("{\"a\":GOOD,\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}", "overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "out of range")]
    [InlineData("{\"__metadata__\":{\"a\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "metadata is no string")]
    [InlineData("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"},\"a\":GOOD}", "metadata twice")]
    [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "lone surrogate")]
    [InlineData("{\"a\":[[[[[[[[[[]]]]]]]]]]}", "deep")]
    public void A_bad_header_is_refused(string json, string why)
    {
        Assert.NotEmpty(why);
        Refused(
            Make(json.Replace("GOOD", "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", StringComparison.Ordinal), 0, 0, 0, 0));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] bytes = Make("{\"ab\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 0, 0, 0, 0);
        bytes[10] = 0xFF;
        Refused(bytes);
    }

    [Fact]
    public void A_header_length_that_lies_is_refused_without_allocating_it()
    {
        foreach (ulong claim in new ulong[] { 0, 1, 57, 99_999_999, 100_000_001, long.MaxValue, ulong.MaxValue })
        {
            byte[] bytes = Make("{}" + new string(' ', 40));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, claim);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read(bytes));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_or_with_bytes_after_it_is_refused()
    {
        byte[] bytes = Write(Sample(), new() { ["k"] = "v" });
        for (int length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length]);
        }

        Refused([.. bytes, 0]);
    }

    [Fact]
    public void A_damaged_file_gives_data_or_InvalidDataException_and_little_memory()
    {
        byte[] good = Write(Sample(), new() { ["k"] = "v" });
        int refused = Mutations.CountRefused(20_000, i => Mutations.Mutate(good, 7, i), bytes => Read(bytes), Name, 1 << 18);
        Assert.InRange(refused, 10_000, 20_000);
    }

    [Fact]
    public void Tensors_that_cannot_be_written_are_refused_and_the_old_file_stays()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m", [1, 2, 3]);
        var a = new SafetensorsTensor("a", [1], new[] { 1f });
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [a, a]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("__metadata__", [1], new[] { 1f }));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("a", [2], new[] { 1f }));
        Assert.ThrowsAny<ArgumentException>(() => new SafetensorsTensor("a", [-1, -1], new[] { 1f }));
        Assert.Throws<ArgumentException>(
            () => new SafetensorsTensor("a", [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, 0, 3, 1], new[] { 1f }));
    }

    private static long[] Bits(SafetensorsTensor tensor) => tensor.Type == SafetensorsType.F64
        ? [.. tensor.Doubles.ToArray().Select(BitConverter.DoubleToInt64Bits)]
        : [.. tensor.Singles.ToArray().Select(v => (long)BitConverter.SingleToInt32Bits(v))];
}
