using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// How much noise between iterations an attractor bears. With contraction q on a ball of radius r, noise up to r(1 - q) never drives a
/// chain out, and it stays within e/(1 - q): a theorem, put to the test; and where the reference's biased noise moves the chains.
/// </summary>
public sealed class NoiseStudy : Experiment
{
    private const int FullSeeds = 50, Chains = 64;
    private const double Epsilon = 0.01;
    private static readonly float[] s_two = [0.2f, 0.8f], s_four = [-0.8f, -0.2f, 0.2f, 0.8f];

    /// <inheritdoc/>
    public override string Name => "noise";

    /// <inheritdoc/>
    public override string Title => "Noise between iterations: below r(1-q) no chain leaves, and the reference's noise moves all of them";

    internal sealed record Family(string Name, string Key, double Low, IReadOnlyList<Mlp> Nets, List<NoisySink> Sinks);

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        int steps = full ? 1000 : 150;
        using SyntheticNets shallow = Train(new(1, 5, 2) { Output = Activation.Sigmoid }, s_two, 5000);
        using SyntheticNets deep = Train(new(1, 10, 6) { Output = Activation.Sigmoid }, s_two, 2000);
        using SyntheticNets tanh = Train(new(1, 10, 10) { Output = Activation.Tanh }, s_four, 5000);
        Family[] families = [Of("2 points, 2 hidden × 5", "2x5", shallow), Of("2 points, 6 hidden × 10", "6x10", deep),
            Of("4 points, 10 hidden × 10", "10x10", tanh)];
        var all = families.SelectMany(family => family.Sinks).ToList();
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("steps of each chain", steps),
                .. families.SelectMany(family => new KeyValuePair<string, double>[]
                {
                    new($"{family.Name}: attractors", family.Sinks.Count),
                    new($"{family.Name}: median bound r(1-q)", Statistics.Median(family.Sinks.Select(sink => sink.Margin.Bound))),
                    new($"{family.Name}: median escape noise", Statistics.Median(family.Sinks.Select(sink => sink.Margin.Escape))),
                    new($"{family.Name}: median denoising radius", Statistics.Median(family.Sinks.Select(sink => sink.Margin.Denoising))),
                    new($"{family.Name}: median amplification (I-J)⁻¹",
                        Statistics.Median(family.Sinks.Select(sink => 1 / (1 - sink.Point.Slope)))),
                    new($"{family.Name}: share of chains that jump at ε = .01, centred noise",
                        family.Sinks.Average(sink => sink.Jumped.Centred)),
                    new($"{family.Name}: share of chains that jump at ε = .01, the reference's noise",
                        family.Sinks.Average(sink => sink.Jumped.Reference)),
                }),
                new("median error of the predicted shift", Median(all, PredictionError)),
                new("median shift under centred noise", Statistics.Median(all.Select(sink => Math.Abs(sink.CentredShift)))),
            ],
            [.. families.Select(Table)],
            Verdicts(families),
            NoisePictures.Draw(Title, families));

        SyntheticNets Train(MlpOptions shape, float[] points, long training) => new(shape, points, training, seeds, options, cancellation);

        Family Of(string name, string key, SyntheticNets nets)
        {
            int[] alive = [.. nets.Alive];
            var found = new List<NoisySink>[alive.Length];
            Parallel.For(0, alive.Length, SideBySide.Of(options, cancellation), i =>
            {
                found[i] = NoisySink.Of(alive[i], nets.Nets[alive[i]]);
                foreach (var sink in found[i])
                {
                    sink.Run(nets.Nets[alive[i]], Chains, steps);
                    sink.MeasureShift(nets.Nets[alive[i]], Epsilon, full ? 256 : 64, 300);
                }
            });
            return new(name, key, nets.Nets[0].Options.Output.Range!.Value.Low, nets.Nets, [.. found.SelectMany(it => it)]);
        }
    }

    private static Verdict[] Verdicts(Family[] families)
    {
        var all = families.SelectMany(family => family.Sinks).ToList();
        double[] onsets = [.. all.Select(Onset)];
        double ratio = Median(all, sink => sink.Margin.Bound / sink.Margin.Escape), error = Median(all, PredictionError);
        double curved = Median(all, sink => Math.Abs(sink.ReferenceShift / sink.CurvedShift - 1));
        double shift = Median(families[0].Sinks, sink => sink.ReferenceShift);
        double centred = Median(families[0].Sinks, sink => Math.Abs(sink.CentredShift));
        var jumps = families.Select(it => (it.Name, Reference: it.Sinks.Average(sink => sink.Jumped.Reference),
            Centred: it.Sinks.Average(sink => sink.Jumped.Centred))).ToList();
        string seen = FormattableString.Invariant(
            $"{onsets.Min():g3} at least, median {Statistics.Median(onsets.Where(double.IsFinite)):g3}, none up to 16 at ")
            + FormattableString.Invariant($"{onsets.Count(double.IsInfinity)} of {all.Count} attractors");
        return
        [
            Accept("uniform and worst noise up to r(1-q): no chain is ever farther than r from the attractor", all,
                (sink, m) => Noise(sink, m) <= sink.Margin.Bound && !(Farthest(sink, m) <= sink.Margin.Radius + Allowed(sink))),
            Accept("its distance stays at most e/(1-q), with the smallest ball that bears e", all, (sink, m) =>
                Noise(sink, m) <= sink.Margin.Bound && !(Farthest(sink, m) <= sink.Margin.DistanceBound(Noise(sink, m)) + Allowed(sink))),
            Accept("below the exact escape noise no chain crosses an unstable fixed point", all,
                (sink, m) => Noise(sink, m) < sink.Margin.Escape - NoisySink.Rounding && sink.Escaped[m] > 0),
            new(VerdictKind.Claim, "jumps begin only above the bound", onsets.All(onset => onset > 1),
                $"least noise with a jump, in units of r(1-q): {seen}"),
            new(VerdictKind.Claim, "the bound is at least half of the exact escape noise, in the median attractor", ratio >= 0.5,
                FormattableString.Invariant($"median ratio {ratio:g3}")),
            new(VerdictKind.Claim, "the reference's noise (ε ≤ .01) moves the mean by (I-J)⁻¹·bias, to 10 % in the median attractor",
                error <= 0.1, FormattableString.Invariant(
                    $"median error {100 * error:g2} %, against the fixed point of f + bias {100 * curved:g2} %; {all.Count} attractors")),
            new(VerdictKind.Claim, "it moves the mean at the median attractor of the shallow two-point nets out of the tolerance .02",
                shift > 0.02, FormattableString.Invariant($"median shift {shift:g3}, centred {centred:g2}")),
            new(VerdictKind.Claim, "at ε = .01 the reference's noise makes more chains jump than centred noise, in every family",
                jumps.All(it => it.Reference > it.Centred), string.Join("; ", jumps.Select(it =>
                    FormattableString.Invariant($"{it.Name}: {it.Reference:g2} against {it.Centred:g2}")))),
        ];
    }

    private static double Median(List<NoisySink> sinks, Func<NoisySink, double> value) => Statistics.Median(sinks.Select(value));

    private static double PredictionError(NoisySink sink) => Math.Abs(sink.ReferenceShift / sink.PredictedShift - 1);

    // What float32's rounding adds to a distance.
    private static double Allowed(NoisySink sink) => NoisySink.Rounding / (1 - sink.Margin.Contraction);

    private static double Noise(NoisySink sink, int multiple) => NoisySink.Multiples[multiple] * sink.Margin.Bound;

    private static double Farthest(NoisySink sink, int multiple) => Math.Max(sink.Farthest[multiple], sink.FarthestWorst[multiple]);

    // The least multiple of the bound at which some chain crossed.
    private static double Onset(NoisySink sink)
    {
        int first = Array.FindIndex(sink.Escaped, share => share > 0);
        return first < 0 ? double.PositiveInfinity : NoisySink.Multiples[first];
    }

    private static Verdict Accept(string statement, List<NoisySink> sinks, Func<NoisySink, int, bool> isViolated)
    {
        int violations = sinks.Sum(sink => Enumerable.Range(0, NoisySink.Multiples.Length).Count(m => isViolated(sink, m)));
        return new(VerdictKind.Acceptance, statement, violations == 0 && sinks.Count > 0,
            FormattableString.Invariant($"{violations} violations at {sinks.Count} attractors"));
    }

    private static FigureTable Table(Family family) => new(family.Key,
        [
            "seed", "attractor", "slope", "bound", "radius", "contraction", "escape_noise", "denoising_radius", "jumped_at_0.01_centred",
            "jumped_at_0.01_reference", "shift_epsilon", "shift_centred", "shift_reference", "shift_predicted", "shift_of_f_plus_bias",
            .. NoisySink.Multiples.Select(m => FormattableString.Invariant($"escaped_at_{m:g}")),
            .. NoisySink.Multiples.Select(m => FormattableString.Invariant($"farthest_at_{m:g}")),
        ],
        [.. family.Sinks.Select(sink => (double[])
        [
            sink.Seed, sink.Point.X, sink.Point.Slope, sink.Margin.Bound, sink.Margin.Radius, sink.Margin.Contraction, sink.Margin.Escape,
            sink.Margin.Denoising, sink.Jumped.Centred, sink.Jumped.Reference, sink.ShiftEpsilon, sink.CentredShift, sink.ReferenceShift,
            sink.PredictedShift, sink.CurvedShift, .. sink.Escaped, .. sink.Farthest,
        ])]);
}
