using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of <see cref="FractalSets"/>: basins at three magnifications, how boxes are counted, samples on a circle.</summary>
internal sealed class FractalPictures
{
    private const int Width = 1680, Gap = 15, Cell = 550;
    private static readonly int[] s_hues = [0, 1, 2, 4];
    private readonly Basins _basins;
    private readonly int _side;
    private readonly (double X, double Y) _centre;

    /// <param name="basins">The basins to show.</param>
    /// <param name="side">Starts on each axis of a picture.</param>
    public FractalPictures(Basins basins, int side)
    {
        (_basins, _side, _centre) = (basins, side, basins.Junction());
    }

    // The hue says which basin, the shade how long it takes: light is quick.
    private Picture Map(double half, int side, int pixels)
    {
        var (x, y) = half >= 0.5 ? (0.5, 0.5) : _centre;
        var (classes, time) = _basins.Classify(Basins.Square(x, y, half, side));
        int quickest = time.Min();
        double slowest = Math.Max(Statistics.Quantile(time.Select(t => (double)t), 0.995), quickest + 1);
        var picture = new Picture(side, side, 3);
        for (int i = 0; i < classes.Length; i++)
        {
            double slow = Math.Clamp(Math.Log(time[i] / (double)quickest) / Math.Log(slowest / quickest), 0, 1);
            Rgb hue = classes[i] < 0 ? Rgb.Of(0x808080) : Palette.OkabeIto[s_hues[classes[i]]];
            Rgb colour = slow < 0.5 ? Rgb.White.Mix(hue, (int)(80 + 352 * slow)) : hue.Mix(Rgb.Black, (int)(440 * (slow - 0.5)));
            (picture.Pixels[3 * i], picture.Pixels[3 * i + 1], picture.Pixels[3 * i + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        return picture.Enlarge(Math.Max(1, pixels / side));
    }

    /// <summary>The whole sheet.</summary>
    public Picture Draw(BoxCounting[] boundaries, BoxCounting newton, float[][] clouds, double[] noises)
    {
        var sheet = new Picture(Width, 1160, 3, 255);
        Text(sheet, "Basins of a network at {.2, .8}²: hue for the datum, black for none, dark where it takes long", Width / 2, 30, 16,
            true);
        double[] halves = [0.5, 0.5 / 16, 0.5 / 256];
        string[] names = ["the unit square", "16 times larger, where basins meet", "256 times larger"];
        for (int i = 0; i < 3; i++)
        {
            Text(sheet, names[i], i * (Width / 3) + Width / 6, 58, 13, false);
            sheet.Paste(Map(halves[i], _side, 540), i * (Width / 3) + (Width / 3 - 540) / 2, 70);
        }

        sheet.Paste(Panels.Draw([Counts(boundaries, newton), Cloud(clouds[0], noises[0]), Cloud(clouds[2], noises[2])], 3, Width,
            Cell - Gap), 0, 620);
        return sheet;
    }

    private static Plot Counts(BoxCounting[] boundaries, BoxCounting newton)
    {
        var plot = new Plot
        {
            Title = "boxes that meet a basin's boundary", X = new() { Label = "1/side of a box", Logarithmic = true },
                Y = new() { Label = "boxes", Logarithmic = true },
            Legend = LegendPlace.UpperLeft,
        };
        for (int i = 0; i < boundaries.Length; i++) Add(boundaries[i], i == 0 ? "networks" : null, 0, 1.3, 0.6);
        Add(newton, FormattableString.Invariant($"Newton, z³ = 1: slope {newton.Dimension:f2}"), 1, 2.4, 1);
        double[] sizes = [.. newton.Counts.Select(c => 1 / c.Size)];
        return plot.Line(sizes, [.. sizes.Select(s => 2 * s)], "slope 1", new() { Colour = Rgb.Black, Width = 1.2, Dash = [5, 4] });

        void Add(BoxCounting counted, string? name, int colour, double width, double opacity) =>
            plot.Line([.. counted.Counts.Select(c => 1 / c.Size)],
            [.. counted.Counts.Select(c => (double)c.Boxes)], name, new() { Colour = Palette.OkabeIto[colour], Width = width, Dash = [],
                Opacity = opacity });
    }

    private static Plot Cloud(float[] points, double noise)
    {
        var plot = new Plot
        {
            Title = FormattableString.Invariant($"fitted to a circle: samples with ε = {noise}"), X = new() { Minimum = 0, Maximum = 1 },
                Y = new() { Minimum = 0, Maximum = 1 },
            EqualUnits = true, Legend = LegendPlace.None,
        };
        int step = Math.Max(1, points.Length / 2 / 6000);
        double[] x = [.. Enumerable.Range(0, points.Length / 2 / step).Select(i => (double)points[2 * i * step])];
        double[] y = [.. Enumerable.Range(0, x.Length).Select(i => (double)points[2 * i * step + 1])];
        return plot.Points(x, y, null, new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = noise == 0 ? 5 : 2.5 });
    }

    /// <summary>A zoom into where basins meet, from the unit square to 256 times larger.</summary>
    public IReadOnlyList<Picture> Animate(int frames, int side) =>
    [
        .. Enumerable.Range(0, frames).Select(i =>
        {
            double part = i / (frames - 1.0), half = 0.5 * Math.Pow(2, -8 * part);
            double keep = 1 - (half - 0.5 / 256) / (0.5 - 0.5 / 256);
            return Zoomed(0.5 + keep * (_centre.X - 0.5), 0.5 + keep * (_centre.Y - 0.5), half, side);
        }),
    ];

    private Picture Zoomed(double x, double y, double half, int side)
    {
        int[] classes = _basins.Classify(Basins.Square(x, y, half, side)).Class;
        var picture = new Picture(side, side, 3);
        for (int i = 0; i < classes.Length; i++)
        {
            Rgb colour = classes[i] < 0 ? Rgb.Of(0x808080) : Palette.Area(s_hues[classes[i]]);
            (picture.Pixels[3 * i], picture.Pixels[3 * i + 1], picture.Pixels[3 * i + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        return picture.Enlarge(Math.Max(1, 440 / side));
    }

    private static void Text(Picture sheet, string text, int x, int y, int size, bool bold) =>
        StrokeFont.Draw(sheet, StrokeFont.Fit(text, size, Width - 20), x, y, size, Rgb.Of(0x262626), TextAlignment.Middle, bold: bold);
}
