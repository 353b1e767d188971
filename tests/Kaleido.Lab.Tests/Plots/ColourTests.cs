using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Tests.Plots;

public class ColourTests
{
    private static readonly double[] Parts = [.. Enumerable.Range(0, 256).Select(i => i / 255.0)];

    [Fact]
    public void Lightness_ascends_along_viridis_and_descends_along_grey()
    {
        // Neighbours of 256 may lie on one 8-bit colour, or, by the rounding of half a level in a channel, a trace the wrong way:
        // half a level of all three channels is at most 0.25 of lightness. Four steps further there is no doubt.
        double[] viridis = Lightness(ColourMap.Viridis), grey = Lightness(ColourMap.Grey);
        Assert.All(viridis.Zip(viridis.Skip(1)), pair => Assert.True(pair.Second > pair.First - 0.25));
        Assert.All(viridis.Zip(viridis.Skip(4)), pair => Assert.True(pair.Second > pair.First));
        Assert.All(grey.Zip(grey.Skip(1)), pair => Assert.True(pair.First >= pair.Second));
        Assert.All(grey.Zip(grey.Skip(4)), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void Lightness_of_the_diverging_map_ascends_to_the_middle_and_descends_equally_beyond()
    {
        double[] map = Lightness(ColourMap.BlueBrown);
        for (int i = 0; i < 127; i++)
        {
            Assert.True(map[i] < map[i + 1] && map[255 - i] < map[254 - i]);

            // Both arms have the lightness 96 − 64 |t| at the anchors; between them interpolation in sRGB differs by less than 2.
            Assert.True(Math.Abs(map[i] - map[255 - i]) < 2);
        }
    }

    [Fact]
    public void Lightness_of_viridis_is_even()
    {
        // Nowhere further from a straight line between its ends than what is just noticeable.
        double[] map = Lightness(ColourMap.Viridis);
        Assert.All(Parts.Zip(map), p => Assert.InRange(p.Second - (map[0] + (p.First * (map[255] - map[0]))), -2.3, 2.3));
    }

    [Fact]
    public void Categories_differ_for_eyes_without_green_receptors()
    {
        // 2.3 is just noticeable; four times that is seen at a glance.
        Rgb[] colours = [.. Palette.OkabeIto, Rgb.White];
        for (int i = 0; i < colours.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double seen = Colours.Difference(Colours.LabOfDeuteranope(colours[i]), Colours.LabOfDeuteranope(colours[j]));
                Assert.True(seen >= 4 * 2.3, $"{colours[i]} and {colours[j]}: {seen}");
            }
        }
    }

    [Fact]
    public void Red_and_green_of_a_naive_palette_would_not_pass()
    {
        // The measure must be able to refuse: an equally light red and green melt into one.
        double seen = Colours.Difference(Colours.LabOfDeuteranope(Rgb.Of(0xB05A4C)), Colours.LabOfDeuteranope(Rgb.Of(0x6F7A45)));
        Assert.True(seen < 4 * 2.3, $"{seen}");
    }

    [Fact]
    public void Ends_hold_beyond_the_ends_and_NaN_is_refused()
    {
        Assert.Equal(Rgb.Of(0x440154), ColourMap.Viridis.At(double.NegativeInfinity));
        Assert.Equal(Rgb.Of(0xFDE725), ColourMap.Viridis.At(7));
        Assert.Throws<ArgumentException>(() => ColourMap.Viridis.At(double.NaN));
    }

    [Fact]
    public void Areas_of_24_classes_and_of_none_have_25_colours() =>
        Assert.Equal(25, Enumerable.Range(-1, 25).Select(Palette.Area).Distinct().Count());

    private static double[] Lightness(ColourMap map) => [.. Parts.Select(p => Colours.Lab(map.At(p)).L)];
}
