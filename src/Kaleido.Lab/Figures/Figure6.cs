using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Figures;

/// <summary>
/// 1 to 2048 points drawn uniformly in the unit cube of 1 to 16 dimensions; two hidden layers of 50, sigmoid output, 10,000 steps: the
/// largest loss over the corners of the cube falls with the number of points. Beside it the over-generalization ratio and the spectral
/// radius at training points: where they rise towards 1 the network becomes the identity, which is the opposite of over-generalization.
/// </summary>
public sealed class Figure6 : Experiment
{
    private const int FullSeeds = 20, FullSteps = 10_000, QuickSteps = 2000, MostPoints = 2048, QuickPoints = 256;
    private const int RatioPoints = 512, SpectrumPoints = 4;
    private const uint DataStream = 0x5000_0010;

    // A network fitted to one point is constant there, so the loss is the mean over the axes of max(x², (1 - x)²), x uniform in [0, 1]:
    // mean 7/12, variance 31/80 - (7/12)².
    private const double OnePointDeviation = 0.217306746;
    private static readonly int[] s_dimensions = [1, 2, 4, 8, 16];

    /// <inheritdoc/>
    public override string Name => "6";

    /// <inheritdoc/>
    public override string Title => "More points: the loss at the corners falls, and the network becomes the identity";

    // Columns of the table.
    private const int Dimension = 0, Points = 1, Loss = 4, Ratio = 5, Radius = 6;

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds), most = options.Quick ? QuickPoints : MostPoints, dead = 0, cases = 0;
        int[] counts = [.. Enumerable.Range(0, 12).Select(i => 1 << i).Where(n => n <= most)];
        var rows = new List<double[]>();
        foreach (int dimension in s_dimensions)
        {
            foreach (int count in counts)
            {
                using var nets = new SyntheticNets(new(dimension, 50, 2) { Output = Activation.Sigmoid },
                    seed => Draw(dimension, count, seed), options.Quick ? QuickSteps : FullSteps, seeds,
                    options.For(FormattableString.Invariant(
                        $"case {++cases} of {s_dimensions.Length * counts.Length}, {count} points in {dimension}-D")), cancellation);
                int[] alive = [.. nets.Alive];
                dead += seeds - alive.Length;
                rows.AddRange(alive.Select(seed => Measure(
                    dimension, count, seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed], Draw(dimension, count, seed))));
            }
        }

        double Median(int dimension, int count, int column) =>
            Statistics.Median(rows.Where(row => row[Dimension] == dimension && row[Points] == count).Select(row => row[column]));

        return new(Name, Title, [new("seeds", seeds), new("dead or diverged", dead)],
            [new("seeds", ["dimension", "points", "seed", "training_loss", "largest_corner_loss", "ogr", "spectral_radius"], rows)],
            [.. s_dimensions.SelectMany(Verdicts)], Draw(counts, Median));

        IEnumerable<Verdict> Verdicts(int dimension)
        {
            double[] one = [.. rows.Where(row => row[Dimension] == dimension && row[Points] == 1).Select(row => row[Loss])];
            double mean = one.Average(), error = OnePointDeviation / Math.Sqrt(dimension * one.Length);
            yield return new(VerdictKind.Acceptance,
                FormattableString.Invariant($"D = {dimension}: one point gives 7/12 on average, within 3 standard errors"),
                Math.Abs(mean - 7.0 / 12) <= 3 * error, FormattableString.Invariant($"{mean:f3} ± {error:f3}"));
            double first = Median(dimension, 1, Loss), last = Median(dimension, counts[^1], Loss);
            yield return new(VerdictKind.Acceptance,
                FormattableString.Invariant($"D = {dimension}: the loss with {counts[^1]} points is at most .1 of that with one"),
                last <= 0.1 * first, FormattableString.Invariant($"{last:g3} against {first:g3}"));
            if (dimension == 1) yield break;
            double correlation = Statistics.Spearman([.. counts.Select(n => (double)n)],
                [.. counts.Select(n => Median(dimension, n, Loss))]);
            yield return new(VerdictKind.Acceptance,
                FormattableString.Invariant($"D = {dimension}: the loss falls with the points (Spearman's ρ ≤ -.9)"),
                correlation <= -0.9, FormattableString.Invariant($"{correlation:f3}"));
        }
    }

    // The first points of a larger draw are those of a smaller one.
    private static float[] Draw(int dimension, int count, int seed) =>
        MetricRandom.UniformFloats((uint)seed, DataStream, (ulong)dimension, count * dimension);

    private static double[] Measure(int dimension, int count, int seed, double loss, Mlp network, float[] data)
    {
        float[] corners = Cube.Corners(dimension);
        float[] images = network.Evaluate(corners);
        double largest = 0;
        for (int i = 0; i < corners.Length; i += dimension)
        {
            double square = PointSets.SquaredDistance(images.AsSpan(i, dimension), corners.AsSpan(i, dimension));
            largest = Math.Max(largest, square / dimension);
        }

        var ratio = OverGeneralization.Measure(network, data,
            new() { Points = RatioPoints, PointsPerAxis = dimension == 1 ? RatioPoints : 24 });
        var spectra = JacobianSpectrum.Measure(network, data.AsSpan(0, Math.Min(count, SpectrumPoints) * dimension));
        return [dimension, count, seed, loss, largest, ratio.Ratio, Statistics.Median(spectra.Select(point => point.SpectralRadius))];
    }

    private static Picture Draw(int[] counts, Func<int, int, int, double> median)
    {
        double[] x = [.. counts.Select(n => (double)n)];
        (string Title, string Label, int Column, bool Logarithmic)[] panels =
        [
            ("largest loss over the corners", "median loss", Loss, true), ("over-generalization ratio", "median OGR", Ratio, false),
            ("spectral radius at training points", "median ρ(J)", Radius, false),
        ];
        return Panels.Draw([.. panels.Select(panel =>
        {
            var plot = new Plot
            {
                Title = panel.Title, X = new() { Label = "training points", Logarithmic = true },
                Y = new() { Label = panel.Label, Logarithmic = panel.Logarithmic, Minimum = panel.Logarithmic ? null : 0 },
            };
            foreach (int dimension in s_dimensions)
                plot.Line(x, [.. counts.Select(n => median(dimension, n, panel.Column))], FormattableString.Invariant($"D = {dimension}"));
            return plot;
        })], 3, 1680, 480, "Fig. 6: More points, less over-generalization (medians)");
    }
}
