using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>The picture and the animation of <see cref="GradientStudy"/>.</summary>
internal static class GradientPictures
{
    private const int CellWidth = 600, CellHeight = 450, Side = 101, Particles = 225;
    private static readonly Rgb s_data = Palette.OkabeIto[1], s_unstable = Palette.OkabeIto[3];

    public static Picture Draw(string title, IReadOnlyList<GradientFamily> families, Mlp oracle, int chains)
    {
        var plane = families[3];
        using var flow = new LossFlow(plane.Nets[plane.Rows[0].Seed]);
        var ends = new FlowEnds(plane.Nets[plane.Rows[0].Seed], plane.Data, plane.Tolerance);
        float[] starts = GradientFamily.Uniform(plane.Nets[plane.Rows[0].Seed], 1000, 600);
        return Panels.Draw(
            [
                Loss(oracle), Density(oracle, chains), Yields(families), Kinds(families),
                Map(plane, flow, ends, ends.Iterate(starts), "600 uniform starts after 1000 applications"),
                Map(plane, flow, ends, FlowEnds.Flow(flow, starts), "the same starts under gradient flow"),
            ],
            3, 3 * CellWidth, 2 * CellHeight + 36, title);
    }

    private static Plot Loss(Mlp oracle)
    {
        double[] x = [.. Enumerable.Range(0, 801).Select(i => i / 800.0)];
        var map = new LineMap(oracle);
        var plot = new Plot { Title = "closed form: three zeros of the loss, one repels", X = new() { Label = "x" },
            Y = new() { Label = "loss (x - f(x))²", Minimum = -2e-4 } };
        plot.Line(x, [.. x.Select(at => Math.Pow(at - map.Apply(at), 2))], "loss", new() { Colour = Palette.OkabeIto[0], Dash = [] });
        plot.Points([0.2, 0.8], [0, 0], "data: attract", new() { Colour = s_data, Marker = Marker.Circle, Size = 11, Halo = true });
        plot.Points([0.5], [0], "repeller", new() { Colour = s_unstable, Marker = Marker.Diamond, Filled = false, Size = 11 });
        // Basins end where ℓ has its maxima under gradient flow, at the repeller under iteration.
        foreach (double sign in new[] { -1.0, 1.0 })
        {
            double at = x.Where(v => Math.Abs(v - 0.5) < 0.3 && Math.Sign(v - 0.5) == (int)sign).MaxBy(v => Math.Pow(v - map.Apply(v), 2));
            plot.VerticalRule(at, sign < 0 ? "borders of the flow" : null, new() { Colour = s_unstable, Width = 1.4, Dash = [5, 4] });
        }

        return plot;
    }

    private static Plot Density(Mlp oracle, int chains)
    {
        const double Temperature = 1e-4;
        double[] x = [.. Enumerable.Range(0, 401).Select(i => i / 400.0)];
        var map = new LineMap(oracle);
        double[] weight = [.. x.Select(at => Math.Exp(-Math.Pow(at - map.Apply(at), 2) / Temperature))];
        double sum = weight.Sum() / 400;
        using var flow = new LossFlow(oracle);
        float[] ends = flow.Langevin([.. Enumerable.Range(0, chains).Select(i => (i + 0.5f) / chains)], 2000, Temperature, 1e-4, 1);
        double[] bins = new double[50], middles = [.. Enumerable.Range(0, 50).Select(i => (i + 0.5) / 50)];
        foreach (float end in ends) bins[Math.Min(49, (int)(end * 50))] += 50.0 / ends.Length;
        return new Plot { Title = "density p ~ exp(-(x - f(x))²/T), T = 10⁻⁴", X = new() { Label = "x" }, Y = new() { Label = "density" } }
            .Bars(middles, bins, "Langevin chains", 0.02, Palette.OkabeIto[5], 0.6)
            .Line(x, [.. weight.Select(w => w / sum)], "exact", new() { Colour = Palette.OkabeIto[0], Dash = [] })
            .VerticalRule(0.2, "data", new() { Colour = s_data, Width = 1.4, Dash = [] }).VerticalRule(0.8, null,
                new() { Colour = s_data, Width = 1.4, Dash = [] })
            .VerticalRule(0.5, "repeller", new() { Colour = s_unstable, Width = 1.4, Dash = [5, 4] });
    }

    private static Plot Yields(IReadOnlyList<GradientFamily> families)
    {
        var plot = new Plot { Title = "share of starts that end within τ of the data",
            X = new() { Label = "distance of the start from a datum", Minimum = 0 },
            Y = new() { Label = "mean share of starts", Minimum = 0, Maximum = 1.02 } };
        for (int i = 0; i < families.Count; i++)
        {
            var rows = families[i].Rows;
            plot.Line(GradientFamily.Radii, Means(row => row.IterationYield), $"{Shape(families[i])}, iteration",
                new() { Colour = Palette.OkabeIto[i], Dash = [] });
            plot.Line(GradientFamily.Radii, Means(row => row.FlowYield), $"{Shape(families[i])}, flow",
                new() { Colour = Palette.OkabeIto[i], Dash = [3, 4] });

            double[] Means(Func<GradientFamily.Row, double[]> values) =>
                [.. GradientFamily.Radii.Select((_, k) => rows.Average(row => values(row)[k]))];
        }

        return plot;
    }

    // Bars on top of each other, drawn from the whole downwards; a gap parts the families.
    private static Plot Kinds(IReadOnlyList<GradientFamily> families)
    {
        string[] labels = [.. Enumerable.Range(0, 3 * families.Count - 1).Select(i => i % 3 == 0 ? "iter." : i % 3 == 1 ? "flow" : "")];
        double[] x = [.. families.SelectMany((_, i) => new[] { 3.0 * i, 3.0 * i + 1 })];
        (FlowEnd Kind, string Name, Rgb Colour)[] kinds =
        [
            (FlowEnd.Elsewhere, "no fixed point", Rgb.Of(0xBBBBBB)), (FlowEnd.Unstable, "unstable, no datum", s_unstable),
            (FlowEnd.Spurious, "spurious sink", Palette.OkabeIto[4]), (FlowEnd.Datum, "datum", Palette.OkabeIto[0]),
        ];
        double[] heights = [.. x.Select(_ => 1.0)];
        var plot = new Plot
        {
            Title = "where uniform starts end",
            X = new() { Label = "iter.: iteration of f, flow: gradient flow", Categories = labels },
            Y = new() { Label = "mean share of starts", Minimum = 0, Maximum = 1.09 }, Legend = LegendPlace.Outside,
        };
        foreach (var (kind, name, colour) in kinds)
        {
            plot.Bars(x, heights, name, 0.8, colour);
            heights = [.. heights.Select((height, i) => Math.Max(0,
                height - families[i / 2].Rows.Average(row => (i % 2 == 0 ? row.Iteration : row.Flow)[(int)kind])))];
        }

        for (int i = 0; i < families.Count; i++) plot.Text(3 * i + 0.5, 1.03, Shape(families[i]), TextAlignment.Middle);
        return plot;
    }

    private static HeatMap Map(GradientFamily family, LossFlow flow, FlowEnds ends, float[] at, string title)
    {
        var (loss, _) = flow.At(SyntheticNets.UnitSquare(Side));
        var table = new double[Side, Side];
        for (int i = 0; i < loss.Length; i++) table[i % Side, i / Side] = loss[i];
        var kinds = ends.Sort(flow, at);
        bool[] unstable = ends.AreUnstable(flow, at);
        var map = new HeatMap(table)
        {
            Title = title, X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
                EqualUnits = true,
            Scale = new() { Label = "loss ‖x - f(x)‖²/2", Logarithmic = true, Minimum = 1e-7, Maximum = 0.1 },
        };
        map.Points(Column(family.Data, 0), Column(family.Data, 1), "data",
            new() { Colour = s_data, Marker = Marker.Circle, Filled = false, Size = 17 });
        Mark(i => kinds[i] == FlowEnd.Elsewhere, "ends elsewhere", Marker.Square, Palette.OkabeIto[0], 6);
        Mark(i => unstable[i], "ends at unstable", Marker.Diamond, s_unstable, 8);
        Mark(i => !unstable[i] && kinds[i] != FlowEnd.Elsewhere, "ends at sinks", Marker.Circle, Rgb.Black, 7);
        return map;

        void Mark(Func<int, bool> which, string? name, Marker marker, Rgb colour, double size)
        {
            int[] shown = [.. Enumerable.Range(0, kinds.Length).Where(which)];
            map.Points([.. shown.Select(i => (double)at[2 * i])], [.. shown.Select(i => (double)at[2 * i + 1])], name,
                new() { Colour = colour, Marker = marker, Size = size, Halo = true });
        }
    }

    /// <summary>The same particles under iteration and under gradient flow, side by side.</summary>
    public static IReadOnlyList<Picture> Animate(GradientFamily family)
    {
        const int Frames = 41;
        var network = family.Nets[family.Rows[0].Seed];
        using var flow = new LossFlow(network);
        float[] starts = GradientFamily.Uniform(network, 1001, Particles);
        List<float[]> iterated = [starts], path = [];
        for (int k = 1; k < Frames; k++) iterated.Add(k % 2 == 0 ? iterated[^1] : network.Evaluate(iterated[^1]));
        // Between two applications one frame half way, so that the eye can follow.
        for (int k = 1; k + 1 < Frames; k += 2) iterated[k] = [.. iterated[k - 1].Zip(iterated[k + 1], (a, b) => (a + b) / 2)];
        float[] ends = flow.Follow(starts, 500, 0.02, state => path.Add([.. state]));
        bool[] leaves = new FlowEnds(network, family.Data, family.Tolerance).AreUnstable(flow, ends);
        float[] unstable = [.. Enumerable.Range(0, leaves.Length).Where(i => leaves[i]).SelectMany(i => ends[(2 * i)..(2 * i + 2)])];
        return [.. Enumerable.Range(0, Frames).Select(k => Panels.Draw(
            [Particle(iterated[k], $"iteration, {SyntheticAnimations.Applications(k / 2)}"),
                Particle(path[Math.Min(path.Count - 1, k * k * 500 / (40 * 40))], "gradient flow on the loss")], 2, 640, 360,
            $"rings: data, diamonds: unstable fixed points, dots: {Particles} starts", 11))];

        Plot Particle(float[] states, string title)
        {
            var plot = new Plot { Title = title, X = new() { Label = "x", Minimum = 0, Maximum = 1 },
                Y = new() { Label = "y", Minimum = 0, Maximum = 1 }, EqualUnits = true, Legend = LegendPlace.None, TextSize = 8 };
            plot.Points(Column(family.Data, 0), Column(family.Data, 1), null,
                new() { Colour = s_data, Marker = Marker.Circle, Filled = false, Size = 16 });
            plot.Points(Column(unstable, 0), Column(unstable, 1), null,
                new() { Colour = s_unstable, Marker = Marker.Diamond, Filled = false, Size = 9 });
            return plot.Points(Column(states, 0), Column(states, 1), null,
                new() { Colour = Palette.OkabeIto[0], Marker = Marker.Circle, Size = 4 });
        }
    }

    private static string Shape(GradientFamily family) => family.Key.Replace("x", " × ", StringComparison.Ordinal);

    private static double[] Column(float[] rows, int coordinate) =>
        [.. rows.Where((_, i) => i % 2 == coordinate).Select(value => (double)value)];
}
