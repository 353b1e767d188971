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
    public static float[] Rows(ImageShape shape, int samples, uint seed) =>
        PooledDigits.Create(samples, seed, PooledDigits.Side / shape.Width).Values.ToArray();
}
