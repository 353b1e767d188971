using Kaleido.Numerics;

namespace Kaleido.Tests.Numerics;

/// <summary>Many elements of permutations drawn at once are those drawn one by one.</summary>
public unsafe class MinibatchDrawTests
{
    [Theory]
    [InlineData(1, 1, 0, 1, 0ul)]
    [InlineData(2, 16, 0, 2, 5ul)]
    [InlineData(20, 16, 0, 2, 0ul)]
    [InlineData(64, 3, 7, 9, 123ul)]
    [InlineData(65, 16, 60, 5, uint.MaxValue)]
    [InlineData(1000, 1, 300, 700, 4ul)]
    [InlineData(1 << 24, 5, 1 << 20, 33, (1ul << 40) - 3)]
    [InlineData(1 << 24, 2, 11, 3, (1ul << 32) - 4)]
    public void Each_element_is_that_of_its_seed_and_step(int samples, int seedCount, int firstRow, int rows, ulong firstStep)
    {
        const int Steps = 9;
        uint[] seeds = [.. Enumerable.Range(0, seedCount).Select(i => 0x9E3779B9u * (uint)i)];
        // The last step is not complete.
        var indices = new float[Steps * rows * seedCount - (seedCount - 1)];
        MinibatchDraw.Fill(seeds, 77, samples, firstStep, firstRow, rows, indices);
        for (int i = 0; i < indices.Length; i++)
        {
            int seed = i % seedCount, row = i / seedCount % rows, step = i / seedCount / rows;
            var permutation = new FeistelPermutation(samples, seeds[seed], 77, firstStep + (ulong)step);
            Assert.Equal(permutation[firstRow + row], (int)(double)indices[i]);
        }
    }

    [Fact]
    public void No_rows_are_no_work() => MinibatchDraw.Fill([1], 0, 20, 0, 0, 0, []);

    [Fact]
    public void A_pass_has_the_same_bits_in_every_width_and_keeps_the_upper_halves()
    {
        var random = new Random(5);
        for (int halfBits = 1; halfBits <= 15; halfBits++)
        {
            ulong[] values = new ulong[PhiloxAcross.Walkers], keys = new ulong[PhiloxAcross.Walkers];
            for (int i = 0; i < values.Length; i++)
                (values[i], keys[i]) = (((ulong)random.Next() << 32) | (uint)random.Next(1 << (2 * halfBits)), (ulong)random.NextInt64());
            ulong[] scalar = Run<DoubleScalar>();
            Assert.Equal(scalar, Run<Double128>());
            Assert.Equal(scalar, Run<Double256>());
            Assert.Equal(scalar, Run<Double512>());
            Assert.Equal(values.Select(v => v >> 32), scalar.Select(v => v >> 32));
            Assert.All(scalar, v => Assert.InRange((uint)v, 0u, (1u << (2 * halfBits)) - 1));

            ulong[] Run<TLane>() where TLane : struct, IDoubleLane<TLane>
            {
                ulong[] results = [.. values];
                fixed (ulong* x = results, k = keys) PhiloxAcross.Encrypt<TLane>(x, k, results.Length, 3, 9, halfBits);
                return results;
            }
        }
    }
}
