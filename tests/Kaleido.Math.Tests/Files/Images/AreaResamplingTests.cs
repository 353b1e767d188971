using Kaleido.Files;

namespace Kaleido.Tests.Files.Images;

public class AreaResamplingTests
{
    private static float[] Levels(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];

    private static float[] Resize(float[] levels, int width, int height, int channels, int newWidth, int newHeight)
    {
        var resized = new float[newWidth * newHeight * channels];
        AreaResampling.Resize(levels, width, height, channels, resized, newWidth, newHeight);
        return resized;
    }

    private static (Random Random, int[] Sizes, int Channels) Case(SizedCase it)
    {
        Random random = it.Random();
        return (random, [.. it.Sizes.Select(size => Math.Max(1, size))], random.Next(2) == 0 ? 1 : 3);
    }

    [Fact]
    public void Each_new_pixel_is_the_mean_of_the_area_under_it() => Law.Holds(Law.Sizes(4, 24), it =>
    {
        (Random random, int[] s, int channels) = Case(it);
        float[] levels = Levels(random, s[0] * s[1] * channels), resized = Resize(levels, s[0], s[1], channels, s[2], s[3]);
        // Each pixel cut into new × new equal pieces: every piece lies under one new pixel, which is the mean of its old × old pieces.
        var sums = new double[resized.Length];
        for (int y = 0; y < s[1] * s[3]; y++)
        {
            for (int x = 0; x < s[0] * s[2]; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    sums[(((y / s[1] * s[2]) + (x / s[0])) * channels) + c] += levels[(((y / s[3] * s[0]) + (x / s[2])) * channels) + c];
                }
            }
        }

        // Levels are multiples of 2^-24 below 1, so sums of at most 576 of them, times at most 576, are exact in double: both sides round
        // the same number, once to double and once to float.
        Assert.Equal(sums.Select(sum => (float)(sum / (s[0] * s[1]))), resized);
    }, 200);

    [Fact]
    public void The_same_size_changes_nothing_and_a_constant_stays() => Law.Holds(Law.Sizes(4, 60), it =>
    {
        (Random random, int[] s, int channels) = Case(it);
        float[] levels = Levels(random, s[0] * s[1] * channels);
        Assert.Equal(levels, Resize(levels, s[0], s[1], channels, s[0], s[1]));
        float level = random.NextSingle();
        Array.Fill(levels, level);
        Assert.All(Resize(levels, s[0], s[1], channels, s[2], s[3]), v => Assert.Equal(level, v));
    });

    [Fact]
    public void A_whole_factor_repeats_pixels_and_comes_back() => Law.Holds(Law.Sizes(2, 30), it =>
    {
        (Random random, int[] s, int channels) = Case(it);
        int across = 1 + random.Next(4), down = 1 + random.Next(4);
        float[] levels = Levels(random, s[0] * s[1] * channels);
        float[] large = Resize(levels, s[0], s[1], channels, s[0] * across, s[1] * down);
        for (int i = 0; i < large.Length; i++)
        {
            int x = i / channels % (s[0] * across) / across, y = i / channels / (s[0] * across) / down;
            Assert.Equal(levels[(((y * s[0]) + x) * channels) + (i % channels)], large[i]);
        }

        Assert.Equal(levels, Resize(large, s[0] * across, s[1] * down, channels, s[0], s[1]));
    });

    [Fact]
    public void Known_values()
    {
        Assert.Equal([1f, 3f], Resize([0, 2, 2, 4], 4, 1, 1, 2, 1));
        // Three columns to two: 1 + 2/2 and 2/2 + 4 over 1.5.
        Assert.Equal([(float)(2 / 1.5), (float)(5 / 1.5)], Resize([1, 2, 4], 3, 1, 1, 2, 1));
        Assert.Equal([2f, 3f], Resize([0, 1, 4, 5], 1, 2, 2, 1, 1));
        Image picture = Image.FromBytes(2, 2, 1, [0, 255, 255, 0]);
        Assert.Equal([0.5f], AreaResampling.Resize(picture, 1, 1).ToSingle());
        Assert.Same(picture, AreaResampling.Resize(picture, 2, 2));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Image picture = Image.FromBytes(1, 1, 1, [0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => AreaResampling.Resize(picture, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AreaResampling.Resize(picture, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AreaResampling.Resize(picture, 65536, 65536));
        Assert.Throws<ArgumentException>(() => AreaResampling.Resize(new float[2], 1, 1, 1, new float[1], 1, 1));
        Assert.Throws<ArgumentException>(() => AreaResampling.Resize(new float[1], 1, 1, 1, new float[2], 1, 1));
        Assert.Throws<ArgumentNullException>(() => AreaResampling.Resize(null!, 1, 1));
    }
}
