using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class OverGeneralizationTests
{
    [Fact]
    public void The_two_point_oracle_has_the_published_constants()
    {
        double b = TwoPointOracle.Steepness;
        Assert.Equal(4.621, b, 5e-4);
        Assert.Equal(0.7394, TwoPointOracle.A * (1 - TwoPointOracle.A) * b, 5e-5);
        Assert.Equal(1.155, b / 4, 5e-4);
        Assert.Equal(TwoPointOracle.A, TwoPointOracle.Apply(TwoPointOracle.A), 1e-15);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_two_point_oracle_has_ratio_829(int hiddenLayers)
    {
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, hiddenLayers);
        var found = OverGeneralization.Measure(network, TwoPointOracle.Data);
        Assert.Equal(0.829, found.Ratio, 5e-4);

        // E d(z, X) = 2(a²/2 + (½ - a)²/2): the grid has a node at every kink but those of the data's rounding (3e-9).
        Assert.Equal(0.13, found.CubeDistance, 1e-8);

        // E d(f(z), X) by symmetry is twice ∫ over [½, 1] of |f - (1 - a)|, and ∫ f = softplus(b(z - ½))/b; the trapezoid rule is off by
        // at most h²/12·max|f''|·1 < 2e-7 (|f''| ≤ b²/(6√3)) and a node's kink by h²/8·slope.
        double b = TwoPointOracle.Steepness, upper = 1 - TwoPointOracle.A;
        double Integral(double z) => Math.Log(1 + Math.Exp(b * (z - 0.5))) / b - upper * z;
        double expected = 2 * (Integral(1) - Integral(upper) - (Integral(upper) - Integral(0.5)));
        Assert.Equal(expected, found.ImageDistance, 4e-7);

        // P_τ: f is increasing, so the share is that of the preimages of [.78, .82], twice.
        double Inverse(double y) => 0.5 + Math.Log(y / (1 - y)) / b;
        Assert.Equal(2 * (Inverse(0.82) - Inverse(0.78)), found.PlateauMeasure, 4.0 / 1000);
        Assert.Equal((TwoPointOracle.Apply(1) - TwoPointOracle.Apply(0)) / 0.6, found.RangeRatio, 1e-6);
        Assert.Equal(1001, found.Points);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_identity_generalizes_everything(int dimensions)
    {
        using var device = Device.Cpu(1);
        using var network = Identity(device, dimensions);
        float[] data = [.. new float[dimensions], .. Enumerable.Repeat(1f, dimensions)];
        var found = OverGeneralization.Measure(network, data, new() { Interval = (0, 1), Points = 500, PointsPerAxis = 11 });

        // The device rounds to float32, so f(z) is z within 2⁻²⁵; the distances move by less than √D times that, relative to E d > .2.
        Assert.Equal(1, found.Ratio, 1e-6);
        Assert.Equal(dimensions <= 2 ? 1 : found.RangeRatio, found.RangeRatio, 1e-7);
        Assert.InRange(found.RangeRatio, 0.6, 1 + 1e-7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_constant_at_the_datum_over_generalizes_fully(int dimensions)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(dimensions, 1, 0) { Output = Activation.Sigmoid });
        network.Weight(0).Upload(new float[dimensions * dimensions]);
        network.Bias(0).Upload(new float[dimensions]);
        var found = OverGeneralization.Measure(network, [.. Enumerable.Repeat(0.5f, dimensions)], new() { Points = 100 });
        Assert.Equal((0.0, 1.0), (found.Ratio, Math.Round(found.PlateauMeasure, 12)));
        Assert.True(double.IsNaN(found.RangeRatio));
        Assert.Equal((0.0, 0.0), (found.ImageDiameter, found.DataDiameter));
    }

    [Fact]
    public void The_diameter_of_drawn_points_is_that_of_all_pairs()
    {
        using var device = Device.Cpu(1);
        using var network = Identity(device, 3);
        var options = new OverGeneralizationOptions { Interval = (-1, 1), Points = 200, Seed = 3 };
        double largest = 0;
        double[] points = [.. Cube.Points(-1, 1, 3, 200, 3).Select(x => (double)(float)x)];
        for (int i = 0; i < 200; i++)
            for (int j = 0; j < i; j++)
                largest = Math.Max(largest, Math.Sqrt(PointSets.SquaredDistance(points.AsSpan(3 * i, 3), points.AsSpan(3 * j, 3))));
        Assert.Equal(largest, OverGeneralization.Measure(network, [0f, 0f, 0f], options).ImageDiameter);
    }

    [Fact]
    public void Seeds_decide_and_threads_do_not()
    {
        using var one = Device.Cpu(1);
        using var three = Device.Cpu(3);
        float[] data = [.1f, .2f, .3f, .8f, .9f, .7f];
        var options = new MlpOptions(3, 20, 2) { Output = Activation.Sigmoid, Seed = 4 };
        using Mlp first = Mlp.Create(one, options), second = Mlp.Create(three, options);
        Assert.Equal(OverGeneralization.Measure(first, data), OverGeneralization.Measure(second, data));
        Assert.NotEqual(OverGeneralization.Measure(first, data), OverGeneralization.Measure(first, data, new() { Seed = 1 }));
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 3, 1) { Output = Activation.Sigmoid });
        using var unbounded = Identity(device, 2);
        using var other = Mlp.Create(device, new(2, 3, 1) { Outputs = 3 });
        Refused("the data are empty", () => OverGeneralization.Measure(network, []));
        Refused("not whole points of 2 features", () => OverGeneralization.Measure(network, [1f, 2f, 3f]));
        Refused("value 1 of the data is NaN", () => OverGeneralization.Measure(network, [1f, float.NaN]));
        Refused("is not bounded", () => OverGeneralization.Measure(unbounded, [1f, 2f]));
        Refused("maps 2 features to 3", () => OverGeneralization.Measure(other, [1f, 2f]));
        Refused("no interval", () => OverGeneralization.Measure(network, [1f, 2f], new() { Interval = (1, 1) }));
        Refused("Tolerance must be", () => OverGeneralization.Measure(network, [1f, 2f], new() { Tolerance = double.NaN }));
    }

    private static void Refused(string sentence, Func<object> action) =>
        Assert.Contains(sentence, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static Mlp Identity(Device device, int dimensions) =>
        Mlp.Create(device, new(dimensions, 1, 0) { Initialization = Initialization.Identity });
}
