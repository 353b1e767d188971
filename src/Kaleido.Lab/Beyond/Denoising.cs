using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Steps exactly at the data? The networks of figure 4 (±.2 and ±.8; ten hidden layers of 10, tanh, 5000 steps) fitted to
/// give the data back from noisy inputs, f(x + σε) → x: how often has each of the four points a basin, how fast is burn-in,
/// and how near does f come to the best denoiser Σ softmax(-(x - x_i)²/2σ²) x_i, which steps between the data? Each step
/// draws the noise of each point once, or 32 times: the mean of 32 gradients is a less noisy one of the same loss.
/// </summary>
public sealed class Denoising : Experiment
{
    private const int FullSeeds = 50, FullGrid = 1000, QuickGrid = 250, Iterations = 300, Profiles = 12, ManyDraws = 32;
    private const double Tolerance = 0.02, Wide = 0.05;

    // The noise whose expectation is judged, and the larger one beside it.
    private const double Judged = 0.05, Larger = 0.1;
    private static readonly double[] s_sigmas = [0, 0.01, 0.02, 0.05, 0.1, 0.2];
    private static readonly float[] s_points = [-0.8f, -0.2f, 0.2f, 0.8f];

    // Without noise all draws are the same.
    private static readonly (double Sigma, int Draws)[] s_cases =
        [(0, 1), .. s_sigmas.Skip(1).Select(s => (s, 1)), .. s_sigmas.Skip(1).Select(s => (s, ManyDraws))];

    // Columns of the table.
    private const int Sigma = 0, Draws = 1, Covered = 4, CoveredWide = 5, AtData = 6, BurnIn = 7, Uniform = 8, Removal = 9, Oracle = 10;

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
        float[] grid = Line(options.Quick ? QuickGrid : FullGrid);
        var rows = new List<double[]>();
        var panels = new List<Plots.Figure>();
        foreach (var (sigma, draws) in s_cases)
        {
            float[] points = [.. Enumerable.Repeat(s_points, draws).SelectMany(all => all)];
            using var nets = new SyntheticNets(
                new(1, 10, 10) { Output = Activation.Tanh }, points, 5000, seeds,
                options.For(FormattableString.Invariant($"σ = {sigma}, {draws} {(draws == 1 ? "draw" : "draws")}")), cancellation,
                inputNoise: sigma);
            rows.AddRange(nets.Alive.Select(seed => Measure(sigma, draws, seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed], grid)));
            if (sigma == 0 || draws > 1)
                panels.Add(Profile(sigma, [.. nets.Alive.Take(Profiles).Select(seed => nets.Nets[seed])], Line(FullGrid)));
        }

        double[] Of(double sigma, int draws, int column) =>
            [.. rows.Where(row => row[Sigma] == sigma && (sigma == 0 || row[Draws] == draws)).Select(row => row[column])];
        int Alive(double sigma, int draws) => Of(sigma, draws, Covered).Length;
        int Count(double sigma, int draws, int column = Covered) => Of(sigma, draws, column).Count(value => value == s_points.Length);
        string Share(double sigma, int draws) => FormattableString.Invariant($"{Count(sigma, draws)} of {Alive(sigma, draws)} seeds");
        double Middle(double sigma, int draws, int column) => Statistics.Median(Of(sigma, draws, column));
        panels.AddRange(Summaries(Of, (sigma, draws) => (Count(sigma, draws), Alive(sigma, draws))));
        return new(Name, Title,
            [
                new("seeds", seeds),
                .. s_cases.SelectMany(it => Numbers(it.Sigma, it.Draws)),
            ],
            [
                new("seeds", ["sigma", "draws", "seed", "loss", "data_with_basin_0.02", "data_with_basin_0.05", "share_at_data", "b90_0.02",
                    "rms_to_oracle",
                    "noise_removed", .. s_sigmas.Skip(1).Select(s => FormattableString.Invariant($"rms_to_oracle_{s}"))], rows),
                new("oracle", ["sigma", "data_with_basin_0.02", "b90_0.02"], [.. s_sigmas.Skip(1).Select(OracleRow)]),
            ],
            [
                Verdict.AtLeast("σ = .05, 32 draws: each of the four points has a basin (τ = .02)", Count(Judged, ManyDraws),
                    Alive(Judged, ManyDraws), 0.5, full),
                Verdict.QuantileAtMost("σ = .05, 32 draws: the median B90(.02) is at most half of that without noise",
                    Of(Judged, ManyDraws, BurnIn), 0.5, Middle(0, 1, BurnIn) / 2, full),
                .. s_sigmas.Skip(1).Select(sigma => Verdict.QuantileAtLeast(
                    FormattableString.Invariant(
                        $"σ = {sigma}, 32 draws: on noisy data the median network is nearer to the best denoiser than the identity is"),
                    Of(sigma, ManyDraws, Removal), 0.5, 0, full)),
                new(VerdictKind.Claim, "σ = .05 gives all four points a basin in most seeds, against a few per cent without noise",
                    2 * Count(Judged, ManyDraws) > Alive(Judged, ManyDraws) && 10 * Count(0, 1) < Alive(0, 1),
                    $"{Share(Judged, ManyDraws)} against {Share(0, 1)}"),
                new(VerdictKind.Claim, "so does σ = .05 with one draw a step", 2 * Count(Judged, 1) > Alive(Judged, 1)
                    && 10 * Count(0, 1) < Alive(0, 1),
                    $"{Share(Judged, 1)} against {Share(0, 1)}"),
                new(VerdictKind.Claim, "burn-in takes about 3 applications instead of about 8",
                    Middle(Judged, ManyDraws, BurnIn) is >= 2 and <= 4 && Middle(0, 1, BurnIn) is >= 6 and <= 10,
                    FormattableString.Invariant(
                        $"median B90(.02) {Middle(Judged, ManyDraws, BurnIn):g3} instead of {Middle(0, 1, BurnIn):g3}")),
                new(VerdictKind.Claim, "σ = .1 is worse than σ = .05",
                    Count(Larger, ManyDraws) * Alive(Judged, ManyDraws) < Count(Judged, ManyDraws) * Alive(Larger, ManyDraws),
                    $"{Share(Larger, ManyDraws)} against {Share(Judged, ManyDraws)}"),
                new(VerdictKind.Claim,
                    "on [-1, 1] a network is nearer to the best denoiser of its own σ than to those of the others (32 draws)",
                    s_sigmas.Skip(1).All(s => Nearest(s) == s),
                    string.Join(", ", s_sigmas.Skip(1)
                        .Select(s => FormattableString.Invariant($"trained at {s}: nearest to {Nearest(s)}")))),
            ],
            Panels.Draw(panels, 3, 1680, 1300,
                "Denoising training on ±.2, ±.8 (32 draws a step): twelve networks each, and the best denoiser"));

        // The σ of the best denoiser that is nearest in the median.
        double Nearest(double sigma) =>
            s_sigmas.Skip(1).MinBy(other => Middle(sigma, ManyDraws, Oracle + Array.IndexOf(s_sigmas, other) - 1));

        IEnumerable<KeyValuePair<string, double>> Numbers(double sigma, int draws)
        {
            string name = FormattableString.Invariant($"σ = {sigma}, {draws} draws a step: ");
            yield return new(name + "dead or diverged", seeds - Alive(sigma, draws));
            yield return new(name + "seeds in which all four have a basin within .02", Count(sigma, draws));
            yield return new(name + "the same within .05", Count(sigma, draws, CoveredWide));
            yield return new(name + "median share of orbits that end at a datum", Middle(sigma, draws, AtData));
            yield return new(name + "median B90(.02)", Middle(sigma, draws, BurnIn));
            yield return new(name + "median RMS to the best denoiser on [-1, 1]", Middle(sigma, draws, Uniform));
            yield return new(name + "median share of the noise removed", Middle(sigma, draws, Removal));
        }
    }

    private static float[] Line(int count) => SyntheticNets.Midpoints(count, -1, 1);

    private static double[] Measure(double sigma, int draws, int seed, double loss, Mlp network, float[] grid)
    {
        float[] once = network.Evaluate(grid), state = once;
        var near = new BurnInMeasure(s_points, 1, Tolerance, firstIteration: 1);
        for (int i = 1; i <= Iterations; i++)
        {
            near.Observe(state);
            if (i < Iterations) state = network.Evaluate(state);
        }

        var ends = SyntheticNets.Nearest(state, s_points, 1);
        int Basins(double tolerance) => s_points.Where((_, i) => ends.Any(end => end.Nearest == i && end.Distance <= tolerance)).Count();
        double[] distances = [.. s_sigmas.Skip(1).Select(s => Distance(s, once, grid))];
        var (uniform, explained) = sigma == 0 ? (double.NaN, double.NaN) : (Distance(sigma, once, grid), Removed(sigma, network));
        return [sigma, draws, seed, loss, Basins(Tolerance), Basins(Wide),
            ends.Count(end => end.Distance <= Tolerance) / (double)ends.Length, near.BurnIn ?? double.PositiveInfinity,
            uniform, explained, .. distances];
    }

    private static double Distance(double sigma, float[] images, float[] grid)
    {
        double[] best = Best(sigma, [.. grid.Select(x => (double)x)]);
        return Math.Sqrt(images.Select((y, i) => (y - best[i]) * (y - best[i])).Average());
    }

    // 1 - E(f - r)²/E(y - r)² over the noisy data y = x_i + σε, by a regular grid in ε from -4 to 4: 1 for the best denoiser, 0 for the
    // identity.
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
        double[] state = [.. Line(FullGrid).Select(x => (double)x)];
        var near = new BurnInMeasure(s_points, 1, Tolerance, firstIteration: 1);
        for (int i = 1; i <= Iterations; i++)
        {
            state = Best(sigma, state);
            near.Observe([.. state.Select(x => (float)x)]);
        }

        return [sigma, s_points.Count(datum => state.Any(x => Math.Abs(x - datum) <= Tolerance)), near.BurnIn ?? double.PositiveInfinity];
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

    private static IEnumerable<Plots.Figure> Summaries(Func<double, int, int, double[]> of, Func<double, int, (int Hits, int All)> count)
    {
        double[] places = [.. Enumerable.Range(0, s_sigmas.Length).Select(i => (double)i)];
        Axis sigmas = new() { Label = "σ of the noise in training",
            Categories = [.. s_sigmas.Select(s => FormattableString.Invariant($"{s}"))] };
        Plot coverage = new()
        {
            Title = "seeds in which all four points attract", X = sigmas, Y = new() { Label = "share (bands: 95 %, Wilson)", Minimum = 0,
                Maximum = 1.15 },
        };
        Plot burnIn = new()
        {
            Title = "burn-in (no dot: most networks never get there)", X = sigmas,
            Y = new() { Label = "applications, median B90(.02) (bands: quartiles)", Logarithmic = true, Minimum = 1 },
        };
        Plot removed = new() { Title = "noise removed, of what the best denoiser removes", X = sigmas,
            Y = new() { Label = "share, median (bands: quartiles)", Maximum = 1 } };
        foreach (int draws in new[] { 1, ManyDraws })
        {
            string name = draws == 1 ? "1 draw a step" : $"{draws} draws a step";
            var shares = s_sigmas.Select(s => count(s, draws)).ToArray();
            var intervals = shares.Select(s => s.All == 0 ? (Low: 0, High: 1) : Statistics.WilsonInterval(s.Hits, s.All)).ToArray();
            Add(coverage, [.. intervals.Select(i => i.Low)], [.. shares.Select(s => s.Hits / (double)s.All)],
                [.. intervals.Select(i => i.High)]);
            foreach (var (plot, column) in new[] { (burnIn, BurnIn), (removed, Removal) })
            {
                double[] Quantile(double share) => [.. s_sigmas.Select(s => Statistics.Quantile(of(s, draws, column), share))];
                Add(plot, Quantile(0.25), Quantile(0.5), Quantile(0.75));
            }

            void Add(Plot plot, double[] low, double[] middle, double[] high)
            {
                var colour = Palette.OkabeIto[draws == 1 ? 1 : 0];
                plot.Band(places, low, high, colour: colour).Line(places, middle, name,
                    new() { Colour = colour, Dash = draws == 1 ? [9, 5] : [] })
                    .Points(places, middle, style: new() { Colour = colour, Marker = Marker.Circle });
            }
        }

        return [coverage, burnIn, removed];
    }
}
