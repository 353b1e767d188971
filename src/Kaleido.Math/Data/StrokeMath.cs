using Kaleido.Numerics;

namespace Kaleido.Data;

/// <summary>Sine and cosine for the drawn digits: exactly rounded operations only, so the same bits on every machine.</summary>
internal static class StrokeMath
{
    // π/2 in two parts; the upper one has 33 bits, so its products with small integers are exact.
    private const double UpperHalfPi = 1.5707963267341256, LowerHalfPi = 6.077100506506192e-11;

    /// <summary>sin(x) for |x| ≤ 1000, with an absolute error below 1e-12.</summary>
    public static double Sin(double x) => Quadrant(x, 0);

    /// <summary>cos(x) for |x| ≤ 1000, with an absolute error below 1e-12.</summary>
    public static double Cos(double x) => Quadrant(x, 1);

    private static double Quadrant(double x, int turn)
    {
        double n = Math.Round(x * 0.6366197723675814);
        double r = Math.FusedMultiplyAdd(n, -LowerHalfPi, Math.FusedMultiplyAdd(n, -UpperHalfPi, x));
        int quadrant = ((int)n + turn) & 3;
        double value = (quadrant & 1) == 0 ? SinTaylor(r) : CosTaylor(r);
        return quadrant < 2 ? value : -value;
    }

    // |r| ≤ π/4: the first term left out is below 2e-14.
    private static double SinTaylor(double r)
    {
        double s = r * r;
        double p = Math.FusedMultiplyAdd(s, 1.0 / 6227020800, -1.0 / 39916800);
        p = Math.FusedMultiplyAdd(s, p, 1.0 / 362880);
        p = Math.FusedMultiplyAdd(s, p, -1.0 / 5040);
        p = Math.FusedMultiplyAdd(s, p, 1.0 / 120);
        p = Math.FusedMultiplyAdd(s, p, -1.0 / 6);
        return Math.FusedMultiplyAdd(r * s, p, r);
    }

    private static double CosTaylor(double r)
    {
        double s = r * r;
        double p = Math.FusedMultiplyAdd(s, -1.0 / 87178291200, 1.0 / 479001600);
        p = Math.FusedMultiplyAdd(s, p, -1.0 / 3628800);
        p = Math.FusedMultiplyAdd(s, p, 1.0 / 40320);
        p = Math.FusedMultiplyAdd(s, p, -1.0 / 720);
        p = Math.FusedMultiplyAdd(s, p, 1.0 / 24);
        p = Math.FusedMultiplyAdd(s, p, -0.5);
        return Math.FusedMultiplyAdd(s, p, 1);
    }
}

/// <summary>The random numbers of one writer or one sample: a Philox stream read from its start.</summary>
internal struct StrokeRandom(uint seed, uint stream, ulong step)
{
    private ulong _block;

    /// <summary>Uniform in [0, 1), a multiple of 2⁻³².</summary>
    public double Uniform() => Philox.Block(seed, stream, step, _block++).W0 * (1.0 / 4294967296.0);

    /// <summary>Uniform in [low, high).</summary>
    public double Between(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Nearly normal, mean 0, deviation 1, within ±3.47: the centred sum of four uniform numbers (Irwin-Hall), scaled.</summary>
    public double Normal()
    {
        (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, step, _block++);
        double sum = (double)((ulong)a + b + c + d) * (1.0 / 4294967296.0);
        return (sum - 2.0) * 1.7320508075688772;
    }
}
