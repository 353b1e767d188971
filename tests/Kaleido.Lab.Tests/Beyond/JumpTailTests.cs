using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class JumpTailTests
{
    [Fact]
    public void A_constant_network_does_not_step_and_the_shares_count_what_is_above()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 4, 1) { Output = Activation.Sigmoid });
        network.Weight(1).Upload(new float[8]);
        network.Bias(1).Upload(new float[2]);
        var tail = JumpTail.Measure(network, 0.05, chains: 20, burnIn: 3, steps: 10, 0, [0.5f, 0.5f]);
        Assert.Equal((200, 0.0, 0.0, 1.0, 1.0), (tail.Count, tail.Quantile(1), tail.Above(0), tail.AtRest, tail.Near));
        Assert.Equal(0, JumpTail.Measure(network, 0.05, 20, 3, 10, 0, [0.5f, 0.6f]).Near);
    }

    [Fact]
    public void A_contraction_steps_no_further_than_its_bound()
    {
        // ‖x' - x‖ ≤ q(‖x - x⁻‖ + ‖n - n⁻‖), so in the end ≤ 2qε√D/(1 - q), with q = ¼‖W‖ at most (theorem 7).
        const double Epsilon = 0.02;
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 0, 0) { Output = Activation.Sigmoid });
        var weight = new float[4];
        network.Weight(0).Download(weight);
        double q = Math.Sqrt(weight.Sum(w => (double)w * w)) / 4;
        var tail = JumpTail.Measure(network, Epsilon, 30, 60, 20, 1, [0.5f, 0.5f]);
        Assert.InRange(tail.Quantile(1), 1e-4, 2 * q * Epsilon / (1 - q) + 1e-6);
        Assert.Equal(0, tail.Above(tail.Quantile(1)));
        Assert.Equal(1 / 600.0, tail.Above(Math.BitDecrement(tail.Quantile(1))), 1e-12);
    }
}
