namespace Kaleido.Numerics;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>
    /// Two independent standard normal numbers from two random words: u₁ = (⌊w₁/256⌋ + 1)·2⁻²⁴ in (0, 1], u₂ = ⌊w₂/256⌋·2⁻²⁴,
    /// r = √(-2 ln u₁), giving (r cos 2πu₂, r sin 2πu₂). |z| ≤ 5.77.
    /// </summary>
    /// <remarks>
    /// Source: G. Box, M. Muller, Annals of Mathematical Statistics 29 (1958). In double with a relative error below 2⁻³⁹, the same bits
    /// everywhere.
    /// </remarks>
    public static (double First, double Second) BoxMuller(uint word1, uint word2)
    {
        var (first, second) = PhiloxLanes.BoxMuller(DoubleScalar.CreateBits(word1), DoubleScalar.CreateBits(word2));
        return (first.Value, second.Value);
    }
}
