using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Tests.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class SampledCensusTests
{
    [Fact]
    public void The_two_point_oracle_has_two_data_and_a_repeller_of_which_the_indices_sum_to_one()
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        float[] starts = [.. Enumerable.Range(0, 10).Select(i => (i + 0.5f) / 10)];
        var census = SampledCensus.Take(network, starts, TwoPointOracle.Data, new() { Middles = 4 });
        Assert.Equal([SampledKind.Datum, SampledKind.Datum, SampledKind.Unstable], census.Points.Select(point => point.Kind).Order());
        double slope = TwoPointOracle.A * (1 - TwoPointOracle.A) * TwoPointOracle.Steepness;
        foreach (var sink in census.Sinks)
        {
            // The steepness is rounded to float32.
            Assert.Equal(slope, sink.SpectralRadius, 1e-6);
            Assert.Equal(5, sink.Chains);
            var (low, high) = Statistics.WilsonInterval(5, 10);
            Assert.Equal((low, high), (sink.BasinLow, sink.BasinHigh));
            Assert.True(sink.IsSmooth && sink.Residual < 1e-15 && sink.Distance < 1e-6);
            Assert.Equal(1, sink.Index);
            // The kink is at x = 0.
            Assert.Equal(sink.Point[0], sink.KinkDistance, 1e-12);
        }

        var repeller = census.Points.Single(point => point.Kind == SampledKind.Unstable);
        Assert.Equal(0.5, repeller.Point[0], 1e-7);
        Assert.Equal(TwoPointOracle.Steepness / 4, repeller.SpectralRadius, 1e-6);
        Assert.Equal(1, census.Points.Sum(point => point.Index));
    }

    [Fact]
    public void A_falling_map_has_a_cycle_of_two()
    {
        // σ(-b(x - ½)) swaps .2 and .8.
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        network.Weight(1).Upload([-TwoPointOracle.Steepness]);
        network.Bias(1).Upload([TwoPointOracle.Steepness / 2]);
        var census = SampledCensus.Take(network, [0.1f, 0.3f, 0.9f], TwoPointOracle.Data);
        var cycle = Assert.Single(census.Points, point => point.Kind == SampledKind.Cycle);
        double slope = TwoPointOracle.A * (1 - TwoPointOracle.A) * TwoPointOracle.Steepness;
        Assert.Equal((2, 3), (cycle.Period, cycle.Chains));
        Assert.Equal(slope * slope, cycle.SpectralRadius, 1e-6);
        Assert.Empty(census.Sinks);
    }

    [Fact]
    public void Radii_and_solutions_are_the_same_through_the_hidden_layer_and_through_the_full_Jacobian()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(12, 5, 2) { Output = Activation.Tanh, Seed = 3 });
        for (int layer = 0; layer < 3; layer++)
        {
            var values = new double[network.Weight(layer).Count];
            network.Weight(layer).Download(values);
            network.Weight(layer).Upload([.. values.Select(value => 2.5 * value)]);
        }

        var at = ReluSelfMap.Of(network).Linearize([.. Enumerable.Range(0, 12).Select(i => 0.1 * i - 0.5)]);
        double[] jacobian = at.Jacobian(), y = [.. Enumerable.Range(0, 12).Select(i => Math.Sin(i))];
        Assert.True(at.SpectralRadius() > 1e-3);
        Assert.Equal(Eigenvalues.SpectralRadius(jacobian, 12), at.SpectralRadius(), 1e-10);
        double[] x = at.SolveIdentityMinusJacobian(y)!;
        for (int i = 0; i < 12; i++) Assert.Equal(y[i], x[i] - Enumerable.Range(0, 12).Sum(j => jacobian[i * 12 + j] * x[j]), 1e-10);
        var map = ReluSelfMap.Of(network);
        double[] point = [.. Enumerable.Range(0, 12).Select(i => 0.1 * i - 0.5)], value = new double[12];
        map.Apply(point, value);
        Assert.Equal(value, at.Value);
        float[] single = network.Evaluate([.. point.Select(v => (float)v)]);
        for (int i = 0; i < 12; i++) Assert.Equal(single[i], value[i], 1e-5);
    }

    [Fact]
    public void Networks_of_other_forms_are_refused()
    {
        using var device = Device.Cpu(1);
        using var residual = Mlp.Create(device, new(2, 2, 1) { Residual = true, Output = Activation.Sigmoid });
        using var smooth = Mlp.Create(device, new(2, 2, 1) { HiddenActivation = Activation.Tanh, Output = Activation.Sigmoid });
        using var narrow = Mlp.Create(device, new(2, 2, 1) { Outputs = 1 });
        Assert.Throws<ArgumentException>(() => ReluSelfMap.Of(residual));
        Assert.Throws<ArgumentException>(() => ReluSelfMap.Of(smooth));
        Assert.Throws<ArgumentException>(() => ReluSelfMap.Of(narrow));
    }

    [Fact]
    public void A_transform_coder_gets_better_with_bits_and_knows_the_mean_without_any()
    {
        var random = new Random(5);
        double[] rows = [.. Enumerable.Range(0, 200).SelectMany(_ =>
        {
            double first = 3 * (random.NextDouble() - 0.5), second = random.NextDouble() - 0.5;
            return new[] { 1 + first + second, 2 + first - second, 3 + 0.01 * random.NextDouble() };
        })];
        var coder = TransformCoder.Learn(rows, 3, 3);
        double[] errors = [.. new[] { 0, 1, 2, 4, 8, 12 }.Select(bits => Enumerable.Range(0, 200).Sum(i =>
            coder.Decode(rows.AsSpan(3 * i, 3), bits).Zip(rows[(3 * i)..(3 * i + 3)], (x, y) => (x - y) * (x - y)).Sum()) / 200)];
        Assert.Equal(coder.Variances.Sum(), errors[0], 1e-9);
        for (int i = 1; i < errors.Length; i++) Assert.True(errors[i] < errors[i - 1]);
        // The first bit goes to the larger component: of a uniform variable two levels leave a quarter of the variance.
        Assert.Equal(coder.Variances[0] * 0.25 + coder.Variances[1] + coder.Variances[2], errors[1], 0.05 * coder.Variances[0]);
    }
}
