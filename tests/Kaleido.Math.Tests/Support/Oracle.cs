namespace Kaleido.Tests.Support;

/// <summary>Float64 references whose relative error is far below float32's, in forms that do not cancel.</summary>
public static class Oracle
{
    /// <summary>eˣ - 1, by Kahan's correction of the rounded exponential.</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1 || double.IsNaN(x)) return x;
        return u - 1 == -1 || double.IsInfinity(u) ? u - 1 : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>ln(1 + x), by Kahan's correction of the rounded sum.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1 || double.IsPositiveInfinity(u)) return x;
        if (double.IsNegativeInfinity(u)) return double.NaN;
        return u == 0 ? double.NegativeInfinity : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static double Sigmoid(double x) => x < -700 ? Math.Exp(x) : 1 / (1 + Math.Exp(-x));

    /// <summary>ln(1 + eˣ).</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>erf x: the series 2/√π e^(-x²) Σ 2ⁿx^(2n+1)/(2n+1)!!, all of one sign, below 2; 1 - erfc above.</summary>
    public static double Erf(double x) => Math.Abs(x) < 2 ? Series(x) : Math.CopySign(1 - ErfcTail(Math.Abs(x)), x);

    /// <summary>erfc x; below 2 the complement of the series (relative error 10⁻¹³), above the continued fraction.</summary>
    public static double Erfc(double x) => double.IsNaN(x) ? x : x < 2 ? 1 - Erf(x) : ErfcTail(x);

    /// <summary>Φ(x); the argument's rounding by √2 is corrected to first order, since erfc amplifies it by x².</summary>
    public static double NormalCdf(double x)
    {
        if (double.IsNaN(x)) return x;
        double z = -x * Math.Sqrt(0.5);
        if (z < 2 || z > 30) return 0.5 * Erfc(z);
        double lost = Math.FusedMultiplyAdd(z, z, -0.5 * x * x);
        return 0.5 * Erfc(z) * Math.Exp(lost);
    }

    /// <summary>x·Φ(x), with limit 0 at -∞.</summary>
    public static double Gelu(double x) => double.IsNegativeInfinity(x) ? -0.0 : x * NormalCdf(x);

    private static double Series(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum) && n < 200; n++) sum += term *= 2 * x * x / (2 * n + 1);
        return x == 0 ? x : 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>e^(-x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + …)))), from the inside out.</summary>
    private static double ErfcTail(double x)
    {
        if (x > 30) return 0;
        double fraction = x;
        for (int k = 120; k > 0; k--) fraction = x + 0.5 * k / fraction;
        double square = x * x, lost = Math.FusedMultiplyAdd(x, x, -square);
        return Math.Exp(-square) * (1 - lost) / Math.Sqrt(Math.PI) / fraction;
    }
}
