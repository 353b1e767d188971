using System.Globalization;

namespace Kaleido.Lab.Plots;

/// <summary>Round numbers along an axis: steps of 1, 2 or 5 times a power of ten.</summary>
public static class Ticks
{
    /// <summary>All multiples within [minimum, maximum] of the least 1-2-5 step that gives at most <paramref name="most"/>
    /// intervals.</summary>
    /// <param name="minimum">The lower end; |minimum| ≤ 1e300.</param>
    /// <param name="maximum">The upper end, above the lower by at least 1e-13 of the larger magnitude and by 1e-290.</param>
    /// <param name="most">The most intervals of one step that the whole range may have, at least 1.</param>
    /// <exception cref="ArgumentException">The range is empty, not finite, too large or too narrow.</exception>
    public static TickSet Linear(double minimum, double maximum, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        double span = maximum - minimum, magnitude = Math.Max(Math.Abs(minimum), Math.Abs(maximum));
        if (!(span > 0) || !(magnitude <= 1e300) || span < 1e-290 || span < 1e-13 * magnitude)
        {
            throw new ArgumentException(
                $"Ticks: there are no round numbers between {Invariant(minimum)} and {Invariant(maximum)}.", nameof(maximum));
        }

        // The logarithm is a guess only; comparisons with exact powers decide, so its last bit does not matter.
        double raw = span / most;
        int exponent = (int)Math.Floor(Math.Log10(raw));
        while (Power(exponent) > raw)
        {
            exponent--;
        }

        while (Power(exponent + 1) <= raw)
        {
            exponent++;
        }

        int mantissa = raw <= Power(exponent) ? 1 : raw <= 2 * Power(exponent) ? 2 : raw <= 5 * Power(exponent) ? 5 : 10;
        (mantissa, exponent) = mantissa == 10 ? (1, exponent + 1) : (mantissa, exponent);
        long first = (long)Math.Ceiling(minimum / (mantissa * Power(exponent))) - 1, last = first + most + 2;
        var multiples = new List<long>();
        for (long k = first; k <= last; k++)
        {
            double value = Value(k * mantissa, exponent);
            if (value >= minimum && value <= maximum)
            {
                multiples.Add(k * mantissa);
            }
        }

        return new TickSet([.. multiples], exponent);
    }

    /// <summary>The nearest double to integer · 10^exponent, as far as two roundings give it.</summary>
    internal static double Value(long integer, int exponent) => exponent >= 0 ? integer * Power(exponent) : integer / Power(-exponent);

    /// <summary>10^exponent, correctly rounded (the runtime's parser is exact).</summary>
    internal static double Power(int exponent) =>
        double.Parse($"1e{exponent.ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture);

    /// <summary>An integer in raised digits.</summary>
    internal static string Raised(int number)
    {
        const string Digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        return string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : Digits[c - '0']));
    }

    private static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
