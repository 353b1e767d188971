using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of <see cref="SmoothData"/>: tails of steps, samples beside data, and how samples move.</summary>
internal static class SmoothPictures
{
    private const int Moving = 60, Frames = 50;
    private const double Strength = 0.03;

    /// <summary>Sizes at which the tails are drawn: 10^-4 … 1, ten to a decade.</summary>
    public static double[] Sizes { get; } = [.. Enumerable.Range(0, 41).Select(i => Math.Pow(10, -4 + i / 10.0))];

    /// <summary>Where samples of a network were, iteration by iteration.</summary>
    /// <param name="Data">What it was fitted to.</param>
    /// <param name="States">Samples from the first application on, rows of two numbers.</param>
    public sealed record Tracks(float[] Data, IReadOnlyList<float[]> States);

    /// <summary>Follows samples with ε = .03 from noise on.</summary>
    public static Tracks Track(Mlp network, float[] data)
    {
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = Moving, Epsilon = Strength });
        return new(data, [kaleidoscope.Frame.Noisy.ToArray(), .. kaleidoscope.Run(Frames - 1).Select(frame => frame.Samples.ToArray())]);
    }

    /// <summary>The tails as a table.</summary>
    public static IEnumerable<double[]> SurvivalRows(int set, double[] noises, double[,] survival) =>
        from e in Enumerable.Range(0, noises.Length)
        from i in Enumerable.Range(0, Sizes.Length)
        select new double[] { set, noises[e], Sizes[i], survival[e, i] };

    /// <summary>Tails of the shapes, tails of the circle with gaps, and samples of three shapes.</summary>
    public static Picture Draw(SmoothData.Case[] cases, SmoothData.Found[] found, double[] noises, Func<double, string> gapped,
        double[] gaps)
    {
        int[] shapes = [0, 1, 2, 3, 4, cases.Length - 2,
            cases.Length - 1], circles = [.. gaps.Select(gap => Array.FindIndex(cases, it => it.Name == gapped(gap)))];
        var panels = new List<Plots.Figure>();
        foreach (int[] sets in new[] { shapes, circles })
        {
            for (int e = 1; e < noises.Length; e++)
            {
                var plot = new Plot
                {
                    Title = FormattableString.Invariant($"{(sets == shapes ? "data sets" : "circle with gaps")}, ε = {noises[e]}"),
                    X = new() { Label = "size of a step, ‖x(t+1) - x(t)‖/√D", Logarithmic = true, Minimum = 1e-3, Maximum = 1 },
                    Y = new() { Label = "share of longer steps, median", Logarithmic = true, Minimum = 1e-5, Maximum = 1 },
                    Legend = LegendPlace.LowerLeft,
                };
                for (int s = 0; s < sets.Length; s++)
                {
                    double[] share = [.. Enumerable.Range(0, Sizes.Length).Select(i => found[sets[s]].Middle[e, i])];
                    bool apart = sets == shapes && s is 3 or 4 or 6;
                    plot.Line(Sizes, share, cases[sets[s]].Name, new()
                    {
                        Colour = Palette.OkabeIto[s], Width = 2, Dash = sets == circles ? LineStyle.DashOf(s) : apart ? [8, 4] : [],
                    });
                }

                panels.Add(plot.VerticalRule(noises[e], "ε"));
            }
        }

        foreach (int set in new[] { 0, 2, 4 })
        {
            if (found[set].Tracks is { } tracks) panels.Add(Plane(tracks, Enumerable.Range(Frames / 2, Frames / 2),
                $"{cases[set].Name}: samples, ε = .03"));
        }

        return Panels.Draw(panels, 3, 1680, 1500,
            "Steps after burn-in, medians over the networks: data in one piece (solid), in several (dashed); ε: what the noise can do");
    }

    private static Plot Plane(Tracks tracks, IEnumerable<int> frames, string title)
    {
        var (x, y) = Split([.. frames.SelectMany(t => tracks.States[t])]);
        var (dataX, dataY) = Split(tracks.Data);
        var plot = new Plot
        {
            Title = title, X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
            EqualUnits = true, Legend = LegendPlace.Outside,
        };
        return plot.Points(dataX, dataY, "data", new() { Colour = Palette.OkabeIto[4], Marker = Marker.Circle, Size = 8, Opacity = 0.8 })
            .Points(x, y, "samples", new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = 4 });
    }

    /// <summary>Samples moving from noise on, networks side by side.</summary>
    public static IReadOnlyList<Picture> Animate(IReadOnlyList<Tracks> tracks, IReadOnlyList<string> names) =>
        [.. Enumerable.Range(0, Frames)
            .Select(t => Panels.Draw([.. tracks.Select((it, i) => Frame(it, t, names[i]))], tracks.Count, 300 * tracks.Count, 330,
            FormattableString.Invariant($"orange: data, blue: samples with ε = .03, iteration {t}"), 11))];

    private static Plot Frame(Tracks tracks, int t, string name)
    {
        var plot = new Plot { Title = name, X = new() { Label = "x", Minimum = 0, Maximum = 1 },
            Y = new() { Label = "y", Minimum = 0, Maximum = 1 }, EqualUnits = true, Legend = LegendPlace.None };
        var (dataX, dataY) = Split(tracks.Data);
        plot.Points(dataX, dataY, null, new() { Colour = Palette.OkabeIto[4], Marker = Marker.Circle, Size = 4, Opacity = 0.6 });
        for (int c = 0; c < Moving && t > 0; c++)
        {
            // The last step as a line: leaps are long ones.
            float[] a = tracks.States[t - 1], b = tracks.States[t];
            plot.Line([a[2 * c], b[2 * c]], [a[2 * c + 1], b[2 * c + 1]], null, new() { Colour = Palette.OkabeIto[5], Width = 1,
                Dash = [] });
        }

        var (x, y) = Split(tracks.States[t]);
        return plot.Points(x, y, null, new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = 6 });
    }

    private static (double[] X, double[] Y) Split(float[] points) =>
        ([.. points.Where((_, i) => i % 2 == 0).Select(v => (double)v)], [.. points.Where((_, i) => i % 2 == 1).Select(v => (double)v)]);
}
