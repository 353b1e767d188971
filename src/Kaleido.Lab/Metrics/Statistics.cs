namespace Kaleido.Lab.Metrics;

/// <summary>Statistics over seeds, chains or points.</summary>
public static class Statistics
{
    /// <summary>The quantile by linear interpolation between order statistics (R's type 7); NaN without values.</summary>
    /// <param name="values">The values, in any order.</param>
    /// <param name="share">Which, from 0 (least) to 1 (greatest).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is not from 0 to 1.</exception>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Quantile: must be from 0 to 1");
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return double.NaN;
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    /// <summary>The middle value, or the mean of the two middle ones; NaN without values.</summary>
    public static double Median(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Spearman's rank correlation, the correlation of the ranks; ties share their mean rank; NaN where all values are equal.
    /// </summary>
    /// <param name="x">One quantity.</param>
    /// <param name="y">The other, as many values.</param>
    /// <exception cref="ArgumentException">The numbers of values differ.</exception>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count) throw new ArgumentException($"Spearman: {x.Count} values against {y.Count}", nameof(y));
        double[] first = Ranks(x), second = Ranks(y);
        double mean = (x.Count - 1) / 2.0, product = 0, squares = 0, others = 0;
        for (int i = 0; i < first.Length; i++)
        {
            product += (first[i] - mean) * (second[i] - mean);
            squares += (first[i] - mean) * (first[i] - mean);
            others += (second[i] - mean) * (second[i] - mean);
        }

        return product / Math.Sqrt(squares * others);
    }

    /// <summary>
    /// Wilson's score interval of a share: (p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes/trials
    /// (E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927).
    /// </summary>
    /// <param name="successes">How often it was so.</param>
    /// <param name="trials">Out of how many, at least 1.</param>
    /// <param name="z">The normal quantile; 1.959964 for 95 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of range, or z is not positive.</exception>
    public static (double Low, double High) WilsonInterval(long successes, long trials, double z = 1.959963984540054)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(z > 0)) throw new ArgumentOutOfRangeException(nameof(z), z, "WilsonInterval: must be positive");
        double p = successes / (double)trials, square = z * z / trials;
        double middle = p + square / 2, half = z * Math.Sqrt(p * (1 - p) / trials + square / (4 * trials));
        return (successes == 0 ? 0 : (middle - half) / (1 + square), successes == trials ? 1 : (middle + half) / (1 + square));
    }

    private static double[] Ranks(IReadOnlyList<double> values) =>
        [.. values.Select(value => values.Count(other => other < value) + (values.Count(other => other == value) - 1) / 2.0)];
}
