using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 13. Non-decreasing 1-D f: orbits are monotone and converge; no
/// cycles. A decreasing one has 2-cycles: the burn-in detector sees them.
/// </summary>
/// <remarks>
/// With weights ≥ 0 the float32 function itself is non-decreasing: every multiply-add, addition, ReLU, sigmoid and tanh of the contract is,
/// rounding included. So its orbits are monotone to the bit, and a monotone orbit among finitely many floats comes to rest.
/// </remarks>
public sealed class MonotoneTests
{
    [Fact]
    public void Orbits_of_a_non_decreasing_network_are_monotone_to_the_bit_and_never_cycle()
    {
        using var device = Device.Cpu(1);
        int rising = 0, falling = 0;
        Law.Holds(Monotone(), it =>
        {
            using var network = Increasing(it, device);
            float[] previous = Starts(it, 40), current = network.Evaluate(previous);
            int[] directions = [.. current.Zip(previous, (now, before) => now.CompareTo(before))];
            rising += directions.Count(d => d > 0);
            falling += directions.Count(d => d < 0);
            for (int k = 0; k < 100; k++)
            {
                (previous, current) = (current, network.Evaluate(current));
                for (int i = 0; i < current.Length; i++)
                {
                    int direction = current[i].CompareTo(previous[i]);
                    // Once it rests it rests for ever; else it goes on in its direction, so it never comes back.
                    Assert.True(direction == 0 || direction == directions[i], $"chain {i} turned round at step {k + 2}");
                    directions[i] = direction;
                }
            }
        }, Nets.Cases(150));
        Assert.True(rising > 0 && falling > 0, $"{rising} orbits rose, {falling} fell");
    }

    /// <remarks>
    /// An orbit's steps add up to at most the length of the range, 1 or 2, so at most 2000 steps of one chain are 1e-3 or more; while the
    /// median step is, at least half of the chains take such a step, which happens in at most 4000 iterations. Between them lie five quiet
    /// ones in a row before iteration 5·4001.
    /// </remarks>
    [Fact]
    public void A_non_decreasing_network_is_found_to_converge_and_never_to_cycle()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Monotone(), it =>
        {
            using var network = Increasing(it, device);
            var frame = Settle(network, it);
            Assert.True(frame.Converged && !frame.IsCycle, $"burn-in {frame.BurnIn}, cycle {frame.IsCycle}");
        }, Nets.Cases(60));
    }

    /// <remarks>
    /// f∘f is non-decreasing, so every second state is a monotone orbit, and the argument above bounds the wait. A case counts where every
    /// chain has come to a cycle wider than .02, twenty times the detector's threshold, after 500 steps in float64.
    /// </remarks>
    [Fact]
    public void The_two_cycles_of_a_decreasing_network_are_seen_by_the_burn_in_detector()
    {
        using var device = Device.Cpu(1);
        int cycles = 0;
        Law.Holds(Monotone(), it =>
        {
            using var network = Decreasing(it, device);
            var exact = ExactNet.Of(network);
            double[] settled = [.. Starts(it, 21).Select(start => Iterate(exact, start, 500))];
            if (settled.Any(x => Math.Abs(Iterate(exact, x, 2) - x) > 1e-9 || Math.Abs(Iterate(exact, x, 1) - x) < 0.02)) return;
            cycles++;
            var frame = Settle(network, it);
            Assert.True(frame.Converged && frame.IsCycle, $"burn-in {frame.BurnIn}, cycle {frame.IsCycle}");
        }, Nets.Cases(150));
        Assert.True(cycles > 0, "no network had a cycle");
    }

    /// <remarks>
    /// The steps s_t = |x_t - x_{t-1}| of a decreasing map alternate in sign, so |x_t - x_{t-2}| = s_{t-1} - s_t ≥ s_t(1/q - 1), which is
    /// at least s_t for q ≤ ½, chain by chain and so for the medians: while the step is above the threshold, so is the way from two
    /// iterations ago. (For q near 1 the detector may take a slow spiral for a cycle.) q ≤ .49 leaves room for float32's rounding.
    /// </remarks>
    [Fact]
    public void A_decreasing_contraction_by_less_than_half_is_never_taken_for_a_cycle()
    {
        using var device = Device.Cpu(1);
        int contractions = 0;
        Law.Holds(Nets.Of(1, 12, 3, ["relu", "leakyrelu:0.1"], 0.3, 0.6, 1), it =>
        {
            using var network = Decreasing(it, device);
            if (LipschitzBound.Of(network).Upper > 0.49) return;
            contractions++;
            var frame = Settle(network, it);
            Assert.True(frame.Converged && !frame.IsCycle, $"burn-in {frame.BurnIn}, cycle {frame.IsCycle}");
        }, Nets.Cases(100));
        Assert.True(contractions > 0, "no network was a contraction");
    }

    private static double Iterate(ExactNet net, double x, int times)
    {
        for (int i = 0; i < times; i++) x = net.Evaluate([x])[0];
        return x;
    }

    private static KaleidoscopeFrame Settle(Mlp network, NetCase it)
    {
        using var chains = new Kaleidoscope(network, new() { Samples = 21, Seed = (uint)it.Seed });
        var frame = chains.Frame;
        for (int k = 0; k < 5 * 4001 && !frame.Converged; k += 50) frame = chains.Advance(50);
        return frame.Copy();
    }

    private static FsCheck.Arbitrary<NetCase> Monotone() => Nets.Of(1, 12, 3, ["relu", "leakyrelu:0.1"], 1, 3, 8);

    private static float[] Starts(NetCase it, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(it.Low + (1 - it.Low) * (i + 0.5) / count))];

    // Weights ≥ 0; the bias of the output puts the middle of the range where the pre-activation vanishes, so that slopes are felt.
    private static Mlp Increasing(NetCase it, Device device) => Centred(it, device, 1);

    private static Mlp Decreasing(NetCase it, Device device) => Centred(it, device, -1);

    private static Mlp Centred(NetCase it, Device device, int sign)
    {
        var network = it.Create(device, (layer, weight, bias) =>
            ([.. weight.Select(w => layer == it.HiddenLayers ? sign * Math.Abs(w) : Math.Abs(w))], bias));
        double middle = ExactNet.Of(network).Logits([(it.Low + 1) / 2])[0] - network.Bias(it.HiddenLayers).ToArray()[0];
        network.Bias(it.HiddenLayers).Upload([(float)-middle]);
        return network;
    }
}
