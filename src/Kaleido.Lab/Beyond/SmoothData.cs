using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Is a kaleidoscope jumpy because its data are disconnected? Networks (six hidden layers of 32, sigmoid)
/// fitted to 128 points of a circle, a segment, a spiral, two moons and four blobs; of a circle with four
/// gaps of growing width, where nothing but the connection changes; and drawn digits, one class against
/// ten. Steps ‖x_{t+1} - x_t‖/√D after burn-in, for three strengths of centred uniform noise and for none.
/// </summary>
/// <remarks>
/// ε times uniform noise in [-1, 1]^D moves a sample by at most ε in this measure. The projection onto a convex set, or a network that
/// is the identity on its data and contracts onto them, makes no step longer than that: what is longer, the network has stretched.
/// </remarks>
public sealed class SmoothData : Experiment
{
    private const int FullSeeds = 16, FullSteps = 5000, QuickSteps = 1000, FullPoints = 128, QuickPoints = 64, Pool = 4;
    private const string Zeros = "drawn zeros", Digits = "drawn digits";
    private static readonly double[] s_noises = [0, 0.01, 0.03, 0.1];
    private static readonly double[] s_gaps = [0, 0.2, 0.4, 0.6, 0.8];
    private static readonly string[] s_shapes = [PlaneShapes.Circle, PlaneShapes.Segment, PlaneShapes.Spiral, PlaneShapes.Moons,
        PlaneShapes.Blobs];

    // Columns of the table.
    private const int Set = 0, Noise = 1, Half = 3, Most = 6, Long = 7, Leaps = 8, Rest = 9, Near = 10;

    /// <inheritdoc/>
    public override string Name => "smooth";

    /// <inheritdoc/>
    public override string Title => "Is a kaleidoscope jumpy because its data are disconnected?";

    internal sealed record Case(string Name, int Features, Func<int, uint, float[]> Draw);

    // Of each noise and size the share of longer steps: the mean over the networks, which the table has, and the median, which is drawn.
    internal sealed record Found(List<double[]> Rows, double[,] Survival, double[,] Middle, SmoothPictures.Tracks? Tracks);

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds && !options.Quick;
        Case[] cases =
        [
            .. s_shapes.Select(shape => new Case(shape, 2, (count, seed) => PlaneShapes.Draw(shape, count, seed))),
            .. s_gaps.Skip(1).Select(gap => new Case(Gapped(gap), 2, (count, seed) => PlaneShapes.Arcs(gap, count, seed))),
            new(Zeros, 49, (count, seed) => Pooled(count, seed, zeros: true)), new(Digits, 49,
                (count, seed) => Pooled(count, seed, zeros: false)),
        ];
        var found = new Found[cases.Length];
        int done = 0;
        Parallel.For(0, cases.Length, SideBySide.Of(options, cancellation), i =>
        {
            // The digits are the largest and come first.
            i = cases.Length - 1 - i;
            found[i] = Measure(i, cases[i], seeds, options, cancellation);
            options.Report?.Invoke($"{Interlocked.Increment(ref done)} of {cases.Length} data sets");
        });

        List<double[]> rows = [.. found.SelectMany(it => it.Rows)];
        double[] Of(string set, double noise, int column) =>
            [.. rows.Where(row => row[Set] == Array.FindIndex(cases, it => it.Name == set) && row[Noise] == noise)
                .Select(row => row[column])];
        double Middle(string set, double noise, int column) => Statistics.Median(Of(set, noise, column));
        return new(Name, Title,
            [
                new("seeds", seeds),
                .. from set in cases
                   from noise in s_noises
                   from number in new (string Name, int Column)[] { ("median step", Half), ("99.9 % quantile of the step", Most),
                       ("steps longer than the noise can be, per 1000", Long), ("leaps per 1000 steps", Leaps),
                       ("share near the data", Near) }
                   where noise > 0 || number.Column is not (Leaps or Long)
                   select new KeyValuePair<string, double>(FormattableString.Invariant($"{set.Name}, ε = {noise}: {number.Name}"),
                       Middle(set.Name, noise, number.Column)),
            ],
            [
                new("seeds", ["set", "epsilon", "seed", "q50", "q90", "q99", "q999", "longer_than_noise_per_1000", "leaps_per_1000",
                    "share_at_rest", "share_near_data"], rows),
                new("survival", ["set", "epsilon", "size",
                    "share_above"], [.. found.SelectMany((it, set) => SmoothPictures.SurvivalRows(set, s_noises, it.Survival))]),
            ],
            [.. Verdicts(Of, Middle, full)],
            SmoothPictures.Draw(cases, found, s_noises, Gapped, s_gaps))
        {
            Animation = found[0].Tracks is { } circle && found[4].Tracks is { } blobs
                ? SmoothPictures.Animate([circle, blobs], [s_shapes[0], s_shapes[4]]) : null,
            Timing = new() { Delay = 120 },
        };
    }

    private static IEnumerable<Verdict> Verdicts(Func<string, double, int, double[]> of, Func<string, double, int, double> middle,
        bool full)
    {
        foreach (string shape in s_shapes)
            yield return Verdict.QuantileAtLeast($"{shape}: without noise at least 90 % of the chains have come to rest (median)",
                of(shape, 0, Rest), 0.5, 0.9, full);
        yield return Verdict.QuantileAtLeast("circle, ε = .01: at least 90 % of the samples are within .07 of the data (median)",
            of(PlaneShapes.Circle, 0.01, Near), 0.5, 0.9, full);
        foreach (double noise in s_noises.Skip(1))
        {
            string e = FormattableString.Invariant($"ε = {noise}: ");
            double connected = s_shapes.Where(PlaneShapes.IsConnected).Max(shape => middle(shape, noise, Long));
            double apart = s_shapes.Where(shape => !PlaneShapes.IsConnected(shape)).Min(shape => middle(shape, noise, Long));
            yield return new(VerdictKind.Claim,
                e + "steps longer than the noise are more frequent on every disconnected shape than on every connected one",
                apart > connected,
                FormattableString.Invariant($"per 1000: least of the disconnected {apart:g3}, most of the connected {connected:g3}"));
            double[] steps = [.. s_gaps.Select(gap => middle(Gapped(gap), noise, Long))];
            double trend = Statistics.Spearman(s_gaps, steps);
            yield return new(VerdictKind.Claim,
                e + "steps longer than the noise become more frequent with a circle's gaps (Spearman's ρ ≥ .9)", trend >= 0.9,
                FormattableString.Invariant($"{trend:f2}; ")
                    + string.Join(", ", steps.Select((s, i) => FormattableString.Invariant($"{s_gaps[i] * 100} %: {s:g3}"))));
            double ten = middle(Digits, noise, Long), one = middle(Zeros, noise, Long);
            yield return new(VerdictKind.Claim, e + "they are more frequent on ten classes of digits than on one", ten > one,
                FormattableString.Invariant($"per 1000: {ten:g3} against {one:g3}"));
        }
    }

    private static string Gapped(double gap) => gap == 0 ? PlaneShapes.Circle : FormattableString.Invariant($"circle, {gap * 100} % gaps");

    // Every tenth drawn digit is a zero.
    private static float[] Pooled(int count, uint seed, bool zeros)
    {
        var digits = DrawnDigits.Create(zeros ? 10 * count : count, seed, Pool);
        return zeros ? digits.Subset([.. Enumerable.Range(0, count).Select(i => 10 * i)]).Values.ToArray() : digits.Values.ToArray();
    }

    private static Found Measure(int set, Case it, int seeds, FigureOptions options, CancellationToken cancellation)
    {
        int points = options.Quick ? QuickPoints : FullPoints, chains = options.Quick ? 50 : 200, steps = options.Quick ? 100 : 300;
        float[][] data = [.. Enumerable.Range(0, seeds).Select(seed => it.Draw(points, (uint)seed))];
        using var nets = new SyntheticNets(
            new(it.Features, 32, 6) { Output = Activation.Sigmoid }, seed => data[seed], options.Quick ? QuickSteps : FullSteps, seeds,
            options with { Threads = 1, Report = null }, cancellation);
        var rows = new List<double[]>();
        double[,] survival = new double[s_noises.Length, SmoothPictures.Sizes.Length], middle = (double[,])survival.Clone();
        var tails = new List<JumpTail>[s_noises.Length];
        for (int e = 0; e < s_noises.Length; e++) tails[e] = [];
        int[] alive = [.. nets.Alive];
        foreach (int seed in alive)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int e = 0; e < s_noises.Length; e++)
            {
                var tail = JumpTail.Measure(nets.Nets[seed], s_noises[e], chains, burnIn: steps, steps, (uint)seed, data[seed]);
                rows.Add([set, s_noises[e], seed, tail.Quantile(0.5), tail.Quantile(0.9), tail.Quantile(0.99), tail.Quantile(0.999),
                    1000 * tail.Above(s_noises[e]), 1000 * tail.Above(JumpTail.Leap), tail.AtRest, tail.Near]);
                for (int i = 0; i < SmoothPictures.Sizes.Length; i++) survival[e, i] += tail.Above(SmoothPictures.Sizes[i]) / alive.Length;
                tails[e].Add(tail);
            }
        }

        for (int e = 0; e < s_noises.Length; e++)
            for (int i = 0; i < SmoothPictures.Sizes.Length; i++)
                middle[e, i] = Statistics.Median(tails[e].Select(tail => tail.Above(SmoothPictures.Sizes[i])));
        return new(rows, survival, middle,
            it.Features == 2 && alive.Length > 0 ? SmoothPictures.Track(nets.Nets[alive[0]], data[alive[0]]) : null);
    }
}
