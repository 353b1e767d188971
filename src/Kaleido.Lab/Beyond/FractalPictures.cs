using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of <see cref="FractalSets"/>: basins at three magnifications, how boxes are counted, samples on a circle.</summary>
internal sealed class FractalPictures
{
    private const int Width = 1680, Top = 92, Cell = 550, Size = 13;
    private static readonly Rgb s_none = Rgb.Of(0x808080), s_ink = Rgb.Of(0x262626);
    private readonly Basins _basins;
    private readonly float[] _data;
    private readonly int _side;
    private readonly (double X, double Y) _centre;

    /// <param name="basins">The basins to show.</param>
    /// <param name="data">The points that starts may come to, rows of two numbers.</param>
    /// <param name="side">Starts on each axis of a picture.</param>
    public FractalPictures(Basins basins, float[] data, int side)
    {
        (_basins, _data, _side, _centre) = (basins, data, side, basins.Junction());
    }

    // The hue says which basin, the shade how long it takes: light is quick.
    private ColourField Map(string title, double half)
    {
        int side = _side;
        var (x, y) = half >= 0.5 ? (0.5, 0.5) : _centre;
        var (classes, time) = _basins.Classify(Basins.Square(x, y, half, side));
        int quickest = time.Min();
        double slowest = Math.Max(Statistics.Quantile(time.Select(t => (double)t), 0.995), quickest + 1);
        var cells = new Rgb[side, side];
        for (int i = 0; i < classes.Length; i++)
        {
            double slow = Math.Clamp(Math.Log(time[i] / (double)quickest) / Math.Log(slowest / quickest), 0, 1);
            cells[side - 1 - i / side, i % side] = Shade(classes[i] < 0 ? s_none : Palette.OkabeIto[classes[i]], slow);
        }

        var field = new ColourField(cells)
        {
            Title = title, EqualUnits = true,
            X = new() { Label = "x", Minimum = x - half, Maximum = x + half },
            Y = new() { Label = "y", Minimum = y - half, Maximum = y + half },
        };
        int[] shown = [.. Enumerable.Range(0, _data.Length / 2)
            .Where(i => Math.Abs(_data[2 * i] - x) < half && Math.Abs(_data[2 * i + 1] - y) < half)];
        return field.Points([.. shown.Select(i => (double)_data[2 * i])], [.. shown.Select(i => (double)_data[2 * i + 1])], null,
            new() { Colour = Rgb.Black, Marker = Marker.Circle, Size = 9, Halo = true });
    }

    private static Rgb Shade(Rgb hue, double slow) =>
        slow < 0.5 ? Rgb.White.Mix(hue, (int)(80 + 352 * slow)) : hue.Mix(Rgb.Black, (int)(440 * (slow - 0.5)));

    /// <summary>The whole sheet.</summary>
    public Picture Draw(BoxCounting[] boundaries, BoxCounting newton, float[][] clouds, double[] noises)
    {
        var sheet = new Picture(Width, Top + 2 * Cell, 3, 255);
        StrokeFont.Draw(sheet, "Basins of a network at {.2, .8}² and their boundaries; attractors of a network at a circle", Width / 2, 32,
            16, s_ink, TextAlignment.Middle, bold: true);
        Legend(sheet, 68);
        sheet.Paste(Panels.Draw(
            [
                Map("the unit square", 0.5), Map("16 times larger, where basins meet", 0.5 / 16), Map("256 times larger", 0.5 / 256),
                Counts(boundaries, newton), Cloud(clouds[0], noises[0]), Cloud(clouds[2], noises[2]),
            ], 3, Width, 2 * Cell), 0, Top);
        return sheet;
    }

    // One line: a patch of each datum's shades from quick to slow, with its name.
    private void Legend(Picture sheet, int baseline)
    {
        const int Step = 9, Shades = 6, Gap = 26;
        (Rgb Hue, string Name)[] entries =
        [
            .. Enumerable.Range(0, _data.Length / 2)
                .Select(i => (Palette.OkabeIto[i], FormattableString.Invariant($"to ({_data[2 * i]:g2}, {_data[2 * i + 1]:g2})"))),
            (s_none, "to none"),
        ];
        const string Hint = "shades from quick (light) to slow (dark); points: the data";
        int width = entries.Sum(entry => Shades * Step + 8 + StrokeFont.Width(entry.Name, Size) + Gap) + StrokeFont.Width(Hint, Size);
        int left = (Width - width) / 2;
        foreach (var (hue, name) in entries)
        {
            for (int i = 0; i < Shades; i++)
            {
                var patch = new Picture(Step, Size + 2, 3);
                Rgb colour = Shade(hue, i / (Shades - 1.0));
                for (int k = 0; k < patch.Pixels.Length; k += 3)
                    (patch.Pixels[k], patch.Pixels[k + 1], patch.Pixels[k + 2]) = (colour.Red, colour.Green, colour.Blue);
                sheet.Paste(patch, left + i * Step, baseline - Size - 1);
            }

            left += Shades * Step + 8;
            StrokeFont.Draw(sheet, name, left, baseline, Size, s_ink);
            left += StrokeFont.Width(name, Size) + Gap;
        }

        StrokeFont.Draw(sheet, Hint, left, baseline, Size, s_ink);
    }

    private static Plot Counts(BoxCounting[] boundaries, BoxCounting newton)
    {
        var plot = new Plot
        {
            Title = "boxes that meet a basin's boundary", X = new() { Label = "1/side of a box", Logarithmic = true },
            Y = new() { Label = "number of boxes", Logarithmic = true },
            Legend = LegendPlace.UpperLeft,
        };
        for (int i = 0; i < boundaries.Length; i++) Add(boundaries[i], i == 0 ? "networks, one line each" : null, 0, 1.3, 0.6);
        Add(newton, FormattableString.Invariant($"Newton, z³ = 1: slope {newton.Dimension:f3}"), 1, 2.4, 1);
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
            Title = FormattableString.Invariant($"fitted to a circle: samples with ε = {noise}"),
            X = new() { Label = "x", Minimum = 0, Maximum = 1 },
            Y = new() { Label = "y", Minimum = 0, Maximum = 1 }, EqualUnits = true, Legend = LegendPlace.None,
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
            var zoomed = Zoomed(0.5 + keep * (_centre.X - 0.5), 0.5 + keep * (_centre.Y - 0.5), half, side);
            return PictureStrip.Join([(zoomed, FormattableString.Invariant($"where starts end, magnified {0.5 / half:f0} ×"))], 4, 12);
        }),
    ];

    private Picture Zoomed(double x, double y, double half, int side)
    {
        int[] classes = _basins.Classify(Basins.Square(x, y, half, side)).Class;
        var picture = new Picture(side, side, 3);
        for (int i = 0; i < classes.Length; i++)
        {
            Rgb colour = classes[i] < 0 ? s_none : Palette.Area(classes[i]);
            (picture.Pixels[3 * i], picture.Pixels[3 * i + 1], picture.Pixels[3 * i + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        return picture.Enlarge(Math.Max(1, 440 / side));
    }
}
