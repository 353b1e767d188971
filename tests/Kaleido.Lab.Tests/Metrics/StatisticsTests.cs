using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class StatisticsTests
{
    [Fact]
    public void Spearmans_correlation_is_that_of_the_ranks()
    {
        Assert.Equal(1, Statistics.Spearman([0, 1, 2, 3], [1, 10, 100, 1000]), 12);
        Assert.Equal(-1, Statistics.Spearman([5, 6, 9], [3, 2, 1]), 12);
        Assert.Equal(0.8, Statistics.Spearman([1, 2, 3, 4], [1, 3, 2, 4]), 12); // 1 - 6·2/(4·15)
        Assert.Equal(Math.Sqrt(0.75), Statistics.Spearman([1, 2, 3], [1, 1, 2]), 12); // ranks .5, .5, 2
        Assert.Equal(double.NaN, Statistics.Spearman([1, 2], [3, 3]));
        Assert.Throws<ArgumentException>(() => Statistics.Spearman([1, 2], [3]));
    }

    [Fact]
    public void Quantiles_lie_on_lines_between_order_statistics()
    {
        double[] values = [4, 1, 3, 2];
        Assert.Equal(1, Statistics.Quantile(values, 0));
        Assert.Equal(4, Statistics.Quantile(values, 1));
        Assert.Equal(2.5, Statistics.Quantile(values, 0.5));
        Assert.Equal(1.3, Statistics.Quantile(values, 0.1), 12);
        Assert.Equal(2.5, Statistics.Median(values));
        Assert.Equal(3, Statistics.Median([9, 3, 1]));
        Assert.Equal(double.NaN, Statistics.Median([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Quantile(values, 1.1));
    }

    [Fact]
    public void The_ends_of_Wilsons_interval_are_the_shares_that_a_score_test_just_accepts()
    {
        const double Z = 2;
        foreach (var (successes, trials) in new[] { (1L, 10L), (5, 10), (37, 41), (999, 1000) })
        {
            double seen = successes / (double)trials;
            var (low, high) = Statistics.WilsonInterval(successes, trials, Z);
            Assert.InRange(seen, low, high);
            foreach (double end in new[] { low, high })
                Assert.Equal(Z, Math.Abs(seen - end) / Math.Sqrt(end * (1 - end) / trials), 9);
        }

        Assert.Equal(0, Statistics.WilsonInterval(0, 10, Z).Low);
        Assert.Equal(4.0 / 14, Statistics.WilsonInterval(0, 10, Z).High, 12); // z²/(n + z²)
        Assert.Equal(10.0 / 14, Statistics.WilsonInterval(10, 10, Z).Low, 12);
        Assert.Equal(1, Statistics.WilsonInterval(10, 10, Z).High);
        Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.WilsonInterval(3, 2));
    }
}
