using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Gradient sampling against iteration. The zeros of ℓ(x) = ‖x - f(x)‖²/D are all fixed points: gradient flow, and p ∝ e^(-‖x - f(x)‖²/T),
/// rate repellers equal to the data; iteration rejects them. A likely cause of the paper's "the loss goes down but it looks like noise".
/// </summary>
public sealed class GradientStudy : Experiment
{
    private const int FullSeeds = 50;
    private static readonly float[] s_two = [0.2f, 0.8f], s_four = [-0.8f, -0.2f, 0.2f, 0.8f];
    private static readonly float[] s_corners = [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f];

    /// <inheritdoc/>
    public override string Name => "gradient";

    /// <inheritdoc/>
    public override string Title => "Gradient sampling ends at repellers as gladly as at the data; iteration never does";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds), planeSeeds = options.Seeds > 0 ? seeds : options.Quick ? 2 : 20;
        bool full = seeds >= FullSeeds;
        int starts = full ? 500 : 120;
        using SyntheticNets shallow = Train(new(1, 5, 2) { Output = Activation.Sigmoid }, s_two, 5000, seeds);
        using SyntheticNets deep = Train(new(1, 10, 6) { Output = Activation.Sigmoid }, s_two, 2000, seeds);
        using SyntheticNets tanh = Train(new(1, 10, 10) { Output = Activation.Tanh }, s_four, 5000, seeds);
        using SyntheticNets plane = Train(new(2, 50, 6) { Output = Activation.Sigmoid }, s_corners, 5000, planeSeeds);
        GradientFamily[] families =
        [
            Of("2 points, 2 hidden × 5", "2x5", s_two, 0.02, shallow), Of("2 points, 6 hidden × 10", "6x10", s_two, 0.02, deep),
            Of("4 points, 10 hidden × 10", "10x10", s_four, 0.02, tanh),
            Of("4 points in the plane, 6 hidden × 50", "plane", s_corners, 0.05, plane),
        ];
        using var device = Device.Cpu(options.Threads);
        using var oracle = Oracle(device);
        double error = families.Max(FormulaError);
        double ratio = OracleRatio(oracle), expected = (1 - OracleSlope) / (OracleSteepness / 4 - 1);
        var rows = families.SelectMany(family => family.Rows).ToList();
        var withUnstable = families.SelectMany(family => family.Rows).Where(row => row.Unstable > 0).ToList();
        int flowed = withUnstable.Count(row => row.FlowUnstable > 0);
        double iterated = rows.Max(row => row.IterationUnstable);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("seeds in the plane", planeSeeds),
                .. families.SelectMany(family => new KeyValuePair<string, double>[]
                {
                    new($"{family.Name}: networks", family.Rows.Length),
                    new($"{family.Name}: yield within τ, iteration", Mean(family, row => row.Iteration[(int)FlowEnd.Datum])),
                    new($"{family.Name}: yield within τ, gradient flow", Mean(family, row => row.Flow[(int)FlowEnd.Datum])),
                    new($"{family.Name}: ends at unstable fixed points, iteration", Mean(family, row => row.IterationUnstable)),
                    new($"{family.Name}: ends at unstable fixed points, gradient flow", Mean(family, row => row.FlowUnstable)),
                    new($"{family.Name}: of these no data, gradient flow", Mean(family, row => row.Flow[(int)FlowEnd.Unstable])),
                    new($"{family.Name}: ends at spurious sinks, gradient flow", Mean(family, row => row.Flow[(int)FlowEnd.Spurious])),
                    new($"{family.Name}: ends where f(x) ≠ x, gradient flow", Mean(family, row => row.Flow[(int)FlowEnd.Elsewhere])),
                }),
                .. families.Take(3).SelectMany(family => new KeyValuePair<string, double>[]
                {
                    new($"{family.Name}: mass of p at the data, T = 1e-5", Mean(family, row => row.DataMass[3])),
                    new($"{family.Name}: mass of p at other, unstable fixed points, T = 1e-5", Mean(family, row => row.UnstableMass[3])),
                }),
                new("closed form, a = .2: mass at the repeller over mass at a datum as T falls", ratio),
            ],
            [.. families.Select(Table), .. families.Select(YieldTable)],
            [
                new(VerdictKind.Acceptance,
                    "check of the formula: ∇ℓ by the library is (2/D)(I-J)ᵀ(x - f(x)), to 1e-9 in float64", error <= 1e-9,
                    FormattableString.Invariant($"largest relative difference {error:g2}")),
                // A small basin may be met by none of the starts.
                Verdict.AtLeast("under gradient flow unstable fixed points have a positive basin share, in 95 % of 1-D nets that have one",
                    flowed, withUnstable.Count, 0.95, full),
                new(VerdictKind.Acceptance, "under iteration their basin share is 0, in every net", iterated == 0,
                    FormattableString.Invariant($"largest share {iterated:g2}, {rows.Count} networks")),
                new(VerdictKind.Acceptance,
                    "check of the quadrature: p gives the repeller (1-f'(datum))/(f'(repeller)-1) times a datum's mass as T falls, to 1 %",
                    Math.Abs(ratio / expected - 1) <= 0.01, FormattableString.Invariant($"{ratio:g4} against {expected:g4}")),
                .. families.Select(family => new Verdict(VerdictKind.Claim,
                    $"{family.Name}: iteration brings more uniform starts within τ of the data than gradient flow, in the median net",
                    MedianYield(family, row => row.Iteration) > MedianYield(family, row => row.Flow), FormattableString.Invariant(
                        $"{MedianYield(family, row => row.Iteration):g3} against {MedianYield(family, row => row.Flow):g3}"))),
                new(VerdictKind.Claim, "at every start radius from .1 on the mean yield of iteration is at least as great, in every family",
                    families.All(family => Enumerable.Range(2, GradientFamily.Radii.Length - 2).All(i =>
                        Mean(family, row => row.IterationYield[i]) >= Mean(family, row => row.FlowYield[i]))),
                    Each(families, family => (Mean(family, row => row.IterationYield[4]), Mean(family, row => row.FlowYield[4])))),
                new(VerdictKind.Claim, "of the ends of gradient flow with ℓ at most 1e-6, a tenth or more are not data, in every family",
                    families.All(family => NoiseShare(family) >= 0.1), string.Join("; ", families.Select(family =>
                        FormattableString.Invariant($"{family.Key}: {NoiseShare(family):g3}")))),
            ],
            GradientPictures.Draw(Title, families, oracle, options.Quick ? 1000 : 4000))
        {
            Animation = GradientPictures.Animate(families[3]), Timing = new() { Delay = 120 },
        };

        SyntheticNets Train(MlpOptions shape, float[] points, long steps, int count) =>
            new(shape, points, steps, count, options, cancellation);

        GradientFamily Of(string name, string key, float[] data, double tolerance, SyntheticNets nets) =>
            GradientFamily.Of(name, key, data, tolerance, nets, starts, options, cancellation);
    }

    // f(x) = σ(b(x - ½)) with b = 2·logit(1 - a)/(1 - 2a), a = .2: sinks at the data with slope .7394, a repeller at ½ with slope b/4.
    private static double OracleSteepness => 2 * Math.Log(4) / 0.6;

    private static double OracleSlope => 0.16 * OracleSteepness;

    private static Mlp Oracle(Device device)
    {
        var network = Mlp.Create(device, new(1, 1, 1) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([1.0]);
        network.Bias(0).Upload([0.0]);
        network.Weight(1).Upload([OracleSteepness]);
        network.Bias(1).Upload([-OracleSteepness / 2]);
        return network;
    }

    private static double OracleRatio(Mlp oracle)
    {
        // One width of τ around each; at T = 1e-6 the widest peak has a deviation of .0046.
        var (data, unstable, _) = GradientFamily.Masses(oracle, s_two, 0.05);
        return unstable[^1] / (data[^1] / 2);
    }

    // The largest difference relative to (2/D)·(1 + ‖J‖_F)·‖x - f(x)‖ over a few points of a few networks, on the float64 device.
    private static double FormulaError(GradientFamily family)
    {
        using var reference = Device.Reference();
        double largest = 0;
        foreach (var row in family.Rows.Take(4))
        {
            using var network = Mlp.Create(reference, family.Nets[row.Seed].Options);
            network.Parameters.Arena.Upload(family.Nets[row.Seed].Parameters.Arena.ToArray());
            using var flow = new LossFlow(network);
            using var map = new NetworkMap(nameof(GradientStudy), network);
            float[] points = GradientFamily.Uniform(network, row.Seed, 5);
            int features = network.Inputs;
            for (int i = 0; i < points.Length; i += features)
            {
                float[] point = points[i..(i + features)];
                double[] x = [.. point.Select(value => (double)value)], y = new double[features], gradient = flow.Gradient(point);
                map.Apply(x, y);
                double[] jacobian = JacobianSpectrum.Jacobian(network, point), residual = [.. x.Zip(y, (a, b) => a - b)];
                double scale = 2.0 / features * (1 + Math.Sqrt(jacobian.Sum(v => v * v))) * Math.Sqrt(residual.Sum(v => v * v));
                for (int k = 0; k < features; k++)
                {
                    double pulled = Enumerable.Range(0, features).Sum(j => jacobian[j * features + k] * residual[j]);
                    double formula = 2.0 / features * (residual[k] - pulled);
                    largest = Math.Max(largest, Math.Abs(gradient[k] - formula) / scale);
                }
            }
        }

        return largest;
    }

    private static double NoiseShare(GradientFamily family)
    {
        double data = Mean(family, row => row.Flow[(int)FlowEnd.Datum]);
        double others = Mean(family, row => row.Flow[(int)FlowEnd.Unstable] + row.Flow[(int)FlowEnd.Spurious]);
        return others / (others + data);
    }

    private static double Mean(GradientFamily family, Func<GradientFamily.Row, double> value) => family.Rows.Average(value);

    private static double MedianYield(GradientFamily family, Func<GradientFamily.Row, double[]> kinds) =>
        Statistics.Median(family.Rows.Select(row => kinds(row)[(int)FlowEnd.Datum]));

    private static string Each(GradientFamily[] families, Func<GradientFamily, (double Iteration, double Flow)> yields) =>
        "at .2: " + string.Join("; ", families.Select(family =>
            FormattableString.Invariant($"{family.Key} {yields(family).Iteration:g3} against {yields(family).Flow:g3}")));

    private static FigureTable Table(GradientFamily family) => new(family.Key,
        [
            "seed", "iteration_datum", "iteration_spurious", "iteration_unstable", "iteration_elsewhere", "flow_datum", "flow_spurious",
            "flow_unstable", "flow_elsewhere", "iteration_any_unstable", "flow_any_unstable", "unstable_fixed_points",
            .. family.Rows[0].DataMass.Select((_, i) => FormattableString.Invariant($"data_mass_T{GradientFamily.Temperatures[i]:g}")),
            .. family.Rows[0].UnstableMass.Select((_, i) =>
                FormattableString.Invariant($"unstable_mass_T{GradientFamily.Temperatures[i]:g}")),
        ],
        [.. family.Rows.Select(row => (double[])[row.Seed, .. row.Iteration, .. row.Flow, row.IterationUnstable, row.FlowUnstable,
            row.Unstable, .. row.DataMass, .. row.UnstableMass])]);

    private static FigureTable YieldTable(GradientFamily family) =>
        new($"{family.Key}-yield", ["start_radius", "iteration", "gradient_flow"],
        [.. GradientFamily.Radii.Select((radius, i) => (double[])[radius, Mean(family, row => row.IterationYield[i]),
            Mean(family, row => row.FlowYield[i])])]);
}
