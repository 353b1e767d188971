using Kaleido.Data;

namespace Kaleido.Lab.Beyond;

/// <summary>The embedded digits, drawn at 28 × 28 pixels, at full size or made smaller by the means of squares of pixels.</summary>
internal static class DrawnDigits
{
    private const int Side = 28;

    /// <summary>28 × 28 pixels.</summary>
    public static ImageShape Full { get; } = new(Side, Side, 1);

    /// <summary>14 × 14 pixels.</summary>
    public static ImageShape Half { get; } = new(Side / 2, Side / 2, 1);

    /// <summary>Digits 0 1 2 … in rows, values in [0, 1].</summary>
    public static float[] Rows(ImageShape shape, int samples, uint seed) =>
        Create(samples, seed, Side / shape.Width).Values.ToArray();

    /// <summary>Each picture as the means of squares of side <paramref name="pool"/>, which divides 28.</summary>
    public static Dataset Create(int samples, uint seed, int pool)
    {
        var drawn = EmbeddedDigits.Create(samples, seed);
        int small = Side / pool;
        var values = new float[samples * small * small];
        for (int i = 0; i < samples; i++)
        {
            var row = drawn.Row(i);
            for (int p = 0; p < row.Length; p++)
                values[i * small * small + p / Side / pool * small + p % Side / pool] += row[p] / (pool * pool);
        }

        return Dataset.FromRows(drawn.Name, values, small * small, new(small, small, 1), drawn.Labels!.Value.Span);
    }
}
