using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Is the attractor that an image falls to a good first part of its code? Attractor index + coded residual against principal components
/// alone at the
/// same number of bits, on drawn digits that neither the network nor the coders have seen.
/// </summary>
public sealed class AttractorCompression : Experiment
{
    private const int Features = 196, Components = 96, Iterations = 200, HeldOutFrom = 4096, FullSeeds = 5;
    private const double SameTolerance = 0.02, RestTolerance = 1e-3;
    private static readonly int[] s_rates = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192];
    private static readonly double[] s_noises = [0.1, 0.3];

    // A network's code book: its attractors, a coder of the training residuals, and what images fall to.
    private sealed record Book(double[] Attractors, int IndexBits, TransformCoder Reached, TransformCoder Nearest, int Unsettled)
    {
        public int Count => Attractors.Length / Features;
    }

    /// <inheritdoc/>
    public override string Name => "compression";

    /// <inheritdoc/>
    public override string Title => "Compression: attractor index and residual against principal components at the same rate";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool full = !options.Quick;
        int train = full ? 1000 : 200, test = full ? 500 : 100, attracting = full ? 100 : 40;
        float[] all = DrawnDigits.Rows(DrawnDigits.Half, HeldOutFrom + test, 0);
        float[] trained = all[..(train * Features)], held = all[(HeldOutFrom * Features)..];
        double[] rows = Doubles(trained), heldRows = Doubles(held);
        options.Report?.Invoke("principal components");
        var plain = TransformCoder.Learn(rows, Features, Components);
        double[] pca = Errors(heldRows, (row, bits) => plain.Decode(row, bits), 0),
            pcaTrain = Errors(rows, (row, bits) => plain.Decode(row, bits), 0);
        var series = new List<(string Name, double[] Errors)> { ("principal components", pca) };
        var numbers = new List<KeyValuePair<string, double>> { new("training images", train), new("held-out images", test) };
        var tables = new List<double[]>();
        int wins = 0, comparisons = 0, nearestWins = 0;
        int seeds = options.Seeds > 0 ? options.Seeds : full ? FullSeeds : 1;
        foreach (double noise in s_noises)
        {
            string label = FormattableString.Invariant($"σ = {noise:g2}");
            List<Book> books = [];
            List<double[]> reached = [], nearest = [];
            for (int seed = 0; seed < seeds; seed++)
            {
                cancellation.ThrowIfCancellationRequested();
                options.Report?.Invoke(FormattableString.Invariant($"{label}: network {seed + 1} of {seeds}"));
                var (book, ends) = Learn(trained, rows, held, noise, seed, attracting, full ? 4000 : 1500, options, cancellation);
                books.Add(book);
                reached.Add(Code(heldRows, book, book.Reached, ends));
                nearest.Add(Code(heldRows, book, book.Nearest, NearestOf(heldRows, book)));
                for (int r = 0; r < s_rates.Length; r++)
                {
                    tables.Add([noise, seed, s_rates[r], pca[r], reached[seed][r], nearest[seed][r]]);
                    if (double.IsNaN(reached[seed][r])) continue;
                    comparisons++;
                    if (reached[seed][r] < pca[r]) wins++;
                    if (nearest[seed][r] < pca[r]) nearestWins++;
                }
            }

            numbers.Add(new($"{label}: median number of attractors", Statistics.Median(books.Select(book => (double)book.Count))));
            numbers.Add(new($"{label}: median bits of the index", Statistics.Median(books.Select(book => (double)book.IndexBits))));
            numbers.Add(new($"{label}: median number of held-out images that did not settle",
                Statistics.Median(books.Select(book => (double)book.Unsettled))));
            numbers.Add(new($"{label}: median PSNR gain over principal components, dB", Statistics.Median(reached.SelectMany(Gains))));
            numbers.Add(new($"{label}: median PSNR gain of the nearest attractor, dB", Statistics.Median(nearest.SelectMany(Gains))));
            series.Add(($"attractor reached, {label}", Medians(reached)));
            series.Add(($"attractor nearest, {label}", Medians(nearest)));
        }

        IEnumerable<double> Gains(double[] errors) => Enumerable.Range(0, s_rates.Length).Where(r => !double.IsNaN(errors[r])).Select(r =>
            10 * Math.Log10(pca[r] / errors[r]));

        // A code of k components cannot be better on its training set than those components without quantisation
        // (C. Eckart, G. Young, 1936).
        bool bounded = Enumerable.Range(0, s_rates.Length).All(r =>
            pcaTrain[r] >= plain.Variances.Skip(s_rates[r]).Sum() / Features * (1 - 1e-9));
        bool falls = series.All(it => Falls(it.Errors));
        return new(Name, Title, numbers,
            [new("rates", ["noise", "seed", "bits", "mse_pca", "mse_attractor_reached", "mse_attractor_nearest"], tables)],
            [
                new(VerdictKind.Acceptance,
                    "check of the coder: b bits of principal components err on their training images at least as b whole components do",
                    bounded, "all rates"),
                new(VerdictKind.Acceptance,
                    "the held-out error of every code falls with the rate, from the least to the largest at least to a half",
                    falls,
                    FormattableString.Invariant($"{series.Count} codes")),
                new(VerdictKind.Claim, "attractor index and residual beat principal components at the same rate", wins > comparisons / 2,
                    $"at {wins} of {comparisons} rates"),
                new(VerdictKind.Claim, "the nearest attractor in place of the one that is reached does", nearestWins > comparisons / 2,
                    $"at {nearestWins} of {comparisons} rates"),
            ],
            Draw(series));
    }

    private static (Book Book, int[] Ends) Learn(
        float[] trained, double[] rows, float[] held, double noise, int seed, int attracting, long steps, FigureOptions options,
        CancellationToken cancellation)
    {
        using var device = Device.Cpu(options.Threads);
        using var network = Mlp.Create(device, new(Features, 128, 3) { Output = Activation.Sigmoid, Seed = (uint)seed });
        float[] stored = trained[..(attracting * Features)];
        Trainer.Fit(network, stored, stored, LossFunction.SquaredError,
            new() { Steps = steps, LearningRate = 1e-3, InputNoise = noise, Seed = (uint)seed }, null, cancellation);
        cancellation.ThrowIfCancellationRequested();

        // The code book: the places of rest of all training images. What has not come to rest takes the nearest entry.
        float[] ends = SyntheticNets.Iterate(network, trained, Iterations), next = network.Evaluate(ends);
        var book = new List<double[]>();
        for (int i = 0; i < ends.Length / Features; i++)
        {
            double[] end = Doubles(ends[(i * Features)..((i + 1) * Features)]);
            if (PointSets.RootMeanSquare(end, Doubles(next[(i * Features)..((i + 1) * Features)])) > RestTolerance) continue;
            if (!book.Any(other => PointSets.RootMeanSquare(other, end) <= SameTolerance)) book.Add(end);
        }

        if (book.Count == 0) book.Add(new double[Features]);
        double[] attractors = [.. book.SelectMany(entry => entry)];
        int bits = (int)Math.Ceiling(Math.Log2(book.Count));
        int[] reached = PointSets.Nearest(Doubles(ends), attractors, Features).Index;
        int[] near = PointSets.Nearest(rows, attractors, Features).Index;
        float[] heldEnds = SyntheticNets.Iterate(network, held, Iterations);
        var (heldIndex, away) = PointSets.Nearest(Doubles(heldEnds), attractors, Features);
        int unsettled = away.Count(distance => distance > SameTolerance * Math.Sqrt(Features));
        return (new(attractors, bits, TransformCoder.Learn(Residuals(rows, attractors, reached), Features, Components),
            TransformCoder.Learn(Residuals(rows, attractors, near), Features, Components), unsettled), heldIndex);
    }

    private static int[] NearestOf(double[] rows, Book book) => PointSets.Nearest(rows, book.Attractors, Features).Index;

    private static double[] Code(double[] rows, Book book, TransformCoder coder, int[] index)
    {
        double[] residuals = Residuals(rows, book.Attractors, index);
        return Errors(residuals, (row, bits) => coder.Decode(row, bits), book.IndexBits);
    }

    private static double[] Residuals(double[] rows, double[] attractors, int[] index)
    {
        var residuals = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++) residuals[i] = rows[i] - attractors[index[i / Features] * Features + i % Features];
        return residuals;
    }

    // The mean squared error per pixel at each rate, of which the index takes its part; NaN where the index alone needs more.
    private static double[] Errors(double[] rows, Func<double[], int, double[]> decode, int indexBits) =>
        [.. s_rates.Select(rate =>
        {
            if (rate < indexBits) return double.NaN;
            double sum = 0;
            for (int i = 0; i < rows.Length / Features; i++)
            {
                double[] row = rows[(i * Features)..((i + 1) * Features)];
                sum += PointSets.SquaredDistance(row, decode(row, rate - indexBits));
            }

            return sum / rows.Length;
        })];

    private static double[] Medians(List<double[]> errors) =>
        [.. Enumerable.Range(0, s_rates.Length).Select(r => Statistics.Median(errors.Select(it => it[r])))];

    private static bool Falls(double[] errors)
    {
        double[] seen = [.. errors.Where(double.IsFinite)];
        return seen.Length > 1 && seen[^1] <= seen[0] / 2;
    }

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];

    private static Picture Draw(List<(string Name, double[] Errors)> series)
    {
        double[] rates = [.. s_rates.Select(rate => (double)rate)];
        var plot = new Plot
        {
            Title = "held-out images", X = new() { Label = "bits per image", Logarithmic = true, Minimum = 7, Maximum = 220 },
                Y = new() { Label = "PSNR in dB, of the median error" }, Legend = LegendPlace.UpperLeft,
        };
        for (int i = 0; i < series.Count; i++)
        {
            double[] psnr = [.. series[i].Errors.Select(error => 10 * Math.Log10(1 / error))];
            plot.Line(rates, psnr, series[i].Name, new() { Colour = i == 0 ? Rgb.Black : Palette.Series(i), Dash = LineStyle.DashOf(i),
                Width = i == 0 ? 2.4 : 1.8 });
            plot.Points(rates, psnr, null,
                new() { Colour = i == 0 ? Rgb.Black : Palette.Series(i), Marker = (Marker)(i % 4), Size = 7 });
        }

        return Panels.Draw([plot], 1, 1000, 560, "Compression: attractor index and residual, and principal components alone");
    }
}
