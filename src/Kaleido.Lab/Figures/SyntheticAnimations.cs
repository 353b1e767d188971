using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>Small networks in motion: what becomes of a line and of a square when the network is applied again and again.</summary>
internal static class SyntheticAnimations
{
    private const int Width = 600, LineHeight = 400, PlaneHeight = 330, LinePoints = 301, Dots = 41, Side = 25, Between = 3,
        PlaneApplications = 19, ManyApplications = 300;

    /// <summary>
    /// The graph of fᵗ for t = 0, 1, …: from the diagonal to steps at the data; points show what becomes of equally spaced starts.
    /// </summary>
    public static IReadOnlyList<Picture> Line(string title, float low, float high, float[] data, IReadOnlyList<(string Name, Mlp Net)> nets,
        int iterations)
    {
        float[] starts = [.. Enumerable.Range(0, LinePoints).Select(i => low + (high - low) * i / (LinePoints - 1f))];
        double[] x = [.. starts.Select(value => (double)value)];
        float[][] states = [.. nets.Select(_ => starts)];
        var frames = new List<Picture>();
        for (int t = 0; t <= iterations; t++)
        {
            var plot = new Plot
            {
                Title = $"{title}: {Applications(t)}", X = new() { Label = "start x", Minimum = low, Maximum = high },
                Y = new() { Label = "where it is now", Minimum = low, Maximum = high }, Legend = LegendPlace.Outside, TextSize = 8,
            };
            foreach (float datum in data) plot.HorizontalRule(datum, datum == data[0] ? "data" : null,
                new() { Colour = Palette.OkabeIto[1], Width = 1, Dash = [4, 4] });
            for (int i = 0; i < nets.Count; i++)
            {
                double[] y = [.. states[i].Select(value => (double)value)];
                plot.Line(x, y, nets[i].Name, new() { Colour = Colour(i), Width = 1.6, Dash = [] });
                int[] every = [.. Enumerable.Range(0, Dots).Select(k => k * (LinePoints - 1) / (Dots - 1))];
                plot.Points([.. every.Select(k => x[k])], [.. every.Select(k => y[k])], null,
                    new() { Colour = Colour(i), Marker = (Marker)i, Size = 5 });
                states[i] = nets[i].Net.Evaluate(states[i]);
            }

            frames.Add(plot.Draw(Width, LineHeight));
        }

        return frames;
    }

    /// <summary>
    /// A grid of points over the unit square, each in the colour of the datum that it ends at (grey: at none), while the networks are
    /// applied; between two applications points move in straight lines.
    /// </summary>
    public static IReadOnlyList<Picture> Plane(float[] data, IReadOnlyList<(string Name, Mlp Net)> nets, double tolerance)
    {
        float[] starts = [.. SyntheticNets.UnitSquare(Side)];
        float[][] states = [.. nets.Select(_ => starts)];
        int[][] classes = [.. nets.Select(net => SyntheticNets.Nearest(SyntheticNets.Iterate(net.Net, starts, ManyApplications), data, 2)
            .Select(end => end.Distance <= tolerance ? end.Nearest : -1).ToArray())];
        var frames = new List<Picture>();
        for (int t = 0; t <= PlaneApplications; t++)
        {
            float[][] next = [.. nets.Select((net, i) => net.Net.Evaluate(states[i]))];
            for (int step = 0; step < (t < PlaneApplications ? Between : 1); step++)
            {
                float part = step / (float)Between;
                frames.Add(Panels.Draw([.. nets.Select((net, i) => Square(
                    $"{net.Name}: {Applications(t)}", data, [.. states[i].Select((value, k) => value + part * (next[i][k] - value))],
                        classes[i]))], nets.Count, Width, PlaneHeight));
            }

            states = next;
        }

        return frames;
    }

    /// <summary>The same time for all frames, the start and the end longer.</summary>
    public static AnimationOptions Timing(int frames, int milliseconds) =>
        new() { Delays = [.. Enumerable.Range(0, frames).Select(i => i == frames - 1 ? 2500 : i == 0 ? 900 : milliseconds)] };

    private static Plot Square(string title, float[] data, float[] points, int[] classes)
    {
        var plot = new Plot
        {
            Title = title, X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
            EqualUnits = true, TextSize = 7, Grid = false,
        };
        for (int of = -1; of < data.Length / 2; of++)
        {
            int[] its = [.. Enumerable.Range(0, classes.Length).Where(i => classes[i] == of)];
            plot.Points([.. its.Select(i => (double)points[2 * i])], [.. its.Select(i => (double)points[2 * i + 1])], null,
                new() { Colour = of < 0 ? Rgb.Of(0x8C8C8C) : Palette.OkabeIto[of], Marker = Marker.Circle, Size = 3.4 });
        }

        double[] x = [.. data.Where((_, i) => i % 2 == 0).Select(value => (double)value)],
            y = [.. data.Where((_, i) => i % 2 == 1).Select(value => (double)value)];
        return plot.Points(x, y, null, new() { Colour = Rgb.Black, Marker = Marker.Cross, Size = 9 });
    }

    // Curves: without the colour of the data's rules.
    private static Rgb Colour(int i) => Palette.OkabeIto[i == 0 ? 0 : i + 1];

    internal static string Applications(int count) => count == 1 ? "1 application" : $"{count} applications";
}
