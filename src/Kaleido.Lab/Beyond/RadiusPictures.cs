using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Certified against attacked radii.</summary>
internal static class RadiusPictures
{
    private const int CellWidth = 700, CellHeight = 560, TitleRoom = 40;

    /// <summary>A panel for each set-up: each sink's certified radius, and that inside one linear piece, over the radius at which an attack
    /// escapes.</summary>
    public static Picture Draw(string title, IReadOnlyList<(string Name,
        List<(double Certified, double Piece, double Attacked)> Sinks)> series)
    {
        var figures = new List<Figure>();
        double lowest = Math.Min(1e-5, series.SelectMany(it => it.Sinks).SelectMany(sink =>
            new[] { sink.Certified, sink.Piece }).Where(radius => radius > 0).DefaultIfEmpty(1).Min() / 2);
        foreach (var (name, sinks) in series)
        {
            double[] attacked = [.. sinks.Select(sink => sink.Attacked)];
            double least = sinks.Count == 0 ? 0.1 : attacked.Min() / 2, most = sinks.Count == 0 ? 1 : attacked.Max() * 2;
            double[] line = [least, most];
            var plot = new Plot
            {
                Title = name, X = new() { Label = "radius at which an attack escapes", Logarithmic = true, Minimum = least,
                    Maximum = most },
                Y = new() { Label = "certified radius", Logarithmic = true, Minimum = lowest, Maximum = 10 },
            };
            plot.Line(line, line, "equal", new() { Colour = Rgb.Black, Width = 1.2, Dash = [6, 4] });
            plot.Line(line, [.. line.Select(x => 0.05 * x)], "5 % of it", new() { Colour = Palette.OkabeIto[2], Width = 1.2, Dash = [2, 3] });
            plot.Points(attacked, [.. sinks.Select(sink => sink.Piece)], "inside one linear piece",
                new() { Colour = Palette.OkabeIto[1], Marker = Marker.Square, Size = 5, Filled = false });
            plot.Points(attacked, [.. sinks.Select(sink => sink.Certified)], "certified",
                new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = 6 });
            figures.Add(plot);
        }

        int columns = Math.Min(2, figures.Count), rows = (figures.Count + columns - 1) / columns;
        return Panels.Draw(figures, columns, columns * CellWidth, TitleRoom + rows * CellHeight, title);
    }
}
