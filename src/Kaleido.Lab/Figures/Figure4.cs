using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>
/// Four points, ±.2 and ±.8; ten hidden layers of 10, tanh output, 5000 steps: flats at the data. Nearly all orbits end at some training
/// point, but seldom has each of the four a basin: coverage is reported, not assumed.
/// </summary>
public sealed class Figure4 : Experiment
{
    private const int FullSeeds = 50, GridPoints = 1000, Iterations = 300;
    private const double Tolerance = 0.02;
    private static readonly float[] s_points = [-0.8f, -0.2f, 0.2f, 0.8f];

    /// <inheritdoc/>
    public override string Name => "4";

    /// <inheritdoc/>
    public override string Title => "Four points: orbits end at training points, not at all of them";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        using var nets = new SyntheticNets(new(1, 10, 10) { Output = Activation.Tanh }, s_points, 5000, seeds, options, cancellation);
        float[] grid = SyntheticNets.Midpoints(GridPoints, -1, 1);
        var rows = new List<double[]>();
        foreach (int seed in nets.Alive)
        {
            var ends = SyntheticNets.Nearest(SyntheticNets.Iterate(nets.Nets[seed], grid, Iterations), s_points, 1);
            double[] basins = [.. s_points
                .Select((_, i) => ends.Count(end => end.Nearest == i && end.Distance <= Tolerance) / (double)GridPoints)];
            rows.Add([seed, nets.Ensemble.Results[seed].Loss, basins.Sum(), basins.Count(basin => basin > 0), .. basins]);
        }

        bool full = seeds >= FullSeeds;
        double[] shares = [.. rows.Select(row => row[2])];
        double median = Statistics.Median(shares), low = Statistics.Quantile(shares, 0.1);
        int inner = rows.Count(row => row[5] == 0 || row[6] == 0), all = rows.Count(row => row[3] == 4);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("dead or diverged", seeds - rows.Count),
                new("median share of orbits that end at a datum", median),
                new("10 % quantile of the share of orbits that end at a datum", low),
                new("median coverage", Statistics.Median(rows.Select(row => row[3])) / s_points.Length),
                new("share of seeds in which one of ±.2 has no basin", inner / (double)rows.Count),
            ],
            [new("seeds",
                ["seed", "loss", "share_at_data", "data_with_basin", "basin_-0.8", "basin_-0.2", "basin_0.2", "basin_0.8"], rows)],
            [
                Verdict.QuantileAtLeast("median over the seeds: all orbits of a uniform grid end within .02 of a training point",
                    shares, 0.5, 1, full),
                Verdict.QuantileAtLeast("10 % quantile: at least 80 % of them do", shares, 0.1, 0.8, full),
                new(VerdictKind.Claim, "every training point attracts", 2 * all > rows.Count,
                    FormattableString.Invariant($"all four have a basin in {all} of {rows.Count} seeds")),
            ],
            // The end beside .2 counts as at it.
            SyntheticPictures.Line($"Fig. 4: {Title}", -1, 1, s_points,
                [new("10 hidden × 10", [.. nets.Alive.Take(12).Select(seed => nets.Nets[seed])], 30, "ends within .02 of data")]))
        {
            Animation = SyntheticAnimations.Line("Fig. 4", -1, 1, s_points,
                [.. nets.Alive.Take(3).Select(seed => ($"seed {seed}", nets.Nets[seed]))], 30),
            Timing = SyntheticAnimations.Timing(31, 200),
        };
    }
}
