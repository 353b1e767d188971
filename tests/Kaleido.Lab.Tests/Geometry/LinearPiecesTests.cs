using Kaleido.Backends;
using Kaleido.Lab.Geometry;
using Kaleido.Networks;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class LinearPiecesTests
{
    private static readonly Device s_device = Device.Cpu(1);

    private static Mlp Net(int inputs, int width, int layers, int seed, double gain = 1)
    {
        var network = Mlp.Create(s_device, new(inputs, width, layers) { Output = Activation.Sigmoid, Seed = (uint)seed });
        for (int layer = 0; layer < network.Layers; layer++)
            network.Weight(layer).Upload([.. network.Weight(layer).ToArray().Select(w => (float)(gain * w))]);
        return network;
    }

    // m lines that touch a circle at different angles cross each other in m(m-1)/2 different points near it.
    private static Mlp Tangents(int lines, int repeats = 1)
    {
        var network = Mlp.Create(s_device, new(2, lines * repeats, 1) { Output = Activation.Sigmoid });
        double[] angles = [.. Enumerable.Range(0, lines * repeats).Select(i => 2.5 * (i % lines) / lines + 0.1)];
        network.Weight(0).Upload([.. angles.SelectMany(a => new[] { Math.Cos(a), Math.Sin(a) })]);
        network.Bias(0).Upload([.. angles.Select(_ => -1.0)]);
        return network;
    }

    [Fact]
    public void One_layer_in_general_position_makes_the_greatest_number_of_polygons()
    {
        for (int m = 1; m <= 14; m++)
        {
            using var network = Tangents(m);
            var pieces = PolygonPieces.Of(network, -20, -20, 20, 20);
            Assert.Equal(1 + m + m * (m - 1) / 2, pieces.Count);
            Assert.True(pieces.IsComplete);
        }
    }

    [Fact]
    public void A_kink_that_is_there_twice_splits_once()
    {
        using var network = Tangents(6, repeats: 3);
        var pieces = PolygonPieces.Of(network, -20, -20, 20, 20);
        Assert.Equal(1 + 6 + 15, pieces.Count);
        Assert.Equal(0, pieces.IrregularCount);
    }

    [Fact]
    public void Kinks_through_one_point_and_through_corners_split_without_slivers()
    {
        // Lines through (½, ½), two of them the diagonals of the unit square, two along its sides.
        using var network = Mlp.Create(s_device, new(2, 6, 1) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([1.0, 0, 0, 1, 1, 1, 1, -1, 1, 0, 0, 1]);
        network.Bias(0).Upload([-0.5, -0.5, -1, 0, 0, -1]);
        var pieces = PolygonPieces.Of(network, 0, 0, 1, 1);
        Assert.Equal(8, pieces.Count);
        Assert.All(Enumerable.Range(0, 8), piece => Assert.Equal(0.125, pieces.Area(piece)));
        Assert.Equal(1, pieces.EulerCharacteristic);
    }

    [Fact]
    public void Polygons_fill_the_rectangle_and_share_their_vertices() => Law.Holds(Law.Sizes(2, 12), it =>
    {
        using var network = Net(2, it.Sizes[0] + 1, it.Sizes[1] % 5 + 1, it.Seed, 2);
        var pieces = PolygonPieces.Of(network, -1, 0, 1, 1);
        Assert.Equal(1, pieces.EulerCharacteristic);
        Assert.True(pieces.IsComplete);
        Assert.Equal(0, pieces.IrregularCount);
        Assert.InRange(Math.Abs(pieces.TotalArea - 2), 0, pieces.AreaErrorBound);
    }, 40);

    [Fact]
    public void One_layer_makes_no_more_polygons_than_lines_can() => Law.Holds(Law.Sizes(1, 20), it =>
    {
        int m = it.Sizes[0] + 1;
        using var network = Net(2, m, 1, it.Seed, 3);
        Assert.InRange(PolygonPieces.Of(network, 0, 0, 1, 1).Count, 1, 1 + m + m * (m - 1) / 2);
    }, 50);

    [Fact]
    public void The_affine_map_of_a_piece_is_the_network_there() => Law.Holds(Law.Sizes(2, 12), it =>
    {
        int inputs = it.Seed % 2 + 1;
        using var network = Net(inputs, it.Sizes[0] + 1, it.Sizes[1] % 5 + 1, it.Seed, 2);
        LinearPieces pieces = inputs == 1 ? IntervalPieces.Of(network, 0, 1) : PolygonPieces.Of(network, 0, 0, 1, 1);
        var centres = new List<float>();
        for (int piece = 0; piece < pieces.Count; piece++) centres.AddRange(Centre(pieces, piece).Select(value => (float)value));
        float[] outputs = network.Evaluate([.. centres]);
        for (int piece = 0; piece < pieces.Count; piece++)
        {
            double[] z = pieces.Affine(piece).Apply([.. centres.Skip(piece * inputs).Take(inputs).Select(value => (double)value)]);
            for (int k = 0; k < inputs; k++) Assert.Equal(1 / (1 + Math.Exp(-z[k])), outputs[piece * inputs + k], 1e-6);
        }
    }, 40);

    [Fact]
    public void A_grid_scan_meets_the_same_patterns() => Law.Holds(Law.Sizes(2, 10), it =>
    {
        const int Side = 61;
        using var network = Net(2, it.Sizes[0] + 1, it.Sizes[1] % 3 + 1, it.Seed, 2);
        var pieces = PolygonPieces.Of(network, 0, 0, 1, 1);
        var found = Enumerable.Range(0, pieces.Count).ToLookup(piece => Text(pieces.Pattern(piece)));
        for (int i = 0; i < Side * Side; i++)
        {
            double[] x = [(i % Side + 0.37) / Side, (i / Side + 0.61) / Side];
            var pattern = PatternAt(pieces.Map, x, out double nearest);
            if (nearest < 1e-9) continue;
            Assert.Contains(found[Text(pattern)], piece => IsInside(pieces.Vertices(piece), x));
        }

        static string Text(bool[] pattern) => string.Concat(pattern.Select(on => on ? '1' : '0'));
    }, 15);

    [Fact]
    public void Borders_of_an_interval_are_where_patterns_change() => Law.Holds(Law.Sizes(2, 12), it =>
    {
        using var network = Net(1, it.Sizes[0] + 1, it.Sizes[1] % 6 + 1, it.Seed, 2);
        var pieces = IntervalPieces.Of(network, -1, 1);
        Assert.Equal(pieces.Count + 1, pieces.Borders.Length);
        Assert.Equal(0, pieces.IrregularCount);
        for (int i = 0; i < 500; i++)
        {
            double x = -1 + 2 * (i + 0.5) / 500;
            int piece = 0;
            while (pieces.Borders[piece + 1] < x) piece++;
            var pattern = PatternAt(pieces.Map, [x], out double nearest);
            if (nearest > 1e-9) Assert.Equal(pattern, pieces.Pattern(piece));
        }
    }, 40);

    [Fact]
    public void The_exact_network_stays_within_the_error_bounds_of_the_exact_affine_map() => Law.Holds(Law.Sizes(1, 5), it =>
    {
        using var network = Net(2, it.Sizes[0] + 1, 2, it.Seed, 2);
        var pieces = PolygonPieces.Of(network, 0, 0, 1, 1);
        var random = it.Random();
        for (int i = 0; i < 20; i++)
        {
            int piece = random.Next(pieces.Count);
            // A corner, where signs are in doubt, or a point between corners.
            double[] corners = pieces.Vertices(piece), x = i % 2 == 0 ? corners[..2] : Centre(pieces, piece);
            Exact[] network64 = Logits(network, x, null), affine = Logits(network, x, pieces.Pattern(piece));
            for (int k = 0; k < 2; k++)
            {
                var difference = network64[k] - affine[k];
                Assert.True(difference.IsAtMost(pieces.ErrorBounds[k]) && difference.IsAtLeast(-pieces.ErrorBounds[k]));
            }
        }
    }, 20);

    [Fact]
    public void A_slice_of_a_network_of_three_inputs_is_the_network_on_it()
    {
        using var network = Net(3, 8, 3, 5, 2);
        double[] origin = [0.1, 0.2, 0.3], u = [0.5, 0.1, 0], v = [0, 0.3, 0.6];
        var pieces = PolygonPieces.OfSlice(network, origin, u, v);
        Assert.True(pieces.IsComplete && pieces.Count > 3);
        for (int piece = 0; piece < pieces.Count; piece++)
        {
            double[] st = Centre(pieces, piece), z = pieces.Affine(piece).Apply(st);
            float[] y = network.Evaluate([.. origin.Select((o, k) => (float)(o + st[0] * u[k] + st[1] * v[k]))]);
            for (int k = 0; k < 3; k++) Assert.Equal(1 / (1 + Math.Exp(-z[k])), y[k], 1e-6);
        }

        Assert.True(IntervalPieces.OfSegment(network, origin, u, 0, 1).Count > 1);
    }

    [Fact]
    public void What_cannot_be_cut_is_refused_in_a_sentence()
    {
        using var network = Net(2, 3, 1, 0);
        using var gelu = Mlp.Create(s_device, new(2, 3, 1) { HiddenActivation = Activation.Gelu });
        Assert.Contains("has 2 inputs", Assert.Throws<ArgumentException>(() => IntervalPieces.Of(network, 0, 1)).Message);
        Assert.Contains("no rectangle", Assert.Throws<ArgumentException>(() => PolygonPieces.Of(network, 0, 0, 0, 1)).Message);
        Assert.Contains("plain ReLU", Assert.Throws<ArgumentException>(() => PolygonPieces.Of(gelu, 0, 0, 1, 1)).Message);
        network.Bias(0).Upload([double.NaN, 0, 0]);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => PolygonPieces.Of(network, 0, 0, 1, 1)).Message);
    }

    private static double[] Centre(LinearPieces pieces, int piece)
    {
        double[] corners = pieces.Vertices(piece);
        int inputs = pieces.Inputs;
        return [.. Enumerable.Range(0, inputs).Select(k => corners.Where((_, i) => i % inputs == k).Average())];
    }

    private static bool[] PatternAt(ReluMap map, double[] x, out double nearest)
    {
        var pattern = new List<bool>();
        nearest = double.PositiveInfinity;
        for (int layer = 0; layer + 1 < map.Layers; layer++)
        {
            var z = new double[map.Width(layer)];
            map.PreActivation(x, layer, z);
            pattern.AddRange(z.Select(value => value > 0));
            nearest = Math.Min(nearest, z.Min(Math.Abs));
        }

        return [.. pattern];
    }

    private static bool IsInside(double[] corners, double[] x)
    {
        for (int i = 0; i < corners.Length; i += 2)
        {
            int j = (i + 2) % corners.Length;
            double side = (corners[j] - corners[i]) * (x[1] - corners[i + 1]) - (corners[j + 1] - corners[i + 1]) * (x[0] - corners[i]);
            if (side < -1e-12) return false;
        }

        return true;
    }

    // The pre-activation in exact arithmetic: of the network, or with a pattern's masks.
    private static Exact[] Logits(Mlp network, double[] x, bool[]? pattern)
    {
        Exact[] h = [.. x.Select(Exact.Of)];
        int neuron = 0;
        for (int layer = 0; ; layer++)
        {
            float[] weight = network.Weight(layer).ToArray(), bias = network.Bias(layer).ToArray();
            var z = new Exact[bias.Length];
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = Exact.Of(bias[i]);
                for (int j = 0; j < h.Length; j++) z[i] += Exact.Of(weight[i * h.Length + j]) * h[j];
            }

            if (layer == network.Layers - 1) return z;
            h = [.. z.Select(value => (pattern is null ? value.IsAtLeast(0) : pattern[neuron++]) ? value : Exact.Of(0))];
        }
    }
}
