using Kaleido.Lab.Tests.Support;
using Kaleido.Tests.Files.Images;
using Kaleido.Tests.Support;
using Image = Kaleido.Files.Image;
using ImageReader = Kaleido.Files.ImageReader;

namespace Kaleido.Lab.Tests.Pictures;

/// <summary>The library's reader, and the files its tests are made of, judged by other programs.</summary>
public class PngReaderByOthersTests
{
    private static IEnumerable<(PngBytes Png, byte[] File)> Pictures(Random random)
    {
        foreach ((int colour, int depth) in PngBytes.Kinds)
        {
            foreach (bool interlaced in new[] { false, true })
            {
                PngBytes png = PngBytes.Random(random, colour, depth, 1 + random.Next(30), 1 + random.Next(30))
                    with { Interlaced = interlaced };
                yield return (png, png.File(png.Samples(random)));
            }
        }
    }

    [FactIfPngcheck]
    public void Pngcheck_finds_no_fault_in_the_files_of_the_tests()
    {
        using var folder = new TemporaryFolder();
        foreach ((PngBytes png, byte[] file) in Pictures(new Random(1)))
        {
            (int exitCode, string output) = Programs.Run(FactIfPngcheckAttribute.Program!, "-q", folder.File("a.png", file));
            Assert.True(exitCode == 0, $"{png}: {output}");
        }
    }

    [FactIfPil]
    public void Pil_sees_the_same_levels_in_every_kind_of_file()
    {
        // Red, green, blue, alpha of 8 bits. PIL keeps the high byte of 16 bits, and knows 16 bits of grey in a mode of its own only.
        const string Script = """
            import sys
            from PIL import Image
            for path in sys.argv[1:]:
                open(path + '.rgba', 'wb').write(Image.open(path).convert('RGBA').tobytes())
            """;
        using var folder = new TemporaryFolder();
        var files = new List<(PngBytes Png, string Path)>();
        foreach ((PngBytes png, byte[] file) in Pictures(new Random(2)))
        {
            // Of grey and colour with a key PIL has an opinion of its own; a palette's table is read alike.
            if (png is { Colour: 3 } or { Colour: > 3 } or { Transparency: null, Colour: 2 } or { Transparency: null, Depth: <= 8 })
            {
                files.Add((png, folder.File($"{files.Count}.png", file)));
            }
        }

        Assert.InRange(files.Count, 20, 30);
        (int exitCode, string output) = Programs.Run(Programs.PythonWithPil!, ["-c", Script, .. files.Select(f => f.Path)]);
        Assert.True(exitCode == 0, output);
        foreach ((PngBytes png, string path) in files)
        {
            byte[] rgba = File.ReadAllBytes(path + ".rgba");
            Image image = ImageReader.Read(path);
            float[] levels = image.ToSingle();

            // The high byte h of v differs by |h/255 - v/65535| <= 1/255, and so does alpha; a level changes by at most both.
            double tolerance = png.Depth == 16 ? 2 / 255.0 : 1e-7;
            Assert.Equal(rgba.Length / 4, levels.Length / image.Channels);
            for (int i = 0; i < rgba.Length; i += 4)
            {
                for (int c = 0; c < 3; c++)
                {
                    double alpha = rgba[i + 3] / 255.0, expected = (rgba[i + c] / 255.0 * alpha) + 1 - alpha;
                    double level = levels[(i / 4 * image.Channels) + (image.Channels == 3 ? c : 0)];
                    Assert.True(Math.Abs(level - expected) <= tolerance, $"{png}, pixel {i / 4}, channel {c}: {level}, PIL {expected}");
                }
            }
        }
    }

    [FactIfPil]
    public void Files_that_pil_writes_are_read()
    {
        const string Script = """
            import sys, random
            from PIL import Image
            random.seed(3)
            folder = sys.argv[1]
            rgb = Image.frombytes('RGB', (37, 23), bytes(random.randrange(256) for i in range(37 * 23 * 3)))
            for mode, name in [('RGB', 'a.png'), ('L', 'b.png'), ('P', 'c.png'), ('1', 'd.png'), ('RGB', 'e.ppm'), ('L', 'f.pgm')]:
                it = rgb.convert(mode)
                it.save(folder + '/' + name)
                open(folder + '/' + name + '.rgb', 'wb').write(it.convert('RGB').tobytes())
            """;
        using var folder = new TemporaryFolder();
        (int exitCode, string output) = Programs.Run(Programs.PythonWithPil!, "-c", Script, folder.Path);
        Assert.True(exitCode == 0, output);
        foreach (string name in new[] { "a.png", "b.png", "c.png", "d.png", "e.ppm", "f.pgm" })
        {
            Image image = ImageReader.Read(folder.File(name));
            byte[] rgb = image.Channels == 3 ? image.Bytes.ToArray() : [.. image.Bytes.ToArray().SelectMany(v => new[] { v, v, v })];
            Assert.Equal(File.ReadAllBytes(folder.File(name + ".rgb")), rgb);
        }
    }
}
