using System.Globalization;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of how many images networks store, and of a recalled sequence.</summary>
internal static class MemoryPictures
{
    private const int CellWidth = 480, CellHeight = 400, TitleRoom = 40, Enlarged = 10;

    /// <summary>For each manner of training and number of images from 2 on: the number stored against width, a line for each depth, beside the Hopfield figure.</summary>
    public static Picture Draw(string title, int[] images, int[] depths, int[] widths, double[] noises, Func<int, int, int, double, double> stored, double baseline)
    {
        var figures = new List<Figure>();
        foreach (var (noise, count) in noises.SelectMany(noise => images.Where(count => count > 1).Select(count => (noise, count))))
        {
            var plot = new Plot
            {
                Title = string.Create(CultureInfo.InvariantCulture, $"{count} images, {(noise == 0 ? "plain" : $"denoising σ = {noise:g2}")}"), X = new() { Label = "width", Logarithmic = true, Minimum = widths[0] * 0.8, Maximum = widths[^1] * 1.25 },
                Y = new() { Label = "stored", Minimum = 0, Maximum = count * 1.05 }, Legend = LegendPlace.Outside,
            };
            for (int i = 0; i < depths.Length; i++)
            {
                double[] x = [.. widths.Select(width => (double)width)], y = [.. widths.Select(width => stored(count, depths[i], width, noise))];
                plot.Line(x, y, string.Create(CultureInfo.InvariantCulture, $"{depths[i]} hidden"), new() { Colour = Palette.Series(i), Dash = LineStyle.DashOf(i) });
                plot.Points(x, y, null, new() { Colour = Palette.Series(i), Size = 6 });
            }

            if (baseline <= count) plot.HorizontalRule(baseline, "Hopfield .138 D", new() { Colour = Rgb.Black, Width = 1, Dash = [3, 3] });
            figures.Add(plot);
        }

        int columns = Math.Min(3, figures.Count / noises.Length), rows = (figures.Count + columns - 1) / columns;
        return Panels.Draw(figures, columns, Math.Max(700, columns * CellWidth), TitleRoom + rows * CellHeight, title);
    }

    /// <summary>Three chains side by side at one iteration.</summary>
    public static Picture Frame(float[] states) =>
        ImageGrid.Draw(states, DrawnDigits.Half, new() { Columns = 3, Padding = 4, Upscale = Enlarged });
}
