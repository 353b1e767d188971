namespace Kaleido.Data;

/// <summary>Handwritten-looking digits that the program draws by itself, in the manner of MNIST.</summary>
/// <remarks>
/// Ten samples in a row are by one writer, who has a way to write each digit, a slant, a width and a pen. Patterns of points are
/// displaced, joined by Catmull-Rom curves (E. Catmull, R. Rom, 1974), fitted into 20 × 20 pixels, drawn with a soft round pen and
/// centred by their mass in 28 × 28. Only exactly rounded operations are used, so the bits are the same on every machine.
/// </remarks>
public static class EmbeddedDigits
{
    private const uint WriterStream = 0x44494701, SampleStream = 0x44494702;
    /// <summary>Draws 28 × 28 grey digits in [0, 1], multiples of 1/255; sample i has the label i mod 10 and the writer i div 10.</summary>
    /// <param name="samples">How many, at least 1.</param>
    /// <param name="seed">Sample i is a function of (seed, i) alone, whatever the number of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one sample, or more than one array can hold.</exception>
    public static Dataset Create(int samples, uint seed)
    {
        const int Features = DigitRaster.Side * DigitRaster.Side;
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Array.MaxLength / Features);
        var values = new float[samples * Features];
        var labels = new int[samples];
        var pen = new DigitPen();
        for (int i = 0; i < samples; i++)
        {
            labels[i] = i % 10;
            Draw(seed, i, pen, values.AsSpan(i * Features, Features));
        }

        return Dataset.Own($"embedded digits, seed {seed}", values, Features, new(DigitRaster.Side, DigitRaster.Side, 1), labels);
    }

    private static void Draw(uint seed, int index, DigitPen pen, Span<float> picture)
    {
        var writer = new StrokeRandom(seed, WriterStream, (ulong)(index / 10));
        var sample = new StrokeRandom(seed, SampleStream, (ulong)index);
        DigitStrokes.Style style = DigitStrokes.Choose(index % 10, sample.Uniform());
        var hand = new DigitHand(ref writer, ref sample);
        pen.Draw(style, in hand, ref sample, picture);
    }
}
