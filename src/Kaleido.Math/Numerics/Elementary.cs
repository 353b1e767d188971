namespace Kaleido.Numerics;

/// <summary>
/// Elementary functions of one number, made of exactly rounded operations only: the same bits on every platform. The float32 ones have
/// the bits of <see cref="VectorFunctions"/> (within 2 units in the last place); the float64 ones are in the second part.
/// </summary>
public static partial class Elementary
{
    /// <summary>eˣ.</summary>
    public static float Exp(float x) => Apply(default(ExpFunction), x);

    /// <summary>eˣ - 1.</summary>
    public static float Expm1(float x) => Apply(default(Expm1Function), x);

    /// <summary>ln x.</summary>
    public static float Log(float x) => Apply(default(LogFunction), x);

    /// <summary>ln(1 + x).</summary>
    public static float Log1p(float x) => Apply(default(Log1pFunction), x);

    /// <summary>tanh x.</summary>
    public static float Tanh(float x) => Apply(default(TanhFunction), x);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static float Sigmoid(float x) => Apply(default(SigmoidFunction), x);

    /// <summary>ln(1 + eˣ).</summary>
    public static float Softplus(float x) => Apply(default(SoftplusFunction), x);

    /// <summary>The error function.</summary>
    public static float Erf(float x) => Rounded(default(ErfFunction), x);

    /// <summary>The standard normal distribution function Φ(x).</summary>
    public static float NormalCdf(float x) => Rounded(default(NormalCdfFunction), x);

    /// <summary>x·Φ(x).</summary>
    public static float Gelu(float x) => Rounded(default(GeluFunction), x);

    /// <summary>x above 0, else α(eˣ - 1); α is rounded to float32 once.</summary>
    public static float Elu(float x, double alpha) => Apply(new EluFunction(alpha), x);

    /// <summary>sin x, x in radians.</summary>
    public static float Sin(float x) => Apply(default(SinFunction), x);

    /// <summary>cos x, x in radians.</summary>
    public static float Cos(float x) => Apply(default(CosFunction), x);

    /// <summary>x to the power exponent, special cases as in C.</summary>
    public static float Pow(float x, double exponent) => Rounded(new PowFunction(exponent), x);

    private static float Apply<TFunction>(TFunction function, float x) where TFunction : struct, IFloatFunction =>
        function.Apply(new FloatScalar(x)).Value;

    private static float Rounded<TFunction>(TFunction function, float x) where TFunction : struct, IDoubleFunction =>
        (float)function.Apply(new DoubleScalar(x)).Value;
}
