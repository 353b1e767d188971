using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// What makes a network stop over-generalising and become the identity? 1 to 256 uniform points of the unit cube in 1, 2 and 8 dimensions,
/// four hidden layers of 32, fitted by five means: plain; skips inside (h + φ(Wh + b) - φ(0)); initialised as the identity; MixUp (convex
/// combinations of the data as further data); and f = x + g(x), clamped to the cube.
/// </summary>
/// <remarks>
/// A skip around the whole network does not go with a sigmoid: σ(x + g) is not x where g = 0. So f(x) = clamp(x + g(x), 0, 1) with a linear
/// output of g, and f → x is g → 0: fitted as g's targets 0, which is the same loss inside the cube. MixUp: H. Zhang, M. Cisse, Y. Dauphin,
/// D. Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018, with λ uniform (their α = 1).
/// </remarks>
public sealed class LearnsIdentity : Experiment
{
    private const int FullSeeds = 16, FullSteps = 5000, QuickSteps = 500, MixturePoints = 256, CubePoints = 2048;
    private static readonly int[] s_full = [1, 4, 16, 64, 256], s_quick = [1, 4, 16, 64];
    private static readonly int[] s_dimensions = [1, 2, 8];

    // Columns of the table.
    internal const int Means = 0, Dimension = 1, Points = 2, Seed = 3, TrainingError = 4, Error = 5, Ratio = 6;

    internal static readonly string[] Names = ["plain", "skips inside", "identity initialisation", "MixUp", "x + g, clamped"];

    private const int Plain = 0, Skips = 1, Initialised = 2, MixUp = 3, Residual = 4;

    /// <inheritdoc/>
    public override string Name => "identity";

    /// <inheritdoc/>
    public override string Title => "What makes a network stop over-generalising and learn the identity?";

    private sealed record Case(int Means, int Dimension, int Count);

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds && !options.Quick;
        int[] counts = options.Quick ? s_quick : s_full;
        Case[] cases = [.. from means in Enumerable.Range(0, Names.Length) from dimension in s_dimensions from count in counts
            select new Case(means, dimension, count)];

        // The largest first, so that no thread is left with one at the end.
        int[] order = [.. Enumerable.Range(0, cases.Length).OrderByDescending(i => cases[i].Count)];
        var found = new (List<double[]> Rows, List<double[]> Profiles)[cases.Length];
        int done = 0;
        Parallel.ForEach(order, SideBySide.Of(options, cancellation), i =>
        {
            found[i] = Measure(cases[i], seeds, options.Quick ? QuickSteps : FullSteps, cancellation);
            options.Report?.Invoke($"{Interlocked.Increment(ref done)} of {cases.Length} sets of networks");
        });

        List<double[]> rows = [.. found.SelectMany(it => it.Rows)];
        double[] Of(int means, int dimension, int count, int column) =>
            [.. rows.Where(row => row[Means] == means && row[Dimension] == dimension && row[Points] == count).Select(row => row[column])];
        double Middle(int means, int dimension, int count, int column) => Statistics.Median(Of(means, dimension, count, column));
        var profiles = cases.Select((it, i) => (it, found[i].Profiles)).Where(p => p.it.Dimension == 1 && p.it.Count == 4)
            .Select(p => p.Profiles).ToList();
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("dead or diverged", cases.Length * seeds - rows.Count),
                .. from dimension in s_dimensions
                   from means in Enumerable.Range(0, Names.Length)
                   from number in new (string Name, int Column, int Count)[]
                   {
                       ("identity error with 1 point", Error, 1), ("identity error with most points", Error, counts[^1]),
                       ("OGR with 1 point", Ratio, 1), ("OGR with most points", Ratio, counts[^1]),
                   }
                   select new KeyValuePair<string, double>($"D = {dimension}, {Names[means]}: {number.Name}",
                       Middle(means, dimension, number.Count, number.Column)),
            ],
            [new("seeds", ["means", "dimension", "points", "seed", "training_error", "identity_error", "ogr"], rows)],
            [.. s_dimensions.SelectMany(Verdicts)],
            IdentityPictures.Draw(s_dimensions, counts, Middle, profiles));

        IEnumerable<Verdict> Verdicts(int dimension)
        {
            string d = $"D = {dimension}: ";
            yield return Verdict.QuantileAtMost(
                d + "one point, plain: the median OGR is at most .2", Of(Plain, dimension, 1, Ratio), 0.5, 0.2, full);
            var (wins, of) = Wins(Residual, Plain, dimension, 1);
            yield return Verdict.AtLeast(d + "one point: x + g is nearer to the identity than plain", wins, of, 0.9, full);
            double falls = Statistics.Spearman([.. counts.Select(n => (double)n)],
                [.. counts.Select(n => Middle(Plain, dimension, n, Error))]);
            yield return new(VerdictKind.Acceptance, d + "the plain network's identity error falls with the points (Spearman's ρ ≤ -.9)",
                falls <= -0.9, FormattableString.Invariant($"{falls:f2}"));
            foreach (int means in new[] { Skips, Initialised, MixUp, Residual })
            {
                var pairs = counts.Where(n => means != MixUp || n > 1).Select(n => Wins(means, Plain, dimension, n)).ToArray();
                int better = pairs.Sum(p => p.Wins), all = pairs.Sum(p => p.Of);
                yield return new(VerdictKind.Claim, d + $"{Names[means]}: nearer to the identity than plain, whatever the number of points",
                    pairs.All(p => 2 * p.Wins > p.Of),
                    FormattableString.Invariant(
                        $"{better} of {all} pairs of networks; by points {string.Join(", ", pairs.Select(p => $"{p.Wins}/{p.Of}"))}"));
            }

            var medians = (from means in Enumerable.Range(0, Names.Length) from n in counts select (means, n)).ToArray();
            double opposite = Statistics.Spearman([.. medians.Select(m => Middle(m.means, dimension, m.n, Error))],
                [.. medians.Select(m => Middle(m.means, dimension, m.n, Ratio))]);
            yield return new(VerdictKind.Claim, d + "identity error and OGR are opposites (Spearman's ρ ≤ -.8 over means and points)",
                opposite <= -0.8, FormattableString.Invariant($"{opposite:f2}"));
        }

        // Seeds of both, the same data in each.
        (int Wins, int Of) Wins(int means, int other, int dimension, int count)
        {
            var pairs = from a in rows
                        where a[Means] == means && a[Dimension] == dimension && a[Points] == count
                        join b in rows.Where(b => b[Means] == other && b[Dimension] == dimension && b[Points] == count)
                            on a[Seed] equals b[Seed]
                        select a[Error] < b[Error];
            return (pairs.Count(wins => wins), pairs.Count());
        }
    }

    private static (List<double[]> Rows, List<double[]> Profiles) Measure(Case it, int seeds, int steps, CancellationToken cancellation)
    {
        var shape = new MlpOptions(it.Dimension, 32, 4)
        {
            Output = it.Means == Residual ? Activation.Identity : Activation.Sigmoid, Residual = it.Means == Skips,
            Initialization = it.Means == Initialised ? Initialization.Identity : Initialization.PyTorch,
        };
        float[][] data = [.. Enumerable.Range(0, seeds).Select(seed =>
            MetricRandom.UniformFloats((uint)seed, BeyondRandom.CubeData, (ulong)it.Dimension, it.Count * it.Dimension))];
        using var device = Device.Cpu(1);
        EnsembleMember[] members = [.. data.Select((points, seed) =>
        {
            float[] inputs = it.Means == MixUp ? [.. points, .. Mixtures(points, it.Dimension, (uint)seed)] : points;
            return new EnsembleMember(inputs, it.Means == Residual ? new float[inputs.Length] : inputs)
            {
                WeightSeed = (uint)seed, TrainingSeed = (uint)seed,
            };
        })];
        var ensemble = EnsembleTrainer.Fit(device, shape, members, LossFunction.SquaredError, new() { Steps = steps, LearningRate = 1e-3 },
            null, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var rows = new List<double[]>();
        var profiles = new List<double[]>();
        for (int seed = 0; seed < seeds; seed++)
        {
            if (ensemble.Results[seed].IsDead || ensemble.Results[seed].StopReason == StopReason.Diverged) continue;
            using var network = ensemble.Network(seed);
            float[] Map(float[] x) =>
                it.Means == Residual ? [.. network.Evaluate(x).Select((g, i) => Math.Clamp(x[i] + g, 0, 1))] : network.Evaluate(x);
            float[] cube = [.. Cube.Points(0, 1, it.Dimension, CubePoints, (uint)seed).Select(z => (float)z)], images = Map(cube);
            double before = Mean(SyntheticNets.Nearest(cube, data[seed], it.Dimension));
            double after = Mean(SyntheticNets.Nearest(images, data[seed], it.Dimension));
            rows.Add([it.Means, it.Dimension, it.Count, seed, MeanDistance(Map(data[seed]), data[seed], it.Dimension),
                MeanDistance(images, cube, it.Dimension), after / before]);
            if (it.Dimension == 1) profiles.Add([.. Map(SyntheticNets.UnitGrid(IdentityPictures.ProfilePoints)).Select(y => (double)y)]);
        }

        return (rows, profiles);

        static double Mean((double Distance, int Nearest)[] found) => found.Average(it => it.Distance);
    }

    // λx_i + (1 - λ)x_j for a pair of different points, λ uniform; of one point, the point.
    private static float[] Mixtures(float[] points, int dimension, uint seed)
    {
        int count = points.Length / dimension;
        var mixed = new float[MixturePoints * dimension];
        for (int m = 0; m < MixturePoints; m++)
        {
            float[] u = MetricRandom.UniformFloats(seed, BeyondRandom.Mixtures, (ulong)m, 3);
            int i = (int)(u[0] * count), j = (i + 1 + (int)(u[1] * (count - 1))) % count;
            for (int k = 0; k < dimension; k++)
                mixed[m * dimension + k] = u[2] * points[i * dimension + k] + (1 - u[2]) * points[j * dimension + k];
        }

        return mixed;
    }

    // Mean of ‖x - y‖/√D.
    private static double MeanDistance(float[] x, float[] y, int dimension)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i += dimension) sum += PointSets.RootMeanSquare(x.AsSpan(i, dimension), y.AsSpan(i, dimension));
        return sum / (x.Length / dimension);
    }
}
