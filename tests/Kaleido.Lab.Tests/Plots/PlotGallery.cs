using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Tests.Plots;

/// <summary>The figures of docs/figures/plots.png: every kind of series once, of numbers made up by formulas.</summary>
internal static class PlotGallery
{
    public static Picture Sheet() => Panels.Draw(
        [Losses(), Basins(), Heat(), Histograms(), Points(), Diverging()], columns: 2, width: 1600, height: 1560,
        title: "Kaleido.Lab.Plots: one of each, of made-up numbers");

    /// <summary>A logarithmic axis, a quantile band, dashes and a rule.</summary>
    public static Figure Losses()
    {
        const int Count = 120;
        double[] step = new double[Count], median = new double[Count], other = new double[Count];
        double[] low = new double[Count], high = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            step[i] = 100 * i;
            median[i] = 0.4 / (1 + (0.02 * i * i)) * (1 + (0.25 * Wobble(i, 1))) + 2e-4;
            (low[i], high[i]) = (median[i] * 0.55, median[i] * (1.7 + (0.4 * Wobble(i, 2))));
            other[i] = i is > 60 and < 66 ? double.NaN : 0.5 / (1 + (0.25 * i)) * (1 + (0.1 * Wobble(i, 3)));
        }

        return new Plot
        {
            Title = "Training loss",
            X = new() { Label = "step" },
            Y = new() { Label = "mean squared error", Logarithmic = true },
        }
            .Band(step, low, high, "5 % to 95 %")
            .Line(step, median, "Adam, η = 10⁻³")
            .Line(step, other, "SGD, η = 0.05")
            .HorizontalRule(1e-3, "target");
    }

    /// <summary>Classes, training points, and fixed points by stability.</summary>
    public static Figure Basins()
    {
        const int Side = 240;
        double[] xs = [-1.1, 1.0, 0.1], ys = [-0.7, -0.5, 1.0];
        var classes = new int[Side, Side];
        for (int r = 0; r < Side; r++)
        {
            for (int c = 0; c < Side; c++)
            {
                double x = (4.0 * (c + 0.5) / Side) - 2, y = (4.0 * (r + 0.5) / Side) - 2;
                double u = x + (0.35 * Wave(2 * y)), v = y + (0.35 * Wave(1.7 * x));
                int nearest = Enumerable.Range(0, 3).MinBy(k => ((u - xs[k]) * (u - xs[k])) + ((v - ys[k]) * (v - ys[k])));
                classes[r, c] = (x * x) + (y * y) > 3.8 ? -1 : nearest;
            }
        }

        return new RegionMap(classes, "basin of a", "basin of b", "basin of c")
        {
            Title = "Basins of attraction",
            NoClass = "leaves the square",
            X = new() { Label = "x₁", Minimum = -2, Maximum = 2 },
            Y = new() { Label = "x₂", Minimum = -2, Maximum = 2 },
            EqualUnits = true,
        }
            .Mark(xs, ys, "stable, ρ < 1")
            .Mark([-0.1, 0.5], [-0.55, 0.4], "unstable, ρ ≥ 1", filled: false)
            .Mark([-1.0, 0.9, 0.3, -0.4], [-0.9, -0.3, 1.1, 0.9], "training points", Marker.Triangle, colour: Rgb.Of(0xD55E00));
    }

    /// <summary>A table on a logarithmic colour scale.</summary>
    public static Figure Heat()
    {
        var values = new double[40, 60];
        for (int r = 0; r < 40; r++)
        {
            for (int c = 0; c < 60; c++)
            {
                double x = (c - 20) / 12.0, y = (r - 22) / 9.0;
                values[r, c] = c > 52 && r > 34 ? double.NaN : 1 / (1e-3 + (x * x * x * x) + (y * y) + (0.5 * x * y));
            }
        }

        return new HeatMap(values)
        {
            Title = "Median iterations until convergence",
            X = new() { Label = "hidden units", Minimum = 10, Maximum = 1000, Logarithmic = true },
            Y = new() { Label = "noise ε", Minimum = 0, Maximum = 0.4 },
            Scale = new() { Label = "iterations", Logarithmic = true },
        };
    }

    /// <summary>Two histograms that overlap.</summary>
    public static Figure Histograms()
    {
        double[] a = new double[2000], b = new double[2000];
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = 0.9 + (0.1 * (Wobble(i, 5) + Wobble(i, 6) + Wobble(i, 7)));
            b[i] = 1.15 + (0.13 * (Wobble(i, 8) + Wobble(i, 9)));
        }

        return new Plot
        {
            Title = "Spectral radius at the training points",
            X = new() { Label = "ρ(J)" },
            Y = new() { Label = "networks" },
        }
            .Histogram(a, 40, "width 500")
            .Histogram(b, 40, "width 50", opacity: 0.7)
            .VerticalRule(1, "stability border");
    }

    /// <summary>Points of several kinds with texts.</summary>
    public static Figure Points()
    {
        double[] x = [16, 32, 64, 128, 256, 512, 1024], cpu = [0.9, 1.6, 3.4, 7.5, 19, 61, 230];
        double[] device = [4.1, 4.2, 4.2, 4.6, 5.8, 9.1, 24];
        return new Plot
        {
            Title = "Time of a step",
            X = new() { Label = "hidden units", Logarithmic = true },
            Y = new() { Label = "time / µs", Logarithmic = true },
        }
            .Line(x, cpu, "processor")
            .Points(x, cpu, style: new() { Colour = Palette.Series(0), Marker = Marker.Circle })
            .Line(x, device, "device", new() { Colour = Palette.Series(1), Dash = [9, 5] })
            .Points(x, device, style: new() { Colour = Palette.Series(1), Marker = Marker.Square, Filled = false })
            .Text(86, 3.5, "they meet about here");
    }

    /// <summary>A table about zero.</summary>
    public static Figure Diverging()
    {
        var values = new double[24, 32];
        for (int r = 0; r < 24; r++)
        {
            for (int c = 0; c < 32; c++)
            {
                values[r, c] = 3e-4 * (Wave(c / 5.0) - Wave((r + (0.3 * c)) / 4.0) + (0.2 * Wobble((32 * r) + c, 4)));
            }
        }

        return new HeatMap(values)
        {
            Title = "Difference between two devices",
            X = new() { Label = "layer" },
            Y = new() { Label = "step" },
            Scale = new() { Label = "Δ loss" },
            Colours = ColourMap.BlueBrown,
        };
    }

    /// <summary>A smooth wave of period 4 between −1 and 1, of parabolas.</summary>
    private static double Wave(double x)
    {
        double t = x - (4 * Math.Floor(x / 4));
        return t < 2 ? t * (2 - t) : -(t - 2) * (4 - t);
    }

    /// <summary>Numbers that look random, from −1 to 1.</summary>
    private static double Wobble(int i, uint stream)
    {
        uint hash = ((uint)i * 2654435761u) ^ (stream * 0x9E3779B9u);
        hash = (hash ^ (hash >> 15)) * 0x85EBCA6Bu;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
        return ((hash ^ (hash >> 16)) / 2147483648.0) - 1;
    }
}
