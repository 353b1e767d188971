using Kaleido.Backends;

namespace Kaleido.Contract;

/// <summary>
/// The elementwise functions from their definitions, in double: series where a difference would cancel, integrals for the error
/// function's family. None shares a formula with a backend.
/// </summary>
public static class TextbookFunctions
{
    /// <summary>function(x) to about 1e-15 of its size.</summary>
    public static double Value(UnaryOperation function, double x, double alpha) => function switch
    {
        UnaryOperation.Exp => Math.Exp(x),
        UnaryOperation.Expm1 => Expm1(x),
        UnaryOperation.Log => Math.Log(x),
        UnaryOperation.Log1p => Log1p(x),
        UnaryOperation.Tanh => Math.Tanh(x),
        UnaryOperation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        UnaryOperation.Softplus => double.IsNaN(x) ? x : x > 0 ? x + Log1p(Math.Exp(-x)) : Log1p(Math.Exp(x)),
        UnaryOperation.Erf => Math.CopySign(2 / Math.Sqrt(Math.PI) * Integral(t => Math.Exp(-t * t), Math.Min(Math.Abs(x), 7)), x),
        UnaryOperation.NormalCdf => NormalCdf(x),
        UnaryOperation.Gelu => double.IsNegativeInfinity(x) ? -0.0 : x * NormalCdf(x),
        UnaryOperation.Elu => x > 0 ? x : alpha * Expm1(x),
        UnaryOperation.Sin => Math.Sin(x),
        UnaryOperation.Cos => Math.Cos(x),
        UnaryOperation.Power => Math.Pow(x, alpha),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private static double Expm1(double x)
    {
        if (!(Math.Abs(x) < 0.5)) return Math.Exp(x) - 1;
        double sum = 0;
        for (int k = 25; k > 1; k--) sum = (sum + 1) * x / k;
        return x * (sum + 1);
    }

    /// <summary>ln(1 + x) = 2 artanh(x/(2 + x)).</summary>
    private static double Log1p(double x)
    {
        if (!(Math.Abs(x) < 0.5)) return Math.Log(1 + x);
        double z = x / (2 + x), sum = 0;
        for (int k = 41; k > 0; k -= 2) sum = 1.0 / k + sum * z * z;
        return 2 * z * sum;
    }

    private static double NormalCdf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 0) return 1 - NormalCdf(-x);
        if (x < -40) return 0;
        // Φ(-t) = φ(t)∫₀^∞ e^(-ts - s²/2) ds: nothing cancels, however far in the tail.
        double t = -x, square = t * t, rest = Math.FusedMultiplyAdd(t, t, -square);
        double density = Math.Exp(-square / 2) * (1 - rest / 2) / Math.Sqrt(2 * Math.PI);
        return density * Integral(s => Math.Exp(-s * (t + s / 2)), Math.Min(9, 45 / Math.Max(t, 1)));
    }

    /// <summary>∫₀^end f: Gauss and Legendre's rule of five points on 200 panels.</summary>
    private static double Integral(Func<double, double> function, double end)
    {
        if (double.IsNaN(end)) return end;
        const int Panels = 200;
        double inner = Math.Sqrt(5 - 2 * Math.Sqrt(10.0 / 7)) / 3, outer = Math.Sqrt(5 + 2 * Math.Sqrt(10.0 / 7)) / 3;
        double heavy = (322 + 13 * Math.Sqrt(70)) / 900, light = (322 - 13 * Math.Sqrt(70)) / 900;
        double half = end / (2 * Panels), sum = 0;
        for (int panel = Panels - 1; panel >= 0; panel--)
        {
            double middle = (2 * panel + 1) * half;
            sum += 128.0 / 225 * function(middle)
                + heavy * (function(middle - inner * half) + function(middle + inner * half))
                + light * (function(middle - outer * half) + function(middle + outer * half));
        }

        return sum * half;
    }
}
