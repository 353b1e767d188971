using Kaleido.Lab.Ensembles;

namespace Kaleido.Lab.Tests.Ensembles;

/// <summary>Margins and plateaus against maps whose basins are known.</summary>
public sealed class LineMarginsTests
{
    private const double Tolerance = 0.02;

    [Fact]
    public void The_sigmoid_through_two_points_has_margins_of_half_their_distance_and_the_plateaus_of_its_inverse()
    {
        double b = 2 * Logit(0.8) / 0.6;
        var basins = Basins(x => 1 / (1 + Math.Exp(-b * (x - 0.5))));
        double width = (Logit(0.22) - Logit(0.18)) / b;
        foreach (float datum in (float[])[0.2f, 0.8f])
        {
            Assert.Equal(0.3, basins.Margin(datum, Tolerance), 2 * LineMargins.Precision);
            Assert.Equal(width, basins.Plateau(datum, Tolerance), 4 * LineMargins.Precision);
        }
    }

    [Theory]
    [InlineData(0.21)]
    [InlineData(0.3)]
    [InlineData(0.4999)]
    [InlineData(0.7)]
    [InlineData(0.79)]
    public void A_repeller_between_two_data_is_where_both_margins_end(double repeller)
    {
        // Halves the distance to a datum, doubles that to the repeller, whichever comes first.
        var basins = Basins(x => x < repeller ? Math.Min(0.2 + (x - 0.2) / 2, 0.2) + Math.Max(0,
            0.5 * Math.Min(x - 0.2, 2 * (x - repeller) + repeller - 0.2))
            : Math.Max(0.8 + (x - 0.8) / 2, 0.8) - Math.Max(0, 0.5 * Math.Min(0.8 - x, 2 * (repeller - x) + 0.8 - repeller)));
        Assert.Equal(repeller - 0.2, basins.Margin(0.2f, 0.005), 2 * LineMargins.Precision);
        Assert.Equal(0.8 - repeller, basins.Margin(0.8f, 0.005), 2 * LineMargins.Precision);
    }

    [Fact]
    public void Maps_without_two_basins_have_the_margins_that_follow_from_the_words()
    {
        var identity = Basins(x => x);
        Assert.Equal(Tolerance, identity.Margin(0.2f, Tolerance), 2 * LineMargins.Precision);
        Assert.Equal(2 * Tolerance, identity.Plateau(0.2f, Tolerance), 4 * LineMargins.Precision);
        var constant = Basins(_ => 0.5);
        Assert.Equal(double.PositiveInfinity, constant.Margin(0.5f, Tolerance));
        Assert.Equal(1, constant.Plateau(0.5f, Tolerance), 1e-6);
        Assert.Equal(0, constant.Margin(0.2f, Tolerance));
        Assert.Equal(0, constant.Plateau(0.2f, Tolerance));
        // All of it is on cycles of period two: every other state is looked at.
        Assert.Equal(Tolerance, Basins(x => 1 - x).Margin(0.2f, Tolerance), 2 * LineMargins.Precision);
    }

    [Fact]
    public void A_plateau_at_the_border_ends_there()
    {
        var basins = Basins(x => x < 0.1 ? 0.05 : 0.9);
        Assert.Equal(0.1, basins.Plateau(0.05f, Tolerance), 2 * LineMargins.Precision);
        Assert.Equal(0.05, basins.Margin(0.05f, Tolerance), 2 * LineMargins.Precision);
    }

    private static double Logit(double p) => Math.Log(p / (1 - p));

    private static LineMargins Basins(Func<double, double> map) => new(xs => [.. xs.Select(x => (float)map(x))], 0, 1);
}
