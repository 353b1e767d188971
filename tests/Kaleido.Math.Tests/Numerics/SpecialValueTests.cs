using Kaleido.Numerics;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Numerics;

/// <summary>The elementary functions at the ends of the range and where they are exact, in every lane width.</summary>
public sealed class SpecialValueTests
{
    private const float Infinity = float.PositiveInfinity, Tiny = float.Epsilon, SmallestNormal = 1.17549435e-38f;

    public static TheoryData<string> Names => FunctionCases.Names;

    [Theory]
    [InlineData("exp", -Infinity, 0f, Infinity, 1f)]
    [InlineData("expm1", -Infinity, -1f, Infinity, 0f)]
    [InlineData("log", -Infinity, float.NaN, Infinity, -Infinity)]
    [InlineData("log1p", -Infinity, float.NaN, Infinity, 0f)]
    [InlineData("tanh", -Infinity, -1f, 1f, 0f)]
    [InlineData("sigmoid", -Infinity, 0f, 1f, 0.5f)]
    [InlineData("erf", -Infinity, -1f, 1f, 0f)]
    [InlineData("normal_cdf", -Infinity, 0f, 1f, 0.5f)]
    [InlineData("gelu", -Infinity, -0f, Infinity, 0f)]
    [InlineData("elu", -Infinity, -1f, Infinity, 0f)]
    [InlineData("softplus", -Infinity, 0f, Infinity, 0.6931472f)]
    [InlineData("sin", -Infinity, float.NaN, float.NaN, 0f)]
    [InlineData("cos", -Infinity, float.NaN, float.NaN, 1f)]
    public void Limits_are_exact(string name, float x, float atMinusInfinity, float atInfinity, float atZero) =>
        Holds(name, (x, atMinusInfinity), (-x, atInfinity), (0f, atZero));

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_gives_NaN(string name) =>
        Holds(name, (float.NaN, float.NaN), (BitConverter.UInt32BitsToSingle(0xFF80_0001), float.NaN));

    [Theory]
    [InlineData("expm1")]
    [InlineData("log1p")]
    [InlineData("tanh")]
    [InlineData("sin")]
    [InlineData("elu")]
    public void Where_the_slope_is_one_tiny_numbers_and_signed_zeros_come_back_unchanged(string name)
    {
        float[] x =
        [
            0, Tiny, 3 * Tiny, SmallestNormal - Tiny, SmallestNormal, 1.5f * SmallestNormal, 1e-30f, 1e-21f, 1.00000008e-20f, 2e-19f,
        ];
        Holds(name, [.. x.Select(value => (value, value)), .. x.Select(value => (-value, -value))]);
    }

    [Fact]
    public void Exp_overflows_and_vanishes_between_the_right_neighbours()
    {
        // ln(2¹²⁸ - 2¹⁰³) lies between these two numbers, and so does ln 2⁻¹⁵⁰ between those.
        float top = 88.72283f, bottom = -103.972077f;
        Holds("exp", (MathF.BitIncrement(top), Infinity), (bottom, Tiny), (MathF.BitDecrement(bottom), 0f), (89f, Infinity), (-104f, 0f),
            (float.MaxValue, Infinity), (float.MinValue, 0f));
        Assert.True(float.IsFinite(Elementary.Exp(top)));
        Holds("expm1", (MathF.BitIncrement(top), Infinity), (float.MinValue, -1f));
        Assert.True(float.IsFinite(Elementary.Expm1(top)));
    }

    [Fact]
    public void Sigmoid_below_minus_88_is_subnormal_and_not_zero()
    {
        Assert.InRange(Elementary.Sigmoid(-88), 6.05e-39f, 6.06e-39f);
        Holds("sigmoid", (-103.5f, Tiny), (-104f, 0f), (18f, 1f), (float.MaxValue, 1f), (float.MinValue, 0f));
    }

    [Fact]
    public void Logarithms_at_the_ends_of_their_domain()
    {
        Holds("log", (1f, 0f), (-0f, -Infinity), (-Tiny, float.NaN), (-1f, float.NaN), (Tiny, -103.27893f), (SmallestNormal, -87.33655f),
            (float.MaxValue, 88.72284f));
        Holds("log1p", (-1f, -Infinity), (MathF.BitDecrement(-1f), float.NaN), (MathF.BitIncrement(-1f), -16.635532f),
            (float.MaxValue, 88.72284f));
    }

    [Fact]
    public void Sigmoid_of_x_and_of_minus_x_sum_to_one_and_cosine_is_even()
    {
        foreach (float x in Sweep.Thin.Where(x => x > 0))
        {
            Assert.True(Elementary.Sigmoid(x) == 1 - Elementary.Sigmoid(-x), $"sigmoid at {x:R}");
            Assert.True(Ulp.Bits(Elementary.Cos(x)) == Ulp.Bits(Elementary.Cos(-x)), $"cos at {x:R}");
        }
    }

    [Fact]
    public void Rare_arguments_do_not_disturb_their_neighbours()
    {
        // One argument that takes the long way among sixty that do not, at each place.
        foreach (var (name, rare) in new[] { ("log", 0f), ("log", Tiny), ("log1p", -1f), ("sin", 1e30f), ("cos", 123456789f) })
        {
            FunctionCase function = FunctionCases.Named(name);
            float[] x = new float[61], y = new float[61];
            for (int place = 0; place < x.Length; place++)
            {
                for (int i = 0; i < x.Length; i++) x[i] = i == place ? rare : 0.37f + i;
                function.Span(x, y);
                for (int i = 0; i < x.Length; i++) Assert.Equal(function.Scalar(x[i]), y[i]);
            }
        }
    }

    private static void Holds(string name, params (float X, float Y)[] values)
    {
        FunctionCase function = FunctionCases.Named(name);
        float[] x = [.. values.Select(value => value.X)], padded = new float[x.Length + 16], y = new float[padded.Length];
        x.CopyTo(padded, 0);
        foreach (var (lanes, run) in function.Lanes)
        {
            run(padded, y);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.True(Ulp.Bits(values[i].Y) == Ulp.Bits(y[i]),
                    $"{name}({values[i].X:R}) = {y[i]:R}, expected {values[i].Y:R} (lanes: {lanes})");
            }
        }
    }
}
