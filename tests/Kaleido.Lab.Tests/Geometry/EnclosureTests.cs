using Kaleido.Backends;
using Kaleido.Lab.Geometry;
using Kaleido.Networks;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class EnclosureTests
{
    private static readonly Device s_device = Device.Cpu(1);

    private static Mlp Net(int inputs, SizedCase it, Activation output)
    {
        var shape = new MlpOptions(inputs, it.Sizes[0] + 1, it.Sizes[1] % 4 + 1) { Output = output, Seed = (uint)it.Seed };
        var network = Mlp.Create(s_device, shape);
        for (int layer = 0; layer < network.Layers; layer++)
            network.Weight(layer).Upload([.. network.Weight(layer).ToArray().Select(w => 2 * w)]);
        return network;
    }

    private static double[] Apply(ReluMap map, OutputCurve curve, double[] x)
    {
        var z = new double[map.Outputs];
        map.PreActivation(x, map.Layers - 1, z);
        return [.. z.Select(curve.At)];
    }

    [Fact]
    public void A_step_in_a_box_moves_the_network_by_the_enclosed_Jacobian_times_the_step() => Law.Holds(Law.Sizes(2, 12), it =>
    {
        int size = it.Seed % 2 + 1;
        using var network = Net(size, it, it.Seed % 3 == 0 ? Activation.Tanh : Activation.Sigmoid);
        var (map, curve) = (ReluMap.Of("test", network), OutputCurve.Of("test", network));
        var random = it.Random();
        var enclosure = new NetworkEnclosure(map, curve);
        for (int i = 0; i < 30; i++)
        {
            double[] middle = Draw(() => random.NextDouble()), radius = Draw(() => Math.Pow(10, -6 * random.NextDouble()));
            enclosure.Enclose(middle, radius);
            double[] x = Draw(() => 2 * random.NextDouble() - 1), y = Draw(() => 2 * random.NextDouble() - 1);
            for (int k = 0; k < size; k++) (x[k], y[k]) = (middle[k] + radius[k] * x[k], middle[k] + radius[k] * y[k]);
            double[] fx = Apply(map, curve, x), fy = Apply(map, curve, y), fm = Apply(map, curve, middle);
            for (int k = 0; k < size; k++)
            {
                Interval moved = 0;
                for (int j = 0; j < size; j++) moved += enclosure.Jacobian[k * size + j] * ((Interval)x[j] - y[j]);
                // The float64 values of both ends are good to 1e-13.
                Assert.InRange(fx[k] - fy[k], moved.Low - 1e-13, moved.High + 1e-13);
                Assert.InRange(fm[k], enclosure.Value[k].Low - 1e-13, enclosure.Value[k].High + 1e-13);
                Assert.InRange(enclosure.Value[k].Width, 0, 1e-11);
            }
        }

        double[] Draw(Func<double> one) => [.. Enumerable.Range(0, size).Select(_ => one())];
    }, 60);

    [Fact]
    public void Twice_encloses_the_network_applied_twice() => Law.Holds(Law.Sizes(2, 12), it =>
    {
        using var network = Net(1, it, Activation.Sigmoid);
        var (map, curve) = (ReluMap.Of("test", network), OutputCurve.Of("test", network));
        var random = it.Random();
        var twice = new TwiceEnclosure(new(map, curve));
        for (int i = 0; i < 20; i++)
        {
            double middle = random.NextDouble(), radius = Math.Pow(10, -6 * random.NextDouble());
            double x = middle + radius * (2 * random.NextDouble() - 1);
            twice.Enclose([middle], [radius]);
            double at = Apply(map, curve, Apply(map, curve, [x]))[0], from = Apply(map, curve, Apply(map, curve, [middle]))[0];
            var moved = twice.Jacobian[0] * ((Interval)x - middle);
            Assert.InRange(at - from, moved.Low - 1e-13, moved.High + 1e-13);
            Assert.InRange(from, twice.Value[0].Low - 1e-13, twice.Value[0].High + 1e-13);
        }
    }, 40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bounds_of_an_output_curve_hold_over_intervals(bool tanh)
    {
        using var network = Mlp.Create(s_device, new(1, 1, 0) { Output = tanh ? Activation.Tanh : Activation.Sigmoid });
        var curve = OutputCurve.Of("test", network);
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            double low = 12 * random.NextDouble() - 6, high = low + 4 * random.NextDouble(), z = low + (high - low) * random.NextDouble();
            var range = new Interval(low, high);
            const double H = 1e-4;
            // Central differences err by at most h²/6·max|φ'''| and h²/12·max|φ''''|, both below 2e-8 here, and by rounding.
            double slope = (curve.At(z + H) - curve.At(z - H)) / (2 * H),
                bend = (curve.At(z + H) - 2 * curve.At(z) + curve.At(z - H)) / (H * H);
            Assert.InRange(slope, curve.Slope(range).Low - 2e-8, curve.Slope(range).High + 2e-8);
            Assert.InRange(Math.Abs(bend), 0, curve.Curvature(range) + 1e-7);
            Assert.Equal(z, curve.Inverse(curve.At(z)), 1e-9);
        }
    }

    [Theory]
    [InlineData(true, 1.5)]
    [InlineData(false, 8.0)]
    public void Between_its_turns_the_fixed_point_equation_is_monotone(bool tanh, double a)
    {
        using var network = Mlp.Create(s_device, new(1, 1, 0) { Output = tanh ? Activation.Tanh : Activation.Sigmoid });
        var curve = OutputCurve.Of("test", network);
        double[] turns = curve.Turns(a);
        Assert.Equal(2, turns.Length);
        double[] ends = [curve.Low + 1e-3, .. turns, 1 - 1e-3];
        for (int part = 0; part < 3; part++)
        {
            double before = double.NaN, direction = part == 1 ? -1 : 1;
            for (int i = 0; i <= 100; i++)
            {
                double x = ends[part] + (ends[part + 1] - ends[part]) * i / 100, value = curve.Inverse(x) - a * x;
                if (i > 0) Assert.True(direction * (value - before) > 0);
                before = value;
            }
        }

        Assert.Empty(curve.Turns(tanh ? 1 : 4));
    }

    [Fact]
    public void A_contraction_is_proved_and_an_empty_box_is_excluded()
    {
        // f = σ(x): the fixed point .6590460684 (x = σ(x)).
        using var network = Mlp.Create(s_device, new(1, 1, 0) { Output = Activation.Sigmoid });
        network.Weight(0).Upload([1.0]);
        network.Bias(0).Upload([0.0]);
        var enclosure = new NetworkEnclosure(ReluMap.Of("test", network), OutputCurve.Of("test", network));
        enclosure.Enclose([0.65], [0.02]);
        var found = Krawczyk.Test(enclosure, [0.65], [0.02]);
        Assert.True(found.IsUnique && !found.IsEmpty && found.Index == 1);
        Assert.True(found.Image[0].Contains(0.65904606840740));
        enclosure.Enclose([0.5], [0.1]);
        Assert.True(Krawczyk.Test(enclosure, [0.5], [0.1]) is { IsEmpty: true, IsUnique: false });
    }
}
