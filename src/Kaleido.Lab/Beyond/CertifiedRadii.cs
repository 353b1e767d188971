using Kaleido.Lab.Figures;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// How large a ball about an attractor can be proved to converge to it? A census of fixed points in 2, 8, 196 and 784
/// dimensions, a certified radius about each sink by interval arithmetic, and attacks that look for starts that leave.
/// </summary>
public sealed class CertifiedRadii : Experiment
{
    private const int FullSeeds = 50, AttackStarts = 10_000, CensusStarts = 64;
    private const uint StartStream = 0x4345_5256;

    // What is trained; how many seeds, sinks a network and starts a sink the forms take (0 = all sinks).
    private sealed record Setup(
        string Name, MlpOptions Shape, Func<int, float[]> Points, long Steps, double Noise, int Seeds, int QuickSeeds, int QuickSinks,
        int Rays);

    private sealed record Sink(int Seed, SampledPoint Point)
    {
        public CertifiedBall? Ball { get; init; }

        public CertifiedBall? Piece { get; init; }

        public int Escapes { get; init; }

        public double Escape { get; init; } = double.NaN;

        public double Radius => Ball?.EuclideanRadius ?? 0;

        // A start at the certified radius may be the first that is tried, so no escape there is "at least".
        public double Share => Radius / Escape;
    }

    /// <inheritdoc/>
    public override string Name => "radius";

    /// <inheritdoc/>
    public override string Title => "Certified radii: balls about attractors in which every start converges";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool full = !options.Quick;
        var numbers = new List<KeyValuePair<string, double>>();
        var tables = new List<FigureTable>();
        var verdicts = new List<Verdict>();
        var series = new List<(string Name, List<Sink> Sinks)>();
        foreach (var setup in Setups())
        {
            int seeds = options.SeedsOf(setup.Seeds, setup.QuickSeeds);
            if (seeds == 0) continue;
            options.Report?.Invoke($"{setup.Name}: training");
            using var nets = new SyntheticNets(setup.Shape, setup.Points, setup.Steps, seeds, options.For(setup.Name), cancellation,
                setup.Noise);
            var census = nets.Alive.Select(seed => (Seed: seed, Census: Census(nets.Nets[seed], setup, seed, options))).ToList();
            options.Report?.Invoke($"{setup.Name}: certificates");
            var found = census.SelectMany(it => it.Census.Sinks.Select(point => new Sink(it.Seed, point))).ToList();
            if (!full && setup.QuickSinks > 0) found = [.. found.Take(setup.QuickSinks)];
            var sinks = new Sink[found.Count];
            Parallel.For(0, sinks.Length, SideBySide.Of(options, cancellation), i =>
            {
                var map = ReluSelfMap.Of(nets.Nets[found[i].Seed]);
                double[] centre = found[i].Point.Point;
                sinks[i] = found[i] with
                {
                    Ball = CertifiedRadius.Find(map, centre), Piece = CertifiedRadius.Find(map, centre, CertifiedForm.Piece),
                };
            });
            int starts = full ? AttackStarts : (AttackStarts + sinks.Length - 1) / Math.Max(1, sinks.Length);
            for (int i = 0; i < sinks.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (i % 8 == 0) options.Report?.Invoke($"{setup.Name}: attack on sink {i + 1} of {sinks.Length}");
                sinks[i] = Attacked(sinks[i], nets.Nets[sinks[i].Seed], setup, census.First(it => it.Seed == sinks[i].Seed).Census, starts);
            }

            series.Add((setup.Name, [.. sinks]));
            Collect(setup, census, sinks, starts, seeds, full, numbers, tables, verdicts);
        }

        return new(Name, Title, numbers, tables, verdicts, RadiusPictures.Draw(Title,
            [.. series.Select(it => (it.Name, it.Sinks.Where(sink => sink.Point.IsSmooth).Select(sink =>
                (sink.Radius, sink.Piece?.EuclideanRadius ?? 0, sink.Escape)).ToList()))]));
    }

    private static IEnumerable<Setup> Setups() =>
    [
        new("2-D, 7 × 50", new(2, 50, 7) { Output = Activation.Sigmoid },
            _ => [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f],
            Steps: 5000, Noise: 0, FullSeeds, QuickSeeds: 8, QuickSinks: 12, Rays: 120),
        new("8-D, 2 × 50", new(8, 50, 2) { Output = Activation.Sigmoid },
            seed => MetricRandom.Rounded((uint)seed, StartStream + 1, 0, 16 * 8),
            Steps: 10_000, Noise: 0, Seeds: 20, QuickSeeds: 3, QuickSinks: 12, Rays: 120),
        new("14 × 14 digits", new(196, 32, 3) { Output = Activation.Sigmoid },
            seed => DrawnDigits.Rows(DrawnDigits.Half, 16, (uint)seed),
            Steps: 2000, Noise: 0.5, Seeds: 8, QuickSeeds: 1, QuickSinks: 2, Rays: 64),
        new("28 × 28 digits", new(784, 64, 3) { Output = Activation.Sigmoid },
            seed => DrawnDigits.Rows(DrawnDigits.Full, 16, (uint)seed),
            Steps: 2000, Noise: 0.5, Seeds: 1, QuickSeeds: 0, QuickSinks: 0, Rays: 64),
    ];

    private static SampledCensus Census(Mlp network, Setup setup, int seed, FigureOptions options)
    {
        int features = network.Inputs;
        float[] data = setup.Points(seed);
        float[] starts = [.. MetricRandom.Rounded((uint)seed, StartStream, 0, CensusStarts * features), .. data];
        return SampledCensus.Take(network, starts, data, new() { Middles = options.Quick ? 4 : 32 });
    }

    private static Sink Attacked(Sink sink, Mlp network, Setup setup, SampledCensus census, int starts)
    {
        var attack = new BasinAttack(network, sink.Point.Point, sink.Point.SpectralRadius, (uint)sink.Seed);
        int escapes = sink.Radius > 0 ? attack.EscapesNear(sink.Radius, starts) : 0;
        // No start from the cube is farther than its diagonal.
        double most = Math.Sqrt(network.Inputs), least = sink.Radius > 0 ? sink.Radius : 1e-4;
        var targets = census.Points.Where(point => point != sink.Point).Select(point => point.Point);
        double escape = attack.SmallestEscape(least, most, setup.Rays, targets);
        return sink with { Escapes = escapes, Escape = double.IsInfinity(escape) ? most : escape };
    }

    private static void Collect(
        Setup setup, List<(int Seed, SampledCensus Census)> census, Sink[] sinks, int starts, int seeds, bool full,
        List<KeyValuePair<string, double>> numbers, List<FigureTable> tables, List<Verdict> verdicts)
    {
        var points = census.SelectMany(it => it.Census.Points).ToList();
        Sink[] smooth = [.. sinks.Where(sink => sink.Point.IsSmooth)], rough = [.. sinks.Where(sink => !sink.Point.IsSmooth)];
        double share = Statistics.Median(smooth.Select(sink => sink.Share));
        void Number(string name, double value) => numbers.Add(new($"{setup.Name}: {name}", value));
        Number("networks", seeds);
        Number("dead or diverged", seeds - census.Count);
        Number("sinks at a datum", points.Count(point => point.Kind == SampledKind.Datum));
        Number("spurious sinks", points.Count(point => point.Kind == SampledKind.SpuriousSink));
        Number("unstable fixed points found", points.Count(point => point.Kind == SampledKind.Unstable));
        Number("cycles", points.Count(point => point.Kind == SampledKind.Cycle));
        Number("chains' ends that did not settle", points.Count(point => point.Kind == SampledKind.Unsettled));
        Number("sinks judged", sinks.Length);
        Number("of them within 1e-9 of a kink", rough.Length);
        Number("of these certified all the same", rough.Count(sink => sink.Radius > 0));
        Number("median certified radius at smooth sinks", Statistics.Median(smooth.Select(sink => sink.Radius)));
        Number("smallest certified radius at smooth sinks", smooth.Select(sink => sink.Radius).DefaultIfEmpty(double.NaN).Min());
        Number("median radius inside one linear piece", Statistics.Median(smooth.Select(sink => sink.Piece?.EuclideanRadius ?? 0)));
        Number("median radius at which an attack escapes", Statistics.Median(smooth.Select(sink => sink.Escape)));
        Number("median of certified over attacked", share);
        Number("median of one piece's over attacked", Statistics.Median(smooth.Select(sink =>
            (sink.Piece?.EuclideanRadius ?? 0) / sink.Escape)));
        tables.Add(new(FileName(setup.Name),
            [
                "seed", "datum", "distance", "chains", "basin_low", "basin_high", "rho", "kink_distance", "radius", "radius_piece", "steps",
                "power", "contraction", "unstable_neurons", "attack_escapes", "attack_radius",
            ],
            [.. sinks.Select(sink => new[]
            {
                sink.Seed, sink.Point.NearestDatum, sink.Point.Distance, sink.Point.Chains, sink.Point.BasinLow, sink.Point.BasinHigh,
                sink.Point.SpectralRadius, sink.Point.KinkDistance, sink.Radius, sink.Piece?.EuclideanRadius ?? 0, sink.Ball?.Steps ?? 0,
                sink.Ball?.Power ?? 0, sink.Ball?.Contraction ?? double.NaN, sink.Ball?.UnstableNeurons ?? 0, sink.Escapes, sink.Escape,
            })]));
        int certified = smooth.Count(sink => sink.Radius > 0), escaped = sinks.Sum(sink => sink.Escapes);
        verdicts.Add(new(VerdictKind.Acceptance, $"{setup.Name}: every smooth sink has a certified radius above 0",
            certified == smooth.Length && smooth.Length > 0, $"{certified} of {smooth.Length} smooth sinks"));
        verdicts.Add(new(VerdictKind.Acceptance, $"{setup.Name}: none of the starts within 1 % of a certified radius escapes", escaped == 0,
            FormattableString.Invariant($"{escaped} of {(long)starts * sinks.Count(sink => sink.Radius > 0)} starts")));
        verdicts.Add(Verdict.QuantileAtLeast($"{setup.Name}: the median certified radius is at least 5 % of the radius found by attack",
            [.. smooth.Select(sink => sink.Share)], 0.5, 0.05, full));
    }

    private static string FileName(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
