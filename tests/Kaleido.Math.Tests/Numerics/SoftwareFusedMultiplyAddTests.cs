using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Tests.Numerics;

public sealed class SoftwareFusedMultiplyAddTests
{
    private const int Count = 500_000;

    private static readonly float[] Specials =
    [
        0f, -0f, 1f, -1f, 2f, 0.5f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.17549435e-38f, 1.1754942e-38f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1.0000001f, 0.99999994f, 1.8446744e19f,
        -1.8446744e19f, 1e-23f, 1.4e-30f, 16777215f, -16777217f,
    ];

    [Theory]
    [InlineData("any bits")]
    [InlineData("near one")]
    [InlineData("cancellation")]
    [InlineData("half-way")]
    [InlineData("subnormal results")]
    [InlineData("subnormal and half-way")]
    [InlineData("borders of overflow")]
    [InlineData("small integers")]
    public void Float32_equals_the_instruction_to_the_bit(string kind)
    {
        var random = new Random(kind.Length);
        Span<float> a = stackalloc float[4], b = stackalloc float[4], c = stackalloc float[4];
        for (int i = 0; i < Count; i += 4)
        {
            for (int j = 0; j < 4; j++)
                (a[j], b[j], c[j]) = Triple(kind, random);
            Check(a, b, c);
        }
    }

    [Fact]
    public void Float32_equals_the_instruction_for_special_values()
    {
        Span<float> a = stackalloc float[4], b = stackalloc float[4], c = stackalloc float[4];
        foreach (float x in Specials)
        {
            foreach (float y in Specials)
            {
                for (int i = 0; i < Specials.Length; i += 4)
                {
                    a.Fill(x);
                    b.Fill(y);
                    Specials.AsSpan(i, 4).CopyTo(c);
                    Check(a, b, c);
                }
            }
        }
    }

    [Theory]
    [InlineData("any bits")]
    [InlineData("near one")]
    [InlineData("cancellation")]
    [InlineData("half-way")]
    [InlineData("borders of the safe range")]
    public void Float64_equals_the_instruction_to_the_bit(string kind)
    {
        var random = new Random(kind.Length);
        for (int i = 0; i < Count; i += 2)
            Check(Triple64(kind, random), Triple64(kind, random));
    }

    [Fact]
    public void Float64_equals_the_instruction_for_special_values()
    {
        double[] specials =
        [
            0, -0.0, 1, -1, 3, double.Epsilon, -double.Epsilon, 2.2250738585072014e-308, double.MaxValue, double.MinValue,
            double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-160, 1e160, -1e-100, 0.99999999999999989, 1.0000000000000002,
        ];
        foreach (double x in specials)
            foreach (double y in specials)
                foreach (double z in specials)
                    Check((x, y, z), (0.1, 10, -1));
    }

    [Fact]
    public void Half_way_cases_do_occur_that_two_roundings_get_wrong()
    {
        // The generators above would prove little if plain double arithmetic passed them too.
        foreach (string kind in new[] { "half-way", "subnormal and half-way" })
        {
            var random = new Random(1);
            int wrong = 0;
            for (int i = 0; i < 10_000; i++)
            {
                var (a, b, c) = Triple(kind, random);
                if ((float)((double)a * b + c) != MathF.FusedMultiplyAdd(a, b, c)) wrong++;
            }

            Assert.True(wrong > 100, $"{kind}: {wrong}");
        }
    }

    private static (float A, float B, float C) Triple(string kind, Random random)
    {
        float a = Near(random, 1), b = Near(random, 1);
        switch (kind)
        {
            case "any bits":
                return (Any(random), Any(random), Any(random));
            case "near one":
                return (a, b, Near(random, random.Next(60)));
            case "cancellation":
                float product = -(a * b);
                return (a, b, BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(product) + (uint)random.Next(-2, 3)));
            case "half-way":
            {
                // c, half a unit of its last bit, and a bit far below that: a·b = 2ᵉ·(1 ± 2⁻²²·i)(1 ∓ 2⁻²²·i) = 2ᵉ·(1 - 2⁻⁴⁴·i²).
                float c = Near(random, 1), d = random.Next(-8, 9) / 4194304f;
                float unit = MathF.BitIncrement(MathF.Abs(c)) - MathF.Abs(c);
                return ((1 + d) * Power(-random.Next(4)), Sign(random) * (1 - d) * unit * Power(random.Next(4)) / 2, c);
            }
            case "subnormal results":
                return (a * Power(-random.Next(60, 80)), b * Power(-random.Next(60, 75)), Near(random, 3) * Power(-random.Next(125, 150)));
            case "subnormal and half-way":
            {
                float d = random.Next(-8, 9) / 4194304f;
                return ((1 + d) * Power(-75), Sign(random) * (1 - d) * Power(-75), random.Next(-4_000_000, 4_000_000) * float.Epsilon);
            }
            case "borders of overflow":
            {
                float d = random.Next(-8, 9) / 4194304f;
                return random.Next(3) switch
                {
                    0 => ((1 + d) * Power(52), (1 - d) * Power(51), float.MaxValue),
                    1 => (a * Power(random.Next(62, 66)), b * Power(random.Next(62, 66)), Near(random, 1) * Power(random.Next(120, 127))),
                    _ => (-(1 + d) * Power(64), (1 - d) * Power(64), random.Next(2) == 0 ? float.MaxValue : Power(127)),
                };
            }
            case "small integers":
                return (random.Next(-4097, 4098), random.Next(-4097, 4098), random.Next(-3, 4) * Power(random.Next(0, 40)));
            default:
                throw new ArgumentException(kind, nameof(kind));
        }
    }

    private static (double A, double B, double C) Triple64(string kind, Random random)
    {
        double a = Near64(random), b = Near64(random);
        switch (kind)
        {
            case "any bits":
                return (Any64(random), Any64(random), Any64(random));
            case "near one":
                return (a, b, Math.ScaleB(Near64(random), random.Next(-130, 130)));
            case "cancellation":
                return (a, b, BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(-(a * b)) + (ulong)random.Next(-2, 3)));
            case "half-way":
                double unit = Math.BitIncrement(Math.Abs(a)) - Math.Abs(a), d = random.Next(-8, 9) * Math.ScaleB(1, -51);
                return (1 + d, Sign(random) * (1 - d) * unit / 2, a);
            default:
                int e = random.Next(-460, 461);
                return (Math.ScaleB(a, e), Math.ScaleB(b, random.Next(-460, 461)), Math.ScaleB(Near64(random), random.Next(-500, 500)));
        }
    }

    private static void Check(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
    {
        Vector128<float> four = SoftwareFusedMultiplyAdd.Single(Vector128.Create(a), Vector128.Create(b), Vector128.Create(c));
        for (int i = 0; i < 4; i++)
        {
            uint expected = Bits.Of(MathF.FusedMultiplyAdd(a[i], b[i], c[i]));
            uint one = Bits.Of(SoftwareFusedMultiplyAdd.Single(a[i], b[i], c[i]));
            if (one != expected || Bits.Of(four[i]) != expected)
                Assert.Fail($"fma({a[i]:R}, {b[i]:R}, {c[i]:R}) is {expected:X8}, not {one:X8} (one), {Bits.Of(four[i]):X8} (of four)");
        }
    }

    private static void Check((double A, double B, double C) x, (double A, double B, double C) y)
    {
        Vector128<double> two = SoftwareFusedMultiplyAdd.Double(
            Vector128.Create(x.A, y.A), Vector128.Create(x.B, y.B), Vector128.Create(x.C, y.C));
        ulong first = Of(Math.FusedMultiplyAdd(x.A, x.B, x.C)), second = Of(Math.FusedMultiplyAdd(y.A, y.B, y.C));
        ulong one = Of(SoftwareFusedMultiplyAdd.Double(x.A, x.B, x.C));
        if (one != first || Of(two[0]) != first)
            Assert.Fail($"fma({x.A:R}, {x.B:R}, {x.C:R}) is {first:X16}, not {one:X16} (one), {Of(two[0]):X16} (of two)");
        Assert.Equal(second, Of(two[1]));
    }

    private static ulong Of(double x) => BitConverter.DoubleToUInt64Bits(double.IsNaN(x) ? double.NaN : x);

    private static float Any(Random random) => BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));

    private static double Any64(Random random) => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));

    private static float Sign(Random random) => random.Next(2) == 0 ? 1 : -1;

    /// <summary>2ᵉ, for any e that float32 has.</summary>
    private static float Power(int e) => MathF.ScaleB(1, e);

    /// <summary>24 random bits, of either sign, between 2⁻ˢ and 2ˢ.</summary>
    private static float Near(Random random, int spread) =>
        Sign(random) * MathF.ScaleB(1 + random.Next(1 << 23) / 8388608f, random.Next(-spread, spread + 1));

    private static double Near64(Random random) => Sign(random) * (1 + random.NextInt64(1L << 52) * Math.ScaleB(1, -52));
}
