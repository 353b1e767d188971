using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Kaleido.Lab.Plots;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Plots;

public class AxisTests
{
    /// <summary>Ranges of every size and place, a span of at least a millionth of the magnitude.</summary>
    private static Arbitrary<(double Minimum, double Maximum)> Ranges => (
        from mantissa in Gen.Choose(-9999, 9999)
        from exponent in Gen.Choose(-200, 200)
        from span in Gen.Choose(1, 9999)
        from finer in Gen.Choose(0, 2)
        let power = double.Parse($"1e{exponent}", CultureInfo.InvariantCulture)
        select (mantissa * power, (mantissa * power) + (span * power / (finer * finer * 25 + 1)))).ToArbitrary();

    [Fact]
    public void Ticks_cover_the_range_in_steps_of_1_2_or_5() => Law.Holds(Ranges, range =>
    {
        for (int most = 1; most < 14; most += 3)
        {
            TickSet ticks = Ticks.Linear(range.Minimum, range.Maximum, most);
            double span = range.Maximum - range.Minimum;
            Assert.All(ticks.Values, v => Assert.InRange(v, range.Minimum, range.Maximum));
            Assert.True(ticks.Values.Count <= most + 1);
            if (ticks.Values.Count < 2)
            {
                continue;
            }

            // Differences of neighbours carry the roundings of both; a millionth of a step is far above them and far below 1 : 2 : 5.
            double step = (ticks.Values[^1] - ticks.Values[0]) / (ticks.Values.Count - 1);
            Assert.All(ticks.Values.Zip(ticks.Values.Skip(1)), p => Assert.True(Math.Abs(p.Second - p.First - step) < 1e-6 * step));
            double mantissa = step / Math.Pow(10, Math.Floor(Math.Log10(step) + 1e-7));
            Assert.Contains(new[] { 1.0, 2, 5 }, m => Math.Abs(mantissa - m) < 1e-5);
            Assert.True(ticks.Values[0] - range.Minimum < 1.000001 * step && range.Maximum - ticks.Values[^1] < 1.000001 * step);
            Assert.True(step >= 0.999999 * span / most && step <= 2.500001 * span / most);
        }
    }, 300);

    [Fact]
    public void A_label_says_the_number_at_its_tick() => Law.Holds(Ranges, range =>
    {
        TickSet ticks = Ticks.Linear(range.Minimum, range.Maximum, 8);
        Assert.Equal(ticks.Values.Count, ticks.Labels.Distinct().Count());
        foreach ((double value, string label) in ticks.Values.Zip(ticks.Labels))
        {
            double said = double.Parse($"{label.Replace('−', '-')}e{ticks.Multiplier}", CultureInfo.InvariantCulture);
            Assert.True(Math.Abs(said - value) <= 4e-16 * Math.Abs(value), $"{label} at {value:R}");
        }
    }, 300);

    [Theory]
    [InlineData(0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0", 0)]
    [InlineData(-1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0", 0)]
    [InlineData(0, 12000, 4, "0 5000 10000", 0)]
    [InlineData(0, 3e6, 3, "0 1 2 3", 6)]
    [InlineData(0, 5e-5, 5, "0 1 2 3 4 5", -5)]
    public void Labels_are_plain_or_share_a_power_of_ten(double minimum, double maximum, int most, string labels, int power)
    {
        TickSet ticks = Ticks.Linear(minimum, maximum, most);
        Assert.Equal((labels, power), (string.Join(' ', ticks.Labels), ticks.Multiplier));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(-1e308, 1e308)]
    public void No_range_no_ticks(double minimum, double maximum) =>
        Assert.Contains(
            "no round numbers",
            Assert.Throws<ArgumentException>(() => Ticks.Linear(minimum, maximum, 5)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_mapping_ascends_and_its_inverse_fits() => Law.Holds(Law.Sizes(1, 100), it =>
    {
        Random random = it.Random();
        foreach (bool logarithmic in new[] { false, true })
        {
            double low = (logarithmic ? 0 : -1) + random.NextDouble() + 0.01, high = low + 0.1 + (random.NextDouble() * 1000);
            AxisScale scale = AxisScale.Of(new Axis { Minimum = low, Maximum = high, Logarithmic = logarithmic }, [], "axis");
            var mapping = new Mapping(new Box(50, 20, 750, 420), scale, scale);
            double[] data = [.. Enumerable.Range(0, 50).Select(_ => low + (random.NextDouble() * (high - low))).Order()];
            double[] x = [.. data.Select(mapping.PixelX)], y = [.. data.Select(mapping.PixelY)];
            Assert.All(x.Zip(x.Skip(1)), p => Assert.True(p.First <= p.Second));
            Assert.All(y.Zip(y.Skip(1)), p => Assert.True(p.First >= p.Second));
            foreach ((double value, double pixel) in data.Zip(x))
            {
                // Pixels are rounded to 1/64: going back and forth again must land within that rounding.
                Assert.InRange(mapping.PixelX(mapping.DataX(pixel)) - pixel, -1.0 / 64, 1.0 / 64);
                Assert.InRange(scale.Map(scale.Inverse(scale.Map(value))) - scale.Map(value), -1e-12, 1e-12);
            }

            Assert.Equal((50, 750, 420, 20), (mapping.PixelX(low), mapping.PixelX(high), mapping.PixelY(low), mapping.PixelY(high)));
        }
    }, 50);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ticks_that_are_given_replace_the_chosen_ones_within_the_range(bool logarithmic)
    {
        var axis = new Axis { Minimum = 1, Maximum = 300, Logarithmic = logarithmic, Ticks = [0, 1, 32, 64.5, 256, 301, double.NaN] };
        var (labelled, minor, multiplier) = AxisScale.Of(axis, [], "axis").TicksFor(2);
        Assert.Equal([(1, "1"), (32, "32"), (64.5, "64.5"), (256, "256")], labelled);
        Assert.Empty(minor);
        Assert.Equal(0, multiplier);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(-3.0, 1.0)]
    [InlineData(0.5, -1.0)]
    public void A_logarithmic_axis_refuses_ends_that_are_not_positive(double minimum, double maximum)
    {
        Plot plot = new Plot { Y = new() { Minimum = minimum, Maximum = maximum, Logarithmic = true } }.Line([1, 2, 3.0]);
        string message = Assert.Throws<ArgumentException>(() => plot.Draw()).Message;
        Assert.Contains("y axis: a logarithmic axis shows positive numbers only", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2.0, 1.0)]
    [InlineData(1.0, 1.0)]
    [InlineData(double.NaN, 1.0)]
    [InlineData(0.0, double.PositiveInfinity)]
    public void Ends_that_make_no_range_are_refused(double minimum, double maximum)
    {
        Plot plot = new Plot { X = new() { Minimum = minimum, Maximum = maximum } }.Line([1, 2, 3.0]);
        Assert.Contains("x axis: an axis", Assert.Throws<ArgumentException>(() => plot.Draw()).Message, StringComparison.Ordinal);
    }
}
