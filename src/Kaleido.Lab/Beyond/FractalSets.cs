using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Are the basins' boundaries or the sets of attractors of a kaleidoscope fractal? Box-counting dimensions of
/// the boundaries of figure 5b's networks ({.2, .8}², seven hidden layers of 50, sigmoid, 5000 steps), of what
/// noise makes of their attractors, and of the attractors of networks fitted to 128 points of a circle (six
/// hidden layers of 32); beside them a boundary that is known to be fractal, that of Newton's method for z³ = 1.
/// </summary>
/// <remarks>
/// Every point of Newton's boundary borders all three basins (Julia, Fatou
/// 1918 to 1920), which no smooth curve can do: its dimension is above 1.
/// </remarks>
public sealed class FractalSets : Experiment
{
    private const int FullSeeds = 16, QuickSeeds = 4, FullSteps = 5000, QuickSteps = 1500, FirstLevel = 6, FullLevel = 11, QuickLevel = 9,
        Most = 400;
    private const int CirclePoints = 128;
    private const double Window = 1 / 16.0, NewtonSide = 2, NewtonLow = -1.03;
    private static readonly float[] s_corners = [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f];
    private static readonly double[] s_noises = [0, 0.003, 0.01, 0.03];

    // Sizes of the boxes for attractors: coarse ones above the noise, fine ones below it.
    private static readonly double[] s_coarse = [.. Enumerable.Range(2, 4).Select(k => Math.Pow(2, -k))];
    private static readonly double[] s_fine = [.. Enumerable.Range(5, 4).Select(k => Math.Pow(2, -k))];

    // Columns of the tables.
    private const int Dimension = 1, Noise = 0, Coarse = 2, Fine = 3;

    /// <inheritdoc/>
    public override string Name => "fractal";

    /// <inheritdoc/>
    public override string Title => "Are basin boundaries or attractor sets fractal?";

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.Seeds > 0 ? options.Seeds : options.Quick ? QuickSeeds : FullSeeds;
        int last = options.Quick ? QuickLevel : FullLevel;
        int steps = options.Quick ? QuickSteps : FullSteps;
        bool full = seeds >= FullSeeds && !options.Quick;
        var parallel = SideBySide.Of(options, cancellation);

        // Each on one thread: what follows is parallel over the networks.
        SyntheticNets? four = null, circular = null;
        var alone = options with { Threads = 1 };
        Parallel.Invoke(parallel,
            () => four = new SyntheticNets(new(2, 50, 7) { Output = Activation.Sigmoid }, s_corners, steps, seeds,
                alone.For("four corners"), cancellation),
            () => circular = new SyntheticNets(new(2, 32, 6) { Output = Activation.Sigmoid },
                seed => PlaneShapes.Draw(PlaneShapes.Circle, CirclePoints, (uint)seed), steps, seeds, alone.For("a circle"),
                cancellation));
        using SyntheticNets corners = four!, circles = circular!;
        int[] alive = [.. corners.Alive], round = [.. circles.Alive];
        if (alive.Length == 0 || round.Length == 0)
        {
            return new(Name, Title, [new("seeds", seeds)], [],
                [new(VerdictKind.Acceptance, "a network of each kind is alive", false, "none")],
                new Plots.Plot { Title = "no network to show" }.Draw());
        }

        var boundaries = new BoxCounting?[alive.Length];
        var closer = new BoxCounting?[alive.Length];
        var elsewhere = new (double Rests, double Moves, double Period)[alive.Length];
        var sets = new (double[][] Corner, double[][] Circle)[seeds];
        Parallel.For(0, alive.Length, parallel, i =>
        {
            var basins = Basins.Of(corners.Nets[alive[i]], s_corners, Most);
            boundaries[i] = Count(basins.Boundary(0, 0, 1, FirstLevel, last), 1);
            var (x, y) = basins.Junction();
            closer[i] = Count(basins.Boundary(x - Window / 2, y - Window / 2, Window, FirstLevel, last), Window);
            float[] starts = Basins.Square(0.5, 0.5, 0.5, 64);
            var (classes, time) = basins.Classify(starts);
            int[] moving = [.. Enumerable.Range(0, time.Length).Where(k => time[k] == Most)];
            int middle = moving.Length == 0 ? 0 : moving[moving.Length / 2];
            elsewhere[i] = (classes.Where((c, k) => c < 0 && time[k] < Most).Count() / (double)classes.Length,
                moving.Length / (double)time.Length,
                moving.Length == 0 ? double.NaN : basins.Period(starts[2 * middle], starts[2 * middle + 1]));
            options.Report?.Invoke($"the boundary of network {alive[i]}");
        });
        Parallel.For(0, seeds, parallel, seed => sets[seed] = (
            alive.Contains(seed) ? Sets(corners.Nets[seed], seed, options.Quick) : [],
            round.Contains(seed) ? Sets(circles.Nets[seed], seed, options.Quick) : []));
        var newton = Count(NewtonBasins().Boundary(NewtonLow, NewtonLow, NewtonSide, FirstLevel, last), NewtonSide)!;
        double[][] known = [.. boundaries.Select((b, i) => (b, i)).Where(p => p.b is not null)
            .Select(p => new[]
            {
                alive[p.i], p.b!.Dimension, p.b.StandardError, closer[p.i]?.Dimension ?? double.NaN,
                closer[p.i]?.StandardError ?? double.NaN,
                elsewhere[p.i].Rests, elsewhere[p.i].Moves, elsewhere[p.i].Period,
            }.Concat(p.b.Counts.Select(c => (double)c.Boxes)).ToArray())];
        double[][] corner = [.. sets.SelectMany(s => s.Corner)], circle = [.. sets.SelectMany(s => s.Circle)];
        double[] dimensions = [.. known.Select(row => row[Dimension])];
        double[] Of(double[][] rows, double noise, int column) => [.. rows.Where(row => row[Noise] == noise).Select(row => row[column])];
        int shown = Enumerable.Range(0, alive.Length).MaxBy(i => boundaries[i]?.Dimension ?? 0);
        var pictures = new FractalPictures(Basins.Of(corners.Nets[alive[shown]], s_corners, Most), s_corners, options.Quick ? 96 : 540);
        return new(Name, Title,
            [
                new("seeds", seeds),
                new("dead or diverged", seeds - alive.Length),
                new("networks with a boundary", known.Length),
                new("median dimension of the boundary", Statistics.Median(dimensions)),
                new("largest dimension of a boundary", dimensions.Length == 0 ? double.NaN : dimensions.Max()),
                new("median dimension 16 times closer", Statistics.Median(known.Select(row => row[3]))),
                new("median standard error", Statistics.Median(known.Select(row => row[2]))),
                new("dimension of the boundary of Newton's method", newton.Dimension),
                new("its standard error", newton.StandardError),
                .. from noise in s_noises
                   from it in new (string Name, double[][] Rows)[] { ("four points", corner), ("circle", circle) }
                   from part in new (string Name, int Column)[] { ("coarse, 1/4 to 1/32", Coarse), ("fine, 1/32 to 1/256", Fine) }
                   select new KeyValuePair<string, double>(
                       FormattableString.Invariant($"{it.Name}, ε = {noise}: median dimension of the samples, {part.Name}"),
                       Statistics.Median(Of(it.Rows, noise, part.Column))),
            ],
            [
                new("boundaries", ["seed", "dimension", "standard_error", "dimension_16_times_closer", "standard_error_closer",
                    "share_that_rests_elsewhere", "share_that_does_not_rest", "period_of_one_that_does_not",
                    .. Enumerable.Range(FirstLevel, last - FirstLevel + 1).Select(level => $"boxes_{1 << level}")], known),
                new("corners", ["epsilon", "seed", "dimension_coarse", "dimension_fine", "distinct"], corner),
                new("circle", ["epsilon", "seed", "dimension_coarse", "dimension_fine", "distinct"], circle),
            ],
            [
                new(VerdictKind.Acceptance,
                    "control: the boundary of Newton's method for z³ = 1 has a dimension above 1 by more than 3 standard errors",
                    newton.Dimension - 3 * newton.StandardError > 1,
                    FormattableString.Invariant($"{newton.Dimension:f3} ± {newton.StandardError:f3}")),
                Verdict.AtLeast("a boundary's dimension is at least .9: it parts the square",
                    dimensions.Count(d => d >= 0.9), dimensions.Length, 1, full),
                Verdict.QuantileAtMost(
                    "the samples of the four-point networks without noise are finitely many points (median dimension, fine)",
                    Of(corner, 0, Fine), 0.5, 0.05, full),
                new(VerdictKind.Claim, "basin boundaries are fractal (dimension above 1.05 in most networks)",
                    2 * dimensions.Count(d => d > 1.05) > dimensions.Length,
                    FormattableString.Invariant(
                        $"{dimensions.Count(d => d > 1.05)} of {dimensions.Length} networks; median {Statistics.Median(dimensions):f3}")),
                new(VerdictKind.Claim, "16 times closer, where basins meet, they are (above 1.05 in most networks)",
                    2 * known.Count(row => row[3] > 1.05) > known.Length,
                    FormattableString.Invariant($"{known.Count(row => row[3] > 1.05)} of {known.Length} networks; ")
                        + FormattableString.Invariant($"median {Statistics.Median(known.Select(row => row[3])):f3}")),
                new(VerdictKind.Claim, "with noise ε = .003 the circle's samples are a line: dimension 1 ± .1 above the noise (coarse)",
                    Math.Abs(Statistics.Median(Of(circle, 0.003, Coarse)) - 1) <= 0.1,
                    FormattableString.Invariant($"median {Statistics.Median(Of(circle, 0.003, Coarse)):f2}")),
                new(VerdictKind.Claim, "without noise the circle's network keeps the line (fine dimension above .5 in most networks)",
                    2 * Of(circle, 0, Fine).Count(d => d > 0.5) > Of(circle, 0, Fine).Length,
                    FormattableString.Invariant($"median {Statistics.Median(Of(circle, 0, Fine)):f2}")),
            ],
            pictures.Draw([.. boundaries.OfType<BoxCounting>()], newton,
                [.. s_noises.Select(e => Cloud(circles.Nets[round[0]], e, options.Quick))], s_noises))
        {
            Animation = pictures.Animate(options.Quick ? 4 : 30, options.Quick ? 64 : 220), Timing = new() { Delay = 120 },
        };
    }

    private static BoxCounting? Count(List<HashSet<(int X, int Y)>> levels, double side)
    {
        (double Size, long Boxes)[] counts = [.. levels.Select((boxes, i) => (side * Math.Pow(2, -(FirstLevel + i)), (long)boxes.Count))];
        return counts.All(c => c.Boxes > 0) ? BoxCounting.OfCounts(counts) : null;
    }

    // f(z) = z - (z³ - 1)/3z² as a map of the plane; the three roots.
    private static Basins NewtonBasins()
    {
        float half = (float)(Math.Sqrt(3) / 2);
        return new(points =>
        {
            var images = new float[points.Length];
            for (int i = 0; i < points.Length; i += 2)
            {
                var z = new System.Numerics.Complex(points[i], points[i + 1]);
                z -= (z * z * z - 1) / (3 * z * z);
                (images[i], images[i + 1]) = ((float)z.Real, (float)z.Imaginary);
            }

            return images;
        }, [1, 0, -0.5f, half, -0.5f, -half], Most);
    }

    private static double[][] Sets(Mlp network, int seed, bool quick) =>
    [
        .. s_noises.Select(noise =>
        {
            double[] points = [.. Samples(network, noise, (uint)seed, quick).Select(x => (double)x)];
            return new[]
            {
                noise, seed, BoxCounting.OfPoints(points, 2, s_coarse).Dimension, BoxCounting.OfPoints(points, 2, s_fine).Dimension,
                BoxCounting.OfPoints(points, 2, [1e-3, 1]).Counts[0].Boxes,
            };
        }),
    ];

    private static float[] Cloud(Mlp network, double noise, bool quick) => Samples(network, noise, 0, quick);

    // Samples of many chains and many iterations after burn-in; without noise one iteration says all.
    private static float[] Samples(Mlp network, double noise, uint seed, bool quick)
    {
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = quick ? 200 : 1000, Epsilon = noise, Seed = seed });
        kaleidoscope.Advance(quick ? 300 : 1000);
        return noise == 0 ? kaleidoscope.Frame.Samples.ToArray() : [.. kaleidoscope.Run(40).SelectMany(frame => frame.Samples.ToArray())];
    }
}
