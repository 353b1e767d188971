namespace Kaleido.Numerics;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>
    /// Two independent standard normal numbers from two random words: u₁ = (⌊w₁/256⌋ + 1)·2⁻²⁴ in (0, 1], u₂ = ⌊w₂/256⌋·2⁻²⁴,
    /// r = √(-2 ln u₁), giving (r cos 2πu₂, r sin 2πu₂). |z| ≤ 5.77.
    /// </summary>
    /// <remarks>Source: G. Box, M. Muller, Annals of Mathematical Statistics 29 (1958). In double, the same bits everywhere.</remarks>
    public static (double First, double Second) BoxMuller(uint word1, uint word2)
    {
        double u1 = ((word1 >> 8) + 1) * (1 / 16777216.0), u2 = (word2 >> 8) * (1 / 16777216.0);
        double radius = Math.Sqrt(-2 * Elementary.Log(u1));
        var (sine, cosine) = Elementary.SinCosTurns(u2);
        return (radius * cosine, radius * sine);
    }
}
