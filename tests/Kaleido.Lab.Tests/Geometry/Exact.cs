using System.Numerics;

namespace Kaleido.Lab.Tests.Geometry;

/// <summary>A rational number without rounding, to check float64 against.</summary>
internal readonly struct Exact : IComparable<Exact>
{
    private readonly BigInteger _numerator, _denominator;

    public Exact(BigInteger numerator, BigInteger denominator) =>
        (_numerator, _denominator) = denominator.Sign < 0 ? (-numerator, -denominator) : (numerator, denominator);

    // A float64 number is mantissa · 2^exponent.
    public static Exact Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52 & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent = 1;
        else mantissa |= 1L << 52;
        exponent -= 1075;
        BigInteger signed = bits < 0 ? -mantissa : mantissa;
        return exponent >= 0 ? new(signed << exponent, 1) : new(signed, BigInteger.One << -exponent);
    }

    public static Exact operator +(Exact x, Exact y) =>
        new(x._numerator * y._denominator + y._numerator * x._denominator, x._denominator * y._denominator);

    public static Exact operator -(Exact x, Exact y) => x + new Exact(-y._numerator, y._denominator);

    public static Exact operator *(Exact x, Exact y) => new(x._numerator * y._numerator, x._denominator * y._denominator);

    public static Exact operator /(Exact x, Exact y) => new(x._numerator * y._denominator, x._denominator * y._numerator);

    public int CompareTo(Exact other) => (_numerator * other._denominator).CompareTo(other._numerator * _denominator);

    public bool IsAtMost(double bound) =>
        double.IsPositiveInfinity(bound) || (!double.IsNegativeInfinity(bound) && CompareTo(Of(bound)) <= 0);

    public bool IsAtLeast(double bound) =>
        double.IsNegativeInfinity(bound) || (!double.IsPositiveInfinity(bound) && CompareTo(Of(bound)) >= 0);

    /// <summary>
    /// eˣ within a relative 2⁻²⁰⁰: (Taylor's sum of x/2¹²) squared twelve times, in fixed point with 320 bits after it. |x| ≤ 700.
    /// </summary>
    public static Exact Exp(double value)
    {
        const int Bits = 320, Halvings = 12, Guard = 1100;
        var x = Of(Math.Abs(value));
        BigInteger one = BigInteger.One << Bits, small = (x._numerator << Bits - Halvings) / x._denominator;
        BigInteger sum = one, term = one;
        for (int k = 1; !term.IsZero; k++)
        {
            term = (term * small >> Bits) / k;
            sum += term;
        }

        for (int i = 0; i < Halvings; i++) sum = sum * sum >> Bits;
        // A negative argument gives the reciprocal; the guard bits keep its leading digits.
        return value >= 0 ? new(sum, one) : new((one << Bits + Guard) / sum, one << Guard);
    }
}
