using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Conditional kaleidoscopes: networks fitted to [x, label] → [x, label] on 200 drawn digits of 14 × 14, the label
/// a unit vector; chains from uniform noise with the label put back after every application. Is the sample's class
/// the label? A perceptron trained on other digits judges. Fitted without and with noise on the inputs, with the
/// label as it is or four times as loud in the input; beside them chains that are told the label at the start only.
/// </summary>
public sealed class Conditional : Experiment
{
    private const int Classes = 10, Pool = 2, Samples = 200, FullSeeds = 8, QuickSeeds = 2, Chains = 20, JudgeSamples = 2000,
        HeldOut = 1000;
    private const double Noise = 0.35;
    private const float Epsilon = 0.01f, Loud = 4;
    private const uint DataSeed = 0, JudgeSeed = 1, HeldOutSeed = 2;

    internal static readonly (string Name, double Noise, float Loudness, LabelUse Use)[] Means =
    [
        ("fitted without noise, label clamped", 0, 1, LabelUse.Clamped), ("fitted with noise, label clamped", Noise, 1, LabelUse.Clamped),
        ("fitted with noise, label clamped and four times as loud", Noise, Loud, LabelUse.Clamped),
        ("fitted with noise, label at the start only", Noise, 1, LabelUse.AtStart),
    ];

    private const int Plain = 0, Denoised = 1, Louder = 2, AtStart = 3;

    /// <inheritdoc/>
    public override string Name => "conditional";

    /// <inheritdoc/>
    public override string Title => "Conditional kaleidoscopes: a clamped label chooses the class";

    // For each means: of each iteration how many chains show their label; of the last one label × class, memorised share and samples.
    private sealed record Found(int[][] Hits, int[,] Confusion, double[] Memorised, double[] NearestAgrees, List<float[]> Tracks);

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.Seeds > 0 ? options.Seeds : options.Quick ? QuickSeeds : FullSeeds;
        int iterations = options.Quick ? 20 : 60, steps = options.Quick ? 1500 : 4000;
        var data = DrawnDigits.Create(Samples, DataSeed, Pool);
        using var device = Device.Cpu(options.Threads);
        using var judge = Judge(device, options.Quick ? 300 : 1500, cancellation);
        var held = DrawnDigits.Create(HeldOut, HeldOutSeed, Pool);
        double accuracy = Share(Classify(judge, held.Values.Span), held.Labels!.Value.Span),
            nearest = Share(NearestClass(device, held.Values.Span, data), held.Labels!.Value.Span);
        int[] labels = [.. Enumerable.Range(0, Classes * Chains).Select(i => i / Chains)];
        var found = new Found[seeds];
        int done = 0;
        Parallel.For(0, seeds, SideBySide.Of(options, cancellation), seed =>
        {
            found[seed] = Measure((uint)seed, data, judge, labels, iterations, steps, cancellation);
            options.Report?.Invoke($"{Interlocked.Increment(ref done)} of {seeds} pairs of networks");
        });

        double[] Curve(int means) =>
            [.. Enumerable.Range(0, iterations + 1).Select(t => found.Average(f => f.Hits[means][t] / (double)labels.Length))];
        double[][] rows = [.. from m in Enumerable.Range(0, Means.Length) from seed in Enumerable.Range(0, seeds)
            from t in Enumerable.Range(0, iterations + 1)
                              select new double[] { m, seed, t, found[seed].Hits[m][t] / (double)labels.Length }];
        double Last(int means) => Curve(means)[^1];
        int Above(int means) => found.Count(f =>
            BinomialTest.UpperTail(f.Hits[means][^1], labels.Length, 1.0 / Classes) < BinomialTest.Level);
        double Least(int means) => found.Min(f => f.Hits[means][^1]) / (double)labels.Length;
        string Seen(int means) => FormattableString.Invariant(
            $"P = {Last(means):f3} over {seeds} networks of {labels.Length} chains; least {Least(means):f3}");
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("held-out accuracy of the perceptron that judges", accuracy),
                new("held-out accuracy of the nearest training digit", nearest),
                .. Enumerable.Range(0, Means.Length).SelectMany(m => new KeyValuePair<string, double>[]
                {
                    new($"{Means[m].Name}: P(class = label) after 1", Curve(m)[1]),
                    new($"{Means[m].Name}: P(class = label) after 5", Curve(m)[5]),
                    new($"{Means[m].Name}: P(class = label) after {iterations}", Last(m)),
                    new($"{Means[m].Name}: the same by the nearest training digit", found.Average(f => f.NearestAgrees[m])),
                    new($"{Means[m].Name}: share of chains at a training digit (d1/d2 ≤ .8)", found.Average(f => f.Memorised[m])),
                }),
            ],
            [
                new("curve", ["means", "seed", "iteration", "share_with_label"], rows),
                new("confusion", ["label", .. Enumerable.Range(0, Classes).Select(c => $"class_{c}")],
                    [.. Enumerable.Range(0, Classes)
                        .Select(l => new double[] { l }.Concat(Enumerable.Range(0, Classes)
                        .Select(c => (double)found.Sum(f => f.Confusion[l, c]))).ToArray())]),
            ],
            [
                .. new[] { Denoised, Louder }.Select(m => new Verdict(VerdictKind.Acceptance,
                    $"{Means[m].Name}: P(class = label) after {iterations} is above chance in every network (binomial test at 1 %)",
                    Above(m) == seeds, Seen(m))),
                new(VerdictKind.Acceptance, "the perceptron that judges reads at least 80 % of held-out digits", accuracy >= 0.8,
                    FormattableString.Invariant($"{accuracy:f3}")),
                new(VerdictKind.Claim, $"{Means[Plain].Name}: P is above chance in every network, too", Above(Plain) == seeds, Seen(Plain)),
                new(VerdictKind.Claim, $"{Means[Denoised].Name}: the label is obeyed nearly always (P ≥ .9)", Last(Denoised) >= 0.9,
                    Seen(Denoised)),
                new(VerdictKind.Claim, $"{Means[Louder].Name}: the label is obeyed nearly always (P ≥ .9)", Last(Louder) >= 0.9,
                    Seen(Louder)),
                new(VerdictKind.Claim, "the label must be clamped: given at the start only, P is lower by at least .1",
                    Last(Denoised) - Last(AtStart) >= 0.1, FormattableString.Invariant($"{Last(AtStart):f3} against {Last(Denoised):f3}")),
                new(VerdictKind.Claim, "with the loud label the judge is right at least as often as on held-out digits",
                    Last(Louder) >= accuracy, FormattableString.Invariant($"{Last(Louder):f3} against {accuracy:f3}")),
            ],
            ConditionalPictures.Draw(found[0].Tracks, data.Image!.Value, Chains, [.. Enumerable.Range(0, Means.Length).Select(Curve)],
                Confusion(found), 1.0 / Classes))
        {
            Animation = ConditionalPictures.Animate(found[0].Tracks, data.Image!.Value, Chains), Timing = new() { Delay = 120 },
        };
    }

    private static double[,] Confusion(Found[] found)
    {
        var shares = new double[Classes, Classes];
        for (int label = 0; label < Classes; label++)
            for (int c = 0; c < Classes; c++) shares[label, c] = found.Sum(f => f.Confusion[label, c]) / (double)(found.Length * Chains);
        return shares;
    }

    private static Found Measure(
        uint seed, Dataset data, Mlp judge, int[] labels, int iterations, int steps, CancellationToken cancellation)
    {
        using var device = Device.Cpu(1);
        float[] targets = LabelledChains.Append(data.Values.Span, data.Labels!.Value.Span, Classes);
        var hits = new int[Means.Length][];
        var confusion = new int[Classes, Classes];
        var memorised = new double[Means.Length];
        var agrees = new double[Means.Length];
        List<float[]> tracks = [];
        foreach (var (noise, loudness) in Means.Select(m => (m.Noise, m.Loudness)).Distinct())
        {
            float[] inputs = LabelledChains.Append(data.Values.Span, data.Labels!.Value.Span, Classes, loudness);
            using var network = Mlp.Create(device, new(data.Features + Classes, 128, 5) { Output = Activation.Sigmoid, Seed = seed });
            Trainer.Fit(network, inputs, targets, LossFunction.SquaredError, new()
            {
                Steps = steps, BatchSize = 100, Seed = seed, InputNoise = noise, EvaluationInterval = 100,
                Optimizer = new Adam { Schedule = LearningRateSchedule.Cosine(1e-3, steps) },
            }, null, cancellation);
            cancellation.ThrowIfCancellationRequested();
            for (int m = 0; m < Means.Length; m++)
            {
                if ((Means[m].Noise, Means[m].Loudness) != (noise, loudness)) continue;
                var samples = LabelledChains.Run(network, labels, Classes, iterations, Epsilon, seed, Means[m].Use, loudness);
                int[][] classes = [.. samples.Select(x => Classify(judge, x))];
                hits[m] = [.. classes.Select(it => it.Zip(labels).Count(p => p.First == p.Second))];
                memorised[m] = Memorization.Measure(device, samples[^1], data, cancellation).MemorizedShare;
                agrees[m] = Share(NearestClass(device, samples[^1], data), labels);
                if (m != Louder) continue;
                tracks = samples;
                for (int c = 0; c < labels.Length; c++) confusion[labels[c], classes[^1][c]]++;
            }
        }

        return new(hits, confusion, memorised, agrees, tracks);
    }

    private static Mlp Judge(Device device, int steps, CancellationToken cancellation)
    {
        var digits = DrawnDigits.Create(JudgeSamples, JudgeSeed, Pool);
        var network = Mlp.Create(device, new(digits.Features, 128, 1) { Outputs = Classes, Output = Activation.Softmax });
        float[] targets = [.. digits.Labels!.Value.ToArray().Select(label => (float)label)];
        Trainer.Fit(network, digits.Values, targets, LossFunction.CrossEntropy,
            new() { Steps = steps, BatchSize = 100, InputNoise = 0.1,
                Optimizer = new Adam { Schedule = LearningRateSchedule.Cosine(2e-3, steps) } }, null, cancellation);
        return network;
    }

    private static int[] Classify(Mlp judge, ReadOnlySpan<float> rows)
    {
        float[] chances = judge.Evaluate(rows);
        return [.. Enumerable.Range(0,
            chances.Length / Classes).Select(i => Enumerable.Range(0, Classes).MaxBy(c => chances[i * Classes + c]))];
    }

    private static int[] NearestClass(Device device, ReadOnlySpan<float> rows, Dataset data)
    {
        int[] labels = data.Labels!.Value.ToArray();
        return [.. NearestNeighbours.Find(device, rows, data).Select(found => labels[found.First])];
    }

    private static double Share(int[] classes, ReadOnlySpan<int> labels)
    {
        int equal = 0;
        for (int i = 0; i < classes.Length; i++) equal += classes[i] == labels[i] ? 1 : 0;
        return equal / (double)classes.Length;
    }
}
