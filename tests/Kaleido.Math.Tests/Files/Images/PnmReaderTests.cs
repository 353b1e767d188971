using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files.Images;

public class PnmReaderTests
{
    private static Image Read(byte[] bytes) => PnmReader.Read(new MemoryStream(bytes), Fuzz.Name);

    private static Image Read(string text) => Read(Encoding.Latin1.GetBytes(text));

    private static string Refused(string text)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    /// <summary>A file of one of the four kinds; a text file has its numbers parted by all that may part them.</summary>
    internal static byte[] File(int kind, int width, int height, int maximum, int[] samples, Random random)
    {
        string[] gaps = [" ", "\n", "\t \r\n", " # a comment 12 34\n", "#\n\n"];
        string Gap() => gaps[random.Next(gaps.Length)];
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"P{kind}{Gap()}{width}{Gap()}{height}{Gap()}{maximum}"));
        if (kind >= 5)
        {
            head.Append(random.Next(2) == 0 ? "\n" : "#end of the header\n");
            IEnumerable<byte> body = samples.SelectMany(s => maximum > 255 ? new[] { (byte)(s >> 8), (byte)s } : [(byte)s]);
            return [.. Encoding.ASCII.GetBytes(head.ToString()), .. body];
        }

        foreach (int sample in samples)
        {
            head.Append(Gap()).Append(sample.ToString(CultureInfo.InvariantCulture));
        }

        return Encoding.ASCII.GetBytes(head.Append(random.Next(2) == 0 ? "" : Gap()).ToString());
    }

    [Fact]
    public void Every_kind_and_maximum_comes_back()
    {
        int[] edges = [1, 2, 3, 5, 15, 17, 51, 85, 100, 254, 255, 256, 257, 1000, 32767, 65534, 65535];
        var cases =
            from kind in Gen.Elements(2, 3, 5, 6)
            from maximum in Gen.OneOf(Gen.Elements(edges), Gen.Choose(1, 65535))
            from it in Law.Sizes(2, 40).Generator
            select (kind, maximum, it);
        Law.Holds(Arb.From(cases), c =>
        {
            Random random = c.it.Random();
            int width = Math.Max(1, c.it.Sizes[0]), height = Math.Max(1, c.it.Sizes[1]), channels = c.kind is 3 or 6 ? 3 : 1;
            int[] samples = [.. Enumerable.Range(0, width * height * channels).Select(_ => random.Next(c.maximum + 1))];
            Image image = Read(File(c.kind, width, height, c.maximum, samples, random));
            Assert.Equal((width, height, channels, false), (image.Width, image.Height, image.Channels, image.HadAlpha));
            Assert.Equal(255 % c.maximum == 0, image.IsBytes);
            Assert.Equal(samples.Select(s => (float)s / c.maximum), image.ToSingle());
            Assert.Equal(samples, image.ToSingle().Select(v => (int)Math.Round((double)v * c.maximum)));
        }, 1000);
    }

    [Fact]
    public void The_example_of_the_manual_is_read()
    {
        Image image = Read("P3\n# feep.ppm\n4 1\n15\n 0  0  0    0  0  0    0 15  7   15  0 15\n");
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 255, 119, 255, 0, 255], image.Bytes.ToArray());
        Assert.Equal([65, 66], Read("P5 2 1 255\nAB").Bytes.ToArray());
        Assert.Equal([35 / 256f], Read("P5 1 1 256\n\0#").ToSingle());
        Assert.Equal([1], Read("P2 1 1 255 1").Bytes.ToArray());
    }

    [Theory]
    [InlineData("P1 1 1 1", "P2, P3, P5 or P6")]
    [InlineData("P7 1 1 1", "P2, P3, P5 or P6")]
    [InlineData("P", "a PGM or PPM")]
    [InlineData("", "an empty file")]
    [InlineData("P5", "white space")]
    [InlineData("P52 1 255\nAB", "white space")]
    [InlineData("P5 0 1 255\n", "a width from 1")]
    [InlineData("P5 1 0 255\n", "a height from 1")]
    [InlineData("P5 -1 1 255\nA", "a width in digits")]
    [InlineData("P5 1.0 1 255\nA", "a width in digits")]
    [InlineData("P5 2147483648 1 255\nA", "found more")]
    [InlineData("P5 99999999999999999999999999 1 255\nA", "found more")]
    [InlineData("P5 1 1 0\nA", "a maximum from 1")]
    [InlineData("P5 1 1 65536\nAA", "a maximum from 1")]
    [InlineData("P5 1 1 255A", "a maximum in digits")]
    [InlineData("P5 1 1 255", "white space")]
    [InlineData("P5 1 1 255\n", "1 values of 1 bytes")]
    [InlineData("P5 1 1 255\nAA", "1 values of 1 bytes")]
    [InlineData("P5 1 1 256\nA", "1 values of 2 bytes")]
    [InlineData("P5 1 1 100\nz", "a value from 0 to 100")]
    [InlineData("P5 1 1 300\n\u0001\u00FF", "a value from 0 to 300")]
    [InlineData("P5 2147483647 2147483647 65535\nA", "values of 2 bytes")]
    [InlineData("P6 2147483647 2147483647 255\nA", "values of 1 bytes")]
    [InlineData("P2 2147483647 2147483647 65535\n1 2 3", "at least 2 bytes")]
    [InlineData("P2 2 1 255\n1", "at least 2 bytes")]
    [InlineData("P2 2 1 255\n1   ", "a value in digits")]
    [InlineData("P2 1 1 255\n256", "a value from 0 to 255")]
    [InlineData("P2 1 1 255\n1 2", "the end of the file")]
    [InlineData("P2 1 1 255\n1x", "a value in digits")]
    [InlineData("P2 1 1 255\n-1", "a value in digits")]
    public void A_bad_file_is_refused(string text, string why) => Assert.Contains(why, Refused(text), StringComparison.Ordinal);

    [Fact]
    public void What_a_header_claims_is_not_allocated()
    {
        string[] claims = ["P5 30000 30000 255\nA", "P6 30000 20000 65535\nA", "P2 30000 30000 255\n1 2 3", "P3 2 1000000000 999\n1"];
        foreach (string text in claims)
        {
            Refused(text);
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read(bytes));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 15);
        }
    }
}
