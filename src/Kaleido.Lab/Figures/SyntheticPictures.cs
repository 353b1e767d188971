using System.Globalization;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>Pictures of small networks: profiles and orbits on a line, loss and basins in the plane.</summary>
internal static class SyntheticPictures
{
    private const int Columns = 3, CellWidth = 560, CellHeight = 420, TitleRoom = 40, Orbits = 24, ProfilePoints = 1601;
    private const double LeastLoss = 1e-12;

    /// <summary>What a row of panels shows: networks of the same shape.</summary>
    /// <param name="Name">Its name in the titles.</param>
    /// <param name="Nets">The networks; the first one's orbits are shown.</param>
    /// <param name="Iterations">How many applications the orbits show.</param>
    /// <param name="Ends">What is to be said of the ends of the orbits; null for nothing.</param>
    public sealed record Row(string Name, IReadOnlyList<Mlp> Nets, int Iterations, string? Ends = null);

    /// <summary>For each row: the output profiles of its networks, their loss profiles, and orbits of the first one.</summary>
    public static Picture Line(string title, float low, float high, float[] data, IReadOnlyList<Row> rows)
    {
        double[] x = [.. Enumerable.Range(0, ProfilePoints).Select(i => low + (high - low) * i / (ProfilePoints - 1.0))];
        float[] grid = [.. x.Select(value => (float)value)];
        var figures = new List<Plots.Figure>();
        foreach (var row in rows)
        {
            Plot output = new()
            {
                Title = $"output, {row.Name}", X = new() { Label = "x" }, Y = new() { Label = "f(x)", Minimum = low, Maximum = high },
            };
            Plot loss = new()
            {
                Title = $"loss, {row.Name}", X = new() { Label = "x (dashed: the data)" },
                Y = new() { Label = "(x - f(x))²", Logarithmic = true, Minimum = LeastLoss, Maximum = 1 },
            };
            output.Line(x, x, "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
            foreach (var net in row.Nets)
            {
                float[] y = net.Evaluate(grid);
                // What is exactly 0, as often at a datum, goes down to the axis and leaves no gap.
                var style = new LineStyle { Colour = Palette.OkabeIto[0], Width = 1.4, Dash = [], Opacity = 0.5 };
                output.Line(x, [.. y.Select(value => (double)value)], net == row.Nets[0] ? "networks" : null, style);
                loss.Line(x, [.. y.Select((value, i) => Math.Max(LeastLoss, ((double)value - grid[i]) * ((double)value - grid[i])))], null,
                    style);
            }

            double[] points = [.. data.Select(value => (double)value)];
            output.Points(points, points, "data", new() { Colour = Palette.OkabeIto[1], Marker = Marker.Circle, Halo = true, Size = 9 });
            foreach (double point in points)
                loss.VerticalRule(point, null, new() { Colour = Palette.OkabeIto[1], Width = 1, Dash = [3, 3] });
            figures.AddRange([output, loss, OrbitsOf(row, low, high, data)]);
        }

        return Panels.Draw(figures, Columns, Columns * CellWidth, TitleRoom + rows.Count * CellHeight, title);
    }

    private static Plot OrbitsOf(Row row, float low, float high, float[] data)
    {
        var plot = new Plot
        {
            Title = $"orbits of one network, {row.Name}{(row.Ends is { } ends ? $": {ends}" : "")}", X = new() { Label = "application" },
            Y = new() { Label = "x (dashed: the data)", Minimum = low, Maximum = high },
        };
        float[] state = [.. Enumerable.Range(0, Orbits).Select(i => low + (high - low) * (i + 0.5f) / Orbits)];
        var paths = state.Select(start => new List<double> { start }).ToArray();
        for (int i = 0; i < row.Iterations; i++)
        {
            state = row.Nets[0].Evaluate(state);
            for (int k = 0; k < Orbits; k++) paths[k].Add(state[k]);
        }

        foreach (var path in paths)
            plot.Line(path.ToArray(), null, new() { Colour = Palette.OkabeIto[2], Width = 1.2, Dash = [], Opacity = 0.7 });
        foreach (float point in data) plot.HorizontalRule(point, null, new() { Colour = Palette.OkabeIto[1], Width = 1, Dash = [3, 3] });
        return plot;
    }

    /// <summary>
    /// For each row and its first network: the loss over the unit square, and where starts are after so many applications.
    /// </summary>
    public static Picture Plane(string title, float[] data, IReadOnlyList<Row> rows, double tolerance)
    {
        const int Side = 201;
        float[] grid = SyntheticNets.UnitSquare(Side);
        var axes = (X: new Axis { Label = "x", Minimum = 0, Maximum = 1 }, Y: new Axis { Label = "y", Minimum = 0, Maximum = 1 });
        double[] dataX = [.. data.Where((_, i) => i % 2 == 0).Select(value => (double)value)],
            dataY = [.. data.Where((_, i) => i % 2 == 1).Select(value => (double)value)];
        var figures = new List<Plots.Figure>();
        foreach (var row in rows)
        {
            float[] once = row.Nets[0].Evaluate(grid), ends = SyntheticNets.Iterate(row.Nets[0], grid, row.Iterations);
            var nearest = SyntheticNets.Nearest(ends, data, 2);
            var loss = new double[Side, Side];
            var basins = new int[Side, Side];
            for (int i = 0; i < Side * Side; i++)
            {
                double dx = (double)once[2 * i] - grid[2 * i], dy = (double)once[2 * i + 1] - grid[2 * i + 1];
                loss[i % Side, i / Side] = (dx * dx + dy * dy) / 2;
                basins[i % Side, i / Side] = nearest[i].Distance <= tolerance ? nearest[i].Nearest : -1;
            }

            var surface = new HeatMap(loss)
            {
                Title = $"loss, {row.Name}", X = axes.X, Y = axes.Y, EqualUnits = true,
                Scale = new() { Label = "‖x - f(x)‖²/2", Logarithmic = true, Minimum = 1e-8, Maximum = 1 },
            };
            surface.Points(dataX, dataY, null, new() { Colour = Rgb.Black, Marker = Marker.Circle, Size = 9, Halo = true });
            string[] names = [.. dataX.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"({value:g2}, {dataY[i]:g2})"))];
            var map = new RegionMap(basins, names)
            {
                Title = string.Create(CultureInfo.InvariantCulture,
                    $"within {tolerance:g2} of which datum after {SyntheticAnimations.Applications(row.Iterations)}, {row.Name}"),
                X = axes.X, Y = axes.Y, EqualUnits = true,
                NoClass = string.Create(CultureInfo.InvariantCulture, $"none within {tolerance:g2}"),
            };
            map.Mark(dataX, dataY, "data");
            figures.AddRange([surface, map]);
        }

        return Panels.Draw(figures, 2, 2 * 700, TitleRoom + rows.Count * 560, title);
    }
}
