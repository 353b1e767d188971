using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// Depth beats width: two points, over-generalization ratio over width
/// and depth; ten layers of 5 (286 parameters) against two of 50 (2701).
/// </summary>
public sealed class WidthLaw : Experiment
{
    private const int FullSeeds = 50, Narrow = 5, Deep = 10, Wide = 50, Shallow = 2;
    private static readonly int[] s_widths = [5, 10, 20, 50], s_depths = [1, 2, 4, 6, 8, 10];

    /// <inheritdoc/>
    public override string Name => "width";

    /// <inheritdoc/>
    public override string Title => "Depth beats width: 286 parameters in ten layers over-generalise more than 2701 in two";

    private sealed record Cell(int Width, int Depth, long Parameters, int Dead, List<double[]> Rows)
    {
        public double[] Ratios => [.. Rows.Select(row => row[5])];

        public double Median => Statistics.Median(Ratios);
    }

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        var cells = new List<Cell>();
        foreach (int width in s_widths)
        {
            foreach (int depth in s_depths)
            {
                using var nets = new TwoPointNets(width, depth, seeds, options, cancellation);
                cells.Add(new(width, depth, nets.Parameters, nets.Dead, [.. nets.Alive.Select(seed =>
                    new[] { width, depth, nets.Parameters, seed, nets.Loss(seed), TwoPointNets.Ratio(nets[seed]) })]));
            }
        }

        Cell narrow = Of(Narrow, Deep), wide = Of(Wide, Shallow);
        double[] medians = [.. cells.Select(cell => cell.Median)];
        double byDepth = Statistics.Spearman([.. cells.Select(cell => (double)cell.Depth)], medians),
            byParameters = Statistics.Spearman([.. cells.Select(cell => (double)cell.Parameters)], medians),
            byWidth = Statistics.Spearman([.. cells.Select(cell => (double)cell.Width)], medians);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("parameters of 10 hidden × 5", narrow.Parameters),
                new("parameters of 2 hidden × 50", wide.Parameters),
                new("dead or diverged with 10 hidden × 5", narrow.Dead),
                new("dead or diverged with 2 hidden × 50", wide.Dead),
                new("median OGR with 10 hidden × 5", narrow.Median),
                new("median OGR with 2 hidden × 50", wide.Median),
                new("Spearman's ρ of depth and median OGR over all shapes", byDepth),
                new("Spearman's ρ of parameters and median OGR over all shapes", byParameters),
                new("Spearman's ρ of width and median OGR over all shapes", byWidth),
            ],
            [
                new("seeds", ["width", "hidden_layers", "parameters", "seed", "loss", "ogr"], [.. cells.SelectMany(cell => cell.Rows)]),
                new("medians", ["width", "hidden_layers", "parameters", "dead_or_diverged", "ogr_median"],
                    [.. cells.Select(cell => new[] { cell.Width, cell.Depth, cell.Parameters, cell.Dead, cell.Median })]),
            ],
            [
                Verdict.QuantileAtMost("the median OGR of 10 hidden × 5 is below that of 2 hidden × 50", narrow.Ratios, 0.5,
                    Math.BitDecrement(wide.Median),
                    seeds >= FullSeeds),
                new(VerdictKind.Claim, "over all shapes OGR follows depth more closely than the number of parameters",
                    Math.Abs(byDepth) > Math.Abs(byParameters),
                    FormattableString.Invariant($"Spearman's ρ {byDepth:f3} against {byParameters:f3}")),
            ],
            Draw(cells));

        Cell Of(int width, int depth) => cells.Single(cell => cell.Width == width && cell.Depth == depth);
    }

    private static Picture Draw(List<Cell> cells)
    {
        var values = new double[s_widths.Length, s_depths.Length];
        foreach (var cell in cells) values[Array.IndexOf(s_widths, cell.Width), Array.IndexOf(s_depths, cell.Depth)] = cell.Median;
        var map = new HeatMap(values)
        {
            Title = "median OGR, and the number of parameters",
            X = new() { Label = "hidden layers", Categories = [.. s_depths.Select(Text)] },
            Y = new() { Label = "width", Categories = [.. s_widths.Select(Text)] }, Scale = new() { Label = "OGR" }, Grid = false,
        };
        foreach (var cell in cells)
        {
            map.Text(Array.IndexOf(s_depths, cell.Depth), Array.IndexOf(s_widths, cell.Width) + 0.12,
                FormattableString.Invariant($"{cell.Median:f3}"), TextAlignment.Middle);
            map.Text(Array.IndexOf(s_depths, cell.Depth), Array.IndexOf(s_widths, cell.Width) - 0.16, Text((int)cell.Parameters),
                TextAlignment.Middle);
        }

        var scatter = new Plot
        {
            Title = "the same against the number of parameters", X = new() { Label = "parameters", Logarithmic = true },
            Y = new() { Label = "median OGR" },
        };
        foreach (int depth in s_depths)
        {
            Cell[] row = [.. cells.Where(cell => cell.Depth == depth).OrderBy(cell => cell.Parameters)];
            int i = Array.IndexOf(s_depths, depth);
            double[] x = [.. row.Select(cell => (double)cell.Parameters)], y = [.. row.Select(cell => cell.Median)];
            scatter.Line(x, y, depth == 1 ? "1 hidden layer" : $"{depth} hidden layers",
                new() { Colour = Palette.OkabeIto[i], Width = 1.4 })
                .Points(x, y, null, new() { Colour = Palette.OkabeIto[i], Marker = (Marker)i, Size = 9 });
        }

        return Panels.Draw([map, scatter], 2, 1600, 640, "Width and depth: two points, sigmoid output, 5000 steps");

        static string Text(int number) => FormattableString.Invariant($"{number}");
    }
}
