using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// One point in 1 to 64 dimensions, the middle of the unit cube as in Figs. 2 and 5a, or drawn uniformly; two hidden layers of 50, sigmoid
/// output, 5000 steps: every start is within .01 (Euclidean) of it after three applications, and it attracts: ρ(J) &lt; 1.
/// </summary>
public sealed class OnePointLaw : Experiment
{
    private const int FullSeeds = 50, Steps = 5000, Starts = 1000, LargestCorners = 8;
    private const double Tolerance = 0.01;
    private const uint DataStream = 0x5000_0020, StartStream = 0x5000_0021;
    private static readonly int[] s_dimensions = [1, 2, 4, 8, 16, 64];

    /// <inheritdoc/>
    public override string Name => "points";

    /// <inheritdoc/>
    public override string Title => "One point, whatever the dimension: the cube collapses onto it";

    // Columns of the table.
    private const int Dimension = 0, Drawn = 1, Seed = 2, First = 4, Third = 6, Radius = 7;

    private static readonly string[] s_places = ["in the middle", "drawn uniformly"];

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        var rows = new List<double[]>();
        foreach (int dimension in s_dimensions)
        {
            float[] starts = StartsOf(dimension);
            for (int drawn = 0; drawn < s_places.Length; drawn++)
            {
                using var nets = new SyntheticNets(new(dimension, 50, 2) { Output = Activation.Sigmoid }, seed =>
                    Datum(dimension, drawn, seed), Steps,
                    seeds, options.For(FormattableString.Invariant($"a point in {dimension}-D, {s_places[drawn]}")), cancellation);
                rows.AddRange(Enumerable.Range(0, seeds).Select(seed =>
                    Measure(dimension, drawn, seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed], Datum(dimension, drawn, seed),
                        starts)));
            }
        }

        return new(Name, Title,
            [
                new("seeds", seeds),
                .. s_dimensions.SelectMany(dimension => Enumerable.Range(0, 2).SelectMany(drawn => new KeyValuePair<string, double>[]
                {
                    new($"D = {dimension}, {s_places[drawn]}: largest distance after three applications",
                        Of(dimension, drawn).Max(row => row[Third])),
                    new($"D = {dimension}, {s_places[drawn]}: largest spectral radius", Of(dimension, drawn).Max(row => row[Radius])),
                })),
            ],
            [new("seeds", ["dimension", "drawn", "seed", "loss", "distance_after_1", "distance_after_2", "distance_after_3",
                "spectral_radius"], rows)],
            [.. s_dimensions.SelectMany(Verdicts), Anywhere(), PerCoordinate()], Draw(rows));

        List<double[]> Of(int dimension, int drawn) => [.. rows.Where(row => row[Dimension] == dimension && row[Drawn] == drawn)];

        IEnumerable<Verdict> Verdicts(int dimension)
        {
            var middle = Of(dimension, 0);
            yield return Verdict.AtLeast(FormattableString.Invariant(
                $"D = {dimension}, in the middle: every start is within .01 of the datum after three applications"),
                middle.Count(row => row[Third] <= Tolerance), middle.Count, 1, full);
            List<double[]> both = [.. middle, .. Of(dimension, 1)];
            yield return Verdict.AtLeast(FormattableString.Invariant($"D = {dimension}, both places: ρ(J) < 1 at the datum"),
                both.Count(row => row[Radius] < 1), both.Count, 1, full);
        }

        Verdict Anywhere()
        {
            string seen = string.Join(", ", s_dimensions.Select(dimension =>
                FormattableString.Invariant($"{Of(dimension, 1).Count(row => row[Third] <= Tolerance)} with D = {dimension}")));
            return new(VerdictKind.Claim, "the same wherever the point lies", rows.All(row => row[Third] <= Tolerance),
                FormattableString.Invariant($"of {seeds} seeds {seen}"));
        }

        Verdict PerCoordinate()
        {
            double largest = rows.Max(row => row[Third] / Math.Sqrt(row[Dimension]));
            return new(VerdictKind.Claim, "the same wherever the point lies, for the root mean square over the coordinates",
                largest <= Tolerance, FormattableString.Invariant($"largest {largest:g3}"));
        }
    }

    private static float[] Datum(int dimension, int drawn, int seed) => drawn == 0
        ? [.. Enumerable.Repeat(0.5f, dimension)]
        : MetricRandom.UniformFloats((uint)seed, DataStream, (ulong)dimension, dimension);

    // The farthest starts are corners: all of them, where they are few.
    private static float[] StartsOf(int dimension) =>
    [
        .. dimension <= LargestCorners ? Cube.Corners(dimension) : [],
        .. MetricRandom.UniformFloats(0, StartStream, (ulong)dimension, Starts * dimension),
    ];

    private static double[] Measure(int dimension, int drawn, int seed, double loss, Mlp network, float[] datum, float[] starts)
    {
        var farthest = new double[3];
        for (int i = 0; i < farthest.Length; i++)
        {
            starts = network.Evaluate(starts);
            farthest[i] = SyntheticNets.Nearest(starts, datum, dimension).Max(end => end.Distance);
        }

        return [dimension, drawn, seed, loss, .. farthest, JacobianSpectrum.Measure(network, datum)[0].SpectralRadius];
    }

    private static Picture Draw(List<double[]> rows)
    {
        string[] names = [.. s_dimensions.Select(dimension => FormattableString.Invariant($"{dimension}"))];
        var plots = new List<Plot>();
        for (int drawn = 0; drawn < s_places.Length; drawn++)
        {
            Plot distance = new()
            {
                Title = $"farthest of all starts, point {s_places[drawn]}", X = new() { Label = "dimensions", Categories = names },
                Y = new() { Label = "distance to the datum", Logarithmic = true, Minimum = 1e-8, Maximum = 1 },
                Legend = LegendPlace.LowerRight,
            };
            for (int i = 0; i < 3; i++) Cloud(distance, drawn, First + i, (i - 1) * 0.25,
                $"after {(i == 0 ? "one application" : i == 1 ? "two" : "three")}", i);
            plots.Add(distance.HorizontalRule(Tolerance, "asked for after three"));
        }

        Plot radius = new()
        {
            Title = "spectral radius at the datum", X = new() { Label = "dimensions", Categories = names },
            Y = new() { Label = "ρ(J)", Minimum = 0, Maximum = 1.4 }, Legend = LegendPlace.UpperRight,
        };
        for (int drawn = 0; drawn < s_places.Length; drawn++) Cloud(radius, drawn, Radius, (drawn - 0.5) * 0.35, $"point {s_places[drawn]}",
            3 + drawn);
        plots.Add(radius.HorizontalRule(1, "attracts below"));
        return Panels.Draw(plots, 3, 1680, 560, "One point in 1 to 64 dimensions: two hidden layers of 50, every seed a dot");

        // Spread a little, so that they do not hide each other.
        void Cloud(Plot plot, int drawn, int column, double shift, string name, int colour)
        {
            List<double[]> of = [.. rows.Where(row => row[Drawn] == drawn)];
            double[] x = [.. of.Select(row => Array.IndexOf(s_dimensions,
                (int)row[Dimension]) + shift + 0.16 * (row[Seed] * 0.618034 % 1 - 0.5))];
            plot.Points(x, [.. of.Select(row => row[column])], name,
                new() { Colour = Palette.OkabeIto[colour], Marker = (Marker)(colour % 4), Size = 6, Opacity = 0.6 });
        }
    }
}
