namespace Kaleido.Numerics;

/// <summary>
/// Elementary functions of float32 spans, destination[i] = f(x[i]), within 2 units in the last place of the exact value everywhere,
/// and with the same bits at every vector width, span position and platform. NaN gives NaN.
/// </summary>
/// <remarks>
/// x and destination have one length; destination may be x itself and must not overlap it otherwise: else
/// <see cref="ArgumentException"/>. Nothing is allocated.
/// </remarks>
public static class VectorFunctions
{
    /// <summary>eˣ; overflows to +∞ above 88.72, subnormal below -87.34, 0 below -103.97.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(ExpFunction), x, destination);

    /// <summary>eˣ - 1 without cancellation near 0.</summary>
    public static void Expm1(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(Expm1Function), x, destination);

    /// <summary>ln x; -∞ at ±0, NaN below 0.</summary>
    public static void Log(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(LogFunction), x, destination);

    /// <summary>ln(1 + x) without cancellation near 0; -∞ at -1, NaN below.</summary>
    public static void Log1p(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(Log1pFunction), x, destination);

    /// <summary>tanh x, in [-1, 1], odd to the bit and monotone.</summary>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(TanhFunction), x, destination);

    /// <summary>1 / (1 + e⁻ˣ), in [0, 1].</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(SigmoidFunction), x, destination);

    /// <summary>ln(1 + eˣ).</summary>
    public static void Softplus(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(SoftplusFunction), x, destination);

    /// <summary>The error function 2/√π ∫₀ˣ e^(-t²) dt.</summary>
    public static void Erf(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.RunDouble(default(ErfFunction), x, destination);

    /// <summary>The standard normal distribution function Φ(x) = ½ erfc(-x/√2), accurate far into the lower tail.</summary>
    public static void NormalCdf(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.RunDouble(default(NormalCdfFunction), x, destination);

    /// <summary>GELU x·Φ(x), the exact form; -0 at -∞. Source: D. Hendrycks, K. Gimpel, arXiv 1606.08415.</summary>
    public static void Gelu(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.RunDouble(default(GeluFunction), x, destination);

    /// <summary>ELU: x above 0, else α(eˣ - 1); α is rounded to float32 once. Source: D.-A. Clevert et al., arXiv 1511.07289.</summary>
    public static void Elu(ReadOnlySpan<float> x, double alpha, Span<float> destination) =>
        ElementwiseKernel.Run(new EluFunction(alpha), x, destination);

    /// <summary>sin x, x in radians, any finite x; NaN at ±∞.</summary>
    public static void Sin(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(SinFunction), x, destination);

    /// <summary>cos x, x in radians, any finite x; NaN at ±∞.</summary>
    public static void Cos(ReadOnlySpan<float> x, Span<float> destination) =>
        ElementwiseKernel.Run(default(CosFunction), x, destination);

    /// <summary>
    /// x to the power <paramref name="exponent"/> (kept in double), with C's special cases: anything (also NaN) to the 0 is 1, 1 to
    /// anything is 1, a finite negative x to a non-integer is NaN, ±0 and ±∞ keep their sign for odd integers.
    /// </summary>
    public static void Pow(ReadOnlySpan<float> x, double exponent, Span<float> destination) =>
        ElementwiseKernel.RunDouble(new PowFunction(exponent), x, destination);
}
