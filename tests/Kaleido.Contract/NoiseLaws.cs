using Kaleido.Backends;
using Kaleido.Numerics;
using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class NoiseLaws
{
    private static Grid Draw(Bench bench, NoiseOperation noise, ulong step, int rows, int columns)
    {
        using var counter = bench.Backend.AllocateCounter();
        counter.Value = step;
        var destination = bench.Blank(rows, columns);
        bench.Backend.Noise(counter, noise, destination);
        return bench.Read(destination);
    }

    private static NoiseOperation Random(Random random, NoiseDistribution distribution) => new(
        distribution, (float)(random.NextDouble() - 2), (float)(random.NextDouble() * 2), (uint)random.Next(), (uint)random.Next());

    private static double Uniform(NoiseOperation noise, ulong step, int index) =>
        Philox.ToUniform(Philox.Word(noise.Seed, noise.Stream, step, (ulong)index));

    [Theory, OnEveryDevice]
    public void Uniform_noise_lies_between_its_ends_and_is_the_stretched_word(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2), it =>
        {
            var random = it.Random();
            var noise = Random(random, NoiseDistribution.Uniform);
            ulong step = (ulong)random.NextInt64();
            var drawn = Draw(bench, noise, step, it.Sizes[0], it.Sizes[1]);
            double width = noise.Second - noise.First;
            for (int i = 0; i < drawn.Values.Length; i++)
            {
                Assert.InRange(drawn.Values[i], noise.First, noise.Second);
                // The width is rounded once, by at most u·width, and the sum once.
                double expected = noise.First + (Uniform(noise, step, i) * width);
                bench.Near(expected, (bench.Unit * width) + bench.Ulp(expected), drawn.Values[i], $"element {i}");
            }
        });
    }

    [Theory, OnEveryDevice]
    public void Normal_noise_is_Box_and_Mullers_of_two_words(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2, 40), it =>
        {
            var random = it.Random();
            var noise = Random(random, NoiseDistribution.Normal);
            ulong step = (ulong)random.NextInt64();
            var drawn = Draw(bench, noise, step, it.Sizes[0], it.Sizes[1]);
            for (int i = 0; i < drawn.Values.Length; i++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(Uniform(noise, step, i & ~1) + Math.ScaleB(1, -24)));
                double angle = 2 * Math.PI * Uniform(noise, step, i | 1);
                double expected = noise.First + (noise.Second * radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle)));
                // A radius is below 6, an angle below 7: ten roundings of double at that size, then one of the device.
                bench.Near(expected, (60 * Math.ScaleB(noise.Second, -52)) + bench.Ulp(expected), drawn.Values[i], $"element {i}");
            }
        });
    }

    [Theory, OnEveryDevice]
    public void Normal_noise_has_the_mean_and_the_deviation_asked_for(string device)
    {
        using var bench = Devices.Open(device);
        const int Count = 40_000;
        double[] drawn = Draw(bench, new(NoiseDistribution.Normal, 3, 0.5, 11, 5), 2, 200, Count / 200).Values;
        double mean = drawn.Average(), variance = drawn.Sum(x => (x - mean) * (x - mean)) / (Count - 1);
        // Five standard errors: of a mean σ/√n, of a variance σ²√(2/n).
        Assert.InRange(mean, 3 - (5 * 0.5 / Math.Sqrt(Count)), 3 + (5 * 0.5 / Math.Sqrt(Count)));
        Assert.InRange(variance, 0.25 * (1 - (5 * Math.Sqrt(2.0 / Count))), 0.25 * (1 + (5 * Math.Sqrt(2.0 / Count))));
    }

    [Theory, OnEveryDevice]
    public void Noise_depends_on_seed_stream_step_and_index_alone(string device)
    {
        using var bench = Devices.Open(device);
        foreach (var distribution in Enum.GetValues<NoiseDistribution>())
        {
            var noise = new NoiseOperation(distribution, -1, 1, 7, 3);
            double[] whole = Draw(bench, noise, 12, 6, 35).Values;
            Assert.Equal(whole, Draw(bench, noise, 12, 210, 1).Values);
            Assert.Equal(whole[..77], Draw(bench, noise, 12, 7, 11).Values);
            Assert.NotEqual(whole, Draw(bench, noise, 13, 6, 35).Values);
            Assert.NotEqual(whole, Draw(bench, noise with { Seed = 8 }, 12, 6, 35).Values);
            Assert.NotEqual(whole, Draw(bench, noise with { Stream = 4 }, 12, 6, 35).Values);
            Assert.NotEqual(whole, Draw(bench, noise, 12 + (1UL << 40), 6, 35).Values);
        }
    }

    private static double[] Minibatch(Bench bench, MinibatchIndicesOperation minibatch, ulong step, int rows)
    {
        using var counter = bench.Backend.AllocateCounter();
        counter.Value = step;
        var destination = bench.Blank(rows, 1);
        bench.Backend.MinibatchIndices(counter, minibatch, destination);
        return bench.Read(destination).Values;
    }

    [Theory, OnEveryDevice]
    public void A_minibatch_names_distinct_samples(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2, 2000), it =>
        {
            int samples = Math.Max(1, Math.Max(it.Sizes[0], it.Sizes[1])), rows = Math.Min(it.Sizes[0], it.Sizes[1]);
            var random = it.Random();
            var minibatch = new MinibatchIndicesOperation(samples, (uint)random.Next(), (uint)random.Next());
            double[] indices = Minibatch(bench, minibatch, (ulong)random.NextInt64(), rows);
            Assert.Equal(rows, indices.Distinct().Count());
            Assert.All(indices, index => Assert.True(index >= 0 && index < samples && index == Math.Floor(index)));
        }, 50);
    }

    [Theory, OnEveryDevice]
    public void A_minibatch_of_all_samples_has_them_in_order(string device)
    {
        using var bench = Devices.Open(device);
        foreach (int samples in new[] { 1, 2, 63, 64, 1000 })
            Assert.Equal(Enumerable.Range(0, samples).Select(i => (double)i), Minibatch(bench, new(samples, 5, 6), 17, samples));
    }

    [Theory, OnEveryDevice]
    public void A_minibatch_is_the_keyed_permutation_of_its_step(string device)
    {
        using var bench = Devices.Open(device);
        var minibatch = new MinibatchIndicesOperation(1000, 5, 6);
        foreach (ulong step in new ulong[] { 0, 1, 2, 1UL << 35 })
        {
            var permutation = new FeistelPermutation(1000, 5, 6, step);
            Assert.Equal(Enumerable.Range(0, 400).Select(i => (double)permutation[i]), Minibatch(bench, minibatch, step, 400));
        }

        Assert.NotEqual(Minibatch(bench, minibatch, 0, 400), Minibatch(bench, minibatch, 1, 400));
        Assert.NotEqual(Minibatch(bench, minibatch, 0, 400), Minibatch(bench, minibatch with { Seed = 1 }, 0, 400));
        Assert.NotEqual(Minibatch(bench, minibatch, 0, 400), Minibatch(bench, minibatch with { Stream = 1 }, 0, 400));
    }
}
