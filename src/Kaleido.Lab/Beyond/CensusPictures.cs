using System.Globalization;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>The pictures of the census.</summary>
internal static class CensusPictures
{
    private const int Side = 560;

    /// <summary>Pieces, basins and fixed points of one network in the plane, profiles of two on a line, and counts over all.</summary>
    public static Picture Draw(
        string title, SyntheticNets plane, SyntheticNets notebook, SyntheticNets tanh, CensusRow[][] sets, string[] names)
    {
        var row = sets[2][0];
        var fourth = sets[1].OrderByDescending(it => it.Spurious).ThenBy(it => it.Seed).First();
        return Panels.Draw(
            [
                Pieces(row), Basins(plane.Nets[row.Seed], row), Counts(sets, names),
                Line($"notebook, seed {sets[0][0].Seed}", notebook.Nets[sets[0][0].Seed], sets[0][0]),
                Line($"Fig. 4, seed {fourth.Seed}", tanh.Nets[fourth.Seed], fourth), Radii(sets, names),
            ], 3, 3 * 660, 40 + 2 * 560, $"Census: {title}");
    }

    /// <summary>Starts on a grid as the network of the plane moves them, coloured by where they end.</summary>
    public static List<Picture> Flow(SyntheticNets nets, CensusRow row)
    {
        const int Starts = 28, Frames = 30;
        var network = nets.Nets[row.Seed];
        float[] state =
            [.. Enumerable.Range(0, Starts * Starts).SelectMany(i => new[] { (i % Starts + 0.5f) / Starts, (i / Starts + 0.5f) / Starts })];
        int[] ends = row.Census.Destinations(network, [.. state.Select(value => (double)value)]);
        int[] sinks = Sinks(row.Census);
        var frames = new List<Picture>();
        for (int frame = 0; frame < Frames; frame++)
        {
            var plot = new Plot
            {
                Title = $"starts, after {SyntheticAnimations.Applications(frame)}", EqualUnits = true, Legend = LegendPlace.Outside,
                X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
            };
            int[] colours = ColoursOf(row.Census, sinks, row.Data);
            for (int k = 0; k < sinks.Length; k++)
            {
                int[] own = [.. Enumerable.Range(0, ends.Length).Where(i => ends[i] == sinks[k])];
                plot.Points([.. own.Select(i => (double)state[2 * i])], [.. own.Select(i => (double)state[2 * i + 1])], null,
                    new() { Colour = Palette.Area(colours[k]).Mix(Rgb.Black, 40), Marker = Marker.Circle, Size = 6 });
            }

            Mark(plot, row.Census);
            frames.Add(plot.Draw(600, 470));
            state = network.Evaluate(state);
        }

        return frames;
    }

    private static HeatMap Pieces(CensusRow row)
    {
        var pieces = (PolygonPieces)row.Census.Pieces;
        var norms = new double[Side, Side];
        var (x, y) = (new List<double>(), new List<double>());
        for (int piece = 0; piece < pieces.Count; piece++)
        {
            double[] corners = pieces.Vertices(piece);
            Fill(norms, corners, Norm(pieces.Affine(piece).Matrix));
            for (int i = 0; i <= corners.Length; i += 2)
            {
                x.Add(corners[i % corners.Length]);
                y.Add(corners[(i + 1) % corners.Length]);
            }

            // A gap between one polygon and the next.
            x.Add(double.NaN);
            y.Add(double.NaN);
        }

        var map = new HeatMap(norms)
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"{pieces.Count} linear pieces, Fig. 5b, seed {row.Seed}"),
            EqualUnits = true,
            X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
            Scale = new() { Label = "steepness of the pre-activation, ‖A‖₂" },
        };
        map.Line([.. x], [.. y], null, new() { Colour = Rgb.White, Width = 0.5, Dash = [], Opacity = 0.45 });
        return map;
    }

    private static RegionMap Basins(Mlp network, CensusRow row)
    {
        var census = row.Census;
        double[] starts = [.. Enumerable.Range(0, Side * Side).SelectMany(i => new[] { (i % Side + 0.5) / Side, (i / Side + 0.5) / Side })];
        int[] ends = census.Destinations(network, starts), sinks = Sinks(census), colours = ColoursOf(census, sinks, row.Data);
        var classes = new int[Side, Side];
        for (int i = 0; i < ends.Length; i++)
        {
            int k = Array.IndexOf(sinks, ends[i]);
            classes[i / Side, i % Side] = k < 0 ? -1 : colours[k];
        }

        string[] names = new string[colours.DefaultIfEmpty(-1).Max() + 1];
        for (int k = 0; k < sinks.Length; k++)
        {
            var sink = census.Points[sinks[k]];
            names[colours[k]] = string.Create(CultureInfo.InvariantCulture,
                $"{100 * sink.BasinShare:f0} % to ({sink.Location[0]:f2}, {sink.Location[1]:f2})");
        }

        var map = new RegionMap(classes, names)
        {
            Title = "basins and fixed points", EqualUnits = true, NoClass = "nowhere",
            X = new() { Label = "x", Minimum = 0, Maximum = 1 }, Y = new() { Label = "y", Minimum = 0, Maximum = 1 },
        };
        Mark(map, census);
        return map;
    }

    private static Plot Line(string name, Mlp network, CensusRow row)
    {
        var census = row.Census;
        var pieces = (IntervalPieces)census.Pieces;
        double low = census.Low;
        double[] x = [.. Enumerable.Range(0, 1201).Select(i => low + (1 - low) * i / 1200)];
        double[] y = [.. network.Evaluate([.. x.Select(value => (float)value)]).Select(value => (double)value)];
        var plot = new Plot
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"{name}: {pieces.Count} pieces, basins as areas"),
            X = new() { Label = "x", Minimum = low, Maximum = 1 }, Y = new() { Label = "f(x)", Minimum = low, Maximum = 1 }, Grid = false,
            Legend = LegendPlace.LowerRight,
        };
        int[] sinks = Sinks(census), colours = ColoursOf(census, sinks, row.Data);
        foreach (var basin in census.Basins)
        {
            int k = Array.IndexOf(sinks, basin.Point);
            plot.Band([basin.Low, basin.High], [low, low], [1, 1], null, Palette.Area(k < 0 ? -1 : colours[k]), 0.45);
        }

        double[] borders = pieces.Borders.ToArray();
        float[] kinks = network.Evaluate([.. borders.Select(value => (float)value)]);
        plot.Line(x, x, "f(x) = x", new() { Colour = Rgb.Black, Width = 1, Dash = [6, 4] });
        plot.Line(x, y, "f", new() { Colour = Palette.OkabeIto[0], Width = 2, Dash = [] });
        plot.Points(borders, [.. kinks.Select(value => (double)value)], "borders of pieces",
            new() { Colour = Palette.OkabeIto[0], Marker = Marker.Plus, Size = 8 });
        Mark(plot, census);
        return plot;
    }

    private static Plot Counts(CensusRow[][] sets, string[] names)
    {
        const double Breadth = 0.28;
        int[] all = [.. sets.SelectMany(set => set).Select(row => row.Census.Points.Count).Distinct().Order()];
        var plot = new Plot
        {
            Title = "fixed points of all networks",
            X = new() { Label = "fixed points of a network",
                Categories = [.. all.Select(count => count.ToString(CultureInfo.InvariantCulture))] },
            Y = new() { Label = "share of networks", Minimum = 0 },
        };
        for (int i = 0; i < sets.Length; i++)
        {
            plot.Bars([.. all.Select((_, at) => at + Breadth * (i - 1))],
                [.. all.Select(count => sets[i].Count(row => row.Census.Points.Count == count) / (double)sets[i].Length)],
                names[i], Breadth, Palette.Series(i));
        }

        return plot;
    }

    private static Plot Radii(CensusRow[][] sets, string[] names)
    {
        var plot = new Plot
        {
            Title = "sinks: how fast, and how far it is proved", Legend = LegendPlace.Best,
            X = new() { Label = "spectral radius ρ(J)", Minimum = 0, Maximum = 1 },
            Y = new() { Label = "certified radius", Logarithmic = true },
        };
        Marker[] markers = [Marker.Circle, Marker.Triangle, Marker.Square];
        for (int i = 0; i < sets.Length; i++)
        {
            CensusPoint[] sinks = [.. sets[i].SelectMany(row => row.Census.Points).Where(point => point.Class == FixedPointClass.Sink)];
            plot.Points([.. sinks.Select(point => point.SpectralRadius.Midpoint)], [.. sinks.Select(point => point.CertifiedRadius)],
                names[i], new() { Colour = Palette.Series(i), Marker = markers[i], Size = 6, Opacity = 0.7 });
        }

        return plot;
    }

    private static int[] Sinks(Census census) =>
        [.. Enumerable.Range(0, census.Points.Count).Where(k => census.Points[k].Class == FixedPointClass.Sink)];

    // The number of a sink's datum, so that a datum has its colour in every picture; spurious sinks take the numbers after the data's.
    private static int[] ColoursOf(Census census, int[] sinks, int data)
    {
        int spurious = data;
        return [.. sinks.Select(k => census.Points[k]).Select(sink => sink.IsDatum ? sink.NearestDatum : spurious++)];
    }

    private static void Mark(Plots.Figure figure, Census census)
    {
        Marks("sink, a datum", Marker.Circle, true, Rgb.Black, point => point.Class == FixedPointClass.Sink && point.IsDatum);
        Marks("sink, spurious", Marker.Square, true, Palette.OkabeIto[1], point => point.IsSpurious);
        Marks("saddle", Marker.Diamond, false, Rgb.Black, point => point.Class == FixedPointClass.Saddle && !point.IsDatum);
        Marks("saddle at a datum", Marker.Diamond, true, Palette.OkabeIto[1],
            point => point.Class == FixedPointClass.Saddle && point.IsDatum);
        Marks("repeller", Marker.Triangle, false, Rgb.Black, point => point.Class == FixedPointClass.Repeller && !point.IsDatum);
        Marks("repeller at a datum", Marker.Triangle, true, Palette.OkabeIto[1],
            point => point.Class == FixedPointClass.Repeller && point.IsDatum);

        void Marks(string name, Marker marker, bool filled, Rgb colour, Func<CensusPoint, bool> which)
        {
            CensusPoint[] points = [.. census.Points.Where(which)];
            if (points.Length == 0) return;
            figure.Points([.. points.Select(point => point.Location[0])], [.. points.Select(point => point.Location[^1])], name,
                new() { Marker = marker, Filled = filled, Colour = colour, Halo = true, Size = 11 });
        }
    }

    private static double Norm(double[] m)
    {
        double squares = m.Sum(value => value * value), det = m[0] * m[3] - m[1] * m[2];
        return Math.Sqrt((squares + Math.Sqrt(Math.Max(0, squares * squares - 4 * det * det))) / 2);
    }

    // Cells whose middle is in a convex polygon.
    private static void Fill(double[,] table, double[] corners, double value)
    {
        int rows = table.GetLength(0), columns = table.GetLength(1);
        double left = 1, right = 0, bottom = 1, top = 0;
        for (int i = 0; i < corners.Length; i += 2)
        {
            (left, right) = (Math.Min(left, corners[i]), Math.Max(right, corners[i]));
            (bottom, top) = (Math.Min(bottom, corners[i + 1]), Math.Max(top, corners[i + 1]));
        }

        for (int row = Math.Max(0, (int)(bottom * rows) - 1); row <= Math.Min(rows - 1, (int)(top * rows) + 1); row++)
        {
            for (int column = Math.Max(0, (int)(left * columns) - 1); column <= Math.Min(columns - 1, (int)(right * columns) + 1); column++)
            {
                double x = (column + 0.5) / columns, y = (row + 0.5) / rows;
                bool inside = true;
                for (int i = 0; inside && i < corners.Length; i += 2)
                {
                    int j = (i + 2) % corners.Length;
                    double across = (corners[j] - corners[i]) * (y - corners[i + 1]);
                    inside = across - (corners[j + 1] - corners[i + 1]) * (x - corners[i]) >= -1e-12;
                }

                if (inside) table[row, column] = value;
            }
        }
    }
}
