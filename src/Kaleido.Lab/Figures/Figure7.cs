using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Figures;

/// <summary>
/// MNIST in [-1, 1]: ten hidden layers of 500, tanh output, 10,000 steps of 1000 samples at 1e-4;
/// 1000 chains from U(-1, 1), ε = .01, 300 iterations: digits out of noise. The losses are held
/// against the published ones, the samples against their nearest training digits and held-out digits.
/// </summary>
public sealed class Figure7 : Experiment
{
    private const double LossTolerance = 0.15;
    private const int PublishedInterval = 1000, HeldOutDigits = 1000, Classes = 10, Tiles = 64, Width = 1700;

    // The reference code's notebook: minibatch losses at steps 0, 1000, …, 9000.
    private static readonly double[] s_published = [0.9275, 0.1406, 0.1151, 0.0970, 0.0850, 0.0755, 0.0723, 0.0701, 0.0664, 0.0640];

    private readonly ImageSettings? _settings;

    /// <summary>The figure.</summary>
    public Figure7()
    {
    }

    /// <summary>The same in another size; only losses of the published shape are held against the published ones.</summary>
    internal Figure7(ImageSettings settings) => _settings = settings;

    /// <inheritdoc/>
    public override string Name => "7";

    /// <inheritdoc/>
    public override string Title => "MNIST: digits out of noise";

    /// <inheritdoc/>
    public override string? DataSet => "mnist";

    /// <inheritdoc/>
    public override bool HasSeeds => false;

    // The published loss at step 1000 is that of the 1001st minibatch, before its update.
    private static ImageSettings Full { get; } = new(500, 10, 10_000, 1000, 1e-4, 1000, 300);

    private static ImageSettings Quick { get; } = Full with { Steps = PublishedInterval + 1, Chains = 100, Iterations = 60 };

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = _settings ?? (options.Quick ? Quick : Full);
        string folder = options.RequireData("mnist");
        var data = DataSource.Open(folder, new());
        data = data.First(Math.Min(data.Samples, settings.Samples));
        var heldOut = HeldOut(folder, settings.Chains);
        using var device = Device.Cpu(options.Threads);
        var chains = ImageChains.Run("mnist", data, settings, device, options.Report, cancellation);
        var test = Memorization.Measure(device, heldOut.Values.Span, data, cancellation);
        float[] losses = chains.Fit.MinibatchLosses.ToArray();
        double farTest = Statistics.Quantile(test.Neighbours.Select(it => it.FirstDistance), 0.9);
        int digits = chains.First.Neighbours.Count(it => it.FirstDistance <= farTest);
        var (frames, timing) = ImagePictures.Animate([("", chains, data.Image!.Value)], 7, 2);
        return new(Name, Title,
            [
                new("training samples", data.Samples),
                new("parameters", chains.Parameters),
                new("steps", losses.Length),
                new("last minibatch loss", losses[^1]),
                new("chains", settings.Chains),
                new("iterations", settings.Iterations),
                new("burn-in without looking at the data", chains.BurnIn ?? double.NaN),
                new("distinct attractors (cosine > .99)", chains.Attractors.Count),
                new("share of distinct attractors", chains.Attractors.DistinctShare),
                new("median cosine of an attractor with its nearest training digit",
                    Statistics.Median(chains.Attractors.Items.Select(it => it.Cosine))),
                new("classes that occur", chains.Last.ClassesThatOccur),
                new("entropy of the classes, bits of 3.32", chains.Last.ClassEntropy),
                new("median d1/d2 of the chains", chains.Last.MedianRatio),
                new("median d1/d2 of held-out digits", test.MedianRatio),
                new("share of copies (d1/d2 ≤ .8) among the chains", chains.Last.MemorizedShare),
                new("share of copies among held-out digits", test.MemorizedShare),
                new("median d1 of the chains", chains.Last.MedianDistance),
                new("median d1 of held-out digits", test.MedianDistance),
                new("median d1 after one application", chains.First.MedianDistance),
                .. new[] { 0.5, 0.9, 0.99, 1 }.Select(share => new KeyValuePair<string, double>(
                    FormattableString.Invariant($"jump in [0, 1] units, {share:g2} quantile"), Statistics.Quantile(chains.Jumps, share))),
            ],
            [
                new("losses", ["step", "minibatch_loss", "published"],
                    [.. Enumerable.Range(0, s_published.Length).Where(i => i * PublishedInterval < losses.Length)
                    .Select(i => new[] { i * PublishedInterval, losses[i * PublishedInterval], s_published[i] })]),
                new("classes", ["class", "chains"],
                    [.. Enumerable.Range(0, Classes).Select(i => new double[] { i, chains.Last.ClassCounts?[i] ?? 0 })]),
                new("chains", ["chain", "nearest", "d1", "d2", "attractor"], [.. chains.Last.Neighbours.Select((it, i) =>
                    new[] { i, it.First, it.FirstDistance, it.SecondDistance, chains.Attractors.OfChain[i] })]),
                new("held-out", ["sample", "nearest", "d1", "d2"],
                    [.. test.Neighbours.Select((it, i) => new[] { i, it.First, it.FirstDistance, it.SecondDistance })]),
            ],
            [
                .. Enumerable.Range(0, s_published.Length).Where(i => i * PublishedInterval < losses.Length
                    && IsPublishedShape(settings)).Select(i => Loss(i, losses)),
                new(VerdictKind.Claim,
                    "digits appear after one application: most samples are no farther from the training digits "
                        + "than nine of ten held-out ones",
                    2 * digits > chains.First.Neighbours.Count,
                    FormattableString.Invariant($"{digits} of {chains.First.Neighbours.Count}; ")
                        + FormattableString.Invariant($"median d1 {chains.First.MedianDistance:g3} against {test.MedianDistance:g3}")),
                new(VerdictKind.Claim, "the samples are new digits, not copies: no more of them have d1/d2 ≤ .8 than of held-out digits",
                    chains.Last.MemorizedShare <= test.MemorizedShare,
                    FormattableString.Invariant($"{chains.Last.MemorizedShare:g3} against {test.MemorizedShare:g3}")),
                new(VerdictKind.Claim, "every digit occurs among the chains", chains.Last.ClassesThatOccur == Classes,
                    FormattableString.Invariant($"{chains.Last.ClassesThatOccur} classes, entropy {chains.Last.ClassEntropy:f2} bits, ")
                        + FormattableString.Invariant($"{chains.Attractors.Count} attractors")),
            ],
            Draw(chains, test, data, settings, losses))
        {
            Animation = frames,
            Timing = timing,
        };
    }

    private static bool IsPublishedShape(ImageSettings settings) =>
        (settings with { Steps = Full.Steps, Chains = Full.Chains, Iterations = Full.Iterations }) == Full;

    private static Verdict Loss(int i, float[] losses)
    {
        double loss = losses[i * PublishedInterval];
        return new(VerdictKind.Acceptance,
            FormattableString.Invariant($"minibatch loss at step {i * PublishedInterval}: {s_published[i]:f4} ± 15 %"),
            Math.Abs(loss - s_published[i]) <= LossTolerance * s_published[i], FormattableString.Invariant($"{loss:f4}"));
    }

    private static Dataset HeldOut(string folder, int count)
    {
        string file = Directory.EnumerateFiles(folder, "t10k-images*").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new FileNotFoundException($"{folder}: the held-out digits are not there (t10k-images…)");
        var data = DataSource.Open(file, new());
        return data.First(Math.Min(Math.Min(count, HeldOutDigits), data.Samples));
    }

    private static Picture Draw(ImageChains chains, Memorization test, Dataset data, ImageSettings settings, float[] losses)
    {
        var strip = ImagePictures.Strip(chains, data.Image!.Value, Tiles);
        Plot loss = new()
        {
            Title = "minibatch loss", X = new() { Label = "step" }, Y = new() { Label = "mean squared error", Logarithmic = true },
        };
        int stride = Math.Max(1, losses.Length / 1000);
        double[] steps = [.. Enumerable.Range(0, (losses.Length + stride - 1) / stride).Select(i => (double)(i * stride))];
        loss.Line(steps, [.. steps.Select(step => (double)losses[(int)step])], "Kaleido",
            new() { Colour = Palette.OkabeIto[0], Width = 1.4 });
        double[] published = [.. Enumerable.Range(0, s_published.Length).Select(i => (double)(i * PublishedInterval)).Where(step =>
            step < losses.Length)];
        loss.Points(published, s_published.AsSpan(0, published.Length), "published",
            new() { Colour = Palette.OkabeIto[1], Marker = Marker.Circle, Size = 9 });
        Plot classes = new()
        {
            Title = "class of the nearest training digit",
            X = new() { Label = "digit", Categories = [.. Enumerable.Range(0, Classes).Select(i => $"{i}")] },
            Y = new() { Label = "chains", Minimum = 0 },
        };
        classes.Bars([.. Enumerable.Range(0, Classes).Select(i => (double)i)],
            [.. Enumerable.Range(0, Classes).Select(i => (double)(chains.Last.ClassCounts?[i] ?? 0))]);
        var ratios = ImagePictures.Ratios(("chains", chains.Last.Neighbours.Select(it => it.Ratio)),
            ("held-out digits", test.Neighbours.Select(it => it.Ratio)));
        return ImagePictures.Sheet(
            FormattableString.Invariant($"Fig. 7: MNIST, {settings.HiddenLayers} hidden × {settings.Hidden}, {losses.Length} steps"),
            [("", strip)], Panels.Draw([loss, classes, ratios, ImagePictures.JumpTails(("ε = .01", chains.Jumps))], 4, Width, 450));
    }
}
