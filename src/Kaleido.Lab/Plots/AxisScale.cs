using System.Globalization;

namespace Kaleido.Lab.Plots;

/// <summary>One axis with its range settled: data to [0, 1] and back, and its ticks.</summary>
internal sealed class AxisScale
{
    /// <summary>Numbers beyond are taken for infinite.</summary>
    public const double Largest = 1e300;

    private readonly Axis _axis;
    private readonly double _low, _high;

    private AxisScale(Axis axis, double minimum, double maximum)
    {
        (_axis, Minimum, Maximum) = (axis, minimum, maximum);
        (_low, _high) = (Forward(minimum), Forward(maximum));
    }

    public double Minimum { get; }

    public double Maximum { get; }

    public bool Logarithmic => _axis.Logarithmic;

    public string? Label => _axis.Label;

    /// <summary>Whether a number has a place on the axis (inside its range or not).</summary>
    public bool Shows(double value) => Math.Abs(value) <= Largest && (!Logarithmic || value >= 1 / Largest);

    /// <summary>0 at the beginning, 1 at the end; for a number that <see cref="Shows"/>.</summary>
    public double Map(double value) => (Forward(value) - _low) / (_high - _low);

    /// <summary>The number at a part of the way.</summary>
    public double Inverse(double part)
    {
        double at = _low + (part * (_high - _low));
        return Logarithmic ? Math.Pow(10, at) : at;
    }

    /// <summary>The scale for an axis and the data on it.</summary>
    /// <param name="axis">What the user says.</param>
    /// <param name="data">All numbers on the axis; those that have no place do not count.</param>
    /// <param name="what">The name of the axis in a refusal.</param>
    /// <param name="tight">No margin around the data.</param>
    /// <param name="standsOnZero">No margin below (above) bars that all end above (below) zero.</param>
    /// <exception cref="ArgumentException">
    /// An end is not finite, not positive on a logarithmic axis, or the ends are in the wrong order.
    /// </exception>
    public static AxisScale Of(Axis axis, IEnumerable<double> data, string what, bool tight = false, bool standsOnZero = false)
    {
        Check(axis, axis.Minimum, what);
        Check(axis, axis.Maximum, what);
        var none = new AxisScale(axis, 1, 10);
        double least = double.MaxValue, most = double.MinValue;
        foreach (double value in data)
        {
            if (none.Shows(value))
            {
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }
        }

        if (axis.Categories is { Count: > 0 } categories)
        {
            (least, most) = (-0.5, categories.Count - 0.5);
        }
        else if (least > most)
        {
            // No data: a range around what is given, else 0 to 1 (1 to 10).
            least = axis.Minimum ?? (axis.Maximum is { } end ? (axis.Logarithmic ? end / 10 : end - 1) : axis.Logarithmic ? 1 : 0);
            most = axis.Maximum ?? (axis.Logarithmic ? least * 10 : least + 1);
        }

        double margin = tight || axis.Categories is not null ? 0 : 0.04;
        (double low, double high) = (none.Forward(least), none.Forward(most));
        double below = standsOnZero && least == 0 ? 0 : margin * (high - low);
        double above = standsOnZero && most == 0 ? 0 : margin * (high - low);
        double minimum = axis.Minimum ?? none.Back(low - below);
        double maximum = axis.Maximum ?? none.Back(high + above);
        if (axis.Minimum is not null && axis.Maximum is not null && !(axis.Minimum < axis.Maximum))
        {
            throw new ArgumentException($"{what}: an axis from {Text(minimum)} to {Text(maximum)} does not ascend.", nameof(axis));
        }

        return Widened(axis, minimum, maximum);
    }

    /// <summary>Ticks, and small ones without text.</summary>
    /// <param name="most">The most ticks for which there is room, at least 1.</param>
    public (IReadOnlyList<(double Value, string Text)> Labelled, IReadOnlyList<double> Minor, int Multiplier) TicksFor(int most)
    {
        if (_axis.Categories is { Count: > 0 } categories)
        {
            return ([.. categories.Select((name, i) => ((double)i, name)).Where(it => it.name.Length > 0)], [], 0);
        }

        if (_axis.Ticks is { } given)
        {
            return ([.. given.Where(value => value >= Minimum && value <= Maximum).Select(value => (value, Text(value)))], [], 0);
        }

        if (Logarithmic && _high - _low >= 1)
        {
            return Decades(most);
        }

        // Less than a decade has no power of ten to spare: linear ticks on the logarithmic axis.
        TickSet ticks = Ticks.Linear(Minimum, Maximum, most);
        return ([.. ticks.Values.Zip(ticks.Labels)], [], ticks.Multiplier);
    }

    private (IReadOnlyList<(double, string)> Labelled, IReadOnlyList<double> Minor, int Multiplier) Decades(int most)
    {
        int first = (int)Math.Floor(_low) - 1, last = (int)Math.Ceiling(_high) + 1, stride = 1;
        while ((_high - _low) / stride > most)
        {
            stride++;
        }

        int[] mantissas = _high - _low <= 2.2 && most >= 4 ? [1, 2, 5] : [1];
        bool plain = first >= -4 && last <= 5;
        var labelled = new List<(double, string)>();
        var minor = new List<double>();
        for (int e = Math.Max(first, -300); e <= Math.Min(last, 300); e++)
        {
            for (int m = 1; m < 10; m++)
            {
                double value = Ticks.Value(m, e);
                if (value < Minimum || value > Maximum)
                {
                    continue;
                }

                if (mantissas.Contains(m) && e % stride == 0)
                {
                    labelled.Add((value, plain && mantissas.Length > 1 ? value.ToString("0.#####", CultureInfo.InvariantCulture)
                        : m == 1 ? "10" + Ticks.Raised(e) : $"{m}·10{Ticks.Raised(e)}"));
                }
                else if (stride == 1 ? _high - _low <= 7 : m == 1)
                {
                    minor.Add(value);
                }
            }
        }

        return (labelled, minor, 0);
    }

    private double Forward(double value) => Logarithmic ? Math.Log10(value) : value;

    private double Back(double value) => Logarithmic
        ? Math.Clamp(Math.Pow(10, value), 1 / Largest, Largest)
        : Math.Clamp(value, -Largest, Largest);

    /// <summary>A range that is too narrow for ticks (all data equal) is opened to both sides.</summary>
    private static AxisScale Widened(Axis axis, double minimum, double maximum)
    {
        if (axis.Logarithmic)
        {
            if (!(maximum > minimum * 1.01))
            {
                (minimum, maximum) = (Math.Max(minimum / 2, 1 / Largest), Math.Min(Math.Max(maximum, minimum) * 2, Largest));
            }
        }
        else
        {
            double magnitude = Math.Max(Math.Abs(minimum), Math.Abs(maximum)), least = Math.Max(1e-9 * magnitude, 1e-280);
            if (!(maximum - minimum > least))
            {
                double room = magnitude > 1e-270 ? 0.05 * magnitude : 1;
                (minimum, maximum) = (Math.Max(minimum - room, -Largest), Math.Min(maximum + room, Largest));
            }
        }

        return new AxisScale(axis, minimum, maximum);
    }

    private static void Check(Axis axis, double? end, string what)
    {
        if (end is not { } value)
        {
            return;
        }

        if (!(Math.Abs(value) <= Largest))
        {
            throw new ArgumentException($"{what}: an axis cannot end at {Text(value)}.", nameof(axis));
        }

        if (axis.Logarithmic && value < 1 / Largest)
        {
            throw new ArgumentException(
                $"{what}: a logarithmic axis shows positive numbers only, it cannot end at {Text(value)}.", nameof(axis));
        }
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
