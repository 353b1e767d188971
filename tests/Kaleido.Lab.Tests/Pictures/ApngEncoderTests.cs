using System.Buffers.Binary;
using System.Text;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Tests.Support;
using Kaleido.Tests;
using Kaleido.Tests.Support;
using Image = Kaleido.Files.Image;

namespace Kaleido.Lab.Tests.Pictures;

public class ApngEncoderTests
{
    private static List<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (int at = 8; at < file.Length; at += 12 + chunks[^1].Item2.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
        }

        return chunks;
    }

    /// <summary>Each frame as a still picture of its own, made of its chunk's data.</summary>
    private static List<Image> Stills(byte[] file)
    {
        List<(string Type, byte[] Data)> chunks = Chunks(file);
        var stills = new List<Image>();
        foreach ((string type, byte[] data) in chunks.Where(c => c.Type is "IDAT" or "fdAT"))
        {
            using var still = new MemoryStream();
            still.Write(file.AsSpan(0, 8));
            PngEncoder.WriteChunk(still, "IHDR"u8, chunks[0].Data);
            PngEncoder.WriteChunk(still, "IDAT"u8, type == "IDAT" ? data : data[4..]);
            PngEncoder.WriteChunk(still, "IEND"u8, []);
            stills.Add(Kaleido.Files.PngReader.Read(still, "still"));
        }

        return stills;
    }

    [Fact]
    public void Still_and_animated_pictures_are_read_back_by_the_library() => Law.Holds(Law.Sizes(2, 60), it =>
    {
        Random random = it.Random();
        int width = Math.Max(1, it.Sizes[0]), height = Math.Max(1, it.Sizes[1]), channels = random.Next(2) == 0 ? 1 : 3;
        Picture[] frames = Frames.Noise(random, 1 + random.Next(4), width, height, channels, 1 + random.Next(256));
        byte[] file = ApngEncoder.Encode(frames, new() { Delay = random.Next(65536), Plays = random.Next(65537) });
        List<Image> stills = Stills(file);
        Assert.Equal(frames.Length, stills.Count);
        stills.Add(Kaleido.Files.ImageReader.Read(new MemoryStream(file), "animation"));
        stills.Add(Kaleido.Files.PngReader.Read(new MemoryStream(PngEncoder.Encode(frames[0])), "still"));
        Picture[] expected = [.. frames, frames[0], frames[0]];
        Assert.All(expected.Zip(stills), pair =>
        {
            (Picture wanted, Image image) = pair;
            Assert.Equal((width, height, channels, false), (image.Width, image.Height, image.Channels, image.HadAlpha));
            Assert.Equal(wanted.Pixels, image.Bytes.ToArray());
        });
    });

    [Fact]
    public void The_chunks_are_the_documented_ones()
    {
        Picture[] frames = Frames.Noise(new Random(1), 3, 5, 4, 3);
        List<(string Type, byte[] Data)> chunks = Chunks(ApngEncoder.Encode(frames, new() { Delays = [1, 1000, 65535], Plays = 7 }));
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"], chunks.Select(c => c.Type));
        Assert.Equal([0, 0, 0, 3, 0, 0, 0, 7], chunks[1].Data);
        byte[][] controls = [.. chunks.Where(c => c.Type == "fcTL").Select(c => c.Data)];
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0xE8, 3, 0xE8, 0, 0], controls[1]);
        Assert.Equal([1, 1000, 65535], controls.Select(c => (int)BinaryPrimitives.ReadUInt16BigEndian(c.AsSpan(20))));
        byte[][] numbered = [.. chunks.Where(c => c.Type is "fcTL" or "fdAT").Select(c => c.Data)];
        Assert.Equal([0, 1, 2, 3, 4], numbered.Select(c => BinaryPrimitives.ReadInt32BigEndian(c)));
    }

    [FactIfPngcheck]
    public void Pngcheck_finds_no_fault()
    {
        using var folder = new TemporaryFolder();
        foreach (int channels in new[] { 1, 3 })
        {
            string path = folder.File("a.png");
            ApngEncoder.Write(path, Frames.Noise(new Random(1), 3, 31, 20, channels));
            (int exitCode, string output) = Programs.Run(FactIfPngcheckAttribute.Program!, "-q", path);
            Assert.True(exitCode == 0, output);
        }
    }

    [FactIfProgram("apngdis")]
    public void Apngdis_takes_it_apart_into_the_frames()
    {
        foreach (int channels in new[] { 1, 3 })
        {
            using var folder = new TemporaryFolder();
            Picture[] frames = Frames.Noise(new Random(3), 4, 40, 30, channels);
            string path = folder.File("a.png");
            ApngEncoder.Write(path, frames, new() { Delay = 120 });
            (int exitCode, string output) = Programs.Run(Programs.Find("apngdis")!, path, "frame");
            Assert.True(exitCode == 0, output);
            for (int i = 0; i < frames.Length; i++)
            {
                Image frame = Kaleido.Files.ImageReader.Read(folder.File($"frame{i + 1}.png"));
                byte[] rgb = frame.Channels == 3 ? frame.Bytes.ToArray() : Frames.Rgb(Grey(frame));
                Assert.Equal(Frames.Rgb(frames[i]), rgb);
                Assert.Contains("120/1000", File.ReadAllText(folder.File($"frame{i + 1}.txt")), StringComparison.Ordinal);
            }
        }
    }

    [FactIfPil]
    public void Pil_sees_the_same_frames()
    {
        using var folder = new TemporaryFolder();
        foreach (int channels in new[] { 1, 3 })
        {
            Picture[] frames = Frames.Noise(new Random(3), 3, 40, 30, channels);
            string path = folder.File("a.png");
            ApngEncoder.Write(path, frames, new() { Delays = [50, 1000, 333], Plays = 5 });
            string[] expected = ["5", .. frames.Zip(new[] { 50, 1000, 333 }, (f, d) => $"{d}:{Frames.Hash(Frames.Rgb(f))}")];
            Assert.Equal(expected, FactIfPilAttribute.Describe(path));
        }
    }

    private static Picture Grey(Image image)
    {
        var picture = new Picture(image.Width, image.Height, 1);
        image.Bytes.CopyTo(picture.Pixels);
        return picture;
    }
}
