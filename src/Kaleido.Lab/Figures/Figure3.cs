using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>
/// Two points, .2 and .8; hidden layers of 5, sigmoid output, 5000 steps; two hidden layers (top) against six and seven (bottom, the
/// paper's "L=7"): flats near the data, wider and faster reached with depth.
/// </summary>
public sealed class Figure3 : Experiment
{
    private const int FullSeeds = 50, GridPoints = 1001, Iterations = 30, MostIterations = 500;
    private static readonly float[] s_points = [0.2f, 0.8f];

    /// <inheritdoc/>
    public override string Name => "3";

    /// <inheritdoc/>
    public override string Title => "Two points: flats near the data, wider and reached faster by deeper networks";

    private sealed record Depth(int Layers, int Dead, List<double[]> Rows)
    {
        public double[] Ratios => [.. Rows.Select(row => row[3])];

        public double[] BurnIns => [.. Rows.Select(row => row[4])];

        public double MedianBurnIn => Statistics.Median(BurnIns);

        public double MedianRatio => Statistics.Median(Ratios);
    }

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        var pictured = new List<SyntheticPictures.Row>();
        var moving = new List<(string, Mlp)>();
        using SyntheticNets two = Nets(2), deep = Nets(6), deeper = Nets(7);
        Depth shallow = Measured(two, 2), six = Measured(deep, 6), seven = Measured(deeper, 7);
        var fitted = shallow.Rows.Where(row => row[1] < 1e-4).ToList();
        int slopes = fitted.Count(row => IsExpected(Math.Max(row[5], row[6])) && IsExpected(Math.Max(row[7], row[8]))),
            settled = fitted.Count(row => row[2] >= 0.95);
        return new(Name, Title,
            [
                new("seeds", seeds),
                .. new[] { shallow, six, seven }.SelectMany(depth => new KeyValuePair<string, double>[]
                {
                    new($"dead or diverged with {depth.Layers} hidden layers", depth.Dead),
                    new($"median OGR with {depth.Layers} hidden layers", depth.MedianRatio),
                    new($"median B90(.02) with {depth.Layers} hidden layers", depth.MedianBurnIn),
                }),
            ],
            [.. new[] { shallow, six, seven }.Select(depth => new FigureTable(FormattableString.Invariant($"hidden-{depth.Layers}"),
                ["seed", "loss", "share_within_0.02_after_30", "ogr", "b90_0.02",
                    "slope_left_of_0.2", "slope_right_of_0.2", "slope_left_of_0.8", "slope_right_of_0.8"],
                depth.Rows))],
            [
                Verdict.AtLeast(
                    "of the seeds with loss < 1e-4 (2 hidden layers): the slope at both data, the larger of its two sides, is .74 ± .02",
                    slopes, fitted.Count, 0.5, full),
                Verdict.AtLeast(
                    "of the same: at least 95 % of a uniform grid is within .02 of the data after 30 applications",
                    settled, fitted.Count, 0.75, full),
                Verdict.QuantileAtMost("the median B90(.02) of 6 hidden layers is at most .7 of that of 2",
                    six.BurnIns, 0.5, 0.7 * shallow.MedianBurnIn, full),
                Verdict.QuantileAtMost("the median OGR of 6 hidden layers is at most .65", six.Ratios, 0.5, 0.65, full),
                Verdict.QuantileAtLeast("the median OGR of 2 hidden layers is at least .70", shallow.Ratios, 0.5, 0.70, full),
                new(VerdictKind.Claim, "burn-in takes about 5 applications with 2 hidden layers", shallow.MedianBurnIn <= 7,
                    FormattableString.Invariant($"median B90(.02) {shallow.MedianBurnIn:g3}")),
            ],
            SyntheticPictures.Line($"Fig. 3: {Title}", 0, 1, s_points, pictured))
        {
            Animation = SyntheticAnimations.Line("Fig. 3", 0, 1, s_points, moving, Iterations),
            Timing = SyntheticAnimations.Timing(Iterations + 1, 200),
        };

        SyntheticNets Nets(int layers) =>
            new(new(1, 5, layers) { Output = Activation.Sigmoid }, s_points, 5000, seeds, options, cancellation);

        Depth Measured(SyntheticNets nets, int layers)
        {
            int[] alive = [.. nets.Alive];
            moving.Add(($"{layers} hidden × 5", nets.Nets[alive[0]]));
            pictured.Add(new($"{layers} hidden × 5", [.. alive.Take(12).Select(seed => nets.Nets[seed])], Iterations));
            return new(layers, seeds - alive.Length,
                [.. alive.Select(seed => Measure(seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed]))]);
        }
    }

    // a(1-a)b of the sigmoid through both points, b = 2 logit(1-a)/(1-2a): .7394.
    private static bool IsExpected(double slope) => Math.Abs(slope - 0.74) <= 0.02;

    private static double[] Measure(int seed, double loss, Mlp network)
    {
        float[] grid = SyntheticNets.UnitGrid(GridPoints), state = grid;
        double ratio = 0;
        var near = new BurnInMeasure(s_points, 1, 0.02, firstIteration: 1);
        for (int i = 1; i <= MostIterations && (i <= Iterations || near.BurnIn is null); i++)
        {
            state = network.Evaluate(state);
            near.Observe(state);
            if (i == 1) ratio = state.Average(Distance) / grid.Average(Distance);
        }

        // Data mostly sit on a kink, steeper between the data than outside: one-sided slopes.
        const float Step = 1f / 512;
        double[] slopes = [.. s_points.SelectMany(x =>
        {
            float[] y = network.Evaluate([x - Step, x, x + Step]);
            return new[] { (y[1] - (double)y[0]) / Step, (y[2] - (double)y[1]) / Step };
        })];
        return [seed, loss, near.Shares[Iterations - 1], ratio, near.BurnIn ?? double.PositiveInfinity, .. slopes];

        static double Distance(float x) => s_points.Min(datum => Math.Abs((double)x - datum));
    }
}
