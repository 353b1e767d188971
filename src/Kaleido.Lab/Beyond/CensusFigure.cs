using Kaleido.Lab.Figures;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// All fixed points of small trained networks, each proved: the published notebook's nets and those of Fig. 4 on a line, those of Fig. 5b
/// in the plane. Checked by the index sum, by brute force on a grid, and on a line by an independent count of signs.
/// </summary>
public sealed class CensusFigure : Experiment
{
    private const int LineSeeds = 50, PlaneSeeds = 20, GridSide = 2000, QuickGridSide = 500, LineGrid = 20_001;
    private const double Match = 1e-6, NearBorder = 1e-3;

    /// <inheritdoc/>
    public override string Name => "census";

    /// <inheritdoc/>
    public override string Title => "Every fixed point, proved: what attracts, what repels, and where";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        float[] pair = [0.2f, 0.8f], four = [-0.8f, -0.2f, 0.2f, 0.8f];
        float[] corners = [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f];
        using SyntheticNets notebook = Nets(new(1, 10, 6) { Output = Activation.Sigmoid }, pair, 2000, LineSeeds);
        using SyntheticNets tanh = Nets(new(1, 10, 10) { Output = Activation.Tanh }, four, 5000, LineSeeds);
        using SyntheticNets plane = Nets(new(2, 50, 7) { Output = Activation.Sigmoid }, corners, 5000, PlaneSeeds);
        CensusRow[][] sets =
            [Rows(notebook, pair, LineGrid), Rows(tanh, four, LineGrid), Rows(plane, corners, options.Quick ? QuickGridSide : GridSide)];
        string[] names = ["notebook, 1-D", "Fig. 4, 1-D", "Fig. 5b, 2-D"];
        CensusRow[] all = [.. sets.SelectMany(set => set)], lines = [.. sets[0], .. sets[1]];
        options.Report?.Invoke(FormattableString.Invariant(
            $"slowest census: {sets[2].Max(row => row.Seconds):f2} s in the plane, {lines.Max(row => row.Seconds):f2} s on a line"));
        return new(Name, Title, [.. sets.SelectMany((set, i) => Numbers(names[i], set))],
            [
                .. sets.Select((set, i) => new FigureTable(s_files[i], s_columns, [.. set.Select(row => row.Numbers)])),
                .. sets.Select((set, i) =>
                    new FigureTable(s_files[i] + "-points", s_pointColumns, [.. set.SelectMany(row => row.PointRows())])),
            ],
            Verdicts(sets, all, lines), CensusPictures.Draw(Title, plane, notebook, tanh, sets, names))
        {
            Animation = CensusPictures.Flow(plane, sets[2][0]),
            Timing = new() { Delay = 120 },
        };

        SyntheticNets Nets(MlpOptions shape, float[] points, long steps, int full) =>
            new(shape, points, steps, options.SeedsOf(full), options, cancellation);

        // Each network by itself; nothing depends on who takes it.
        CensusRow[] Rows(SyntheticNets nets, float[] points, int side)
        {
            int[] alive = [.. nets.Alive];
            var rows = new CensusRow[alive.Length];
            Parallel.For(0, alive.Length, SideBySide.Of(options, cancellation),
                i => rows[i] = CensusRow.Of(alive[i], nets.Nets[alive[i]], points, side, Match, NearBorder, cancellation));
            return rows;
        }
    }

    private static readonly string[] s_files = ["notebook", "fig4", "fig5b"];

    private static readonly string[] s_columns =
    [
        "seed", "pieces", "searched", "fixed_points", "sinks", "saddles", "repellers", "spurious_sinks", "data_that_attract",
        "share_at_data", "share_at_spurious", "share_in_cycles",
        "undecided", "index_sum", "brute_force", "missing_in_census", "missing_in_brute_force",
        "on_kinks", "ghost_data", "median_certified_radius",
    ];

    private static readonly string[] s_pointColumns =
    [
        "seed", "x", "y", "class", "index", "spectral_radius_low", "spectral_radius_high", "nearest_datum", "distance", "basin_share",
        "basin_low", "basin_high", "certified_radius", "kinks", "enclosure_width",
    ];

    private static List<KeyValuePair<string, double>> Numbers(string name, CensusRow[] set)
    {
        double Median(Func<CensusRow, double> of) => Statistics.Median(set.Select(of));
        return
        [
            new($"{name}: networks", set.Length),
            new($"{name}: median number of linear pieces", Median(row => row.Census.Pieces.Count)),
            new($"{name}: median number of fixed points", Median(row => row.Census.Points.Count)),
            new($"{name}: most fixed points", set.Max(row => row.Census.Points.Count)),
            new($"{name}: share of training points that attract", set.Sum(row => row.AttractingData) / (double)set.Sum(row => row.Data)),
            new($"{name}: share of networks with a spurious sink", set.Count(row => row.Spurious > 0) / (double)set.Length),
            new($"{name}: mean share of starts that end at a spurious sink", set.Average(row => row.ShareAtSpurious)),
            new($"{name}: fixed points on a kink", set.Sum(row => row.Census.Points.Count(point => point.Kinks > 0))),
            new($"{name}: training points fitted within 1e-4 without a fixed point near", set.Sum(row => row.Ghosts)),
            new($"{name}: networks with a cycle that orbits came to", set.Count(row => row.Census.Cycles.Count > 0)),
        ];
    }

    private static List<Verdict> Verdicts(CensusRow[][] sets, CensusRow[] all, CensusRow[] lines)
    {
        CensusRow[] plane = sets[2];
        return
        [
            All("every census is complete: pieces cover the domain, nothing is undecided", all, row => row.Census.IsComplete),
            All("the indices of every census add up to +1", all, row => row.Census.IndexSum == 1),
            All("every class is proved", all, row => row.Census.Points.All(point => point.IsClassProved)),
            All("every fixed point that brute force finds is within 1e-6 of one in the census", all, row => row.MissingInCensus == 0),
            All("every fixed point in the census is within 1e-6 of one that brute force finds", all, row => row.MissingInGrid == 0),
            All("in the plane V - E + F = 1 and the areas of the pieces add up to the domain", plane, row => row.Fills),
            All("on a line the signs on monotone parts count as many fixed points", lines,
                row => row.Census.SignCount == row.Census.Points.Count),
            All("on a line stable and unstable fixed points alternate: n stable ones mean 2n - 1 in all", lines, row => row.Alternates),
            All("on a line no orbit ends at another fixed point than the exact basins say, but for starts within .001 of a border", lines,
                row => row.Strays == 0),
            All("on a line every cycle of length two is proved or excluded", lines, row => row.Census.TwoCycles is not null),
            Claim("on a line every orbit converges to a fixed point (proved: no cycle of length two)", lines,
                row => row.Census.IsConvergent, 1),
            Claim("every training point fitted within .0001 has a fixed point within .01", all, row => row.Ghosts == 0, 1),
            Most("every training point attracts (Fig. 4)", sets[1], row => row.AttractingData == row.Data),
            Most("every training point attracts (Fig. 5b)", plane, row => row.AttractingData == row.Data),
            Most("only training points attract (Fig. 4)", sets[1], row => row.Spurious == 0),
            Most("only training points attract (Fig. 5b)", plane, row => row.Spurious == 0),
        ];

        static Verdict All(string statement, CensusRow[] rows, Func<CensusRow, bool> holds)
        {
            int count = rows.Count(holds);
            return new(VerdictKind.Acceptance, statement, count == rows.Length && rows.Length > 0, $"{count} of {rows.Length} networks");
        }

        static Verdict Most(string statement, CensusRow[] rows, Func<CensusRow, bool> holds) => Claim(statement, rows, holds, 0.5);

        static Verdict Claim(string statement, CensusRow[] rows, Func<CensusRow, bool> holds, double share)
        {
            int count = rows.Count(holds);
            return new(VerdictKind.Claim, statement, count >= share * rows.Length, $"so in {count} of {rows.Length} networks");
        }
    }
}
