using Kaleido.Data;

namespace Kaleido.Lab.Beyond;

/// <summary>The embedded digits at full size, or halved by the mean of each 2 × 2 pixels, which is area resampling by two.</summary>
internal static class DrawnDigits
{
    /// <summary>28 × 28 pixels.</summary>
    public static ImageShape Full { get; } = new(28, 28, 1);

    /// <summary>14 × 14 pixels.</summary>
    public static ImageShape Half { get; } = new(14, 14, 1);

    /// <summary>Digits 0 1 2 … in rows, values in [0, 1].</summary>
    public static float[] Rows(ImageShape shape, int samples, uint seed)
    {
        float[] rows = EmbeddedDigits.Create(samples, seed).Values.ToArray();
        if (shape.Width == 28) return rows;
        var halved = new float[samples * 196];
        for (int i = 0; i < halved.Length; i++)
        {
            int at = i / 196 * 784 + i % 196 / 14 * 56 + i % 14 * 2;
            halved[i] = (rows[at] + rows[at + 1] + rows[at + 28] + rows[at + 29]) / 4;
        }

        return halved;
    }
}
