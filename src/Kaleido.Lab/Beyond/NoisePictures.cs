using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Sampling;

namespace Kaleido.Lab.Beyond;

/// <summary>The picture of <see cref="NoiseStudy"/>: a ball, distances, jumps, three radii, shifts.</summary>
internal static class NoisePictures
{
    private const int CellWidth = 600, CellHeight = 450;

    public static Picture Draw(string title, IReadOnlyList<NoiseStudy.Family> families)
    {
        var family = families[0];
        var sink = family.Sinks[0];
        return Panels.Draw(
            [Ball(family, sink), Distances(families), Jumps(families), Radii(families), Shifts(families), Stationary(family, sink)],
            3, 3 * CellWidth, 2 * CellHeight + 36, title);
    }

    private static Plot Ball(NoiseStudy.Family family, NoisySink sink)
    {
        double[] x = [.. Enumerable.Range(0, 601).Select(i => family.Low + (1 - family.Low) * i / 600.0)];
        var map = new LineMap(family.Nets[sink.Seed]);
        double[] y = [.. x.Select(map.Apply)], ball = [sink.Point.X - sink.Margin.Radius, sink.Point.X + sink.Margin.Radius];
        var plot = new Plot { Title = $"{family.Name}: a ball that f contracts",
            X = new() { Label = "x", Minimum = family.Low, Maximum = 1 }, Y = new() { Label = "f(x)", Minimum = family.Low, Maximum = 1 } };
        plot.Band(ball, [family.Low, family.Low], [1, 1], "|x - x*| ≤ r", Palette.OkabeIto[2], 0.18);
        plot.Band(x, [.. y.Select(v => Math.Max(family.Low, v - sink.Margin.Bound))],
            [.. y.Select(v => Math.Min(1, v + sink.Margin.Bound))], "f(x) ± r(1-q)", Palette.OkabeIto[0], 0.2);
        plot.Line(x, x, "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
        plot.Line(x, y, "f", new() { Colour = Palette.OkabeIto[0], Dash = [] });
        var points = map.FixedPoints();
        Mark(points.Where(p => p.IsStable), "attracts", true);
        Mark(points.Where(p => !p.IsStable), "repels", false);
        return plot;

        void Mark(IEnumerable<LinePoint> which, string name, bool filled)
        {
            double[] at = [.. which.Select(p => p.X)];
            plot.Points(at, at, name, new() { Colour = Palette.OkabeIto[1], Marker = Marker.Circle, Filled = filled, Size = 10,
                Halo = true });
        }
    }

    private static Plot Distances(IReadOnlyList<NoiseStudy.Family> families)
    {
        var plot = new Plot
        {
            Title = "farthest distance from x*, over r", X = new() { Label = "noise in units of r(1-q)", Logarithmic = true },
            Y = new() { Label = "distance / r", Logarithmic = true, Minimum = 0.05 },
        };
        plot.Line([0.25, 1], [0.25, 1], "e/(1-q), the theorem's bound", new() { Colour = Rgb.Black, Width = 1.4, Dash = [6, 4] });
        for (int i = 0; i < families.Count; i++)
        {
            var sinks = families[i].Sinks;
            plot.Line(NoisySink.Multiples, Median(sinks, (s, m) => s.FarthestWorst[m] / s.Margin.Radius),
                $"{Shape(families[i])}, worst noise", new() { Colour = Palette.OkabeIto[i], Dash = [] });
            plot.Line(NoisySink.Multiples, Median(sinks, (s, m) => s.Farthest[m] / s.Margin.Radius), $"{Shape(families[i])}, uniform",
                new() { Colour = Palette.OkabeIto[i], Dash = [2, 4] });
        }

        return plot.VerticalRule(1, null, new() { Width = 1, Dash = [3, 3] });
    }

    private static Plot Jumps(IReadOnlyList<NoiseStudy.Family> families)
    {
        var plot = new Plot
        {
            Title = "chains that crossed an unstable fixed point", X = new() { Label = "noise in units of r(1-q)", Logarithmic = true },
            Y = new() { Label = "share of chains", Minimum = 0, Maximum = 1 },
        };
        for (int i = 0; i < families.Count; i++)
            plot.Line(NoisySink.Multiples,
                [.. Enumerable.Range(0, NoisySink.Multiples.Length).Select(m => families[i].Sinks.Average(s => s.Escaped[m]))],
                families[i].Name, new() { Colour = Palette.OkabeIto[i] });
        return plot.VerticalRule(1, "no jump is possible below", new() { Colour = Rgb.Black, Width = 1.2, Dash = [3, 3] });
    }

    private static Plot Radii(IReadOnlyList<NoiseStudy.Family> families)
    {
        var plot = new Plot
        {
            Title = "three radii of each attractor", X = new() { Label = "attractors of all networks, sorted by the bound" },
            Y = new() { Label = "distance", Logarithmic = true },
        };
        var sinks = families.SelectMany(family => family.Sinks.OrderBy(s => s.Margin.Bound)).ToList();
        double[] x = [.. Enumerable.Range(0, sinks.Count).Select(i => (double)i)];
        plot.Points(x, [.. sinks.Select(s => s.Margin.Denoising)], "denoising radius",
            new() { Colour = Palette.OkabeIto[2], Marker = Marker.Triangle, Size = 5 });
        plot.Points(x, [.. sinks.Select(s => s.Margin.Escape)], "exact escape noise",
            new() { Colour = Palette.OkabeIto[1], Marker = Marker.Square, Size = 4 });
        plot.Points(x, [.. sinks.Select(s => s.Margin.Bound)], "bound r(1-q)",
            new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = 4 });
        double at = -0.5, above = 1.7 * sinks.Select(s => s.Margin.Denoising).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        foreach (var family in families)
        {
            if (at > 0) plot.VerticalRule(at, null, new() { Width = 1, Dash = [] });
            if (family.Sinks.Count > 0) plot.Text(at + family.Sinks.Count / 2.0, above, Shape(family), TextAlignment.Middle);
            at += family.Sinks.Count;
        }

        return plot;
    }

    private static Plot Shifts(IReadOnlyList<NoiseStudy.Family> families)
    {
        var plot = new Plot
        {
            Title = "mean shift of the states under noise, ε ≤ .01", X = new() { Label = "predicted shift, (I-J)⁻¹ · bias", Minimum = 0 },
            Y = new() { Label = "measured shift", Minimum = 0 },
        };
        var measured = families.Select(family => family.Sinks).ToList();
        double largest = measured.SelectMany(it => it).Select(s => s.PredictedShift).DefaultIfEmpty(0.1).Max();
        plot.Line([0, largest], [0, largest], "equal", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
        for (int i = 0; i < families.Count; i++)
        {
            double[] predicted = [.. measured[i].Select(s => s.PredictedShift)];
            plot.Points(predicted, [.. measured[i].Select(s => s.ReferenceShift)], $"{Shape(families[i])}, reference",
                new() { Colour = Palette.OkabeIto[i], Marker = Marker.Circle, Opacity = 0.7 });
            plot.Points(predicted, [.. measured[i].Select(s => Math.Abs(s.CentredShift))], $"{Shape(families[i])}, centred",
                new() { Colour = Palette.OkabeIto[i], Marker = Marker.Cross, Size = 6 });
        }

        return plot;
    }

    private static Plot Stationary(NoiseStudy.Family family, NoisySink sink)
    {
        var net = family.Nets[sink.Seed];
        double epsilon = sink.ShiftEpsilon;
        var plot = new Plot { Title = FormattableString.Invariant($"states under noise of scale {epsilon:g2}"), X = new() { Label = "x" },
            Y = new() { Label = "number of states" } };
        plot.Histogram([.. sink.States(net, epsilon, Noise.Uniform(-1, 1), 64, 200)], 40, "centred noise", Palette.OkabeIto[0], 0.7);
        plot.Histogram([.. sink.States(net, epsilon, Noise.Reference(family.Low, 1), 64, 200)], 40, "the reference's noise",
            Palette.OkabeIto[1], 0.7);
        return plot.VerticalRule(sink.Point.X, "x*", new() { Colour = Rgb.Black, Width = 1.4, Dash = [] })
            .VerticalRule(sink.Point.X + sink.PredictedShift, "x* + (I-J)⁻¹ · bias",
                new() { Colour = Rgb.Black, Width = 1.4, Dash = [8, 4] })
            .VerticalRule(sink.Point.X + sink.CurvedShift, "fixed point of f + bias",
                new() { Colour = Rgb.Black, Width = 1.4, Dash = [2, 3] });
    }

    private static string Shape(NoiseStudy.Family family) => family.Key.Replace("x", " × ", StringComparison.Ordinal);

    private static double[] Median(List<NoisySink> sinks, Func<NoisySink, int, double> value) =>
        [.. Enumerable.Range(0, NoisySink.Multiples.Length).Select(m => Statistics.Median(sinks.Select(s => value(s, m))))];
}
