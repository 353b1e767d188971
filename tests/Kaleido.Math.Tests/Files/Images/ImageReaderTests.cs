using System.Text;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files.Images;

public class ImageReaderTests
{
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1];

    private static string Refused(Func<Stream, string, Image> read, byte[] bytes, string path)
    {
        string message = Assert.Throws<InvalidDataException>(() => read(new MemoryStream(bytes), path)).Message;
        Assert.StartsWith(path + ", offset 0: expected a P", message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void The_format_is_told_by_the_contents()
    {
        Assert.Equal([3], ImageReader.Read(new MemoryStream(new PngBytes(1, 1, 8, 0).File([3])), "a.pgm").Bytes.ToArray());
        Assert.Equal([65], ImageReader.Read(new MemoryStream(Encoding.ASCII.GetBytes("P5 1 1 255\nA")), "a.png").Bytes.ToArray());
        Assert.Contains("found a PNG.", Refused(PnmReader.Read, new PngBytes(1, 1, 8, 0).File([3]), "a"), StringComparison.Ordinal);
        Assert.Contains("found a PGM", Refused(PngReader.Read, Encoding.ASCII.GetBytes("P5 1 1 255\nA"), "a"), StringComparison.Ordinal);
        Assert.Contains("an empty file", Refused(ImageReader.Read, [], "a"), StringComparison.Ordinal);
        Assert.Contains("0x0102", Refused(ImageReader.Read, [1, 2], "a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pictures/photo.jpg", "convert pictures/photo.jpg pictures/photo.png")]
    [InlineData("photo", "convert photo photo.png")]
    [InlineData("photo.png", "convert photo.png photo.converted.png")]
    [InlineData("my photo's.jpeg", @"convert 'my photo'\''s.jpeg' 'my photo'\''s.png'")]
    public void A_jpeg_is_refused_with_the_command_that_converts_it(string path, string command)
    {
        foreach (Func<Stream, string, Image> read in new Func<Stream, string, Image>[] { ImageReader.Read, PngReader.Read, PnmReader.Read })
        {
            string message = Refused(read, Jpeg, path);
            Assert.Contains($"(ImageMagick's {command} makes one), found a JPEG.", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("GIF89a......", "a GIF")]
    [InlineData("BM..........", "a BMP")]
    [InlineData("RIFF....WEBP", "a WebP")]
    [InlineData("II*\0........", "a TIFF")]
    [InlineData("MM\0*........", "a TIFF")]
    public void Other_pictures_are_named(string start, string name)
    {
        string message = Refused(ImageReader.Read, Encoding.Latin1.GetBytes(start), "x.y");
        Assert.Contains($"(ImageMagick's convert x.y x.png makes one), found {name}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_made_of_matching_numbers_only()
    {
        Assert.Equal([1, 2, 3], Image.FromBytes(1, 1, 3, [1, 2, 3]).Bytes.ToArray());
        Assert.Equal([2f, -1f], Image.FromSingles(2, 1, 1, [2, -1]).ToSingle());
        Assert.Throws<ArgumentException>(() => Image.FromBytes(1, 1, 3, [1, 2]));
        Assert.Throws<ArgumentException>(() => Image.FromBytes(1, 1, 2, [1, 2]));
        Assert.Throws<ArgumentException>(() => Image.FromBytes(-1, -1, 1, [1]));
        Assert.Throws<ArgumentException>(() => Image.FromSingles(0, 1, 1, []));
        Assert.Throws<ArgumentException>(() => Image.FromSingles(65536, 65536, 1, []));
    }
}
