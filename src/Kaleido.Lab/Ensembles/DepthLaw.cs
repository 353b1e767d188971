using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// Two points, one to ten hidden layers of 5, 10 and 50: the over-generalization ratio falls with depth, and so does burn-in where the
/// layers are narrow.
/// </summary>
public sealed class DepthLaw : Experiment
{
    private const int FullSeeds = 50, Profiles = 12;
    private static readonly int[] s_widths = [5, 10, 50], s_depths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

    /// <inheritdoc/>
    public override string Name => "depth";

    /// <inheritdoc/>
    public override string Title => "Deeper networks over-generalise more, and the chains of narrow ones reach the data sooner";

    private sealed record Cell(int Width, int Depth, int Dead, List<double[]> Rows)
    {
        public double[] Ratios => [.. Rows.Select(row => row[4])];

        public double[] BurnIns => [.. Rows.Select(row => row[5])];
    }

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        var cells = new List<Cell>();
        var profiles = new List<Plot>();
        foreach (int width in s_widths)
        {
            foreach (int depth in s_depths)
            {
                using var nets = new TwoPointNets(width, depth, seeds, options, cancellation);
                cells.Add(new(width, depth, nets.Dead,
                    [.. nets.Alive.Select(seed => new[] { width, depth, seed, nets.Loss(seed), TwoPointNets.Ratio(nets[seed]),
                        TwoPointNets.BurnIn(nets[seed]) })]));
                if (width == 10 && depth is (1 or 4 or 10)) profiles.Add(Profile(nets, depth));
            }
        }

        return new(Name, Title, [new("seeds", seeds), .. cells.Where(cell => cell.Depth is 1 or 2 or 10).SelectMany(Numbers)],
            [
                new("seeds", ["width", "hidden_layers", "seed", "loss", "ogr", "b90_0.02"], [.. cells.SelectMany(cell => cell.Rows)]),
                new("medians",
                    [
                        "width", "hidden_layers", "dead_or_diverged", "ogr_lower_quartile", "ogr_median", "ogr_upper_quartile",
                        "b90_02_median",
                    ],
                    [.. cells.Select(cell => new[]
                    {
                        cell.Width, cell.Depth, cell.Dead, Statistics.Quantile(cell.Ratios, 0.25), Statistics.Median(cell.Ratios),
                        Statistics.Quantile(cell.Ratios, 0.75), Statistics.Median(cell.BurnIns),
                    })]),
            ],
            [.. s_widths.SelectMany(width => Verdicts(width, [.. cells.Where(cell => cell.Width == width)], full))],
            Draw(cells, profiles, seeds));
    }

    private static IEnumerable<KeyValuePair<string, double>> Numbers(Cell cell)
    {
        string of = FormattableString.Invariant($"with {cell.Depth} hidden × {cell.Width}");
        yield return new($"dead or diverged {of}", cell.Dead);
        yield return new($"median OGR {of}", Statistics.Median(cell.Ratios));
        yield return new($"median B90(.02) {of}", Statistics.Median(cell.BurnIns));
    }

    private static IEnumerable<Verdict> Verdicts(int width, Cell[] cells, bool full)
    {
        yield return Falls(VerdictKind.Acceptance, "median OGR", cell => cell.Ratios);
        yield return Falls(width >= 50 ? VerdictKind.Claim : VerdictKind.Acceptance, "median B90(.02)", cell => cell.BurnIns);

        // A rank correlation of few seeds' medians has no binomial test: the ends of the range are compared instead.
        Verdict Falls(VerdictKind kind, string what, Func<Cell, double[]> values)
        {
            double[] medians = [.. cells.Select(cell => Statistics.Median(values(cell)))];
            double correlation = Statistics.Spearman([.. cells.Select(cell => (double)cell.Depth)], medians);
            string seen = FormattableString.Invariant(
                $"{correlation:f3}; {medians[0]:g3} with {cells[0].Depth}, {medians[^1]:g3} with {cells[^1].Depth}");
            if (full || kind == VerdictKind.Claim)
                return new(kind, $"layers of {width}: the {what} falls with depth (Spearman's ρ ≤ -.9)", correlation <= -0.9, seen);
            var ends = Verdict.QuantileAtMost(
                $"layers of {width}: the {what} of {cells[^1].Depth} hidden layers is below that of {cells[0].Depth}",
                values(cells[^1]), 0.5, medians[0], full, seen);
            return cells[^1].Rows.Count > 0 ? ends : ends with { Holds = true, IsUndecided = true };
        }
    }

    private static Plot Profile(TwoPointNets nets, int depth)
    {
        var plot = new Plot
        {
            Title = $"output of {Math.Min(Profiles, nets.Alive.Count)} networks, {depth} hidden × {nets.Hidden}", X = new() { Label = "x" },
            Y = new() { Label = "f(x)", Minimum = 0, Maximum = 1 },
        };
        plot.Line([0, 1], [0, 1], "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
        float[] grid = SyntheticNets.UnitGrid(401);
        double[] x = [.. grid.Select(value => (double)value)], points = [.. TwoPointNets.Points.Select(value => (double)value)];
        foreach (int seed in nets.Alive.Take(Profiles))
        {
            plot.Line(x, [.. nets[seed].Evaluate(grid).Select(value => (double)value)], seed == nets.Alive[0] ? "networks" : null,
                new() { Colour = Palette.OkabeIto[0], Width = 1.4, Dash = [], Opacity = 0.5 });
        }

        return plot.Points(points, points, "data", new() { Colour = Palette.OkabeIto[1], Marker = Marker.Circle, Halo = true, Size = 9 });
    }

    private static Picture Draw(List<Cell> cells, List<Plot> profiles, int seeds)
    {
        Plot ratio = Of("over-generalization ratio: median, quartiles", "OGR", new()),
        burnIn = Of("burn-in: median B90(.02)", "applications", new() { Logarithmic = true }),
            dead = Of("dead (constant) or diverged", FormattableString.Invariant($"networks of {seeds}"), new() { Minimum = 0 });
        for (int i = 0; i < s_widths.Length; i++)
        {
            Cell[] ofWidth = [.. cells.Where(cell => cell.Width == s_widths[i])];
            double[] depths = [.. ofWidth.Select(cell => (double)cell.Depth)];
            string name = $"layers of {s_widths[i]}";
            var style = new LineStyle { Colour = Palette.OkabeIto[i], Width = 2.2 };
            var points = new PointStyle { Colour = Palette.OkabeIto[i], Marker = (Marker)i, Size = 8 };
            ratio.Band(depths, [.. ofWidth.Select(cell => Statistics.Quantile(cell.Ratios, 0.25))],
                [.. ofWidth.Select(cell => Statistics.Quantile(cell.Ratios, 0.75))], null, Palette.OkabeIto[i], 0.18);
            Line(ratio, [.. ofWidth.Select(cell => Statistics.Median(cell.Ratios))]);
            Line(burnIn, [.. ofWidth.Select(cell => Statistics.Median(cell.BurnIns))]);
            Line(dead, [.. ofWidth.Select(cell => (double)cell.Dead)]);

            void Line(Plot plot, double[] values) => plot.Line(depths, values, name, style).Points(depths, values, null, points);
        }

        return Panels.Draw([ratio, burnIn, dead, .. profiles], 3, 1680, 980, "Depth: two points, sigmoid output, 5000 steps");

        static Plot Of(string title, string label, Axis y) =>
            new() { Title = title, X = new() { Label = "hidden layers" }, Y = y with { Label = label } };
    }
}
