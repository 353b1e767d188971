using System.Globalization;

namespace Kaleido.Lab.Plots;

/// <summary>Ticks with their texts: exact decimal numbers, integer · 10^exponent.</summary>
public sealed class TickSet
{
    private readonly long[] _integers;
    private readonly int _exponent;

    internal TickSet(long[] integers, int exponent)
    {
        (_integers, _exponent) = (integers, exponent);
        Values = [.. integers.Select(i => Ticks.Value(i, exponent))];
        (Labels, Multiplier) = Write();
    }

    /// <summary>The positions, ascending.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The text of each tick, for example "−0.5", to be multiplied by 10^<see cref="Multiplier"/>.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The power of ten that all texts leave out; 0 where the numbers can be written plainly (0.001 to 99999).</summary>
    public int Multiplier { get; }

    private (string[] Labels, int Multiplier) Write()
    {
        long largest = 0;
        foreach (long integer in _integers)
        {
            largest = Math.Max(largest, Math.Abs(integer));
        }

        int digits = largest.ToString(CultureInfo.InvariantCulture).Length, leading = digits - 1 + _exponent;
        int multiplier = largest > 0 && leading is > 4 or < -3 ? leading : 0, decimals = Math.Max(0, multiplier - _exponent);
        return ([.. _integers.Select(i => Text(i, _exponent - multiplier, decimals))], multiplier);
    }

    private static string Text(long integer, int exponent, int decimals)
    {
        string digits = Math.Abs(integer).ToString(CultureInfo.InvariantCulture);
        digits = exponent > 0 && integer != 0 ? digits + new string('0', exponent) : digits.PadLeft(decimals + 1, '0');
        string text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
        return integer < 0 ? "−" + text : text;
    }
}
