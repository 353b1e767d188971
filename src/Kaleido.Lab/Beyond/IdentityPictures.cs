using Kaleido.Lab.Figures;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>The picture of <see cref="LearnsIdentity"/>: one column of panels for each dimension, profiles below.</summary>
internal static class IdentityPictures
{
    /// <summary>Points of a profile over [0, 1].</summary>
    public const int ProfilePoints = 201;

    private const int Shown = 10;

    /// <param name="dimensions">The dimensions.</param>
    /// <param name="counts">Numbers of points.</param>
    /// <param name="median">Of the means, the dimension, the points and the column of the table.</param>
    /// <param name="profiles">For each means: the profiles in one dimension with four points.</param>
    public static Picture Draw(int[] dimensions, int[] counts, Func<int, int, int, int, double> median,
        IReadOnlyList<List<double[]>> profiles)
    {
        double[] x = [.. counts.Select(n => (double)n)];
        var panels = new List<Plots.Figure>();
        foreach (var (column, label) in new[] { (LearnsIdentity.Error, "identity error, mean ‖f(x) - x‖/√D"),
            (LearnsIdentity.Ratio, "OGR (0: all becomes data, 1: identity)") })
        {
            foreach (int dimension in dimensions)
            {
                bool error = column == LearnsIdentity.Error;
                var plot = new Plot
                {
                    Title = $"{(error ? "identity error" : "over-generalization")}, D = {dimension}",
                    X = new() { Label = "training points", Logarithmic = true },
                    Y = new() { Label = label, Logarithmic = error, Minimum = error ? null : 0, Maximum = error ? null : 1.2 },
                    Legend = dimension != dimensions[1] ? LegendPlace.None : error ? LegendPlace.LowerLeft : LegendPlace.LowerRight,
                };
                for (int means = 0; means < LearnsIdentity.Names.Length; means++)
                {
                    double[] y = [.. counts.Select(n => median(means, dimension, n, column))];
                    plot.Line(x, y, LearnsIdentity.Names[means], new() { Colour = Palette.OkabeIto[means], Dash = LineStyle.DashOf(means),
                        Width = 2.2 });
                    plot.Points(x, y, style: new() { Colour = Palette.OkabeIto[means], Marker = (Marker)(means % 4), Size = 8 });
                }

                panels.Add(plot);
            }
        }

        double[] grid = [.. SyntheticNets.UnitGrid(ProfilePoints).Select(value => (double)value)];
        foreach (int means in new[] { 0, 3, 4 })
        {
            var plot = new Plot
            {
                Title = $"D = 1, four points: {LearnsIdentity.Names[means]}", X = new() { Label = "x" },
                    Y = new() { Label = "f(x)", Minimum = 0, Maximum = 1 },
            };
            for (int i = 0; i < Math.Min(Shown, profiles[means].Count); i++) plot.Line(grid, profiles[means][i], i == 0 ? "networks" : null,
                new() { Colour = Palette.OkabeIto[means], Width = 1.4, Dash = [], Opacity = 0.6 });
            // On top: the last networks lie on it.
            panels.Add(plot.Line(grid, grid, "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] }));
        }

        return Panels.Draw(panels, 3, 1680, 1300, "From over-generalization to the identity: medians over the seeds");
    }
}
