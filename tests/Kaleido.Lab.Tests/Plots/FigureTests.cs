using System.Globalization;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Lab.Tests.Support;
using Kaleido.Tests;
using static Kaleido.Lab.Tests.Plots.Pixels;

namespace Kaleido.Lab.Tests.Plots;

public class FigureTests
{
    private static readonly Rgb Odd = Rgb.Of(0xFF00FE);

    [Fact]
    public void The_same_figures_give_the_same_bytes_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            string first = Hash(PlotGallery.Sheet());
            var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            strange.NumberFormat.NumberDecimalSeparator = ",";
            strange.NumberFormat.NegativeSign = "minus";
            CultureInfo.CurrentCulture = strange;
            Assert.Equal(first, Hash(PlotGallery.Sheet()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_picture_in_the_documents_is_what_is_drawn()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "docs", "figures")))
        {
            folder = folder.Parent;
        }

        var kept = new PngReader(File.ReadAllBytes(Path.Combine(folder!.FullName, "docs", "figures", "plots.png")));
        Picture drawn = PlotGallery.Sheet();
        if (Environment.GetEnvironmentVariable("KALEIDO_DRAW_PLOTS") is { Length: > 0 } path)
        {
            PngEncoder.Write(path, drawn);
        }

        Assert.Equal((kept.Width, kept.Height, kept.Channels), (drawn.Width, drawn.Height, drawn.Channels));
        Assert.True(
            kept.Pixels.AsSpan().SequenceEqual(drawn.Pixels),
            "The figure changed: write it with KALEIDO_DRAW_PLOTS=path.png, look at it, keep it.");
    }

    [Fact]
    public void No_numbers_crash_a_figure_of_any_size() => Law.Holds(Law.Sizes(1, 40), it =>
    {
        Random random = it.Random();
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -1e300, 1e300, 1e-320, 0, -0.0, 1];
        double Number() => random.Next(3) == 0 ? odd[random.Next(odd.Length)] : random.NextDouble() - 0.2;
        double[] Numbers() => [.. Enumerable.Range(0, it.Sizes[0]).Select(_ => Number())];
        Axis Axis() => new() { Logarithmic = random.Next(2) == 0, Label = random.Next(2) == 0 ? new string('w', random.Next(90)) : null };
        var plot = new Plot { X = Axis(), Y = Axis(), Title = new string('m', random.Next(120)), Legend = (LegendPlace)random.Next(7) };
        plot.Band(Numbers(), Numbers(), Numbers(), "band").Line(Numbers(), Numbers(), "line", new() { Dash = [4, 3] })
            .Points(Numbers(), Numbers(), "points").Bars(Numbers(), Numbers(), "bars").Histogram(Numbers(), 7, "histogram")
            .HorizontalRule(odd[random.Next(odd.Length)], "rule").Text(odd[random.Next(odd.Length)], 0.5, "text");
        (int width, int height) = (Figure.LeastWidth + random.Next(300), Figure.LeastHeight + random.Next(200));
        Picture picture = plot.Draw(width, height);
        Assert.Equal((width, height, 3), (picture.Width, picture.Height, picture.Channels));
        var cells = new double[1 + random.Next(5), 1 + random.Next(5)];
        cells[0, 0] = odd[random.Next(odd.Length)];
        new HeatMap(cells) { Scale = Axis(), Colours = random.Next(2) == 0 ? ColourMap.Viridis : ColourMap.BlueBrown }.Draw(width, height);
    }, 60);

    [Fact]
    public void A_number_that_is_none_leaves_a_gap()
    {
        double[] x = [0, 1, 2, 3, 4], whole = [1, 1, 1, 1, 1], broken = [1, 1, double.NaN, 1, 1];
        Axis ends = new() { Minimum = 0, Maximum = 4 }, level = new() { Minimum = 0, Maximum = 2 };
        int all = Count(new Plot { X = ends, Y = level }.Line(x, whole, style: new() { Colour = Odd, Width = 3 }).Draw(), Odd);
        int some = Count(new Plot { X = ends, Y = level }.Line(x, broken, style: new() { Colour = Odd, Width = 3 }).Draw(), Odd);

        // Two of four parts are missing; round ends stick out by a pixel or two.
        Assert.InRange(some, (all / 2) - 10, (all / 2) + 20);
        var logarithmic = new Plot { Y = new() { Logarithmic = true } }.Line([1, 10, -1, 0, 10, 100.0], style: new() { Colour = Odd });
        Assert.True(Count(logarithmic.Draw(), Odd) > 0);
    }

    [Fact]
    public void Nothing_is_drawn_outside_the_axes()
    {
        var style = new LineStyle { Colour = Odd, Width = 6 };
        Axis axis = new() { Minimum = 0, Maximum = 1 };
        Picture picture = new Plot { X = axis, Y = axis }
            .Line([-5, 6, 1e200, -1e250], [-3, 9, -1e100, 1e280], style: style)
            .Line([-5, 6], [9, -3], style: style with { Dash = [7, 3] })
            .Bars([0, 0.5], [40, -70], width: 0.4, colour: Odd).Draw();
        (int left, int right, int top, int bottom) = (picture.Width, 0, picture.Height, 0);
        for (int i = 0; i < picture.Width * picture.Height; i++)
        {
            if (picture.Pixels[3 * i] == 255 && picture.Pixels[(3 * i) + 1] == 0)
            {
                (left, right) = (Math.Min(left, i % picture.Width), Math.Max(right, i % picture.Width));
                (top, bottom) = (Math.Min(top, i / picture.Width), Math.Max(bottom, i / picture.Width));
            }
        }

        // The bars fill the height of the axes; the frame is the first dark pixel to the left and below.
        Rgb frame = Theme.Frame;
        Assert.Equal(frame, At(picture, left - 1, (top + bottom) / 2));
        Assert.Equal(frame, At(picture, (left + right) / 2, bottom + 1));
        Assert.True(left > 20 && right < picture.Width - 10 && top > 5 && bottom < picture.Height - 15);
    }

    [Fact]
    public void The_legend_lists_every_series()
    {
        var plot = new Plot();
        for (int i = 0; i < 8; i++)
        {
            plot.Line([i, i + 1.0], $"series {i}");
        }

        plot.Band([0, 1], [0, 1], [1, 2], "band").HorizontalRule(3, "rule").Points([1], [1], "points").Line([1, 2.0]);
        string[] expected = [.. Enumerable.Range(0, 8).Select(i => $"series {i}"), "band", "rule", "points"];
        Assert.Equal(expected, new LegendBox(plot.LegendEntries(), 9, 800, 500).Names);
        Assert.Equal("and 8 more", new LegendBox(plot.LegendEntries(), 9, 800, 130).Names.Last());

        // Drawn too: a series without any data shows its colour in the legend alone.
        Plot unseen = new Plot().Line([double.NaN], "unseen", new() { Colour = Odd, Width = 4 }).Line([1, 2.0], "seen");
        Assert.True(Count(unseen.Draw(), Odd) > 20);
    }

    [Fact]
    public void A_map_lists_the_classes_that_occur()
    {
        var map = new RegionMap(new[,] { { 0, 2 }, { -1, 2 } }, "a", "b", "c") { NoClass = "none" };
        map.Mark([0], [0], "point");
        Assert.Equal(["a", "c", "none", "point"], map.LegendEntries().Select(e => e.Name));
    }

    [Fact]
    public void Row_zero_of_a_map_is_at_the_bottom()
    {
        Picture picture = new RegionMap(new[,] { { 0, 1 }, { 2, 3 } }).Draw(400, 300);
        Assert.Equal(Palette.Area(0), At(picture, 60, 200));
        Assert.Equal(Palette.Area(1), At(picture, 340, 200));
        Assert.Equal(Palette.Area(2), At(picture, 60, 60));
        Assert.Equal(Palette.Area(3), At(picture, 340, 60));
    }

    [Fact]
    public void A_figure_without_data_says_so()
    {
        // The sentence is the one thing by which the two differ: axes without ends take 0 to 1 here.
        Axis unit = new() { Minimum = 0, Maximum = 1 };
        Picture empty = new Plot { X = unit, Y = unit }.Draw();
        Picture hidden = new Plot { X = unit, Y = unit }.Line([5.0], style: new() { Opacity = 0 }).Draw();
        Assert.True(Count(empty, Theme.Rule) > Count(hidden, Theme.Rule) + 100);
        foreach (Figure figure in new Figure[] { new Plot().Line([], "x"), new HeatMap(new double[0, 3]), new RegionMap(new int[0, 0]) })
        {
            Assert.True(Count(figure.Draw(), Theme.Rule) > 100);
        }
    }

    [Fact]
    public void Unusable_arguments_are_refused_with_a_sentence()
    {
        Assert.Contains("3 numbers against 2", Assert.Throws<ArgumentException>(() => new Plot().Line([1, 2, 3], [1, 2.0])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Plot().Line([1.0], style: new() { Width = double.NaN }));
        Assert.Throws<ArgumentException>(() => new Plot().Line([1.0], style: new() { Dash = [0, 0] }));
        Assert.Throws<ArgumentException>(() => new Plot().Points([1], [1], style: new() { Opacity = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plot().Draw(100, 500));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plot { TextSize = 3 }.Draw());
        Assert.Throws<ArgumentException>(() => Panels.Draw([], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Panels.Draw([new Plot()], 1, 100, 100));
    }

    [Fact]
    public void Counts_of_a_histogram_are_those_of_its_intervals()
    {
        (double[] left, double[] right, double[] counts) = Bins.Of([0, 0.5, 1, 1.5, 2, 2, double.NaN], 2);
        Assert.Equal([0, 1], left);
        Assert.Equal([1, 2], right);
        Assert.Equal([2, 4], counts);
    }

    [Fact]
    public void Frames_of_an_animation_can_be_figures()
    {
        Picture[] frames = [.. Enumerable.Range(1, 3).Select(i => new Plot().Line([0, i * 1.0]).Draw(200, 150))];
        Assert.Equal(3, new GifBytes(GifEncoder.Encode(frames)).Frames.Count);
    }

    [Fact]
    public void The_font_has_what_it_promises_and_every_letter_looks_different()
    {
        string promised = string.Concat(Enumerable.Range(33, 94).Select(c => (char)c))
            + "αβγδεζηθκλμπρστφχψωΔΣΠΩ⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁻⁺°±·×−–…→←≤≥≈∞√∇∂‖";
        Assert.All(promised, c => Assert.True(StrokeFont.Has(c), $"{c}"));
        string[] looks = [.. promised.Select(c => Hash(Letter(c.ToString(), upright: false)))];
        Assert.Equal(looks.Length, looks.Distinct().Count());
        Assert.DoesNotContain(Hash(Letter("☃", upright: false)), looks);
    }

    [Fact]
    public void Upright_text_is_text_turned()
    {
        Picture level = Letter("Rg", upright: false), upright = Letter("Rg", upright: true);
        for (int y = 0; y < 60; y++)
        {
            for (int x = 0; x < 60; x++)
            {
                Assert.Equal(At(level, x, y), At(upright, y, 59 - x));
            }
        }
    }

    /// <summary>Text from (12, 40), or turned by 90° about the picture's middle.</summary>
    private static Picture Letter(string text, bool upright)
    {
        var picture = new Picture(60, 60, 3, 255);
        StrokeFont.Draw(picture, text, upright ? 40 : 12, upright ? 48 : 40, 20, Rgb.Black, upright: upright);
        return picture;
    }
}
