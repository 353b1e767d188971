using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>
/// One point, 0.5; two hidden layers of 5, sigmoid output, 2000 steps: the loss is lowest at the point, the output is near it everywhere,
/// and noise collapses onto it within three applications.
/// </summary>
public sealed class Figure2 : Experiment
{
    private const int FullSeeds = 50, GridPoints = 1001;
    private const float Point = 0.5f;

    /// <inheritdoc/>
    public override string Name => "2";

    /// <inheritdoc/>
    public override string Title => "One point over-generalises: every start collapses onto it";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        using var nets = new SyntheticNets(new(1, 5, 2) { Output = Activation.Sigmoid }, [Point], 2000, seeds, options, cancellation);
        float[] grid = SyntheticNets.UnitGrid(GridPoints);
        var rows = new List<double[]>();
        for (int seed = 0; seed < seeds; seed++)
        {
            float[] once = nets.Nets[seed].Evaluate(grid), thrice = SyntheticNets.Iterate(nets.Nets[seed], once, 2);
            int lowest = Enumerable.Range(0, GridPoints).MinBy(i => Math.Abs(once[i] - grid[i]));
            rows.Add([seed, nets.Ensemble.Results[seed].Loss, once.Max() - (double)once.Min(),
                thrice.Max(y => Math.Abs((double)y - Point)), grid[lowest]]);
        }

        int converged = rows.Count(row => row[1] <= 1e-8), flat = rows.Count(row => row[2] <= 0.06),
            collapsed = rows.Count(row => row[3] <= 0.005);
        int atPoint = rows.Count(row => Math.Abs(row[4] - Point) <= 0.01);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("median loss", Statistics.Median(rows.Select(row => row[1]))),
                new("median output range", Statistics.Median(rows.Select(row => row[2]))),
                new("largest distance after three applications", rows.Max(row => row[3])),
            ],
            [new("seeds", ["seed", "loss", "output_range", "distance_after_3", "lowest_loss_at"], rows)],
            [
                Verdict.AtLeast("the loss ends at most at 1e-8", converged, seeds, 1, full),
                Verdict.AtLeast("the output over [0, 1] has a range of at most .06", flat, seeds, 0.9, full),
                Verdict.AtLeast("every grid point is within .005 of the datum after three applications", collapsed, seeds, 1, full),
                new(VerdictKind.Claim, "the loss is lowest at the datum", atPoint == seeds,
                    FormattableString.Invariant($"{atPoint} of {seeds} seeds")),
            ],
            SyntheticPictures.Line($"Fig. 2: {Title}", 0, 1, [Point], [new("2 hidden × 5", [.. nets.Nets.Take(12)], 6)]));
    }
}
