using System.Globalization;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of how many images networks store, and of a recalled sequence.</summary>
internal static class MemoryPictures
{
    private const int CellWidth = 600, CellHeight = 420, TitleRoom = 40, Enlarged = 10;

    /// <summary>For each manner of training the number stored against depth and against width, a line for each number of images.</summary>
    public static Picture Draw(
        string title, int[] images, int[] depths, int[] widths, int commonWidth, int commonDepth, double[] noises, Func<int, int, int,
            double, double> stored, double baseline)
    {
        var figures = new List<Plots.Figure>();
        foreach (double noise in noises)
        {
            string manner = noise == 0 ? "plain" : string.Create(CultureInfo.InvariantCulture, $"denoising σ = {noise:g2}");
            figures.Add(Lines(string.Create(CultureInfo.InvariantCulture, $"{manner}, layers of {commonWidth}"),
                new() { Label = "hidden layers", Minimum = 0, Maximum = depths[^1] + 1, Ticks = Numbers(depths) },
                depths, (count, depth) => stored(count, depth, commonWidth, noise)));
            figures.Add(Lines(string.Create(CultureInfo.InvariantCulture, $"{manner}, {commonDepth} hidden layers"),
                new()
                {
                    Label = "width", Logarithmic = true, Minimum = widths[0] * 0.8, Maximum = widths[^1] * 1.25, Ticks = Numbers(widths),
                },
                widths, (count, width) => stored(count, commonDepth, width, noise)));
        }

        return Panels.Draw(figures, 2, 2 * CellWidth, TitleRoom + noises.Length * CellHeight, title);

        Plot Lines(string name, Axis across, int[] sizes, Func<int, int, double> value)
        {
            var plot = new Plot { Title = name, X = across, Y = new() { Label = "images stored", Minimum = 0, Maximum = images[^1] * 1.05 },
                Legend = LegendPlace.Best };
            int[] shown = [.. images.Where(count => count > 1)];
            for (int i = 0; i < shown.Length; i++)
            {
                double[] x = Numbers(sizes), y = [.. sizes.Select(size => value(shown[i], size))];
                plot.Line(x, y, string.Create(CultureInfo.InvariantCulture, $"of {shown[i]} images"),
                    new() { Colour = Palette.Series(i), Dash = LineStyle.DashOf(i) });
                plot.Points(x, y, null, new() { Colour = Palette.Series(i), Size = 6 });
            }

            if (baseline <= images[^1]) plot.HorizontalRule(baseline, "Hopfield, .138 D",
                new() { Colour = Rgb.Black, Width = 1, Dash = [3, 3] });
            return plot;
        }

        static double[] Numbers(int[] sizes) => [.. sizes.Select(size => (double)size)];
    }

    /// <summary>Three chains side by side at one iteration.</summary>
    public static Picture Frame(float[] states, int iteration) => PictureStrip.Join(
        [(ImageGrid.Draw(states, DrawnDigits.Half, new() { Columns = 3, Padding = 4, Upscale = Enlarged }),
            $"three starts of noise, after {SyntheticAnimations.Applications(iteration)}")], 4, 11);
}
