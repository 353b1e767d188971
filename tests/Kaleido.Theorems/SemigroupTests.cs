using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>Theorem 2. f^(a+b) = f^a ∘ f^b to the bit; permuting the batch permutes the result; one seed gives one result.</summary>
public sealed class SemigroupTests
{
    private static readonly double[] s_scales = [1, 3, 10];

    [Fact]
    public void Iterating_a_plus_b_times_is_iterating_b_times_and_then_a_times()
    {
        using var device = Device.Cpu(2);
        Law.Holds(Nets.Of(9, 20, 5, Nets.Any, s_scales), it =>
        {
            var random = it.Random(1);
            int a = random.Next(6), b = random.Next(6), chains = 1 + random.Next(40);
            using var network = it.Create(device);
            using var kaleidoscope = new Kaleidoscope(network, new() { Samples = chains, Seed = (uint)it.Seed });
            float[] start = kaleidoscope.Frame.Samples.ToArray();
            float[] together = kaleidoscope.Advance(a + b).Samples.ToArray();
            // The same through another plan, the network's own, chain by chain; and through the sampler in two parts.
            kaleidoscope.Reset();
            float[] first = kaleidoscope.Advance(b).Samples.ToArray();
            float[] apart = Iterate(network, Iterate(network, start, b, it.Features), a, it.Features);
            Assert.Equal(Iterate(network, first, a, first.Length), together);
            Assert.Equal(apart, together);
            Assert.Equal(kaleidoscope.Advance(a).Samples.ToArray(), together);
        }, Nets.Cases(100));
    }

    [Fact]
    public void Permuting_the_batch_permutes_the_result()
    {
        using var device = Device.Cpu(2);
        Law.Holds(Nets.Of(9, 20, 5, Nets.Any, s_scales), it =>
        {
            var random = it.Random(1);
            int rows = 1 + random.Next(300), features = it.Features;
            using var network = it.Create(device);
            float[] x = [.. it.Points(rows, random).SelectMany(point => point).Select(value => (float)value)];
            int[] order = [.. Enumerable.Range(0, rows)];
            random.Shuffle(order);
            Assert.Equal(Rows(network.Evaluate(x), order, features), network.Evaluate(Rows(x, order, features)));
        }, Nets.Cases(100));
    }

    [Fact]
    public void One_seed_gives_one_result_and_another_seed_another()
    {
        using Device one = Device.Cpu(1), two = Device.Cpu(2);
        Law.Holds(Nets.Of(5, 12, 4, Nets.Any, s_scales), it =>
        {
            (string, float[]) first = Run(one, it), second = Run(two, it), other = Run(one, it with { Seed = it.Seed + 1 });
            Assert.Equal(first.Item1, second.Item1);
            Assert.Equal(first.Item2, second.Item2);
            Assert.NotEqual(first.Item1, other.Item1);
        }, Nets.Cases(50));

        static (string, float[]) Run(Device device, NetCase it)
        {
            using var network = it.Create(device);
            using var chains = new Kaleidoscope(network, new() { Samples = 7, Seed = (uint)it.Seed, Epsilon = 0.05 });
            return (network.WeightsSha256(), chains.Advance(9).Noisy.ToArray());
        }
    }

    private static float[] Rows(float[] x, int[] order, int features) =>
        [.. order.SelectMany(row => x[(row * features)..((row + 1) * features)])];

    private static float[] Iterate(Mlp network, float[] x, int times, int batch)
    {
        for (int i = 0; i < times; i++) x = [.. x.Chunk(batch).SelectMany(part => network.Evaluate(part))];
        return x;
    }
}
