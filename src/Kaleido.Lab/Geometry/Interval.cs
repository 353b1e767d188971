using System.Globalization;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// A closed interval [Low, High] of real numbers with float64 ends. Every operation's result holds the exact result for all real numbers in
/// its operands: ends are computed in float64 and moved outward by one unit in the last place, after a library function by two
/// (R. Moore, Interval Analysis, 1966; the widening stands in for directed rounding, which .NET has not).
/// </summary>
/// <remarks>
/// One unit is enough for +, -, *, / and √, which IEEE 754 rounds to the nearest number: the exact value lies between the two neighbours of
/// the rounded one, also where that is infinite, zero or subnormal. Two are enough for exp, whose implementations err by less than one
/// unit. An end may be infinite (unbounded on that side); in products 0·∞ counts as 0, so the rule holds for all finite numbers. Never NaN.
/// </remarks>
public readonly struct Interval : IEquatable<Interval>
{
    /// <summary>The interval of both ends.</summary>
    /// <param name="low">The lower end, below +∞.</param>
    /// <param name="high">The upper end, above -∞ and not below <paramref name="low"/>.</param>
    /// <exception cref="ArgumentException">The ends make no interval, or one is NaN.</exception>
    public Interval(double low, double high)
    {
        if (!(low <= high) || double.IsPositiveInfinity(low) || double.IsNegativeInfinity(high))
            throw new ArgumentException(FormattableString.Invariant($"Interval: [{low}, {high}] is no interval"));
        (Low, High) = (low, high);
    }

    /// <summary>The interval that holds one number.</summary>
    /// <exception cref="ArgumentException">It is not finite.</exception>
    public Interval(double value) : this(value, value)
    {
    }

    /// <summary>The lower end.</summary>
    public double Low { get; }

    /// <summary>The upper end.</summary>
    public double High { get; }

    /// <summary>An upper bound of High - Low; +∞ for an unbounded interval.</summary>
    public double Width => Up(High - Low);

    /// <summary>A number in the interval, near the middle; finite.</summary>
    public double Midpoint =>
        Math.Clamp(
            Math.Clamp(Low, -double.MaxValue, double.MaxValue) / 2 + Math.Clamp(High, -double.MaxValue, double.MaxValue) / 2, Low, High);

    /// <summary>The magnitude max |x| over the interval.</summary>
    public double Magnitude => Math.Max(Math.Abs(Low), Math.Abs(High));

    /// <summary>The mignitude min |x| over the interval; 0 where it holds 0.</summary>
    public double Mignitude => Low > 0 ? Low : High < 0 ? -High : 0;

    /// <summary>A number as the interval that holds it alone.</summary>
    /// <exception cref="ArgumentException">It is not finite.</exception>
    public static implicit operator Interval(double value) => FromDouble(value);

    /// <summary>A number as the interval that holds it alone.</summary>
    /// <exception cref="ArgumentException">It is not finite.</exception>
    public static Interval FromDouble(double value) => new(value, value);

    /// <summary>[middle - radius, middle + radius], widened outward.</summary>
    /// <param name="middle">The centre, finite.</param>
    /// <param name="radius">Half the width, at least 0.</param>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public static Interval Around(double middle, double radius) =>
        radius >= 0 ? new(Down(middle - radius), Up(middle
            + radius)) : throw new ArgumentException($"Interval: radius {radius} is below 0");

    /// <summary>Whether the number lies in it, ends included.</summary>
    public bool Contains(double value) => Low <= value && value <= High;

    /// <summary>Whether all of another interval lies in it.</summary>
    public bool Contains(Interval other) => Low <= other.Low && other.High <= High;

    /// <summary>The numbers in both, or null where there are none; exact.</summary>
    public Interval? Intersect(Interval other)
    {
        var (low, high) = (Math.Max(Low, other.Low), Math.Min(High, other.High));
        return low <= high ? new(low, high) : null;
    }

    /// <summary>The least interval that holds both; exact.</summary>
    public Interval Hull(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>{|x|}; exact.</summary>
    public Interval Abs() => new(Mignitude, Magnitude);

    /// <summary>{max(x, y)}: with 0 this is a rectified linear unit; exact.</summary>
    public Interval Max(Interval other) => new(Math.Max(Low, other.Low), Math.Max(High, other.High));

    /// <summary>{x²}: tighter than x·x, as both factors are one number.</summary>
    public Interval Square()
    {
        var (least, most) = (Mignitude, Magnitude);
        return new(Math.Max(0, Down(least * least)), Up(most * most));
    }

    /// <summary>{√x} over the part of the interval from 0 on.</summary>
    /// <exception cref="ArgumentException">All of it lies below 0.</exception>
    public Interval Sqrt() => High >= 0
        ? new(Low > 0 ? Math.Max(0, Down(Math.Sqrt(Low))) : 0, Up(Math.Sqrt(High)))
        : throw new ArgumentException($"Interval.Sqrt: {this} lies below 0");

    /// <summary>{eˣ}, cut off at 0.</summary>
    public Interval Exp() => new(Math.Max(0, Down(Down(Math.Exp(Low)))), Up(Up(Math.Exp(High))));

    /// <summary>{1/(1+e⁻ˣ)}: monotone, so each end comes from its own end; within [0, 1].</summary>
    public Interval Sigmoid()
    {
        return new(Math.Max(0, At(Low, 0).Low), Math.Min(1, At(High, 1).High));

        static Interval At(double x, double limit) => double.IsInfinity(x) ? new(limit) : new Interval(1) / (1 + new Interval(-x).Exp());
    }

    /// <summary>{tanh x}, (1 - e⁻²ˣ)/(1 + e⁻²ˣ) for x ≥ 0 and odd: monotone, so each end comes from its own end; within [-1, 1].</summary>
    public Interval Tanh()
    {
        return new(Math.Max(-1, At(Low).Low), Math.Min(1, At(High).High));

        static Interval At(double x)
        {
            if (x < 0) return -At(-x);
            if (double.IsInfinity(x)) return new(1);
            var e = (-2 * new Interval(x)).Exp();
            return (1 - e) / (1 + e);
        }
    }

    /// <summary>{-x}; exact.</summary>
    public static Interval operator -(Interval x) => new(-x.High, -x.Low);

    /// <summary>{x + y}.</summary>
    public static Interval operator +(Interval x, Interval y) => new(Down(x.Low + y.Low), Up(x.High + y.High));

    /// <summary>{x - y}.</summary>
    public static Interval operator -(Interval x, Interval y) => new(Down(x.Low - y.High), Up(x.High - y.Low));

    /// <summary>{x · y}.</summary>
    public static Interval operator *(Interval x, Interval y)
    {
        double a = Product(x.Low, y.Low), b = Product(x.Low, y.High), c = Product(x.High, y.Low), d = Product(x.High, y.High);
        return new(Down(Math.Min(Math.Min(a, b), Math.Min(c, d))), Up(Math.Max(Math.Max(a, b), Math.Max(c, d))));
    }

    /// <summary>{x / y}.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="y"/> holds 0.</exception>
    public static Interval operator /(Interval x, Interval y)
    {
        if (y.Contains(0)) throw new DivideByZeroException($"Interval: the divisor {y} holds 0");
        // x · [1/y.High, 1/y.Low] would be rounded twice; the four quotients are rounded once.
        double a = Quotient(x.Low, y.Low), b = Quotient(x.Low, y.High), c = Quotient(x.High, y.Low), d = Quotient(x.High, y.High);
        return new(Down(Math.Min(Math.Min(a, b), Math.Min(c, d))), Up(Math.Max(Math.Max(a, b), Math.Max(c, d))));
    }

    /// <summary>Whether both ends are equal.</summary>
    public static bool operator ==(Interval x, Interval y) => x.Equals(y);

    /// <summary>Whether an end differs.</summary>
    public static bool operator !=(Interval x, Interval y) => !x.Equals(y);

    /// <summary>The next float64 number towards -∞: below the exact value that was rounded to <paramref name="value"/>.</summary>
    public static double Down(double value) => Math.BitDecrement(value);

    /// <summary>The next float64 number towards +∞: above the exact value that was rounded to <paramref name="value"/>.</summary>
    public static double Up(double value) => Math.BitIncrement(value);

    /// <inheritdoc/>
    public bool Equals(Interval other) => Low.Equals(other.Low) && High.Equals(other.High);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Interval other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Low, High);

    /// <summary>"[low, high]" with all digits, in the invariant culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Low:R}, {High:R}]");

    private static double Product(double x, double y) => x == 0 || y == 0 ? 0 : x * y;

    // ∞/∞: every finite quotient lies beside it, and 0 is the limit that makes the hull of the four quotients hold them all.
    private static double Quotient(double x, double y) => double.IsInfinity(y) ? 0 : x / y;
}
