using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Beyond;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Figures;

/// <summary>
/// CIFAR-10 dogs, ten hidden layers of 2000, tanh output: the transitions of chains under noise, ‖x_{t+1} - x_t‖/√D, held against those of
/// another class and of a data set that is connected by construction, a closed path that blends dogs into each other. The paper's faces are
/// not at hand, nor are 1000 dogs: the first 4000 records of CIFAR-10 hold 393.
/// </summary>
public sealed class Figure8 : Experiment
{
    private const int DogClass = 5, AutomobileClass = 1, PicturesOnAnEdge = 16, Tiles = 36, Width = 1760;
    private const double LargeJump = 0.05;
    private static readonly double[] s_quantiles = [0.5, 0.9, 0.99, 1];
    private readonly ImageSettings? _settings;

    /// <summary>The figure.</summary>
    public Figure8()
    {
    }

    /// <summary>The same in another size.</summary>
    internal Figure8(ImageSettings settings) => _settings = settings;

    /// <inheritdoc/>
    public override string Name => "8";

    /// <inheritdoc/>
    public override string Title => "Dogs of CIFAR-10: do chains on disconnected data jump more than on a connected path through dogs?";

    /// <inheritdoc/>
    public override string? DataSet => "cifar10";

    /// <inheritdoc/>
    public override bool HasSeeds => false;

    // All sets get the same steps, so that they compare: about .2 s a step on four idle cores, 9 minutes in all.
    private static ImageSettings Full { get; } = new(2000, 10, 800, 1000, 1e-4, 200, 300);

    private static ImageSettings Quick { get; } = new(200, 10, 600, 1000, 1e-3, 100, 60) { Samples = 64 };

    private sealed record Set(string Name, Dataset Data, ImageChains Chains, double[] HeldOut, double Variance);

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = _settings ?? (options.Quick ? Quick : Full);
        string folder = options.RequireData("cifar10");
        Dataset dogs = DataSource.Open(folder, new() { Class = DogClass }),
            automobiles = DataSource.Open(folder, new() { Class = AutomobileClass });
        dogs = dogs.First(Math.Min(dogs.Samples, settings.Samples));
        automobiles = automobiles.First(Math.Min(automobiles.Samples, settings.Samples));
        using var device = Device.Cpu(options.Threads);
        Set[] sets =
        [
            Measured("dogs", dogs), Measured("automobiles", automobiles),
            Measured("dog path", ConnectedPictures.Along(dogs, Math.Max(2, dogs.Samples / PicturesOnAnEdge), dogs.Samples)),
        ];
        var (frames, timing) = ImagePictures.Animate([.. sets.Select(set => (set.Name, set.Chains, set.Data.Image!.Value))], 3, 2);
        return new(Name, Title,
            [
                new("parameters", sets[0].Chains.Parameters), new("steps", settings.Steps), new("chains", settings.Chains),
                new("iterations", settings.Iterations),
                .. sets.SelectMany(Numbers),
            ],
            [
                new("jumps", ["set", "quantile", "jump"],
                    [.. sets.SelectMany((set, i) =>
                    s_quantiles.Select(share => new[] { i, share, Statistics.Quantile(set.Chains.Jumps, share) }))]),
                new("chains", ["set", "chain", "nearest", "d1", "d2", "attractor"],
                    [.. sets.SelectMany((set, i) => set.Chains.Last.Neighbours.Select((it, k) =>
                    new[] { i, k, it.First, it.FirstDistance, it.SecondDistance, set.Chains.Attractors.OfChain[k] }))]),
                new("losses", ["step", .. sets.Select(set => set.Name.Replace(' ', '_'))],
                    [.. Enumerable.Range(0, sets.Min(set => set.Chains.Fit.MinibatchLosses.Length))
                    .Select<int, double[]>(step => [step, .. sets.Select(set => (double)set.Chains.Fit.MinibatchLosses.Span[step])])]),
            ],
            [
                .. sets.Select(set => new Verdict(VerdictKind.Acceptance, $"{set.Name}: the network fits better than the mean picture",
                    set.Chains.Fit.Loss < set.Variance,
                    FormattableString.Invariant($"{set.Chains.Fit.Loss:g3} against {set.Variance:g3}"))),
                Jumpier(0.5), Jumpier(0.99),
                new(VerdictKind.Claim, "chains on disconnected data make more large jumps (above .05) than those on the path",
                    Large(sets[0]) > Large(sets[2]),
                    FormattableString.Invariant($"{Large(sets[0]):g3} against {Large(sets[2]):g3} per 1000 chain steps")),
                new(VerdictKind.Claim, "chains end at dogs: most have d1/d2 ≤ .8, and more than dogs have among the others",
                    sets[0].Chains.Last.MemorizedShare > 0.5
                    && sets[0].Chains.Last.MemorizedShare > Share(sets[0].HeldOut),
                    FormattableString.Invariant($"{sets[0].Chains.Last.MemorizedShare:g3} against {Share(sets[0].HeldOut):g3}, ")
                        + FormattableString.Invariant($"{sets[0].Chains.Last.DistinctSamples} dogs")),
            ],
            Draw(sets, settings))
        {
            Animation = frames,
            Timing = timing,
        };

        Set Measured(string name, Dataset data) =>
            new(name, data, ImageChains.Run(name, data, settings, device, options.Report, cancellation),
                LeaveOneOut(data, SideBySide.Of(options, cancellation)), VarianceOf(data));

        Verdict Jumpier(double share)
        {
            double disconnected = Statistics.Quantile(sets[0].Chains.Jumps, share),
                connected = Statistics.Quantile(sets[2].Chains.Jumps, share);
            return new(VerdictKind.Claim,
                FormattableString.Invariant($"disconnected data jump more: the {share:g2} quantile of the dogs' jumps is above the path's"),
                disconnected > connected, FormattableString.Invariant($"{disconnected:g3} against {connected:g3}"));
        }
    }

    private static IEnumerable<KeyValuePair<string, double>> Numbers(Set set)
    {
        var chains = set.Chains;
        yield return new($"{set.Name}: pictures", set.Data.Samples);
        yield return new($"{set.Name}: best loss", chains.Fit.Loss);
        yield return new($"{set.Name}: burn-in without looking at the data", chains.BurnIn ?? double.NaN);
        yield return new($"{set.Name}: distinct attractors (cosine > .99)", chains.Attractors.Count);
        yield return new($"{set.Name}: pictures that chains are copies of", chains.Last.DistinctSamples);
        yield return new($"{set.Name}: median d1/d2 of the chains", chains.Last.MedianRatio);
        yield return new($"{set.Name}: median d1/d2 of each picture among the others", Statistics.Median(set.HeldOut));
        yield return new($"{set.Name}: share of copies (d1/d2 ≤ .8)", chains.Last.MemorizedShare);
        yield return new($"{set.Name}: share of copies of each picture among the others", Share(set.HeldOut));
        yield return new($"{set.Name}: jumps above .05 per 1000 chain steps", Large(set));
        foreach (double share in s_quantiles)
            yield return new(FormattableString.Invariant($"{set.Name}: jump in [0, 1] units, {share:g2} quantile"),
                Statistics.Quantile(chains.Jumps, share));
    }

    private static double Large(Set set) => 1000.0 * set.Chains.Jumps.Count(jump => jump > LargeJump) / set.Chains.Jumps.Length;

    private static double Share(double[] ratios) => ratios.Count(ratio => ratio <= Memorization.Threshold) / (double)ratios.Length;

    /// <summary>d1/d2 of each sample among the others: what unseen samples of the same kind have.</summary>
    internal static double[] LeaveOneOut(Dataset data, ParallelOptions parallel)
    {
        double[] values = [.. data.Values.ToArray().Select(value => (double)value)];
        var ratios = new double[data.Samples];
        Parallel.For(0, data.Samples, parallel, i =>
        {
            double first = double.PositiveInfinity, second = double.PositiveInfinity;
            for (int j = 0; j < data.Samples; j++)
            {
                if (j == i) continue;
                double square = PointSets.SquaredDistance(values.AsSpan(i * data.Features, data.Features),
                    values.AsSpan(j * data.Features, data.Features));
                (first, second) = square < first ? (square, first) : (first, Math.Min(second, square));
            }

            ratios[i] = Math.Sqrt(first / second);
        });
        return ratios;
    }

    // The loss of the mean picture, in the network's [-1, 1]: four times the variance in [0, 1], a mean over the features.
    private static double VarianceOf(Dataset data)
    {
        double total = 0;
        for (int feature = 0; feature < data.Features; feature++)
        {
            double sum = 0, squares = 0;
            for (int i = 0; i < data.Samples; i++)
            {
                double value = data.Values.Span[i * data.Features + feature];
                sum += value;
                squares += value * value;
            }

            total += squares / data.Samples - sum / data.Samples * (sum / data.Samples);
        }

        return 4 * total / data.Features;
    }

    private static Picture Draw(Set[] sets, ImageSettings settings)
    {
        Plot loss = new() { Title = "loss", X = new() { Label = "step" }, Y = new() { Label = "mean squared error", Logarithmic = true } };
        foreach (var set in sets) loss.Line([.. set.Chains.Fit.MinibatchLosses.ToArray().Select(value => (double)value)], set.Name);
        Plot ends = new()
        {
            Title = "where chains end", X = new() { Categories = [.. sets.Select(set => set.Name)] }, Legend = LegendPlace.UpperRight,
            Y = new() { Label = "number", Minimum = 0,
                Maximum = 1.35 * sets.Max(set => Math.Max(set.Chains.Attractors.Count, set.Chains.Last.DistinctSamples)) },
        };
        ends.Bars([-0.2, 0.8, 1.8], [.. sets.Select(set => (double)set.Chains.Attractors.Count)], "distinct attractors", 0.36)
            .Bars([0.2, 1.2, 2.2], [.. sets.Select(set => (double)set.Chains.Last.DistinctSamples)], "pictures copied", 0.36);
        var ratios = ImagePictures.Ratios([.. sets.Select(set => (set.Name, set.Chains.Last.Neighbours.Select(it => it.Ratio))),
            ("dogs, one left out", sets[0].HeldOut)]);
        return ImagePictures.Sheet(
            FormattableString.Invariant($"Fig. 8: {sets[0].Data.Samples} dogs of CIFAR-10, automobiles, a closed path through dogs; ")
                + FormattableString.Invariant($"{settings.HiddenLayers} hidden × {settings.Hidden}, {settings.Steps} steps"),
            [.. sets.Select(set => (set.Name, ImagePictures.Strip(set.Chains, set.Data.Image!.Value, Tiles)))],
            Panels.Draw([ImagePictures.JumpTails([.. sets.Select(set => (set.Name, set.Chains.Jumps))]), ratios, ends, loss],
                4, Width, 484));
    }
}
