using Kaleido.Numerics;
using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Tests.Numerics;

/// <summary>
/// The float64 functions against the platform's, which is within 1 unit in the last place itself: so a bound of 2 here is 1 from each.
/// </summary>
public sealed class ElementaryDoubleTests(ITestOutputHelper output)
{
    private const int Samples = 300_000;

    [Fact]
    public void Exp_is_within_a_unit() =>
        Compare("exp", Elementary.Exp, Math.Exp, Spread(-760, 720).Concat([0, -0.0, 1e-300, -745.13, -745.14, 709.7827, 709.783]), 2);

    [Fact]
    public void Log_is_within_a_unit() =>
        Compare("log", Elementary.Log, Math.Log, Patterns().Concat(Spread(0.5, 2)).Concat([1, 0, -0.0, -1, double.Epsilon, 1e-310]), 2);

    [Fact]
    public void Sin_is_within_a_unit() =>
        Compare("sin", Elementary.Sin, Math.Sin, Spread(-10, 10).Concat(Spread(-1e6, 1e6)).Concat(NearQuarters()), 2);

    [Fact]
    public void Cos_is_within_a_unit() =>
        Compare("cos", Elementary.Cos, Math.Cos, Spread(-10, 10).Concat(Spread(-1e6, 1e6)).Concat(NearQuarters()), 2);

    [Fact]
    public void Special_values_of_the_float64_functions()
    {
        Assert.Equal(1, Elementary.Exp(0.0));
        Assert.Equal(0, Elementary.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(double.PositiveInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.Exp(double.NaN)) && double.IsNaN(Elementary.Log(double.NaN)));
        Assert.True(double.IsNaN(Elementary.Sin(double.PositiveInfinity)) && double.IsNaN(Elementary.Cos(double.NaN)));
        Assert.True(double.IsNaN(Elementary.Sin(1e10)));
    }

    [Fact]
    public void Whole_quarter_turns_are_exact_and_other_turns_within_two_units()
    {
        Assert.Equal((0, 1), Elementary.SinCosTurns(0));
        Assert.Equal((1, 0), Elementary.SinCosTurns(0.25));
        Assert.Equal((0, -1), Elementary.SinCosTurns(-0.5));
        Assert.Equal((-1, 0), Elementary.SinCosTurns(1000.75));
        // Math.Sin(2πt): the product's rounding turns the angle by up to 2⁻⁵³·2πt, so only small t can be a reference, and absolutely.
        foreach (double turns in Spread(-1, 1).Take(20_000))
        {
            var (sine, cosine) = Elementary.SinCosTurns(turns);
            Assert.Equal(Math.Sin(2 * Math.PI * turns), sine, 2e-15);
            Assert.Equal(Math.Cos(2 * Math.PI * turns), cosine, 2e-15);
            // On the unit circle: an independent check of both.
            Assert.Equal(1, Math.FusedMultiplyAdd(sine, sine, cosine * cosine), 6e-16);
        }
    }

    [Fact]
    public void Integer_powers_are_within_their_stated_error()
    {
        foreach (long n in new long[] { 0, 1, 2, 3, 5, 10, 63, 1000, -1, -2, -7 })
        {
            foreach (double x in new[] { 0.9, 0.999, 1.001, -1.3, 2, 0.1, 1 - 1e-9 })
            {
                double exact = Math.Pow(x, n), power = Elementary.Pow(x, n);
                Assert.InRange(Math.Abs(power - exact), 0, Math.Abs(exact) * (2 * Math.Abs(n) + 2) * Math.ScaleB(1, -53) + double.Epsilon);
            }
        }

        Assert.Equal(1024, Elementary.Pow(2.0, 10));
        Assert.Equal(0.125, Elementary.Pow(2.0, -3));
        Assert.Equal(1, Elementary.Pow(double.NaN, 0));
        Assert.Equal(0, Elementary.Pow(0.5, long.MaxValue));
        Assert.Equal(double.PositiveInfinity, Elementary.Pow(0.5, long.MinValue));
    }

    [Fact]
    public void Real_powers_are_within_their_stated_error_and_have_the_special_cases_of_C()
    {
        foreach (double x in Spread(0.01, 50).Take(2000))
        {
            foreach (double y in new[] { 0.5, -0.37, 1.5, 20.25, -33.3 })
            {
                double exact = Math.Pow(x, y);
                double bound = 2 * (1 + Math.Abs(y * Math.Log(x))) * Math.ScaleB(1, -52);
                Assert.InRange(Math.Abs(Elementary.Pow(x, y) / exact - 1), 0, bound);
            }
        }

        double[] values = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300];
        foreach (double x in values)
        {
            foreach (double y in values)
            {
                double exact = Math.Pow(x, y), power = Elementary.Pow(x, y);
                bool same = (double.IsNaN(exact) && double.IsNaN(power))
                    || (exact.Equals(power) && double.IsNegative(exact) == double.IsNegative(power))
                    || Math.Abs(power / exact - 1) <= 2 * (1 + Math.Abs(y * Math.Log(Math.Abs(x)))) * Math.ScaleB(1, -52);
                Assert.True(same, $"{x} to the {y}: {power}, expected {exact}");
            }
        }
    }

    private void Compare(
        string name, Func<double, double> function, Func<double, double> reference, IEnumerable<double> arguments, double bound)
    {
        (double Error, double X) worst = default;
        foreach (double x in arguments)
        {
            double error = Ulp.Error(function(x), reference(x));
            if (error > worst.Error) worst = (error, x);
        }

        string text = $"{name}: {worst.Error:F4} ulp from the platform's at {worst.X:R}";
        output.WriteLine(text);
        Assert.True(worst.Error <= bound, text);
    }

    private static IEnumerable<double> Spread(double low, double high)
    {
        Random random = new(3);
        for (int i = 0; i < Samples; i++) yield return low + (high - low) * random.NextDouble();
    }

    private static IEnumerable<double> Patterns()
    {
        Random random = new(4);
        for (int i = 0; i < Samples; i++) yield return BitConverter.Int64BitsToDouble(random.NextInt64(0, 0x7FF0000000000000));
    }

    /// <summary>The doubles nearest to multiples of a quarter turn, where reduction cancels most.</summary>
    private static IEnumerable<double> NearQuarters()
    {
        for (int n = -600_000; n <= 600_000; n += 37)
        {
            double x = n * (Math.PI / 2);
            yield return x;
            yield return Math.BitIncrement(x);
        }
    }
}
