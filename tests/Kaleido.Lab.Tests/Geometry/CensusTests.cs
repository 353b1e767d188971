using Kaleido.Backends;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Tests.Metrics;
using Kaleido.Networks;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class CensusTests
{
    private static readonly Device s_device = Device.Cpu(1);
    private static readonly CensusOptions s_few = new() { Samples = 256, MostIterations = 500 };

    // z = logit(p) + L(x - p) + (R - L)·max(x - p, 0): slopes L to the left of p and R to its right, coordinate by coordinate. The linear part
    // passes through units max(x + 2, 0), which are active all over the domain.
    private static Mlp Kinked(double[] fixedPoint, double[,] right, double[,] left, Activation? output = null)
    {
        int size = fixedPoint.Length;
        var network = Mlp.Create(s_device, new(size, 2 * size, 1) { Output = output ?? Activation.Sigmoid });
        var (first, bias, second) = (new double[2 * size * size], new double[2 * size], new double[2 * size * size]);
        double[] offset = [.. fixedPoint.Select(p => output == Activation.Tanh ? Math.Atanh(p) : Math.Log(p / (1 - p)))];
        for (int k = 0; k < size; k++)
        {
            first[k * size + k] = first[(size + k) * size + k] = 1;
            (bias[k], bias[size + k]) = (2, -fixedPoint[k]);
            for (int i = 0; i < size; i++)
            {
                (second[i * 2 * size + k], second[i * 2 * size + size + k]) = (left[i, k], right[i, k] - left[i, k]);
                offset[i] -= left[i, k] * (fixedPoint[k] + 2);
            }
        }

        network.Weight(0).Upload(first);
        network.Bias(0).Upload(bias);
        network.Weight(1).Upload(second);
        network.Bias(1).Upload(offset);
        return network;
    }

    private static Mlp Linear(double[,] slopes) => Kinked([0.5, 0.5], Times(slopes, 4), Times(slopes, 4));

    private static double[,] Times(double[,] matrix, double factor)
    {
        var product = (double[,])matrix.Clone();
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++) product[i, j] *= factor;
        }

        return product;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Two_points_on_a_line_have_a_repeller_between_them(int hiddenLayers)
    {
        using var network = TwoPointOracle.Create(s_device, hiddenLayers);
        var census = Census.Of(network, TwoPointOracle.Data);
        Assert.True(census.IsComplete && census.IsMonotone);
        Assert.Equal([FixedPointClass.Sink, FixedPointClass.Repeller, FixedPointClass.Sink], census.Points.Select(point => point.Class));
        Assert.Equal([1, -1, 1], census.Points.Select(point => point.Index));
        Assert.Equal(3, census.SignCount);
        double[] places = [0.2, 0.5, 0.8], shares = [0.5, 0, 0.5];
        for (int k = 0; k < 3; k++)
        {
            var point = census.Points[k];
            Assert.True(point.IsClassProved);
            Assert.Equal(places[k], point.Location[0], 1e-6);
            Assert.Equal(shares[k], point.BasinShare, 1e-6);
            Assert.Equal(k != 1, point.IsDatum);
            Assert.Equal(k == 1 ? TwoPointOracle.Steepness / 4 : 0.16 * TwoPointOracle.Steepness, point.SpectralRadius.Midpoint, 1e-5);
            Assert.True(point.Enclosure[0].Contains(point.Location[0]) && point.Enclosure[0].Width < 1e-12);
        }
    }

    [Fact]
    public void The_product_of_two_lines_has_four_sinks_four_saddles_and_a_repeller()
    {
        double b = TwoPointOracle.Steepness;
        using var network = Kinked([0.5, 0.5], new[,] { { b, 0 }, { 0, b } }, new[,] { { b, 0 }, { 0, b } });
        var census = Census.Of(network, [0.2f, 0.2f, 0.2f, 0.8f, 0.8f, 0.2f, 0.8f, 0.8f]);
        Assert.True(census.IsComplete);
        Assert.Equal(1, census.IndexSum);
        Assert.Equal(9, census.Points.Count);
        Assert.Equal(4, census.Points.Count(point => point.Class == FixedPointClass.Sink && point.IsDatum && !point.IsSpurious));
        Assert.Equal(4, census.Points.Count(point => point.Class == FixedPointClass.Saddle));
        Assert.Equal(1, census.Points.Count(point => point.Class == FixedPointClass.Repeller));
        foreach (var sink in census.Points.Where(point => point.Class == FixedPointClass.Sink))
        {
            // Five standard errors of 4096 starts.
            Assert.Equal(0.25, sink.BasinShare, 5 * Math.Sqrt(0.25 * 0.75 / 4096));
            Assert.InRange(sink.CertifiedRadius, 1e-3, 0.3);
        }
    }

    [Fact]
    public void Tanh_is_symmetric_about_zero()
    {
        using var network = Kinked([0.0], new[,] { { 2.0 } }, new[,] { { 2.0 } }, Activation.Tanh);
        var census = Census.Of(network, []);
        Assert.True(census.IsComplete);
        Assert.Equal(-1, census.Low);
        Assert.Equal([-1, 0, 1], census.Points.Select(point => Math.Sign(Math.Round(point.Location[0], 9))));
        Assert.All(census.Points, point => Assert.Equal(Math.Tanh(2 * point.Location[0]), point.Location[0], 1e-14));
        Assert.All(census.Points, point => Assert.Equal(-1, point.NearestDatum));
    }

    [Theory]
    [InlineData(0.9, 1.0, FixedPointClass.Sink)]
    [InlineData(1.1, 1.0, FixedPointClass.Repeller)]
    [InlineData(0.95, 3.0, FixedPointClass.Sink)]
    public void A_rotation_has_a_complex_pair_of_its_radius(double radius, double angle, FixedPointClass expected)
    {
        var (cos, sin) = (radius * Math.Cos(angle), radius * Math.Sin(angle));
        using var network = Linear(new[,] { { cos, -sin }, { sin, cos } });
        var point = Assert.Single(Census.Of(network, [], s_few).Points);
        Assert.Equal(expected, point.Class);
        Assert.True(point.IsClassProved);
        Assert.Equal(1, point.Index);
        Assert.Equal(radius, point.SpectralRadius.Midpoint, 1e-6);
        Assert.Equal(angle, Math.Abs(point.Eigenvalues[0].Phase), 1e-6);
        Assert.Equal(expected == FixedPointClass.Sink, point.CertifiedRadius > 0);
    }

    [Fact]
    public void Every_start_within_the_certified_radius_converges()
    {
        // Not normal: ‖J‖ is 3 where ρ is .8, so an orbit leaves before it comes back.
        using var network = Linear(new[,] { { 0.8, 3 }, { 0, 0.5 } });
        var census = Census.Of(network, []);
        int index = census.Points.ToList().FindIndex(point => Math.Abs(point.Location[0] - 0.5) < 1e-4);
        var sink = census.Points[index];
        Assert.Equal(FixedPointClass.Sink, sink.Class);
        Assert.True(sink.CertifiedRadius > 1e-4);
        double[] starts = [.. Enumerable.Range(0, 64).SelectMany(i => new[]
        {
            sink.Location[0] + 0.999 * sink.CertifiedRadius * Math.Cos(i * Math.PI / 32),
            sink.Location[1] + 0.999 * sink.CertifiedRadius * Math.Sin(i * Math.PI / 32),
        })];
        Assert.All(census.Destinations(network, starts), end => Assert.Equal(index, end));
    }

    [Fact]
    public void A_falling_function_has_one_fixed_point_and_a_cycle_that_orbits_find()
    {
        using var network = Kinked([0.5], new[,] { { -8.0 } }, new[,] { { -8.0 } });
        var census = Census.Of(network, [], s_few);
        Assert.Equal(FixedPointClass.Repeller, Assert.Single(census.Points).Class);
        Assert.Equal(1, census.IndexSum);
        Assert.False(census.IsMonotone);
        var cycle = Assert.Single(census.Cycles);
        Assert.Equal(2, cycle.Points.Length);
        Assert.Equal(1, cycle.BasinShare, 1e-3);
        Assert.Equal(1, cycle.Points[0][0] + cycle.Points[1][0], 1e-5);
    }

    [Theory]
    [InlineData(0.375, 0.8125)]
    [InlineData(-0.75, 0.875)]
    public void A_sink_on_a_kink_is_proved_by_the_slopes_of_both_sides(double left, double right)
    {
        using var network = Kinked([0.5], new[,] { { 4 * right } }, new[,] { { 4 * left } });
        var census = Census.Of(network, [0.5f]);
        var point = Assert.Single(census.Points);
        Assert.True(census.IsComplete && point.IsDatum && point.IsClassProved && point.Kinks > 0);
        Assert.Equal(FixedPointClass.Sink, point.Class);
        Assert.Equal(right, point.SpectralRadius.High, 1e-6);
        Assert.Equal(1, point.BasinShare, 1e-6);
    }

    [Fact]
    public void A_repeller_on_a_kink_in_the_plane_is_found_once()
    {
        using var network = Kinked([0.5, 0.5], new[,] { { 6, 0 }, { 0, 5.0 } }, new[,] { { 8, 0 }, { 0, 7.0 } });
        var census = Census.Of(network, []);
        Assert.True(census.IsComplete);
        Assert.Equal(9, census.Points.Count);
        Assert.Equal(1, census.IndexSum);
        Assert.Single(census.Points, point => point.Kinks > 0 && Math.Abs(point.Location[0] - 0.5) + Math.Abs(point.Location[1] - 0.5) < 1e-9);
    }

    [Fact]
    public void What_attracts_on_one_side_only_is_reported_as_undecided()
    {
        // Slope ½ on the left of the fixed point, 3/2 on its right: I - J changes sign, so no index exists.
        using var network = Kinked([0.5], new[,] { { 6.0 } }, new[,] { { 2.0 } });
        var census = Census.Of(network, [], s_few);
        Assert.False(census.IsComplete);
        Assert.All(census.Undecided, box => Assert.InRange(box[0].Midpoint, 0.5 - 1e-6, 0.5 + 1e-6));
        Assert.NotEmpty(census.Undecided);
    }

    [Fact]
    public void A_complete_census_has_index_sum_one_and_agrees_with_brute_force() => Law.Holds(Law.Sizes(2, 10), it =>
    {
        int features = it.Seed % 2 + 1;
        var output = it.Seed % 3 == 0 ? Activation.Tanh : Activation.Sigmoid;
        using var network = Mlp.Create(s_device, new(features, it.Sizes[0] + 4, it.Sizes[1] % 3 + 1) { Output = output, Seed = (uint)it.Seed });
        for (int layer = 0; layer < network.Layers; layer++)
            network.Weight(layer).Upload([.. network.Weight(layer).ToArray().Select(w => 4 * w)]);
        var census = Census.Of(network, [], new() { Samples = 0 });
        if (!census.IsComplete) return;
        Assert.Equal(1, census.IndexSum);
        if (features == 1)
        {
            Assert.True(census.SignCount is null || census.SignCount == census.Points.Count);
            // Neighbours have opposite indices, so stable ones are never neighbours: n of them mean 2n - 1 in all.
            for (int k = 0; k < census.Points.Count; k++) Assert.Equal(k % 2 == 0 ? 1 : -1, census.Points[k].Index);
        }

        foreach (double[] found in GridSearch.Find(network, census.Low, 1, features == 1 ? 2001 : 61))
            Assert.Contains(census.Points, point => point.Location.Zip(found, (x, y) => Math.Abs(x - y)).Max() < 1e-6);
    }, 40);

    [Fact]
    public void Most_networks_have_a_complete_census()
    {
        int complete = 0;
        for (uint seed = 0; seed < 40; seed++)
        {
            using var network = Mlp.Create(s_device, new(2, 12, 3) { Output = Activation.Sigmoid, Seed = seed });
            for (int layer = 0; layer < network.Layers; layer++)
                network.Weight(layer).Upload([.. network.Weight(layer).ToArray().Select(w => 5 * w)]);
            if (Census.Of(network, [], new() { Samples = 0 }).IsComplete) complete++;
        }

        Assert.Equal(40, complete);
    }

    [Fact]
    public void A_network_of_the_wrong_kind_is_refused_in_a_sentence()
    {
        using var wide = Mlp.Create(s_device, new(3, 4, 1) { Output = Activation.Sigmoid });
        using var mapping = Mlp.Create(s_device, new(2, 4, 1) { Outputs = 1, Output = Activation.Sigmoid });
        using var unbounded = Mlp.Create(s_device, new(1, 4, 1));
        using var plane = Mlp.Create(s_device, new(2, 4, 1) { Output = Activation.Tanh });
        Assert.Contains("3 features; an exact census needs 1 or 2", Message(wide, []));
        Assert.Contains("maps 2 features to 1", Message(mapping, []));
        Assert.Contains("must be Sigmoid or Tanh", Message(unbounded, []));
        Assert.Contains("3 values are not whole points", Message(plane, [1, 2, 3]));

        static string Message(Mlp network, float[] data) => Assert.Throws<ArgumentException>(() => Census.Of(network, data)).Message;
    }
}
