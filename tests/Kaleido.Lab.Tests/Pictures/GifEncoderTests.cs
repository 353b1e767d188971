using Kaleido.Lab.Pictures;
using Kaleido.Lab.Tests.Support;
using Kaleido.Tests;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Pictures;

public class GifEncoderTests
{
    [Fact]
    public void Up_to_256_colours_come_back_exactly() => Law.Holds(Law.Sizes(2, 70), it =>
    {
        Random random = it.Random();
        int width = Math.Max(1, it.Sizes[0]), height = Math.Max(1, it.Sizes[1]), colours = 1 + random.Next(random.Next(2) == 0 ? 5 : 256);
        Picture[] frames = Frames.Noise(random, 1 + random.Next(4), width, height, random.Next(2) == 0 ? 1 : 3, colours);
        int[] delays = [.. frames.Select(_ => random.Next(65536))];
        var gif = new GifBytes(GifEncoder.Encode(frames, new() { Delays = delays }));
        Assert.Equal((width, height, frames.Length), (gif.Width, gif.Height, gif.Frames.Count));
        Assert.Equal(delays.Select(d => (d + 5) / 10), gif.Delays);
        Assert.All(frames.Zip(gif.Frames), pair => Assert.Equal(Frames.Rgb(pair.First), pair.Second));
    }, 200);

    [Fact]
    public void A_full_table_of_codes_is_cleared_and_begun_again()
    {
        foreach (int colours in new[] { 2, 3, 4, 5, 16, 17, 256 })
        {
            Picture[] frames = Frames.Noise(new Random(colours), 2, 400, 200, 1, colours);
            List<byte[]> decoded = new GifBytes(GifEncoder.Encode(frames)).Frames;
            Assert.All(frames.Zip(decoded), pair => Assert.Equal(Frames.Rgb(pair.First), pair.Second));
        }
    }

    [Fact]
    public void The_end_is_told_in_a_code_of_the_right_length_whatever_the_number_of_codes()
    {
        // Pictures of one row and every length pass every length of code at its border.
        for (int width = 1; width <= 700; width++)
        {
            var picture = new Picture(width, 1, 1);
            for (int i = 0; i < width; i++)
            {
                picture.Pixels[i] = (byte)(255 * ((i * i / 7) & 1));
            }

            Assert.Equal(Frames.Rgb(picture), new GifBytes(GifEncoder.Encode([picture])).Frames[0]);
        }
    }

    [Fact]
    public void Every_grey_level_is_kept()
    {
        var ramp = new Picture(256, 1, 1);
        var colour = new Picture(256, 1, 3);
        for (int i = 0; i < 256; i++)
        {
            ramp.Pixels[i] = (byte)i;
            colour.Pixels.AsSpan(3 * i, 3).Fill((byte)i);
        }

        Assert.Equal(Frames.Rgb(ramp), new GifBytes(GifEncoder.Encode([ramp])).Frames[0]);
        Assert.Equal(colour.Pixels, new GifBytes(GifEncoder.Encode([colour])).Frames[0]);
    }

    [Fact]
    public void Repetitions_are_asked_for()
    {
        Picture[] frames = [new Picture(1, 1, 1), new Picture(1, 1, 1, 9)];
        Assert.Equal(0, new GifBytes(GifEncoder.Encode(frames)).Repetitions);
        Assert.Null(new GifBytes(GifEncoder.Encode(frames, new() { Plays = 1 })).Repetitions);
        Assert.Equal(1, new GifBytes(GifEncoder.Encode(frames, new() { Plays = 2 })).Repetitions);
        Assert.Equal(65535, new GifBytes(GifEncoder.Encode(frames, new() { Plays = 65536 })).Repetitions);
        Assert.Equal([10, 10], new GifBytes(GifEncoder.Encode(frames)).Delays);
    }

    [Fact]
    public void Many_colours_become_256_whose_means_are_kept()
    {
        // What is lost leaves at an end of a row (9/16 at most) or below the last row: for each channel at most (height · 9/16 + width)
        // errors.
        const int Side = 256;
        const double Lost = ((Side * 9 / 16.0) + Side) * 255 / (Side * Side);
        Picture[] noise = Frames.Noise(new Random(1), 2, 100, 100, 3, 5000);
        ColourPalette palette = ColourPalette.Of(noise);
        Assert.Equal((false, 256), (palette.IsExact, palette.Count));
        Assert.Equal(palette.Colours.ToArray(), ColourPalette.Of(noise).Colours.ToArray());
        var random = new Random(2);
        int farther = 0;
        for (int i = 0; i < 10; i++)
        {
            // Away from black and white no wish is cut off.
            int[] colour = [random.Next(80, 176), random.Next(80, 176), random.Next(80, 176)];
            var flat = new Picture(Side, Side, 3);
            for (int at = 0; at < flat.Pixels.Length; at++)
            {
                flat.Pixels[at] = (byte)colour[at % 3];
            }

            byte[] indices = Dithering.FloydSteinberg(flat, palette);
            byte nearest = palette.Nearest(colour[0], colour[1], colour[2]);
            for (int c = 0; c < 3; c++)
            {
                double mean = indices.Average(index => (double)palette.Colours[(3 * index) + c]);
                Assert.InRange(mean, colour[c] - Lost, colour[c] + Lost);
                farther += Math.Abs(palette.Colours[(3 * nearest) + c] - colour[c]) > Lost ? 1 : 0;
            }
        }

        // The nearest colours alone would not do.
        Assert.InRange(farther, 15, 30);
    }

    [Fact]
    public void The_median_cut_serves_every_part_of_a_picture()
    {
        Picture picture = Frames.Gradient(120, 90);
        ColourPalette palette = ColourPalette.Of([picture]);
        Assert.Equal(256, palette.Count);
        // Gradients along two axes, 256 boxes: some 16 × 16 of them, each 16 levels wide; twice that is a poor box.
        for (int i = 0; i < picture.Pixels.Length; i += 3)
        {
            int index = palette.Nearest(picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]);
            for (int c = 0; c < 3; c++)
            {
                Assert.InRange(palette.Colours[(3 * index) + c] - picture.Pixels[i + c], -32, 32);
            }
        }
    }

    [Fact]
    public void Frames_that_differ_in_shape_are_refused()
    {
        Picture one = new(2, 1, 1), two = new(1, 2, 1), colour = new(2, 1, 3), wide = new(65536, 1, 1);
        foreach (Func<IReadOnlyList<Picture>, AnimationOptions?, byte[]> encode in
            new Func<IReadOnlyList<Picture>, AnimationOptions?, byte[]>[] { GifEncoder.Encode, ApngEncoder.Encode })
        {
            Assert.Throws<ArgumentException>(() => encode([], null));
            Assert.Throws<ArgumentException>(() => encode([one, two], null));
            Assert.Throws<ArgumentException>(() => encode([one, colour], null));
            Assert.Throws<ArgumentException>(() => encode([one], new() { Delay = -1 }));
            Assert.Throws<ArgumentException>(() => encode([one], new() { Delay = 65536 }));
            Assert.Throws<ArgumentException>(() => encode([one], new() { Delays = [1, 2] }));
            Assert.Throws<ArgumentException>(() => encode([one], new() { Plays = -1 }));
            Assert.Throws<ArgumentNullException>(() => encode(null!, null));
        }

        Assert.Throws<ArgumentException>(() => GifEncoder.Encode([wide]));
    }

    [FactIfProgram("gifsicle")]
    public void Gifsicle_reads_it_without_a_warning()
    {
        using var folder = new TemporaryFolder();
        Picture[] frames = [Frames.Gradient(64, 48), Frames.Gradient(64, 48, 60), Frames.Gradient(64, 48, 99)];
        string path = folder.File("a.gif");
        GifEncoder.Write(path, frames, new() { Delays = [100, 250, 70], Plays = 0 });
        (int exitCode, string output) = Programs.Run(Programs.Find("gifsicle")!, "--info", path);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("3 images", output, StringComparison.Ordinal);
        Assert.Contains("logical screen 64x48", output, StringComparison.Ordinal);
        Assert.Contains("local color table [256]", output, StringComparison.Ordinal);
        Assert.Contains("loop forever", output, StringComparison.Ordinal);
        Assert.Contains("delay 0.25s", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_of_few_colours_is_exact_whatever_the_others_hold()
    {
        var random = new Random(9);
        Picture noise = Frames.Noise(random, 1, 60, 50, 3)[0], plain = Frames.Noise(random, 1, 60, 50, 3, 40)[0];
        var read = new GifBytes(GifEncoder.Encode([noise, plain]));
        Assert.Equal(plain.Pixels, read.Frames[1]);
        Assert.NotEqual(read.Palettes[0], read.Palettes[1]);
    }

    [FactIfPil]
    public void Pil_sees_the_same_frames()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        Picture[][] animations =
        [
            Frames.Noise(random, 3, 150, 100, 1), Frames.Noise(random, 4, 31, 17, 3, 200), Frames.Noise(random, 2, 1, 1, 1),
            [Frames.Gradient(90, 70), Frames.Gradient(90, 70, 50)],
        ];
        foreach (Picture[] frames in animations)
        {
            string path = folder.File("a.gif");
            int[] delays = [.. frames.Select((_, i) => 30 + (10 * i))];
            byte[] bytes = GifEncoder.Encode(frames, new() { Delays = delays, Plays = 4 });
            File.WriteAllBytes(path, bytes);
            IEnumerable<string> expected = new GifBytes(bytes).Frames.Select((rgb, i) => $"{delays[i]}:{Frames.Hash(rgb)}");
            Assert.Equal(["3", .. expected], FactIfPilAttribute.Describe(path));
        }
    }
}
