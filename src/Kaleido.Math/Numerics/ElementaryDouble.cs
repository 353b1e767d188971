namespace Kaleido.Numerics;

public static partial class Elementary
{
    // ln 2 in two parts; the first has 33 bits, so its product with an exponent is exact.
    private const double Ln2Head = 0.6931471804855391, Ln2Rest = 7.440617110012397e-11;

    // π/2 in three parts of 53 bits.
    private const double HalfPi1 = 1.5707963267948966, HalfPi2 = 6.123233995736766e-17, HalfPi3 = -1.4973849048591698e-33;

    /// <summary>eˣ in double, within 1 unit in the last place (2 where the result is subnormal); ±∞ and NaN as expected.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.782712893384) return double.PositiveInfinity;
        if (x < -745.2) return 0;
        double n = Math.Round(x * 1.4426950408889634);
        double high = x - n * Ln2Head, low = n * Ln2Rest;
        double r = high - low, rest = high - r - low;
        double q = 1.608662795678037e-10;
        q = Fma(q, r, 2.0918137737642736e-09);
        q = Fma(q, r, 2.505207109429355e-08);
        q = Fma(q, r, 2.75572632790885e-07);
        q = Fma(q, r, 2.755731924721873e-06);
        q = Fma(q, r, 2.4801587336442236e-05);
        q = Fma(q, r, 0.00019841269841263298);
        q = Fma(q, r, 0.0013888888888879073);
        q = Fma(q, r, 0.008333333333333333);
        q = Fma(q, r, 0.04166666666666668);
        q = Fma(q, r, 0.16666666666666666);
        q = Fma(q, r, 0.5);
        return Math.ScaleB(1 + (r + Fma(r * r, q, rest)), (int)n);
    }

    /// <summary>ln x in double, within 1 unit in the last place; -∞ at ±0, NaN below 0.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        int exponent = 0;
        if (x < 2.2250738585072014e-308) (x, exponent) = (x * 18014398509481984.0, -54);
        long bits = BitConverter.DoubleToInt64Bits(x);
        int shift = (int)((bits + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)) >> 52) - 1023;
        double f = BitConverter.Int64BitsToDouble(bits - ((long)shift << 52)) - 1, k = exponent + shift;
        double s = f / (2 + f), u = s * s;
        double p = 0.05529505582119933;
        p = Fma(p, u, 0.052079700526563695);
        p = Fma(p, u, 0.05884563582301128);
        p = Fma(p, u, 0.06666611994692123);
        p = Fma(p, u, 0.07692308558355121);
        p = Fma(p, u, 0.09090909082113946);
        p = Fma(p, u, 0.1111111111116673);
        p = Fma(p, u, 0.1428571428571408);
        p = Fma(p, u, 0.2);
        p = Fma(p, u, 0.3333333333333333);
        // 2 artanh s = f - (f²/2 - s(f²/2 + 2u·p)), which keeps the leading term exact.
        double half = 0.5 * f * f;
        return k * Ln2Head + (f - (half - Fma(s, half + 2 * u * p, k * Ln2Rest)));
    }

    /// <summary>
    /// sin x in double, x in radians, within 1 unit in the last place for |x| ≤ 2³⁰; larger or infinite arguments give NaN.
    /// </summary>
    public static double Sin(double x) => SinCos(x).Sin;

    /// <summary>
    /// cos x in double, x in radians, within 1 unit in the last place for |x| ≤ 2³⁰; larger or infinite arguments give NaN.
    /// </summary>
    public static double Cos(double x) => SinCos(x).Cos;

    /// <summary>Sine and cosine of x at once; range and accuracy as <see cref="Sin(double)"/>.</summary>
    public static (double Sin, double Cos) SinCos(double x)
    {
        if (!(Math.Abs(x) <= 1 << 30)) return (double.NaN, double.NaN);
        double n = Math.Round(x * (2 / Math.PI));
        // x - n·HalfPi1 is exact: a multiple of 2⁻⁵² below 1. The second part is taken off with its rounding error kept.
        double first = Fma(-n, HalfPi1, x), second = n * HalfPi2;
        double r = first - second;
        double rest = first - r - second - Fma(n, HalfPi3, Fma(n, HalfPi2, -second));
        return Turn((long)n, r, rest);
    }

    /// <summary>
    /// Sine and cosine of 2π·turns in double, within 2 units in the last place; exact at multiples of a quarter. For |turns| ≤ 2⁵⁰,
    /// else NaN.
    /// </summary>
    public static (double Sin, double Cos) SinCosTurns(double turns)
    {
        if (!(Math.Abs(turns) <= 1L << 50)) return (double.NaN, double.NaN);
        double n = Math.Round(4 * turns), t = Fma(n, -0.25, turns);
        double r = t * (4 * HalfPi1), rest = Fma(t, 4 * HalfPi1, -r) + t * (4 * HalfPi2);
        return Turn((long)n, r, rest);
    }

    /// <summary>
    /// x to an integer power by squaring: bits of |n| from the lowest, result·base before base·base; a negative power is the reciprocal.
    /// x⁰ = 1. The relative error is at most about 2|n|·2⁻⁵³.
    /// </summary>
    public static double Pow(double x, long n)
    {
        double result = 1;
        for (ulong bits = (ulong)Int128.Abs(n); bits != 0; bits >>= 1)
        {
            if ((bits & 1) != 0) result *= x;
            x *= x;
        }

        return n < 0 ? 1 / result : result;
    }

    /// <summary>
    /// x to the power y in double, special cases as in C: y an integer up to 2³¹ goes through <see cref="Pow(double, long)"/>; otherwise
    /// e^(y·ln x), whose relative error is about (1 + |y ln x|)·2⁻⁵³.
    /// </summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1) return 1;
        if (double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
        if (Math.Abs(y) <= int.MaxValue && Math.Floor(y) == y) return Pow(x, (long)y);
        double magnitude = Math.Abs(x);
        if (magnitude == 1 && double.IsInfinity(y)) return 1;
        bool integer = double.IsInfinity(y) || Math.Floor(y) == y;
        if (x < 0 && !integer && !double.IsInfinity(x)) return double.NaN;
        double value = Exp(y * Log(magnitude));
        return double.IsOddInteger(y) ? Math.CopySign(value, x) : value;
    }

    /// <summary>Sine and cosine of n·π/2 + r + rest, |r| ≤ π/4, rest below r's last place.</summary>
    private static (double Sin, double Cos) Turn(long n, double r, double rest)
    {
        double u = r * r;
        double s = -7.586685070091267e-13;
        s = Fma(s, u, 1.605853141458901e-10);
        s = Fma(s, u, -2.5052106231157904e-08);
        s = Fma(s, u, 2.7557319219335453e-06);
        s = Fma(s, u, -0.0001984126984126506);
        s = Fma(s, u, 0.008333333333333331);
        s = Fma(s, u, -0.16666666666666666);
        double sine = r + Fma(u * r, s, rest * (1 - 0.5 * u));
        double c = -1.1367978191553177e-11;
        c = Fma(c, u, 2.0875886390883725e-09);
        c = Fma(c, u, -2.755731556415141e-07);
        c = Fma(c, u, 2.480158729368715e-05);
        c = Fma(c, u, -0.0013888888888880767);
        c = Fma(c, u, 0.04166666666666664);
        // 1 - u/2 with its rounding error.
        double w = 1 - 0.5 * u;
        double cosine = w + (1 - w - 0.5 * u + Fma(u * u, c, -r * rest));
        return (n & 3) switch { 0 => (sine, cosine), 1 => (cosine, -sine), 2 => (-sine, -cosine), _ => (-cosine, sine) };
    }

    private static double Fma(double a, double b, double c) =>
        SoftwareFusedMultiplyAdd.IsNeeded ? SoftwareFusedMultiplyAdd.Double(a, b, c) : Math.FusedMultiplyAdd(a, b, c);
}
