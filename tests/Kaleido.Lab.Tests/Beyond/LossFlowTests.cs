using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Lab.Tests.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class LossFlowTests
{
    [Fact]
    public void Every_row_has_its_own_loss_and_gradient()
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        using var flow = new LossFlow(network);
        float[] points = [.. Enumerable.Range(0, 700).Select(i => (i + 0.5f) / 700)];
        var (loss, gradient) = flow.At(points);
        for (int i = 0; i < points.Length; i++)
        {
            double y = TwoPointOracle.Apply(points[i]), residual = points[i] - y;
            Assert.Equal(residual * residual, loss[i], 1e-6);
            Assert.Equal(2 * (1 - TwoPointOracle.Steepness * y * (1 - y)) * residual, gradient[i], 1e-5);
        }
    }

    [Fact]
    public void The_flow_ends_at_the_zero_of_the_loss_that_lies_downhill()
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        using var flow = new LossFlow(network);
        // ℓ has maxima where f' = 1: between them and the repeller ½ the flow goes to the repeller.
        double y = (1 - Math.Sqrt(1 - 4 / TwoPointOracle.Steepness)) / 2;
        float border = (float)(0.5 + Math.Log(y / (1 - y)) / TwoPointOracle.Steepness);
        float[] ends = flow.Follow([0.02f, 0.25f, border - 0.01f, border + 0.01f, 0.45f, 0.55f, 0.9f], 500, 0.02);
        // ℓ is below 1e-9 within 1e-4 of its zeros, where float32's rounding of x - f(x), 1e-7, still tells up from down.
        Assert.Equal([0.2f, 0.2f, 0.2f, 0.5f, 0.5f, 0.5f, 0.8f], ends.Select(x => MathF.Round(x, 3)));
    }

    [Fact]
    public void Langevin_chains_around_a_constant_have_the_variance_of_their_recursion()
    {
        // f = ½: U = (x - ½)²/T, and x ← x - η·2(x - ½)/T + √(2η)·N(0, 1) has the variance T/2 / (1 - η/T).
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 1, 1) { Output = Activation.Sigmoid });
        foreach (var tensor in new[] { network.Weight(0), network.Bias(0), network.Weight(1), network.Bias(1) }) tensor.Upload([0.0]);
        using var flow = new LossFlow(network);
        const double Temperature = 0.01, Rate = 0.0005;
        float[] ends = flow.Langevin([.. Enumerable.Repeat(0.5f, 4000)], 200, Temperature, Rate, 3);
        double variance = ends.Average(x => (x - 0.5) * (x - 0.5)), expected = Temperature / 2 / (1 - Rate / Temperature);
        // 200 steps leave e^-40 of the start; the variance of 4000 normal numbers has a relative deviation of √(2/4000) = .022: five of
        // them.
        Assert.InRange(variance / expected, 0.89, 1.11);
    }

    [Fact]
    public void A_repeller_is_left_on_both_sides_and_a_sink_is_not()
    {
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        using var flow = new LossFlow(network);
        var ends = new FlowEnds(network, TwoPointOracle.Data, 0.02);
        Assert.Equal([FlowEnd.Datum, FlowEnd.Unstable, FlowEnd.Datum, FlowEnd.Elsewhere], ends.Sort(flow, [0.2f, 0.5f, 0.8f, 0.3f]));
        // With ½ as a datum it counts as one, and is unstable all the same.
        var other = new FlowEnds(network, [0.5f], 0.02);
        Assert.Equal([FlowEnd.Datum, FlowEnd.Spurious], other.Sort(flow, [0.5f, 0.2f]));
        Assert.Equal([true, false], other.AreUnstable(flow, [0.5f, 0.2f]));
    }
}
