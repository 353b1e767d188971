using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;
using Kaleido.Numerics;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// One point, uniform in the unit cube of 1 to 64 dimensions; two hidden layers of 50, sigmoid output, 5000 steps: every start is within
/// .01 (Euclidean) of it after three applications, and it attracts: ρ(J) &lt; 1.
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
    private const int Dimension = 0, First = 3, Third = 5, Radius = 6;

    /// <inheritdoc/>
    public override FigureResult Run(FigureOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int seeds = options.SeedsOf(FullSeeds);
        bool full = seeds >= FullSeeds;
        var rows = new List<double[]>();
        foreach (int dimension in s_dimensions)
        {
            using var nets = new SyntheticNets(new(dimension, 50, 2) { Output = Activation.Sigmoid }, seed => Datum(dimension, seed), Steps, seeds,
                options, cancellation);
            float[] starts = StartsOf(dimension);
            rows.AddRange(Enumerable.Range(0, seeds).Select(seed =>
                Measure(dimension, seed, nets.Ensemble.Results[seed].Loss, nets.Nets[seed], Datum(dimension, seed), starts)));
        }

        return new(Name, Title,
            [
                new("seeds", seeds),
                .. s_dimensions.SelectMany(dimension => new KeyValuePair<string, double>[]
                {
                    new($"D = {dimension}: largest distance after one application", Of(dimension).Max(row => row[First])),
                    new($"D = {dimension}: largest distance after three", Of(dimension).Max(row => row[Third])),
                    new($"D = {dimension}: largest spectral radius", Of(dimension).Max(row => row[Radius])),
                }),
            ],
            [new("seeds", ["dimension", "seed", "loss", "distance_after_1", "distance_after_2", "distance_after_3", "spectral_radius"], rows)],
            [.. s_dimensions.SelectMany(Verdicts)], Draw(rows));

        List<double[]> Of(int dimension) => [.. rows.Where(row => row[Dimension] == dimension)];

        IEnumerable<Verdict> Verdicts(int dimension)
        {
            var of = Of(dimension);
            yield return Verdict.AtLeast(FormattableString.Invariant($"D = {dimension}: every start is within .01 of the datum after three applications"),
                of.Count(row => row[Third] <= Tolerance), of.Count, 1, full);
            yield return Verdict.AtLeast(FormattableString.Invariant($"D = {dimension}: ρ(J) < 1 at the datum"), of.Count(row => row[Radius] < 1), of.Count, 1, full);
        }
    }

    private static float[] Datum(int dimension, int seed) =>
        [.. Enumerable.Range(0, dimension).Select(i => Philox.ToUniform(Philox.Word((uint)seed, DataStream, (ulong)dimension, (ulong)i)))];

    // The farthest starts are corners: all of them, where they are few.
    private static float[] StartsOf(int dimension)
    {
        int corners = dimension <= LargestCorners ? dimension << dimension : 0;
        return
        [
            .. Enumerable.Range(0, corners).Select(i => (float)(i / dimension >> i % dimension & 1)),
            .. Enumerable.Range(0, Starts * dimension).Select(i => Philox.ToUniform(Philox.Word(0, StartStream, (ulong)dimension, (ulong)i))),
        ];
    }

    private static double[] Measure(int dimension, int seed, double loss, Mlp network, float[] datum, float[] starts)
    {
        var farthest = new double[3];
        for (int i = 0; i < farthest.Length; i++)
        {
            starts = network.Evaluate(starts);
            farthest[i] = SyntheticNets.Nearest(starts, datum, dimension).Max(end => end.Distance);
        }

        return [dimension, seed, loss, .. farthest, JacobianSpectrum.Measure(network, datum)[0].SpectralRadius];
    }

    private static Picture Draw(List<double[]> rows)
    {
        string[] names = [.. s_dimensions.Select(dimension => FormattableString.Invariant($"{dimension}"))];
        Plot distance = new()
        {
            Title = "largest distance to the datum over all starts", X = new() { Label = "dimensions", Categories = names },
            Y = new() { Label = "distance", Logarithmic = true },
        };
        Plot radius = new()
        {
            Title = "spectral radius at the datum", X = new() { Label = "dimensions", Categories = names }, Y = new() { Label = "ρ(J)", Minimum = 0, Maximum = 1.05 },
        };
        for (int i = 0; i < 3; i++) Cloud(distance, First + i, (i - 1) * 0.22, i == 0 ? "after one application" : $"after {(i == 1 ? "two" : "three")}", i);
        distance.HorizontalRule(Tolerance, "asked for after three");
        Cloud(radius, Radius, 0, null, 4);
        radius.HorizontalRule(1, "attracts below");
        return Panels.Draw([distance, radius], 2, 1500, 600, "One point in 1 to 64 dimensions: two hidden layers of 50");

        // Every seed is a point, spread a little so that they do not hide each other.
        void Cloud(Plot plot, int column, double shift, string? name, int colour)
        {
            double[] x = [.. rows.Select(row => Array.IndexOf(s_dimensions, (int)row[Dimension]) + shift + 0.16 * (row[1] * 0.618034 % 1 - 0.5))];
            plot.Points(x, [.. rows.Select(row => row[column])], name,
                new() { Colour = Palette.OkabeIto[colour], Marker = (Marker)(colour % 4), Size = 6, Opacity = 0.6 });
        }
    }
}
