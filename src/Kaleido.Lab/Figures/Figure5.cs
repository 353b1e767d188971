using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>One point (.5, .5) in the plane; two hidden layers of 50, sigmoid output, 2000 steps: the square collapses at once.</summary>
public sealed class Figure5a : Experiment
{
    private const int FullSeeds = 30, Side = 101;
    private static readonly float[] s_points = [0.5f, 0.5f];

    /// <inheritdoc/>
    public override string Name => "5a";

    /// <inheritdoc/>
    public override string Title => "One point in the plane: the square collapses onto it in one application";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        using var nets = new SyntheticNets(new(2, 50, 2) { Output = Activation.Sigmoid }, s_points, 2000, seeds, options, cancellation);
        float[] grid = SyntheticNets.UnitSquare(Side);
        var rows = nets.Nets.Select((net, seed) => new[]
        {
            seed, nets.Ensemble.Results[seed].Loss, SyntheticNets.Nearest(net.Evaluate(grid), s_points, 2).Max(end => end.Distance),
        }).ToList();
        int collapsed = rows.Count(row => row[2] <= 0.05);
        return new(Name, Title, [new("seeds", seeds), new("largest distance after one application", rows.Max(row => row[2]))],
            [new("seeds", ["seed", "loss", "distance_after_1"], rows)],
            [Verdict.AtLeast("every point of a grid over the square is within .05 of the datum after one application",
                collapsed, seeds, 1, seeds >= FullSeeds)],
            SyntheticPictures.Plane($"Fig. 5a: {Title}", s_points, [new("2 hidden × 50", [nets.Nets[0]], 1)], 0.05));
    }
}

/// <summary>
/// The four corners {.2, .8}²; six and seven hidden layers of 50 (the paper's "L=7"), sigmoid output, 5000 steps: most of the square is
/// near a corner after 15 applications.
/// </summary>
public sealed class Figure5b : Experiment
{
    private const int FullSeeds = 50, Side = 51, Iterations = 15, MostIterations = 300;
    private const double Tolerance = 0.05;
    private static readonly float[] s_points = [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f];

    /// <inheritdoc/>
    public override string Name => "5b";

    /// <inheritdoc/>
    public override string Title => "Four points in the plane: most starts end near one of them";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        using SyntheticNets deep = Nets(6), deeper = Nets(7);
        List<double[]> six = Rows(deep), seven = Rows(deeper);
        SyntheticPictures.Row[] pictured =
        [
            new($"6 hidden × 50, seed {deep.Alive.First()}", [deep.Nets[deep.Alive.First()]], Iterations),
            new($"7 hidden × 50, seed {deeper.Alive.First()}", [deeper.Nets[deeper.Alive.First()]], Iterations),
        ];
        var frames = SyntheticAnimations.Plane(s_points,
            [($"6 × 50, seed {Moving(six)}", deep.Nets[Moving(six)]), ($"7 × 50, seed {Moving(seven)}", deeper.Nets[Moving(seven)])],
            Tolerance);
        double shallower = Statistics.Median(six.Select(row => row[2])), median = Statistics.Median(seven.Select(row => row[2]));
        int stable = seven.Count(row => row[3] == 4);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("dead or diverged with 6 hidden layers", seeds - six.Count),
                new("dead or diverged with 7 hidden layers", seeds - seven.Count),
                new("median share within .05 after 15 with 6 hidden layers", shallower),
                new("median share within .05 after 15 with 7 hidden layers", median),
            ],
            [
                new("hidden-6", ["seed", "loss", "share_within_0.05_after_15", "corners_that_stay"], six),
                new("hidden-7", ["seed", "loss", "share_within_0.05_after_15", "corners_that_stay"], seven),
            ],
            [
                Verdict.QuantileAtLeast(
                    "7 hidden layers: the median share of the square within .05 of a corner after 15 applications is at least .95",
                    [.. seven.Select(row => row[2])], 0.5, 0.95, full),
                Verdict.AtLeast("7 hidden layers: all four corners are stable", stable, seven.Count, 0.5, full),
            ],
            SyntheticPictures.Plane(
                FormattableString.Invariant($"Fig. 5b: {Title} (medians of the seeds: {100 * shallower:f0} %, {100 * median:f0} %)"),
                s_points, pictured, Tolerance))
        {
            Animation = frames,
            Timing = SyntheticAnimations.Timing(frames.Count, 120),
        };

        SyntheticNets Nets(int layers) =>
            new(new(2, 50, layers) { Output = Activation.Sigmoid }, s_points, 5000, seeds, options, cancellation);

        // What moves is shown on a network that has all four corners, where there is one.
        static int Moving(List<double[]> rows) => (int)(rows.Find(row => row[3] == 4) ?? rows[0])[0];

        static List<double[]> Rows(SyntheticNets nets) =>
            [.. nets.Alive.Select(seed => Measure(seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed]))];
    }

    // A corner is stable if starts close to it, on all sides, come back to it.
    private static double[] Measure(int seed, double loss, Mlp network)
    {
        var ends = SyntheticNets.Nearest(SyntheticNets.Iterate(network, SyntheticNets.UnitSquare(Side), Iterations), s_points, 2);
        const float Offset = 1e-3f;
        int stable = 0;
        for (int corner = 0; corner < 4; corner++)
        {
            var (x, y) = (s_points[2 * corner], s_points[2 * corner + 1]);
            float[] around = [.. Enumerable.Range(0, 8).SelectMany(i => new[]
            {
                x + Offset * (i is 0 or 1 or 7 ? 1 : i is 3 or 4 or 5 ? -1 : 0),
                y + Offset * (i is 1 or 2 or 3 ? 1 : i is 5 or 6 or 7 ? -1 : 0),
            })];
            var back = SyntheticNets.Nearest(SyntheticNets.Iterate(network, around, MostIterations), s_points, 2);
            if (back.All(end => end.Nearest == corner && end.Distance <= Tolerance)) stable++;
        }

        return [seed, loss, ends.Count(end => end.Distance <= Tolerance) / (double)ends.Length, stable];
    }
}
