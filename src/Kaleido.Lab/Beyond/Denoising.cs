using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Steps exactly at the data? The networks of figure 4 (±.2 and ±.8; ten hidden layers of 10, tanh, 5000 steps) fitted to give the data back
/// from noisy inputs, f(x + σε) → x: how often has each of the four points a basin, how fast is burn-in, and how near does f come to the best
/// denoiser Σ softmax(-(x - x_i)²/2σ²) x_i, which steps between the data?
/// </summary>
public sealed class Denoising : Experiment
{
    private const int FullSeeds = 50, GridPoints = 1001, Iterations = 300, Profiles = 12;
    private const double Tolerance = 0.02, Wide = 0.05;

    // The noise whose expectation is judged, and the larger one beside it.
    private const double Judged = 0.05, Larger = 0.1;
    private static readonly double[] s_sigmas = [0, 0.01, 0.02, 0.05, 0.1, 0.2];
    private static readonly float[] s_points = [-0.8f, -0.2f, 0.2f, 0.8f];

    // Columns of the table.
    private const int Sigma = 0, Covered = 3, CoveredWide = 4, AtData = 5, BurnIn = 6, Uniform = 7, Explained = 8, Oracle = 9;

    /// <inheritdoc/>
    public override string Name => "denoise";

    /// <inheritdoc/>
    public override string Title => "Denoising training: do all four points attract?";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        float[] grid = [.. SyntheticNets.UnitGrid(GridPoints).Select(x => 2 * x - 1)];
        var rows = new List<double[]>();
        var panels = new List<Plots.Figure>();
        foreach (double sigma in s_sigmas)
        {
            using var nets = new SyntheticNets(
                new(1, 10, 10) { Output = Activation.Tanh }, s_points, 5000, seeds, options, cancellation, inputNoise: sigma);
            rows.AddRange(nets.Alive.Select(seed => Measure(sigma, seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed], grid)));
            panels.Add(Profile(sigma, [.. nets.Alive.Take(Profiles).Select(seed => nets.Nets[seed])], grid));
        }

        double[] Of(double sigma, int column) => [.. rows.Where(row => row[Sigma] == sigma).Select(row => row[column])];
        int Count(double sigma, int column = Covered) => Of(sigma, column).Count(value => value == s_points.Length);
        string Share(double sigma) => FormattableString.Invariant($"{Count(sigma)} of {Of(sigma, Covered).Length} seeds");
        double Middle(double sigma) => Statistics.Median(Of(sigma, BurnIn));
        panels.AddRange(Summaries(Of, s => Count(s)));
        return new(Name, Title,
            [
                new("seeds", seeds),
                .. s_sigmas.SelectMany(sigma => new KeyValuePair<string, double>[]
                {
                    new(FormattableString.Invariant($"σ = {sigma}: dead or diverged"), seeds - Of(sigma, Covered).Length),
                    new(FormattableString.Invariant($"σ = {sigma}: seeds in which all four have a basin within .02"), Count(sigma)),
                    new(FormattableString.Invariant($"σ = {sigma}: the same within .05"), Count(sigma, CoveredWide)),
                    new(FormattableString.Invariant($"σ = {sigma}: median share of orbits that end at a datum"), Statistics.Median(Of(sigma, AtData))),
                    new(FormattableString.Invariant($"σ = {sigma}: median B90(.02)"), Middle(sigma)),
                    new(FormattableString.Invariant($"σ = {sigma}: median RMS to the best denoiser on [-1, 1]"), Statistics.Median(Of(sigma, Uniform))),
                    new(FormattableString.Invariant($"σ = {sigma}: median share of the noise removed"), Statistics.Median(Of(sigma, Explained))),
                }),
            ],
            [
                new("seeds", ["sigma", "seed", "loss", "data_with_basin_02", "data_with_basin_05", "share_at_data", "b90_02", "rms_to_oracle",
                    "noise_removed", .. s_sigmas.Skip(1).Select(s => FormattableString.Invariant($"rms_to_oracle_{s}"))], rows),
                new("oracle", ["sigma", "data_with_basin_02", "b90_02"], [.. s_sigmas.Skip(1).Select(OracleRow)]),
            ],
            [
                Verdict.AtLeast("σ = .05: each of the four points has a basin (τ = .02)", Count(Judged), Of(Judged, Covered).Length, 0.5, full),
                Verdict.QuantileAtMost("the median B90(.02) with σ = .05 is below that without noise", Of(Judged, BurnIn), 0.5, Middle(0) - 1, full),
                Verdict.QuantileAtLeast("σ = .05: the median network removes at least 3/4 of what the best denoiser removes (mean square, on noisy data)",
                    Of(Judged, Explained), 0.5, 0.75, full),
                new(VerdictKind.Claim, "σ = .05 gives all four points a basin in most seeds, against a few per cent without noise",
                    2 * Count(Judged) > Of(Judged, Covered).Length && 10 * Count(0) < Of(0, Covered).Length,
                    $"{Share(Judged)} against {Share(0)}"),
                new(VerdictKind.Claim, "burn-in takes about 3 applications instead of about 8", Middle(Judged) is >= 2 and <= 4 && Middle(0) is >= 6 and <= 10,
                    FormattableString.Invariant($"median B90(.02) {Middle(Judged):g3} instead of {Middle(0):g3}")),
                new(VerdictKind.Claim, "σ = .1 is worse than σ = .05", Count(Larger) * Of(Judged, Covered).Length < Count(Judged) * Of(Larger, Covered).Length,
                    $"{Share(Larger)} against {Share(Judged)}"),
                new(VerdictKind.Claim, "a network is nearer to the best denoiser of its own σ than to those of the others (σ ≥ .05, on [-1, 1])",
                    s_sigmas.Where(s => s >= Judged).All(s => Nearest(s) == s),
                    string.Join(", ", s_sigmas.Skip(1).Select(s => FormattableString.Invariant($"{s} → {Nearest(s)}")))),
            ],
            Panels.Draw(panels, 3, 1680, 1300, "Denoising training on ±.2, ±.8: twelve networks each, and the best denoiser"));

        // The σ of the best denoiser that is nearest in the median.
        double Nearest(double sigma) =>
            s_sigmas.Skip(1).MinBy(other => Statistics.Median(Of(sigma, Oracle + Array.IndexOf(s_sigmas, other) - 1)));
    }

    private static double[] Measure(double sigma, int seed, double loss, Mlp network, float[] grid)
    {
        float[] once = network.Evaluate(grid), state = once;
        double burnIn = double.PositiveInfinity;
        for (int i = 1; i <= Iterations; i++)
        {
            if (SyntheticNets.ShareWithin(state, s_points, Tolerance) >= 0.9) burnIn = Math.Min(burnIn, i);
            if (i < Iterations) state = network.Evaluate(state);
        }

        var ends = SyntheticNets.Nearest(state, s_points, 1);
        int Basins(double tolerance) => s_points.Where((_, i) => ends.Any(end => end.Nearest == i && end.Distance <= tolerance)).Count();
        double[] distances = [.. s_sigmas.Skip(1).Select(s => Distance(s, once, grid))];
        var (uniform, explained) = sigma == 0 ? (double.NaN, double.NaN) : (Distance(sigma, once, grid), Removed(sigma, network));
        return [sigma, seed, loss, Basins(Tolerance), Basins(Wide), ends.Count(end => end.Distance <= Tolerance) / (double)ends.Length, burnIn,
            uniform, explained, .. distances];
    }

    private static double Distance(double sigma, float[] images, float[] grid)
    {
        double[] best = Best(sigma, [.. grid.Select(x => (double)x)]);
        return Math.Sqrt(images.Select((y, i) => (y - best[i]) * (y - best[i])).Average());
    }

    // 1 - E(f - r)²/E(y - r)² over the noisy data y = x_i + σε, by a regular grid in ε from -4 to 4: 1 for the best denoiser, 0 for the identity.
    private static double Removed(double sigma, Mlp network)
    {
        const int Steps = 81;
        double[] epsilon = [.. Enumerable.Range(0, Steps).Select(i => -4 + 8 * i / (Steps - 1.0))];
        double[] noisy = [.. s_points.SelectMany(x => epsilon.Select(e => x + sigma * e))], best = Best(sigma, noisy);
        float[] images = network.Evaluate([.. noisy.Select(y => (float)y)]);
        double missed = 0, all = 0;
        for (int i = 0; i < noisy.Length; i++)
        {
            double weight = Math.Exp(-epsilon[i % Steps] * epsilon[i % Steps] / 2);
            missed += weight * (images[i] - best[i]) * (images[i] - best[i]);
            all += weight * (noisy[i] - best[i]) * (noisy[i] - best[i]);
        }

        return 1 - missed / all;
    }

    private static double[] Best(double sigma, double[] points)
    {
        var images = new double[points.Length];
        new OptimalDenoiser(s_points, 1, sigma).Apply(points, images);
        return images;
    }

    private static double[] OracleRow(double sigma)
    {
        double[] state = [.. SyntheticNets.UnitGrid(GridPoints).Select(x => 2.0 * x - 1)];
        double burnIn = double.PositiveInfinity;
        for (int i = 1; i <= Iterations; i++)
        {
            state = Best(sigma, state);
            if (SyntheticNets.ShareWithin([.. state.Select(x => (float)x)], s_points, Tolerance) >= 0.9) burnIn = Math.Min(burnIn, i);
        }

        return [sigma, s_points.Count(datum => state.Any(x => Math.Abs(x - datum) <= Tolerance)), burnIn];
    }

    private static Plot Profile(double sigma, Mlp[] nets, float[] grid)
    {
        var plot = new Plot
        {
            Title = sigma == 0 ? "no noise" : FormattableString.Invariant($"σ = {sigma}"), X = new() { Label = "x" },
            Y = new() { Label = "f(x)", Minimum = -1, Maximum = 1 }, Legend = LegendPlace.UpperLeft,
        };
        double[] x = [.. grid.Select(value => (double)value)], points = [.. s_points.Select(value => (double)value)];
        plot.Line(x, x, "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
        for (int i = 0; i < nets.Length; i++)
        {
            plot.Line(x, [.. nets[i].Evaluate(grid).Select(y => (double)y)], i == 0 ? "networks" : null,
                new() { Colour = Palette.OkabeIto[0], Width = 1.4, Dash = [], Opacity = 0.5 });
        }

        if (sigma > 0) plot.Line(x, Best(sigma, x), "best denoiser", new() { Colour = Palette.OkabeIto[2], Width = 2.6, Dash = [10, 5] });
        return plot.Points(points, points, "data", new() { Colour = Palette.OkabeIto[1], Marker = Marker.Circle, Halo = true, Size = 9 });
    }

    private static IEnumerable<Plots.Figure> Summaries(Func<double, int, double[]> of, Func<double, int> count)
    {
        double[] places = [.. Enumerable.Range(0, s_sigmas.Length).Select(i => (double)i)];
        Axis sigmas = new() { Label = "σ of the noise in training", Categories = [.. s_sigmas.Select(s => FormattableString.Invariant($"{s}"))] };
        var shares = s_sigmas.Select(s => (Hits: count(s), All: of(s, Covered).Length)).ToArray();
        var intervals = shares.Select(s => s.All == 0 ? (Low: 0, High: 1) : Statistics.WilsonInterval(s.Hits, s.All)).ToArray();
        yield return new Plot
        {
            Title = "seeds in which all four points attract", X = sigmas, Y = new() { Label = "share (band: 95 %, Wilson)", Minimum = 0, Maximum = 1 },
        }.Band(places, [.. intervals.Select(i => i.Low)], [.. intervals.Select(i => i.High)])
            .Line(places, [.. shares.Select(s => s.Hits / (double)s.All)]).Points(places, [.. shares.Select(s => s.Hits / (double)s.All)]);
        foreach (var (column, title, label) in new[]
        {
            (BurnIn, "burn-in", "B90(.02), median and quartiles"), (Uniform, "distance to the best denoiser", "RMS on [-1, 1], median and quartiles"),
        })
        {
            double[] Quantile(double share) => [.. s_sigmas.Select(s => Statistics.Quantile(of(s, column), share))];
            yield return new Plot { Title = title, X = sigmas, Y = new() { Label = label, Logarithmic = column == BurnIn, Minimum = column == BurnIn ? 1 : 0 } }
                .Band(places, Quantile(0.25), Quantile(0.75)).Line(places, Quantile(0.5)).Points(places, Quantile(0.5));
        }
    }
}
