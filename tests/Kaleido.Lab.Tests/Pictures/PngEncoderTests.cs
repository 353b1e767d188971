using System.Diagnostics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Tests.Support;
using Kaleido.Numerics;

namespace Kaleido.Lab.Tests.Pictures;

public class PngEncoderTests
{
    private static Picture Noise(int width, int height, int channels, uint mask = 0xFF)
    {
        var picture = new Picture(width, height, channels);
        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            picture.Pixels[i] = (byte)(Philox.Word(1, 2, (ulong)width, (ulong)i) & mask);
        }

        return picture;
    }

    private static Picture Ramp(int width, int height, int channels)
    {
        var picture = new Picture(width, height, channels);
        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            picture.Pixels[i] = (byte)((i / channels % width) + (3 * (i / channels / width)));
        }

        return picture;
    }

    public static TheoryData<int, int, int> Sizes()
    {
        var data = new TheoryData<int, int, int>();
        foreach (int width in new[] { 1, 2, 3, 17, 300 })
        {
            foreach (int height in new[] { 1, 2, 19 })
            {
                data.Add(width, height, 1);
                data.Add(width, height, 3);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_is_encoded_decodes_to_the_same_pixels(int width, int height, int channels)
    {
        Picture flat = new(width, height, channels, 200);
        foreach (Picture picture in new[] { Noise(width, height, channels), Ramp(width, height, channels), flat })
        {
            var decoded = new PngReader(PngEncoder.Encode(picture));
            Assert.Equal((width, height, channels), (decoded.Width, decoded.Height, decoded.Channels));
            Assert.Equal(["IHDR", "IDAT", "IEND"], decoded.Chunks);
            Assert.Equal(picture.Pixels, decoded.Pixels);
        }
    }

    [Fact]
    public void Equal_pictures_give_equal_bytes_in_memory_and_on_disk()
    {
        byte[] one = PngEncoder.Encode(Noise(40, 30, 3, 0x0F)), two = PngEncoder.Encode(Noise(40, 30, 3, 0x0F));
        Assert.Equal(one, two);
        string folder = Directory.CreateTempSubdirectory("kaleido-").FullName;
        try
        {
            string path = Path.Combine(folder, "a.png");
            PngEncoder.Write(path, Noise(40, 30, 3, 0x0F));
            Assert.Equal(one, File.ReadAllBytes(path));
            Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_smooth_picture_is_much_smaller_than_its_pixels()
    {
        Picture ramp = Ramp(256, 256, 1);
        Assert.InRange(PngEncoder.Encode(ramp).Length, 1, ramp.Pixels.Length / 20);
    }

    [FactIfPngcheck]
    public void Pngcheck_finds_no_fault()
    {
        string folder = Directory.CreateTempSubdirectory("kaleido-").FullName;
        try
        {
            foreach (Picture picture in new[] { Noise(1, 1, 1), Noise(7, 5, 3), Ramp(200, 100, 1), Ramp(300, 20, 3) })
            {
                string path = Path.Combine(folder, $"{picture.Width}x{picture.Height}.png");
                PngEncoder.Write(path, picture);
                using Process check = Process.Start(new ProcessStartInfo(FactIfPngcheckAttribute.Program!, ["-q", path])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
                string said = check.StandardOutput.ReadToEnd() + check.StandardError.ReadToEnd();
                check.WaitForExit();
                Assert.True(check.ExitCode == 0, said);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(1, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Picture(100_000, 100_000, 3));
        Assert.Throws<ArgumentNullException>(() => PngEncoder.Encode(null!));
    }
}
