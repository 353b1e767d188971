using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// "Deeper is harder to attack" splits in two: the plateaus about the data grow with depth, but the smallest basin margin, the distance
/// from a datum to the nearest point that ends elsewhere, does not.
/// </summary>
public sealed class MarginLaw : Experiment
{
    private const int FullSeeds = 50, Attacks = 500;
    private const double Tolerance = TwoPointNets.Tolerance;

    // A margin of a few units in the last place: the datum is a fixed point that repels to one side.
    private const double Repelling = 1e-5;
    private const uint AttackStream = 0x5000_0022;
    private static readonly int[] s_widths = [10, 50], s_depths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], s_quickDepths = [1, 3, 6, 10];

    /// <inheritdoc/>
    public override string Name => "margins";

    /// <inheritdoc/>
    public override string Title => "Deeper networks have wider plateaus at the data, but not wider basins";

    // Columns of the table.
    private const int Plateau = 4, LowMargin = 5, HighMargin = 6, Margin = 7, Escapes = 8;

    private sealed record Cell(int Width, int Depth, int Dead, List<double[]> Rows)
    {
        public double Quantile(int column, double share) => Statistics.Quantile(Rows.Select(row => row[column]), share);
    }

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        var cells = new List<Cell>();
        foreach (int width in s_widths)
        {
            foreach (int depth in options.Quick ? s_quickDepths : s_depths)
            {
                using var nets = new TwoPointNets(width, depth, seeds, options, cancellation);
                cells.Add(new(width, depth, nets.Dead, [.. nets.Alive.Select(seed => Measure(nets, seed))]));
            }
        }

        List<double[]> rows = [.. cells.SelectMany(cell => cell.Rows)];
        double apart = (double)TwoPointNets.Points[1] - TwoPointNets.Points[0];
        int both = rows.Count(row => IsAttracting(row));
        int disjoint = rows.Count(row => IsAttracting(row) && row[LowMargin] + row[HighMargin] <= apart + 4 * LineMargins.Precision);
        return new(Name, Title,
            [
                new("seeds", seeds), new("networks where both data attract on both sides", both),
                new("of these with margins of at most .6 together, as disjoint basins have", disjoint),
                .. cells.Where(cell => cell.Depth is 1 or 6 or 10).SelectMany(Numbers),
            ],
            [
                new("seeds", ["width", "hidden_layers", "seed", "loss", "plateau", "margin_of_0.2", "margin_of_0.8", "smallest_margin",
                    "escapes"], rows),
                new("medians", ["width", "hidden_layers", "dead_or_diverged", "plateau_median", "margin_median", "margin_10_percent",
                    "margin_least", "a_datum_repels"],
                    [.. cells.Select(cell => new[]
                    {
                        cell.Width, cell.Depth, cell.Dead, cell.Quantile(Plateau, 0.5), cell.Quantile(Margin, 0.5),
                        cell.Quantile(Margin, 0.1),
                        cell.Quantile(Margin, 0), cell.Rows.Count(row => !IsAttracting(row)),
                    })]),
            ],
            [
                new(VerdictKind.Acceptance,
                    FormattableString.Invariant($"none of {Attacks} starts within the margin of each datum ends elsewhere"),
                    rows.All(row => row[Escapes] == 0),
                    FormattableString.Invariant($"{rows.Sum(row => row[Escapes])} of {2 * Attacks * rows.Count} starts, ")
                        + FormattableString.Invariant($"in {rows.Count(row => row[Escapes] > 0)} of {rows.Count} networks")),
                .. s_widths.SelectMany(width => Claims(width, [.. cells.Where(cell => cell.Width == width)])),
            ],
            Draw(cells));
    }

    private static double[] Measure(TwoPointNets nets, int seed)
    {
        var basins = new LineMargins(xs => nets[seed].Evaluate(xs), 0, 1);
        float[] data = TwoPointNets.Points;
        double[] margins = [.. data.Select(datum => basins.Margin(datum, Tolerance))];
        double escapes = 0;
        for (int i = 0; i < data.Length; i++)
        {
            // Within the margin by more than the precision to which it is known, and in [0, 1].
            double reach = Math.Min(margins[i], 1) - 2 * LineMargins.Precision;
            if (reach <= 0) continue;
            float[] starts = [.. MetricRandom.UniformFloats((uint)seed, AttackStream, (ulong)i, Attacks).Select(u =>
                (float)Math.Clamp(data[i] + reach * (2 * u - 1), 0, 1))];
            float end = basins.Ends([data[i]])[0];
            escapes += basins.Ends(starts).Count(x => Math.Abs((double)x - end) > Tolerance);
        }

        return
        [
            nets.Hidden, nets.Layers, seed, nets.Loss(seed), data.Sum(datum => basins.Plateau(datum, Tolerance)), .. margins, margins.Min(),
            escapes,
        ];
    }

    private static bool IsAttracting(double[] row) => row[Margin] > Repelling;

    private static IEnumerable<KeyValuePair<string, double>> Numbers(Cell cell)
    {
        string of = FormattableString.Invariant($"with {cell.Depth} hidden × {cell.Width}");
        yield return new($"dead or diverged {of}", cell.Dead);
        yield return new($"median width of the plateaus {of}", cell.Quantile(Plateau, 0.5));
        yield return new($"median of the smallest margin {of}", cell.Quantile(Margin, 0.5));
        yield return new($"10 % quantile of the smallest margin {of}", cell.Quantile(Margin, 0.1));
        yield return new($"networks with a datum that repels to a side {of}", cell.Rows.Count(row => !IsAttracting(row)));
    }

    private static IEnumerable<Verdict> Claims(int width, Cell[] cells)
    {
        double[] depths = [.. cells.Select(cell => (double)cell.Depth)];
        yield return Claim($"layers of {width}: the plateaus at the data grow with depth (Spearman's ρ ≥ .9 on medians)", Plateau, 0.5);
        yield return Claim($"layers of {width}: the smallest basin margin grows with depth (the same)", Margin, 0.5);
        double first = cells[0].Quantile(Margin, 0.1), last = cells[^1].Quantile(Margin, 0.1);
        yield return new(VerdictKind.Claim,
            $"layers of {width}: the smallest basin margin can shrink (10 % quantile of the deepest below that of the shallowest)",
            last < first, FormattableString.Invariant($"{first:g3} with {depths[0]}, {last:g3} with {depths[^1]}"));

        Verdict Claim(string statement, int column, double share)
        {
            double[] values = [.. cells.Select(cell => cell.Quantile(column, share))];
            double correlation = Statistics.Spearman(depths, values);
            return new(VerdictKind.Claim, statement, correlation >= 0.9,
                FormattableString.Invariant($"{correlation:f3}; {values[0]:g3} with {depths[0]}, {values[^1]:g3} with {depths[^1]}"));
        }
    }

    private static Picture Draw(List<Cell> cells)
    {
        var plots = new List<Plot>();
        Plot plateau = Of("width of both plateaus: median, quartiles", "length of |f(x) - datum| ≤ .02");
        Plot margin = Of("smallest basin margin: median, quartiles, 10 % quantile",
            "distance to the nearest start that ends elsewhere");
        for (int i = 0; i < s_widths.Length; i++)
        {
            Cell[] ofWidth = [.. cells.Where(cell => cell.Width == s_widths[i])];
            double[] depths = [.. ofWidth.Select(cell => (double)cell.Depth)];
            foreach (var (plot, column) in ((Plot, int)[])[(plateau, Plateau), (margin, Margin)])
            {
                double[] median = [.. ofWidth.Select(cell => cell.Quantile(column, 0.5))];
                plot.Band(depths, [.. ofWidth.Select(cell => cell.Quantile(column, 0.25))],
                    [.. ofWidth.Select(cell => cell.Quantile(column, 0.75))], null, Palette.OkabeIto[i], 0.18)
                    .Line(depths, median, $"layers of {s_widths[i]}",
                        new() { Colour = Palette.OkabeIto[i], Width = 2.2, Dash = LineStyle.DashOf(i) })
                    .Points(depths, median, null, new() { Colour = Palette.OkabeIto[i], Marker = (Marker)i, Size = 8 });
            }

            margin.Points(depths, [.. ofWidth.Select(cell => cell.Quantile(Margin, 0.1))],
                $"layers of {s_widths[i]}, 10 % quantile",
                new() { Colour = Palette.OkabeIto[i], Marker = Marker.Circle, Filled = false, Size = 7 });
        }

        margin.HorizontalRule(0.3, "half the distance of the data");
        return Panels.Draw([plateau, margin], 2, 1600, 620, "Plateaus and basins against depth: two points, sigmoid output, 5000 steps");

        static Plot Of(string title, string label) =>
            new() { Title = title, X = new() { Label = "hidden layers" }, Y = new() { Label = label, Minimum = 0 } };
    }
}
