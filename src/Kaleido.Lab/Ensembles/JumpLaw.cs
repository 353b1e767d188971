using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// How often the noise between iterations makes chains change from one datum to the other: centred noise against the biased noise of the
/// paper's code, states clamped at the ends of [0, 1] against reflected ones; two points, 2 hidden layers of 5 and 6 of 10.
/// </summary>
/// <remarks>
/// A jump is a change of the nearest datum from one sample (before noise) to the next, after 100 iterations that are not counted; per 1000
/// chain steps. The noise is ε times uniform in [-1, 1], or in [1, 2] for the paper's code.
/// </remarks>
public sealed class JumpLaw : Experiment
{
    private const int FullSeeds = 50, Chains = 100, Discarded = 100, FullSteps = 1000, QuickSteps = 300, OrbitSteps = 100, Orbits = 8;
    private const double Fitted = 1e-4;
    private static readonly double[] s_epsilons = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4];
    private static readonly (int Hidden, int Layers)[] s_shapes = [(5, 2), (10, 6)];

    private static readonly (string Name, Noise Noise, Boundary Boundary)[] s_kinds =
    [
        ("centred, clamped", Noise.Uniform(-1, 1), Boundary.Clamp), ("centred, reflected", Noise.Uniform(-1, 1), Boundary.Reflect),
        ("the paper's, clamped", Noise.Reference(0, 1), Boundary.Clamp),
        ("the paper's, reflected", Noise.Reference(0, 1), Boundary.Reflect),
    ];

    /// <inheritdoc/>
    public override string Name => "jumps";

    /// <inheritdoc/>
    public override string Title => "More noise, more jumps; the paper's biased noise drives all chains to one side instead";

    // Columns of the table.
    private const int Layers = 0, Kind = 1, Epsilon = 2, Jumps = 4, Upper = 5, Surely = 7;

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds), steps = options.Quick ? QuickSteps : FullSteps;
        var rows = new List<double[]>();
        var numbers = new List<KeyValuePair<string, double>> { new("seeds", seeds) };
        var orbits = new List<Plot>();
        foreach (var (hidden, layers) in s_shapes)
        {
            using var nets = new TwoPointNets(hidden, layers, seeds, options, cancellation);
            int[] fitted = [.. nets.Alive.Where(seed => nets.Loss(seed) < Fitted)];
            numbers.Add(new($"dead, diverged or with loss ≥ 1e-4 with {layers} hidden × {hidden}", seeds - fitted.Length));
            var barriers = fitted.ToDictionary(seed => seed, seed => NoiseBarrier.Of(xs => nets[seed].Evaluate(xs)));
            numbers.Add(new($"median ε that surely makes no jump with {layers} hidden × {hidden}",
                Statistics.Median(barriers.Values.Select(barrier => Math.Min(barrier.Up, barrier.Down)))));
            for (int kind = 0; kind < s_kinds.Length; kind++)
            {
                options.Report?.Invoke($"{layers} hidden × {hidden}, {s_kinds[kind].Name}");
                foreach (double epsilon in s_epsilons)
                {
                    foreach (int seed in fitted)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        rows.Add(Measure(nets[seed], layers, kind, epsilon, seed, steps, barriers[seed]));
                    }
                }
            }

            if (orbits.Count > 0) continue;
            orbits.Add(OrbitsOf(nets[fitted[0]], 0, 0.2, layers, hidden));
            orbits.Add(OrbitsOf(nets[fitted[0]], 2, 0.02, layers, hidden));
        }

        foreach (var (hidden, layers) in s_shapes)
        {
            for (int kind = 0; kind < s_kinds.Length; kind++)
            {
                numbers.AddRange(s_epsilons.Where(e => e is 0.01 or 0.1 or 0.4).Select(epsilon => new KeyValuePair<string, double>(
                    FormattableString.Invariant($"jumps per 1000 with {layers} hidden × {hidden}, {s_kinds[kind].Name}, ε = {epsilon}"),
                    Mean(layers, kind, epsilon, Jumps))));
            }
        }

        return new(Name, Title, numbers,
            [new("seeds", ["hidden_layers", "kind", "epsilon", "seed", "jumps_per_1000", "share_at_upper_datum",
                "mean_distance_to_nearest_datum", "surely_none"], rows)],
            Verdicts(), Draw());

        double Mean(int layers, int kind, double epsilon, int column) =>
            rows.Where(row => row[Layers] == layers && row[Kind] == kind && row[Epsilon] == epsilon).Average(row => row[column]);

        double[] Means(int layers, int kind, int column) => [.. s_epsilons.Select(epsilon => Mean(layers, kind, epsilon, column))];

        List<Verdict> Verdicts()
        {
            var verdicts = new List<Verdict>();
            foreach (var (_, layers) in s_shapes)
            {
                for (int kind = 0; kind < 2; kind++)
                {
                    double correlation = Statistics.Spearman(s_epsilons, Means(layers, kind, Jumps));
                    verdicts.Add(new(VerdictKind.Acceptance,
                        $"{layers} hidden layers, {s_kinds[kind].Name} noise: jumps rise with ε (Spearman's ρ ≥ .9 on means)",
                        correlation >= 0.9, FormattableString.Invariant($"{correlation:f3}")));
                }
            }

            double quiet = rows.Where(row => row[Layers] == 2 && row[Kind] < 2 && row[Epsilon] == 0.01).Sum(row => row[Jumps]);
            verdicts.Add(new(VerdictKind.Acceptance, "2 hidden layers, centred noise: no jump at ε = .01", quiet == 0,
                FormattableString.Invariant($"{quiet:g3} per 1000, all networks together")));
            var sure = rows.Where(row => row[Surely] == 1).ToList();
            verdicts.Add(new(VerdictKind.Acceptance, "no jump where the map's own gap surely holds the noise",
                sure.Count > 0 && sure.All(row => row[Jumps] == 0),
                FormattableString.Invariant($"{sure.Count(row => row[Jumps] == 0)} of {sure.Count} runs")));
            double sides = Mean(2, 2, 0.01, Upper), centred = Mean(2, 0, 0.01, Upper), driven = Mean(2, 2, 0.02, Upper);
            verdicts.Add(new(VerdictKind.Claim,
                "2 hidden layers, ε = .01: the paper's noise leaves as many chains at each datum as centred noise does (± .05)",
                Math.Abs(sides - centred) <= 0.05,
                FormattableString.Invariant($"share at the upper datum {sides:f3} against {centred:f3}; {driven:f3} at ε = .02")));
            double reflected = s_shapes.Max(shape => s_epsilons.Where(e => Mean(shape.Layers, 0, e, Jumps) >= 1).Max(
                e => Math.Abs(Mean(shape.Layers, 1, e, Jumps) / Mean(shape.Layers, 0, e, Jumps) - 1)));
            verdicts.Add(new(VerdictKind.Claim,
                "centred noise: reflection instead of clamping changes no jump rate above 1 per 1000 by more than a tenth",
                reflected <= 0.1, FormattableString.Invariant($"at most {100 * reflected:g2} %")));
            double shallow = Mean(2, 0, 0.2, Jumps), deep = Mean(6, 0, 0.2, Jumps);
            verdicts.Add(new(VerdictKind.Claim, "deeper networks jump less at the same noise (centred, ε = .2)", deep < shallow,
                FormattableString.Invariant($"{deep:g3} against {shallow:g3} per 1000")));
            return verdicts;
        }

        Picture Draw()
        {
            var plots = new List<Plot>();
            foreach (var (hidden, layers) in s_shapes)
            {
                Plot jumps = new()
                {
                    Title = $"jumps, {layers} hidden × {hidden}", X = new() { Label = "ε", Logarithmic = true },
                    Y = new() { Label = "per 1000 chain steps (0: not drawn)", Logarithmic = true, Minimum = 0.005, Maximum = 1000 },
                    Legend = LegendPlace.UpperLeft,
                };
                Plot upper = new()
                {
                    Title = $"chains at the upper datum, {layers} hidden × {hidden}", X = new() { Label = "ε", Logarithmic = true },
                    Y = new() { Label = "share", Minimum = 0, Maximum = 1.05 }, Legend = LegendPlace.LowerLeft,
                };
                for (int kind = 0; kind < s_kinds.Length; kind++)
                {
                    var style = new LineStyle { Colour = Palette.OkabeIto[kind] };
                    // Clamped and reflected noise often agree: large open marks behind small full ones.
                    var points = new PointStyle { Colour = Palette.OkabeIto[kind], Marker = (Marker)kind, Size = kind % 2 == 0 ? 14 : 7,
                        Filled = kind % 2 == 1 };
                    foreach (var (plot, column) in ((Plot, int)[])[(jumps, Jumps), (upper, Upper)])
                        plot.Line(s_epsilons, Means(layers, kind, column), s_kinds[kind].Name, style).Points(s_epsilons,
                            Means(layers, kind, column), null, points);
                }

                plots.AddRange([jumps, upper]);
            }

            return Panels.Draw([plots[0], plots[1], orbits[0], plots[2], plots[3], orbits[1]], 3, 1680, 980,
                "Jumps between two points by the noise: means over the networks, sigmoid output");
        }
    }

    private static Kaleidoscope Start(Mlp network, int kind, double epsilon, int seed, int chains) => new(network, new()
    {
        Samples = chains, Epsilon = epsilon, Perturbation = s_kinds[kind].Noise, Boundary = s_kinds[kind].Boundary, Seed = (uint)seed,
    });

    private static double[] Measure(Mlp network, int layers, int kind, double epsilon, int seed, int steps, NoiseBarrier barrier)
    {
        using var kaleidoscope = Start(network, kind, epsilon, seed, Chains);
        var upper = new bool[Chains];
        kaleidoscope.Advance(Discarded);
        long jumps = 0, above = 0;
        double distance = 0;
        for (int step = 0; step <= steps; step++)
        {
            if (step > 0) kaleidoscope.Step();
            var samples = kaleidoscope.Frame.Samples.Span;
            for (int chain = 0; chain < Chains; chain++)
            {
                bool isUpper = samples[chain] > 0.5f;
                if (step > 0 && isUpper != upper[chain]) jumps++;
                upper[chain] = isUpper;
                if (step == steps && isUpper) above++;
                distance += Math.Abs((double)samples[chain] - TwoPointNets.Points[isUpper ? 1 : 0]) / ((steps + 1.0) * Chains);
            }
        }

        var noise = s_kinds[kind].Noise;
        bool surely = epsilon * noise.Second + NoiseBarrier.Precision < barrier.Up
            && -epsilon * noise.First + NoiseBarrier.Precision < barrier.Down;
        return [layers, kind, epsilon, seed, 1000.0 * jumps / ((double)steps * Chains), above / (double)Chains, distance, surely ? 1 : 0];
    }

    private static Plot OrbitsOf(Mlp network, int kind, double epsilon, int layers, int hidden)
    {
        using var kaleidoscope = Start(network, kind, epsilon, 0, Orbits);
        var plot = new Plot
        {
            Title = FormattableString.Invariant($"chains with ε = {epsilon}, {s_kinds[kind].Name}, {layers} hidden × {hidden}"),
            X = new() { Label = "iteration" },
            Y = new() { Label = "sample (dashed: the data)", Minimum = 0, Maximum = 1 },
        };
        var paths = new double[Orbits][];
        for (int i = 0; i < Orbits; i++) paths[i] = new double[OrbitSteps + 1];
        for (int t = 0; t <= OrbitSteps; t++)
        {
            if (t > 0) kaleidoscope.Step();
            for (int i = 0; i < Orbits; i++) paths[i][t] = kaleidoscope.Frame.Samples.Span[i];
        }

        foreach (double[] path in paths) plot.Line(path, null,
            new() { Colour = Palette.OkabeIto[kind], Width = 1, Dash = [], Opacity = 0.7 });
        foreach (float point in TwoPointNets.Points) plot.HorizontalRule(point, null,
            new() { Colour = Palette.OkabeIto[1], Width = 1, Dash = [3, 3] });
        return plot;
    }
}
