namespace Kaleido.Backends.Reference;

/// <summary>
/// The elementwise functions in double, each within a few ulp of double over the whole range, tails included. The processor's float32
/// functions are measured against these; so nothing is shared with them.
/// </summary>
internal static class ReferenceFunctions
{
    private const double TwoByRootPi = 1.1283791670955126;     // 2/√π
    private const double RootHalfPi = 1.2533141373155003;      // √(π/2)
    private const double InverseRootTwoPi = 0.3989422804014327; // 1/√(2π)

    /// <summary>function(x).</summary>
    public static double Unary(double x, UnaryOperation function, double alpha) => function switch
    {
        UnaryOperation.Negate => -x,
        UnaryOperation.Abs => Math.Abs(x),
        UnaryOperation.Sign => x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x,
        UnaryOperation.Sqrt => Math.Sqrt(x),
        UnaryOperation.Exp => Math.Exp(x),
        UnaryOperation.Expm1 => Expm1(x),
        UnaryOperation.Log => Math.Log(x),
        UnaryOperation.Log1p => Log1p(x),
        UnaryOperation.Tanh => Math.Tanh(x),
        UnaryOperation.Sigmoid => Sigmoid(x),
        UnaryOperation.Softplus => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))),
        UnaryOperation.Erf => Erf(x),
        UnaryOperation.NormalCdf => NormalCdf(x),
        UnaryOperation.Gelu => double.IsNegativeInfinity(x) ? -0.0 : x * NormalCdf(x),
        UnaryOperation.Relu => Math.Max(x, 0),
        UnaryOperation.LeakyRelu => x > 0 ? x : alpha * x,
        UnaryOperation.Elu => x > 0 ? x : alpha * Expm1(x),
        UnaryOperation.Sin => Math.Sin(x),
        UnaryOperation.Cos => Math.Cos(x),
        UnaryOperation.Power => Math.Pow(x, alpha),
        UnaryOperation.Identity => x,
        _ => throw new NotSupportedException($"the reference device does not know the function {function}"),
    };

    /// <summary>function(x, y).</summary>
    public static double Binary(double x, double y, BinaryOperation function) => function switch
    {
        BinaryOperation.Add => x + y,
        BinaryOperation.Subtract => x - y,
        BinaryOperation.Multiply => x * y,
        BinaryOperation.Divide => x / y,
        BinaryOperation.Maximum => Math.Max(x, y),
        BinaryOperation.Minimum => Math.Min(x, y),
        BinaryOperation.Less => x < y ? 1 : 0,
        BinaryOperation.LessOrEqual => x <= y ? 1 : 0,
        BinaryOperation.Equal => x == y ? 1 : 0,
        _ => throw new NotSupportedException($"the reference device does not know the function {function}"),
    };

    /// <summary>function(x, y, z).</summary>
    public static double Ternary(double x, double y, double z, TernaryOperation function) => function switch
    {
        TernaryOperation.Select => x != 0 ? y : z,
        TernaryOperation.FusedMultiplyAdd => Math.FusedMultiplyAdd(x, y, z),
        _ => throw new NotSupportedException($"the reference device does not know the function {function}"),
    };

    /// <summary>eˣ - 1, without cancellation: tanh(x/2)·(eˣ + 1) is the same number, and neither factor cancels.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) < 1e-17) return x;
        return Math.Abs(x) < 1 ? Math.Tanh(x / 2) * (Math.Exp(x) + 1) : Math.Exp(x) - 1;
    }

    /// <summary>
    /// ln(1 + x). The rounding of 1 + x is undone by the factor x/((1 + x) - 1), because ln(u)/(u - 1) changes slowly
    /// (W. Kahan; see N. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 1.14.1).
    /// </summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1) return x;
        return double.IsInfinity(u) ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>1/(1 + e⁻ˣ), with the exponential taken where it cannot overflow.</summary>
    public static double Sigmoid(double x)
    {
        if (x >= 0) return 1 / (1 + Math.Exp(-x));
        double e = Math.Exp(x);
        return e / (1 + e);
    }

    /// <summary>erf x: below 1 the series of positive terms, above 1 minus the tail.</summary>
    public static double Erf(double x)
    {
        double magnitude = Math.Abs(x);
        if (!(magnitude >= 1)) return x * TwoByRootPi * OddSeries(2 * x * x) * ExpMinusSquare(x, 1);
        if (magnitude > 6) return Math.CopySign(1, x);
        double tail = ExpMinusSquare(magnitude, 1) * MillsRatio(magnitude * Math.Sqrt(2)) / RootHalfPi;
        return Math.CopySign(1 - tail, x);
    }

    /// <summary>Φ(x): near 0 one half plus the series, in the left tail the density times Mills' ratio.</summary>
    public static double NormalCdf(double x)
    {
        double magnitude = Math.Abs(x);
        if (!(magnitude >= 1)) return 0.5 + x * InverseRootTwoPi * OddSeries(x * x) * ExpMinusSquare(x, 0.5);
        if (magnitude > 40) return x > 0 ? 1 : 0;
        double tail = ExpMinusSquare(magnitude, 0.5) * InverseRootTwoPi * MillsRatio(magnitude);
        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>Σ s^i/(1·3·5…(2i+1)): times t·φ(t), with s = t², it is Φ(t) - 1/2 (M. Abramowitz, I. Stegun, 26.2.11).</summary>
    private static double OddSeries(double s)
    {
        double sum = 1, term = 1;
        for (int i = 3; i < 100 && term > 1e-19; i += 2) sum += term *= s / i;
        return sum;
    }

    /// <summary>(1 - Φ(t))/φ(t) = 1/(t + 1/(t + 2/(t + 3/(t + …)))) for t ≥ 1, from the far end (Abramowitz, Stegun, 26.2.14).</summary>
    /// <remarks>The error falls like e^(-2t√(2·levels)): below 1e-17 with the levels taken.</remarks>
    private static double MillsRatio(double t)
    {
        int levels = 30 + (int)(250 / (t * t));
        double denominator = t;
        for (int i = levels; i > 0; i--) denominator = t + i / denominator;
        return 1 / denominator;
    }

    /// <summary>e^(-factor·x²), with the rounding error of x² put back, which the exponential would magnify.</summary>
    private static double ExpMinusSquare(double x, double factor)
    {
        double square = x * x, rest = Math.FusedMultiplyAdd(x, x, -square);
        return Math.Exp(-factor * square) * (1 - factor * rest);
    }
}
