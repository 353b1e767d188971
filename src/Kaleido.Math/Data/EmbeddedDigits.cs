namespace Kaleido.Data;

/// <summary>Handwritten-looking digits that the program draws by itself, in the manner of MNIST.</summary>
public static class EmbeddedDigits
{
    /// <summary>Draws 28 × 28 grey digits in [0, 1], multiples of 1/255; sample i has the label i mod 10.</summary>
    /// <param name="samples">How many, at least 1.</param>
    /// <param name="seed">Sample i is a function of (seed, i) alone, with the same bits on every machine.</param>
    public static Dataset Create(int samples, uint seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        throw new NotImplementedException($"Seed {seed}.");
    }
}
