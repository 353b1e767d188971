using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Figures;

/// <summary>Who said what is judged.</summary>
public enum VerdictKind
{
    /// <summary>Our own condition for calling the figure reproduced: one that fails, fails the figure.</summary>
    Acceptance,

    /// <summary>The paper's statement, or an expectation: confirmed or refuted, either is a result.</summary>
    Claim,
}

/// <summary>One judgement on a figure.</summary>
/// <param name="Kind">Acceptance or claim.</param>
/// <param name="Statement">What was to be shown, in one sentence.</param>
/// <param name="Holds">Whether it holds; for an acceptance, whether it does not fail.</param>
/// <param name="Seen">The figures seen.</param>
public sealed record Verdict(VerdictKind Kind, string Statement, bool Holds, string Seen)
{
    /// <summary>
    /// Whether an acceptance holds only because too few seeds were run to reject it: what it asks for is not reached, and that may be
    /// chance; or it is reached, and no outcome of so few seeds could have been rejected.
    /// </summary>
    public bool IsUndecided { get; init; }

    /// <summary>"accepted", "undecided", "failed", "confirmed" or "refuted".</summary>
    public string Word => (Kind, Holds) switch
    {
        (VerdictKind.Acceptance, true) => IsUndecided ? "undecided" : "accepted",
        (VerdictKind.Acceptance, false) => "failed",
        (_, true) => "confirmed",
        _ => "refuted",
    };

    /// <summary>
    /// An acceptance of the kind "at least a share of the seeds". With fewer seeds than the full number it fails only where a binomial test
    /// rejects that share at 1 %; where the share is not reached and not rejected, or could not be rejected whatever came out, it is
    /// undecided.
    /// </summary>
    /// <param name="statement">What was to be shown.</param>
    /// <param name="successes">Seeds for which it holds.</param>
    /// <param name="seeds">Seeds that count.</param>
    /// <param name="share">The least share, from 0 to 1.</param>
    /// <param name="full">Whether this is the full number of seeds.</param>
    public static Verdict AtLeast(string statement, int successes, int seeds, double share, bool full) =>
        Judge(statement, successes >= share * seeds, successes, seeds, share, full,
            FormattableString.Invariant($"{successes} of {seeds} seeds"));

    /// <summary>
    /// An acceptance of the kind "a quantile over the seeds is at least a bound". With fewer seeds than the full number it fails only where
    /// a binomial test rejects at 1 % that a share of 1 - quantile of them reaches the bound; where the quantile does not reach it and the
    /// test does not reject it, or could not whatever came out, it is undecided.
    /// </summary>
    /// <param name="statement">What was to be shown.</param>
    /// <param name="values">The seeds' values.</param>
    /// <param name="quantile">Which, from 0 to 1: .5 is the median.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="full">Whether this is the full number of seeds.</param>
    public static Verdict QuantileAtLeast(string statement, IReadOnlyList<double> values, double quantile, double bound, bool full)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Quantile(statement, values, quantile, bound, full, 1);
    }

    /// <summary>The same for "at most".</summary>
    /// <inheritdoc cref="QuantileAtLeast"/>
    public static Verdict QuantileAtMost(string statement, IReadOnlyList<double> values, double quantile, double bound, bool full) =>
        QuantileAtMost(statement, values, quantile, bound, full, null);

    /// <summary>The same with other figures seen than the quantile and its bound.</summary>
    internal static Verdict QuantileAtMost(
        string statement, IReadOnlyList<double> values, double quantile, double bound, bool full, string? shown)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Quantile(statement, [.. values.Select(value => -value)], 1 - quantile, -bound, full, -1, shown);
    }

    private static Verdict Quantile(
        string statement, IReadOnlyList<double> values, double quantile, double bound, bool full, int sign, string? shown = null)
    {
        double seen = Statistics.Quantile(values, quantile);
        return Judge(statement, seen >= bound, values.Count(value => value >= bound), values.Count, 1 - quantile, full,
            // + 0 for a minus before nothing.
            shown ?? FormattableString.Invariant($"{sign * seen + 0.0:g3} against {sign * bound + 0.0:g3}"));
    }

    private static Verdict Judge(string statement, bool reached, int successes, int seeds, double share, bool full, string seen)
    {
        if (seeds == 0) return new(VerdictKind.Acceptance, statement, false, seen);
        if (full) return new(VerdictKind.Acceptance, statement, reached, seen);
        if (BinomialTest.LowerTail(0, seeds, share) >= BinomialTest.Level)
        {
            // No outcome of so few seeds could have been rejected.
            return new(VerdictKind.Acceptance, statement, true, $"{seen}; too few seeds to be rejected at 1 %, whatever comes out")
            {
                IsUndecided = true,
            };
        }

        if (reached) return new(VerdictKind.Acceptance, statement, true, seen);
        bool rejected = BinomialTest.LowerTail(successes, seeds, share) < BinomialTest.Level;
        return new(VerdictKind.Acceptance, statement, !rejected, $"{seen}, {(rejected ? "" : "not ")}rejected at 1 %")
        {
            IsUndecided = !rejected,
        };
    }
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

    /// <summary>
    /// P(X ≥ successes) for X ~ Binomial(trials, probability), as 1 less the lower tail: a small one has no relative accuracy.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or the probability is not from 0 to 1.</exception>
    public static double UpperTail(int successes, int trials, double probability) =>
        successes == 0 ? 1 : Math.Max(0, 1 - LowerTail(successes - 1, trials, probability));
}
