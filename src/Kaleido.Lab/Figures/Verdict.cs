using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Figures;

/// <summary>Who said what is judged.</summary>
public enum VerdictKind
{
    /// <summary>Our own condition for calling the figure reproduced: one that fails, fails the figure.</summary>
    Acceptance,

    /// <summary>The paper's statement: confirmed or refuted, either is a result.</summary>
    Claim,
}

/// <summary>One judgement on a figure.</summary>
/// <param name="Kind">Acceptance or claim.</param>
/// <param name="Statement">What was to be shown, in one sentence.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Seen">The figures seen.</param>
public sealed record Verdict(VerdictKind Kind, string Statement, bool Holds, string Seen)
{
    /// <summary>"accepted", "failed", "confirmed" or "refuted".</summary>
    public string Word => (Kind, Holds) switch
    {
        (VerdictKind.Acceptance, true) => "accepted",
        (VerdictKind.Acceptance, false) => "failed",
        (_, true) => "confirmed",
        _ => "refuted",
    };

    /// <summary>
    /// An acceptance of the kind "at least a share of the seeds". With fewer seeds than the full number it fails only where a binomial test
    /// rejects that share at 1 %.
    /// </summary>
    /// <param name="statement">What was to be shown.</param>
    /// <param name="successes">Seeds for which it holds.</param>
    /// <param name="seeds">Seeds that count.</param>
    /// <param name="share">The least share, from 0 to 1.</param>
    /// <param name="full">Whether this is the full number of seeds.</param>
    public static Verdict AtLeast(string statement, int successes, int seeds, double share, bool full)
    {
        bool holds = full ? successes >= share * seeds : seeds > 0 && BinomialTest.LowerTail(successes, seeds, share) >= BinomialTest.Level;
        return new(VerdictKind.Acceptance, statement, holds && seeds > 0, FormattableString.Invariant($"{successes} of {seeds} seeds"));
    }

    /// <summary>
    /// An acceptance of the kind "a quantile over the seeds is at least a bound". With fewer seeds than the full number it fails only where
    /// a binomial test rejects at 1 % that a share of 1 - quantile of them reaches the bound.
    /// </summary>
    /// <param name="statement">What was to be shown.</param>
    /// <param name="values">The seeds' values.</param>
    /// <param name="quantile">Which, from 0 to 1: .5 is the median.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="full">Whether this is the full number of seeds.</param>
    public static Verdict QuantileAtLeast(string statement, IReadOnlyList<double> values, double quantile, double bound, bool full)
    {
        ArgumentNullException.ThrowIfNull(values);
        double seen = Statistics.Quantile(values, quantile);
        int reach = values.Count(value => value >= bound);
        bool holds = full
            ? seen >= bound
            : values.Count > 0 && BinomialTest.LowerTail(reach, values.Count, 1 - quantile) >= BinomialTest.Level;
        return new(VerdictKind.Acceptance, statement, holds, FormattableString.Invariant($"{seen:g3} against {bound:g3}"));
    }

    /// <summary>The same for "at most".</summary>
    /// <inheritdoc cref="QuantileAtLeast"/>
    public static Verdict QuantileAtMost(string statement, IReadOnlyList<double> values, double quantile, double bound, bool full) =>
        QuantileAtLeast(statement, [.. values.Select(value => -value)], 1 - quantile, -bound, full) with
        {
            Seen = FormattableString.Invariant($"{Statistics.Quantile(values, quantile):g3} against {bound:g3}"),
        };
}

/// <summary>The one-sided binomial test of the quick forms.</summary>
public static class BinomialTest
{
    /// <summary>The level at which it rejects.</summary>
    public const double Level = 0.01;

    /// <summary>P(X ≤ successes) for X ~ Binomial(trials, probability).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or the probability is not from 0 to 1.</exception>
    public static double LowerTail(int successes, int trials, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, successes);
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "must be from 0 to 1");
        double sum = 0;
        for (int k = 0; k <= successes; k++)
        {
            double term = 1;
            for (int i = 0; i < k; i++) term *= (trials - i) / (double)(k - i) * probability;
            for (int i = k; i < trials; i++) term *= 1 - probability;
            sum += term;
        }

        return Math.Min(sum, 1);
    }
}
