using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Noise and minibatches have the CPU device's bits at every step, under every seed.</summary>
public sealed class RandomKernelTests
{
    private static readonly ulong[] s_steps = [0, 1, 77, 0x1_0000_0001, ulong.MaxValue];

    public static TheoryData<NoiseDistribution, double, double> Noise() => new()
    {
        { NoiseDistribution.Uniform, 0, 1 },
        { NoiseDistribution.Uniform, -0.7, 1.3 },
        { NoiseDistribution.Uniform, 1, 1.0000001 },
        { NoiseDistribution.Uniform, -0.0, 0 },
        { NoiseDistribution.Uniform, 0, -0.0 },
        { NoiseDistribution.Normal, 0, 1 },
        { NoiseDistribution.Normal, 0.25, 1.5 },
        { NoiseDistribution.Normal, 0, 0 },
        { NoiseDistribution.Normal, 1, 1e-40 },
    };

    [Theory]
    [MemberData(nameof(Noise))]
    public void Noise_has_the_bits_of_the_CPU(NoiseDistribution distribution, double first, double second)
    {
        foreach (ulong step in s_steps)
        {
            foreach (int count in new[] { 0, 1, 2, 3, 4, 5, 131, 4001 })
            {
                var noise = new NoiseOperation(distribution, first, second, Seed: 12345 + (uint)count, Stream: 0xFFFF_FFF0);
                float[] expected = Cpu.Result(1, count, (b, d) => b.Noise(Cpu.At(step), noise, d));
                foreach (var geometry in Geometry.Flat((count + 3) / 4))
                {
                    using var bench = new KernelBench { Backwards = geometry.Backwards };
                    ulong target = bench.Room(count), counter = bench.Put(step);
                    if (distribution == NoiseDistribution.Uniform)
                    {
                        bench.Launch("noise_uniform", geometry.Grid, geometry.Block, counter, noise.Seed, noise.Stream, (float)first,
                            (float)second, target, (long)count);
                    }
                    else
                    {
                        bench.Launch("noise_normal", geometry.Grid, geometry.Block, counter, noise.Seed, noise.Stream, first, second,
                            target, (long)count);
                    }

                    Numbers.Same(expected, bench.Get<float>(target), $"step {step}, {count} numbers, {geometry}");
                }
            }
        }
    }

    [Fact]
    public void Minibatches_are_the_CPU_s()
    {
        foreach (ulong step in s_steps)
        {
            foreach (int samples in new[] { 1, 2, 3, 4, 5, 16, 17, 64, 65, 1000, 60000, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, 1 << 30 })
            {
                foreach (int rows in new[] { 0, 1, 2, 16, 65, 300 })
                {
                    var minibatch = new MinibatchIndicesOperation(samples, Seed: 5 + (uint)rows, Stream: 0x1000_0000);
                    float[] expected = Cpu.Result(rows, 1, (b, d) => b.MinibatchIndices(Cpu.At(step), minibatch, d));
                    using var bench = new KernelBench { Backwards = rows == 65 };
                    ulong target = bench.Room(rows);
                    bench.Launch("minibatch_indices", new(2), new(96), bench.Put(step), minibatch.Seed, minibatch.Stream, samples, target,
                        (long)rows);
                    Numbers.Same(expected, bench.Get<float>(target), $"step {step}, {rows} of {samples}");
                }
            }
        }
    }

    [Fact]
    public void A_record_goes_into_the_ring_and_the_step_advances()
    {
        foreach (ulong start in new ulong[] { 0, 5, 0x1_0000_0000, ulong.MaxValue - 2 })
        {
            var cpu = Cpu.At(start);
            var ring = Cpu.View(new float[7], 1, 7);
            using var bench = new KernelBench();
            ulong counter = bench.Put(start), target = bench.Put<float>(new float[7]);
            for (int step = 0; step < 12; step++)
            {
                Cpu.Backend.Record(cpu, Cpu.View([step + 0.5f], 1, 1), ring);
                Cpu.Backend.Advance(cpu);
                bench.Launch("record", new(1), new(1), counter, bench.Put(step + 0.5f), target, 7L);
                bench.Launch("advance", new(1), new(1), counter);
                Assert.Equal([cpu.Value], bench.Get<ulong>(counter));
                Numbers.Same(Cpu.Values(ring), bench.Get<float>(target), $"from step {start}, after {step + 1}");
            }
        }
    }
}
