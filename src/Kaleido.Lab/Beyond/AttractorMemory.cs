using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// How many images does a network store as attractors when it is trained to map each to itself, and does it store a
/// sequence as a limit cycle when trained to map each to the next? After A. Radhakrishnan, M. Belkin, C. Uhler,
/// "Overparameterized neural networks implement associative memory", PNAS 117 (2020), on drawn digits of 14 × 14 pixels.
/// </summary>
public sealed class AttractorMemory : Experiment
{
    /// <summary>The Philox stream of the noise around images and of random starts.</summary>
    private const uint Stream = 0x4D45_4D30;

    private const int Features = 196, Copies = 4, Iterations = 200, SequenceLength = 10, SequenceStarts = 200;
    private const int CommonWidth = 96, CommonDepth = 3, FullSteps = 3000, QuickSteps = 1500, SequenceSteps = 4000;
    private const double Tolerance = 0.05, NoiseAround = 0.05, NearNoise = 0.001;

    // Capacity of a Hopfield net per neuron (D. Amit, H. Gutfreund, H. Sompolinsky, 1985): random patterns, a few per cent of wrong bits.
    private const double Hopfield = 0.138;

    // Training as in the PNAS paper, and denoising.
    private static readonly double[] s_noises = [0, 0.1];

    private sealed record Cell(int Images, int Depth, int Width, double Noise, int Seed, double Loss, int Resting, int Recalled,
        int Stored);

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Title => "Attractor memory: images stored as fixed points, sequences as limit cycles";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool full = !options.Quick;
        int seeds = options.Seeds > 0 ? options.Seeds : 1;
        int[] images = full ? [1, 10, 30, 100] : [1, 10];
        int[] depths = full ? [1, 2, 4, 7, 10] : [1, 4], widths = full ? [32, 64, 128, 256] : [32, 64];
        int steps = full ? FullSteps : QuickSteps;
        using var device = Device.Cpu(options.Threads);
        var cells = new List<Cell>();
        (int Depth, int Width)[] shapes =
            [.. depths.Select(depth => (depth, CommonWidth)), .. widths.Select(width => (CommonDepth, width))];
        foreach (int count in images)
        {
            foreach (var (depth, width) in shapes)
            {
                options.Report?.Invoke(FormattableString.Invariant($"{count} images, {depth} hidden layers of {width}"));
                foreach (double noise in s_noises)
                {
                    for (int seed = 0; seed < seeds; seed++)
                        cells.Add(Measure(device, count, depth, width, noise, seed, steps, options, cancellation));
                }
            }
        }

        options.Report?.Invoke("sequences");
        List<float[]> frames = [];
        var sequences = Enumerable.Range(0, full ? 8 : 2).Select(seed =>
            Sequence(device, seed, full ? SequenceSteps : 2500, frames, cancellation)).ToList();
        return Judge(cells, sequences, frames, images, depths, widths);
    }

    private static Cell Measure(
        Device device, int count, int depth, int width, double noise, int seed, long steps, FigureOptions options,
        CancellationToken cancellation)
    {
        float[] data = DrawnDigits.Rows(DrawnDigits.Half, count, (uint)seed);
        using var network = Mlp.Create(device, new(Features, width, depth) { Output = Activation.Sigmoid, Seed = (uint)seed });
        var fit = Trainer.Fit(network, data, data, LossFunction.SquaredError,
            new() { Steps = steps, LearningRate = 1e-3, Seed = (uint)seed, InputNoise = noise, TargetLoss = noise == 0 ? 1e-7 : null },
            null, cancellation);
        cancellation.ThrowIfCancellationRequested();
        float[] starts = [.. data, .. Enumerable.Range(0, Copies).SelectMany(copy => Noisy(data, NoiseAround, seed, copy))];
        float[] ends = SyntheticNets.Iterate(network, starts, Iterations);
        bool[] rests = [.. Enumerable.Range(0, count).Select(i => Away(ends, i, data, i) <= Tolerance)];
        bool[] recalled = [.. Enumerable.Range(0, count).Select(i => rests[i]
            && Enumerable.Range(1, Copies).All(copy => Away(ends, copy * count + i, data, i) <= Tolerance))];
        var stored = new bool[count];
        var map = ReluSelfMap.Of(network);
        Parallel.For(0, count, SideBySide.Of(options, cancellation), i =>
        {
            if (!recalled[i]) return;
            double[] end = [.. ends.Skip(i * Features).Take(Features).Select(value => (double)value)];
            stored[i] = Linearization.DominantRadius(map.Linearize(end)) < 1;
        });
        return new(count, depth, width, noise, seed, fit.Loss, rests.Count(it => it), recalled.Count(it => it), stored.Count(it => it));
    }

    private sealed record SequenceNet(
        int Seed, double Loss, SequenceCycle Cycle, double Attracted, double NearReturns, double RandomReturns);

    // f(x_i) → x_(i+1 mod k); the first network's recall from three random starts is kept as frames.
    private static SequenceNet Sequence(Device device, int seed, long steps, List<float[]> frames, CancellationToken cancellation)
    {
        float[] data = DrawnDigits.Rows(DrawnDigits.Half, SequenceLength, (uint)seed), next = [.. data[Features..], .. data[..Features]];
        using var network = Mlp.Create(device, new(Features, 128, 3) { Output = Activation.Sigmoid, Seed = (uint)seed });
        var fit = Trainer.Fit(network, data, next, LossFunction.SquaredError,
            new() { Steps = steps, LearningRate = 1e-3, Seed = (uint)seed, TargetLoss = 1e-8 }, null, cancellation);
        cancellation.ThrowIfCancellationRequested();
        float[] near = [.. Enumerable.Range(0, SequenceStarts / SequenceLength).SelectMany(copy => Noisy(data, NearNoise, seed, copy))];
        float[] random = MetricRandom.Rounded((uint)seed, Stream + 1, 0, SequenceStarts * Features);
        if (frames.Count == 0)
        {
            float[] state = random[..(3 * Features)];
            for (int i = 0; i < 40; i++)
            {
                frames.Add(state);
                state = network.Evaluate(state);
            }
        }

        var cycle = SequenceCycle.Of(network, data, Features, Iterations / SequenceLength);
        float[] beside = [.. Enumerable.Range(0, SequenceStarts / SequenceLength).SelectMany(copy =>
            Noisy(cycle.Points, NearNoise, seed, copy))];
        double attracted = cycle.Attracted(beside, SyntheticNets.Iterate(network, beside, Iterations), Features);
        return new(seed, fit.Loss, cycle, attracted, Returns(network, near, data), Returns(network, random, data));
    }

    // The share of starts that, after the iterations, pass through all images in order.
    private static double Returns(Mlp network, float[] starts, float[] data)
    {
        float[] state = SyntheticNets.Iterate(network, starts, Iterations);
        int rows = starts.Length / Features;
        int[] phase = [.. Enumerable.Range(0, rows).Select(row =>
            Enumerable.Range(0, SequenceLength).MinBy(i => Away(state, row, data, i)))];
        var holds = new bool[rows];
        Array.Fill(holds, true);
        for (int step = 0; step < SequenceLength; step++)
        {
            for (int row = 0; row < rows; row++) holds[row] &= Away(state, row, data, (phase[row] + step) % SequenceLength) <= Tolerance;
            state = network.Evaluate(state);
        }

        return holds.Count(it => it) / (double)rows;
    }

    private FigureResult Judge(List<Cell> cells, List<SequenceNet> sequences, List<float[]> frames, int[] images, int[] depths,
        int[] widths)
    {
        var single = cells.Where(cell => cell.Images == 1).ToList();
        double Correlation(double noise, Func<Cell, bool> swept, Func<Cell, double> size)
        {
            var largest = cells.Where(cell => cell.Images == images[^1] && cell.Noise == noise && swept(cell)).ToList();
            return Statistics.Spearman([.. largest.Select(size)], [.. largest.Select(cell => (double)cell.Stored)]);
        }

        var cycles = sequences.Where(net => net.Cycle is { IsCycle: true, Radius: < 1 }).ToList();
        double baseline = Hopfield * Features, random = Statistics.Median(sequences.Select(net => net.RandomReturns));
        var numbers = new List<KeyValuePair<string, double>> { new("networks", cells.Count), new("Hopfield capacity .138 D", baseline) };
        var claims = new List<Verdict>();
        foreach (double noise in s_noises)
        {
            string manner = noise == 0 ? "plain training" : FormattableString.Invariant($"denoising, σ = {noise:g2}");
            var best = cells.Where(cell => cell.Noise == noise).MaxBy(cell => cell.Stored)!;
            double byDepth = Correlation(noise, cell => cell.Width == CommonWidth, cell => cell.Depth);
            double byWidth = Correlation(noise, cell => cell.Depth == CommonDepth, cell => cell.Width);
            numbers.AddRange(
            [
                new($"{manner}: largest number of images stored", best.Stored), new($"{manner}: of so many images", best.Images),
                new($"{manner}: by hidden layers", best.Depth), new($"{manner}: of width", best.Width),
                new($"{manner}: Spearman of stored and depth at most images", byDepth),
                new($"{manner}: Spearman of stored and width at most images", byWidth),
            ]);
            claims.Add(new(VerdictKind.Claim, $"{manner}: more images than a Hopfield net's .138 D are stored", best.Stored > baseline,
                FormattableString.Invariant($"{best.Stored} against {baseline:f1}")));
            claims.Add(new(VerdictKind.Claim, $"{manner}: the number stored grows with depth", byDepth > 0, Words(byDepth)));
            claims.Add(new(VerdictKind.Claim, $"{manner}: the number stored grows with width", byWidth > 0, Words(byWidth)));
        }

        return new(Name, Title,
            [
                .. numbers,
                new("sequence networks", sequences.Count),
                new("of these: the first image leads to a cycle of ten in the images' order", sequences.Count(net => net.Cycle.IsCycle)),
                new("median share of random starts that end on the cycle in order", random),
                new("median share of starts beside an image that do", Statistics.Median(sequences.Select(net => net.NearReturns))),
                new("median spectral radius once around the cycle", Statistics.Median(sequences.Select(net => net.Cycle.Radius))),
            ],
            [
                new("images", ["images", "hidden_layers", "width", "noise", "seed", "loss", "at_rest", "recalled_from_noise", "stored"],
                    [.. cells.Select(cell => new[]
                    {
                        cell.Images, cell.Depth, cell.Width, cell.Noise, cell.Seed, cell.Loss, cell.Resting, cell.Recalled, cell.Stored,
                    })]),
                new("sequences",
                    [
                        "seed", "loss", "rho_around_cycle", "farthest_from_images", "is_cycle", "share_attracted", "share_near",
                        "share_random",
                    ],
                    [.. sequences.Select(net => new[]
                    {
                        net.Seed, net.Loss, net.Cycle.Radius, net.Cycle.Off, net.Cycle.IsCycle ? 1 : 0, net.Attracted, net.NearReturns,
                        net.RandomReturns,
                    })]),
            ],
            [
                new(VerdictKind.Acceptance, "a single image is stored by every network", single.All(cell => cell.Stored == 1),
                    $"{single.Count(cell => cell.Stored == 1)} of {single.Count} networks"),
                new(VerdictKind.Acceptance,
                    "where the first image leads to a cycle in the images' order with ρ < 1 around it, starts .001 beside it come nearer",
                    cycles.Count > 0 && cycles.All(net => net.Attracted == 1),
                    $"{cycles.Count(net => net.Attracted == 1)} of {cycles.Count} such networks, of {sequences.Count}"),
                .. claims,
                new(VerdictKind.Claim, "a sequence of ten images is stored as a limit cycle that random starts find",
                    random > 0.5, FormattableString.Invariant($"median share of random starts {random:f2}")),
            ],
            MemoryPictures.Draw("Attractor memory: images stored", images, depths, widths, CommonWidth, CommonDepth, s_noises,
                (count, depth, width, noise) => Statistics.Median(
                    cells.Where(c => c.Images == count && c.Depth == depth && c.Width == width && c.Noise == noise)
                        .Select(c => (double)c.Stored)),
                baseline))
        {
            Animation = [.. frames.Select(MemoryPictures.Frame)], Timing = new() { Delay = 200 },
        };
    }

    private static string Words(double correlation) =>
        double.IsNaN(correlation) ? "the same number everywhere" : FormattableString.Invariant($"Spearman {correlation:f2}");

    private static float[] Noisy(float[] data, double deviation, int seed, int copy)
    {
        var noisy = new float[data.Length];
        for (int row = 0; row < data.Length / Features; row++)
        {
            // A uniform direction of the noise's mean length σ√D: the same law in high dimension, from the generator of directions.
            double[] direction = MetricRandom.UnitVector((uint)seed, Stream, (ulong)(copy * 1000 + row), Features);
            for (int k = 0; k < Features; k++)
            {
                int at = row * Features + k;
                noisy[at] = (float)(data[at] + deviation * Math.Sqrt(Features) * direction[k]);
            }
        }

        return noisy;
    }

    // The root mean square difference of two rows, each difference rounded to float (PointSets.RootMeanSquare rounds none).
    private static double Away(float[] rows, int row, float[] others, int other)
    {
        double sum = 0;
        for (int k = 0; k < Features; k++)
        {
            double difference = rows[row * Features + k] - others[other * Features + k];
            sum += difference * difference;
        }

        return Math.Sqrt(sum / Features);
    }
}
