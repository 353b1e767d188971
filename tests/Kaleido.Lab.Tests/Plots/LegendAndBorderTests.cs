using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using static Kaleido.Lab.Tests.Plots.Pixels;

namespace Kaleido.Lab.Tests.Plots;

public class LegendAndBorderTests
{
    private static readonly Rgb Odd = Rgb.Of(0xFF00FE);

    [Fact]
    public void Points_of_a_line_are_part_of_its_legend_entry_and_others_are_not()
    {
        double[] x = [0, 1, 2], y = [1, 2, 1];
        var square = new PointStyle { Colour = Odd, Marker = Marker.Square, Size = 9 };
        Picture Entry(Plot plot)
        {
            var entries = plot.LegendEntries();
            Assert.Equal(["line"], entries.Select(entry => entry.Name));
            var picture = new Picture(28, 9, 3, 255);
            entries[0].Swatch(new Canvas(picture), new Box(0, 0, 28, 9));
            return picture;
        }

        var line = new LineStyle { Colour = Odd, Width = 1 };
        Picture bare = Entry(new Plot().Line(x, y, "line", line));
        Assert.Equal(Hash(bare), Hash(Entry(new Plot().Line(x, y, "line", line).Points(x, x, null, square))));
        Assert.Equal(Hash(bare), Hash(Entry(new Plot().Line(x, y, "line", line).Points(x, y, null, square with { Colour = Rgb.Black }))));
        Assert.True(Count(Entry(new Plot().Line(x, y, "line", line).Points(x, y, null, square)), Odd) > Count(bare, Odd) + 20);
    }

    [Fact]
    public void A_point_on_the_border_is_drawn_whole_and_one_beyond_it_not_at_all()
    {
        Axis unit = new() { Minimum = 0, Maximum = 1 };
        int Ink(double x, double y) => Count(new Plot { X = unit, Y = unit }
            .Points([x], [y], style: new() { Colour = Odd, Marker = Marker.Square, Size = 10 }).Draw(), Odd);
        // Between pixels a side of the square, nine pixels, counts or not.
        int whole = Ink(0.5, 0.5);
        Assert.True(whole > 40);
        Assert.All(new[] { (0, 0.5), (0.5, 0), (1, 0.5), (0.5, 1.0), (0, 0) },
            at => Assert.InRange(Ink(at.Item1, at.Item2), whole - 9, whole + 9));
        Assert.All(new[] { (-0.05, 0.5), (0.5, -0.05), (1.05, 0.5), (0.5, 1.05) }, at => Assert.Equal(0, Ink(at.Item1, at.Item2)));
    }

    [Fact]
    public void A_field_of_colours_shows_each_cell_with_row_zero_at_the_bottom()
    {
        Rgb[] colours = [Rgb.Of(0x102030), Rgb.Of(0x405060), Rgb.Of(0x708090), Odd];
        Picture picture = new ColourField(new[,] { { colours[0], colours[1] }, { colours[2], colours[3] } }).Draw(400, 300);
        Rgb[] seen = [At(picture, 60, 200), At(picture, 340, 200), At(picture, 60, 60), At(picture, 340, 60)];
        Assert.Equal(colours, seen);
    }

    [Fact]
    public void Text_outside_the_picture_is_left_out()
    {
        Picture small = new(9, 7, 3), large = new(200, 100, 3);
        StrokeFont.Draw(small, "MgM", -7, 9, 12, Odd);
        StrokeFont.Draw(small, "W", 100, 100, 12, Odd);
        StrokeFont.Draw(large, "MgM", 50 - 7, 50 + 9, 12, Odd);
        for (int y = 0; y < small.Height; y++)
        {
            for (int x = 0; x < small.Width; x++)
            {
                // Where a stroke is cut its ends are rounded anew, to 1/64 pixel: it moves by less than √2/64, a shade by less than 7.
                Assert.InRange(At(large, x + 50, y + 50).Red - At(small, x, y).Red, -7, 7);
            }
        }

        Assert.Contains((byte)255, small.Pixels);
    }
}
