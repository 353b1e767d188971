using Kaleido.Numerics;

namespace Kaleido.Tests.Numerics;

public sealed class PhiloxTests
{
    /// <summary>The known answers published with the generator (Random123's kat_vectors, philox4x32 with ten rounds).</summary>
    [Theory]
    [InlineData(0u, 0u, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0ul, ~0ul, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0xa4093822u, 0x299f31d0u, 0x0370734413198a2eul, 0x85a308d3243f6a88ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_the_published_known_answers(
        uint seed, uint stream, ulong step, ulong block, uint w0, uint w1, uint w2, uint w3)
    {
        Assert.Equal((w0, w1, w2, w3), Philox.Block(seed, stream, step, block));
    }

    [Fact]
    public void A_word_is_the_indexed_part_of_its_block()
    {
        for (ulong index = 0; index < 40; index++)
        {
            var (w0, w1, w2, w3) = Philox.Block(3, 4, 5, index / 4);
            Assert.Equal(new[] { w0, w1, w2, w3 }[index % 4], Philox.Word(3, 4, 5, index));
        }
    }

    [Fact]
    public void Uniform_numbers_are_multiples_of_a_power_of_two_below_one()
    {
        Assert.Equal(0, Philox.ToUniform(0));
        Assert.Equal(0, Philox.ToUniform(255));
        Assert.Equal(MathF.ScaleB(1, -24), Philox.ToUniform(256));
        Assert.Equal(MathF.BitDecrement(1), Philox.ToUniform(uint.MaxValue));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(5ul)]
    [InlineData((1ul << 34) - 7)]
    public void Any_part_of_a_fill_has_the_bits_of_the_whole(ulong origin)
    {
        float[] uniform = new float[100], normal = new float[100];
        PhiloxFill.Uniform(1, 2, 3, origin, -1, 2, uniform);
        PhiloxFill.Normal(1, 2, 3, origin, 0.5, 2, normal);
        for (int start = 0; start < 70; start++)
        {
            for (int length = 0; length <= 30; length++)
            {
                float[] part = new float[length];
                PhiloxFill.Uniform(1, 2, 3, origin + (ulong)start, -1, 2, part);
                Assert.Equal(uniform[start..(start + length)], part);
                PhiloxFill.Normal(1, 2, 3, origin + (ulong)start, 0.5, 2, part);
                Assert.Equal(normal[start..(start + length)], part);
            }
        }
    }

    [Fact]
    public void Fills_are_what_their_formulas_say()
    {
        float[] uniform = new float[64], normal = new float[64];
        PhiloxFill.Uniform(9, 8, 7, 0, -0.3f, 0.7f, uniform);
        PhiloxFill.Normal(9, 8, 7, 0, 1, 3, normal);
        for (uint i = 0; i < 64; i++)
        {
            float u = (Philox.Word(9, 8, 7, i) >> 8) / 16777216f;
            Assert.Equal(MathF.FusedMultiplyAdd(u, (float)(0.7f - (double)-0.3f), -0.3f), uniform[i]);
            double u1 = ((Philox.Word(9, 8, 7, i & ~1u) >> 8) + 1) / 16777216.0, u2 = (Philox.Word(9, 8, 7, i | 1) >> 8) / 16777216.0;
            double angle = 2 * Math.PI * u2, z = Math.Sqrt(-2 * Math.Log(u1)) * ((i & 1) == 0 ? Math.Cos(angle) : Math.Sin(angle));
            // The reference's own angle is off by up to 2⁻⁵¹, the radius is below 6: far below one float.
            Assert.Equal(1 + 3 * z, normal[i], 1e-6);
        }
    }

    [Fact]
    public void Blocks_side_by_side_are_the_single_blocks_at_every_lane_width()
    {
        // Lengths that do not fill a lane, and a block number that carries into its upper word.
        foreach (int blocks in new[] { 1, 2, 7, 8, 9, 33 })
        {
            const ulong first = (1ul << 32) - 5;
            uint[] expected = new uint[4 * blocks], words = new uint[4 * blocks];
            float[] expectedNormal = new float[4 * blocks], normal = new float[4 * blocks];
            for (int i = 0; i < blocks; i++)
            {
                var (w0, w1, w2, w3) = Philox.Block(5, 6, 1ul << 40 | 7, first + (ulong)i);
                (expected[4 * i], expected[4 * i + 1], expected[4 * i + 2], expected[4 * i + 3]) = (w0, w1, w2, w3);
                var (z0, z1) = NormalDistribution.BoxMuller(w0, w1);
                var (z2, z3) = NormalDistribution.BoxMuller(w2, w3);
                double[] z = [z0, z1, z2, z3];
                for (int j = 0; j < 4; j++) expectedNormal[4 * i + j] = (float)Math.FusedMultiplyAdd(0.3, z[j], -2);
            }

            Check<Double512>();
            Check<Double256>();
            Check<Double128>();
            Check<DoubleScalar>();

            void Check<TLane>() where TLane : struct, IDoubleLane<TLane>
            {
                PhiloxLanes.Words<TLane>(5, 6, 1ul << 40 | 7, first, words);
                Assert.Equal(expected, words);
                PhiloxLanes.Normal<TLane>(5, 6, 1ul << 40 | 7, first, -2, 0.3, normal);
                Assert.Equal(expectedNormal, normal);
                Array.Clear(words);
                Array.Clear(normal);
            }
        }
    }

    [Fact]
    public void Extreme_words_give_finite_normal_numbers()
    {
        foreach (uint word1 in new[] { 0u, 255u, 256u, uint.MaxValue })
        {
            foreach (uint word2 in new[] { 0u, 1u << 30, 1u << 31, 3u << 30, uint.MaxValue })
            {
                var (first, second) = NormalDistribution.BoxMuller(word1, word2);
                Assert.Equal(-2 * Math.Log(((word1 >> 8) + 1) / 16777216.0), first * first + second * second, 1e-10);
            }
        }
    }

    [Theory]
    [InlineData(-1f, 1f)]
    [InlineData(0.1f, 0.3f)]
    [InlineData(16777216f, 16777218f)]
    [InlineData(5f, 5f)]
    public void Uniform_numbers_stay_between_low_and_high(float low, float high)
    {
        float[] values = new float[10_000];
        PhiloxFill.Uniform(1, 0, 0, 0, low, high, values);
        Assert.All(values, value => Assert.InRange(value, low, high));
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("stream")]
    [InlineData("step")]
    public void Fills_change_with_seed_stream_and_step(string what)
    {
        float[] first = new float[1000], second = new float[1000];
        PhiloxFill.Normal(1, 1, 1, 0, 0, 1, first);
        PhiloxFill.Normal(what == "seed" ? 2u : 1, what == "stream" ? 2u : 1, what == "step" ? 2u : 1ul, 0, 0, 1, second);
        // The correlation of independent numbers has deviation 1/√1000; six of them.
        double correlation = first.Zip(second, (a, b) => (double)a * b).Average();
        Assert.InRange(correlation, -6 / Math.Sqrt(1000), 6 / Math.Sqrt(1000));
    }

    [Fact]
    public void Normal_numbers_have_the_moments_and_the_distribution_of_the_normal()
    {
        const int samples = 400_000;
        float[] values = new float[samples];
        PhiloxFill.Normal(11, 0, 0, 0, 0, 1, values);
        // Deviations of the sample moments of order 1 to 4: √(1, 2, 15, 96) / √samples; bounds of six (one false alarm in 10⁹).
        double bound = 6 / Math.Sqrt(samples);
        Assert.InRange(values.Average(value => (double)value), -bound, bound);
        Assert.InRange(values.Average(value => Math.Pow(value, 2)) - 1, -bound * Math.Sqrt(2), bound * Math.Sqrt(2));
        Assert.InRange(values.Average(value => Math.Pow(value, 3)), -bound * Math.Sqrt(15), bound * Math.Sqrt(15));
        Assert.InRange(values.Average(value => Math.Pow(value, 4)) - 3, -bound * Math.Sqrt(96), bound * Math.Sqrt(96));

        // Kolmogorov and Smirnov: P(√samples·D > 3.4) < 2e^(-2·3.4²) = 2·10⁻¹⁰.
        Array.Sort(values);
        double distance = 0;
        for (int i = 0; i < samples; i++)
        {
            double expected = Elementary.NormalCdf(values[i]);
            distance = Math.Max(distance, Math.Max(Math.Abs(expected - (double)i / samples), Math.Abs(expected - (i + 1.0) / samples)));
        }

        Assert.InRange(distance, 0, 3.4 / Math.Sqrt(samples));
    }

    [Fact]
    public void Bad_distributions_are_refused()
    {
        float[] values = new float[4];
        Assert.Throws<ArgumentException>(() => PhiloxFill.Uniform(0, 0, 0, 0, 2, 1, values));
        Assert.Throws<ArgumentException>(() => PhiloxFill.Uniform(0, 0, 0, 0, float.NaN, 1, values));
        Assert.Throws<ArgumentException>(() => PhiloxFill.Uniform(0, 0, 0, 0, float.MinValue, float.MaxValue, values));
        Assert.Throws<ArgumentException>(() => PhiloxFill.Normal(0, 0, 0, 0, 0, -1, values));
        Assert.Throws<ArgumentException>(() => PhiloxFill.Normal(0, 0, 0, 0, double.NaN, 1, values));
    }
}
