namespace Kaleido.Data;

/// <summary>
/// The shape of a picture whose pixels are one row of a data set: feature = (channel · Height + y) · Width + x, so channels are
/// whole planes (grey: 1; red, green, blue: 3), rows run from the top, columns from the left.
/// </summary>
/// <param name="Width">Pixels in a row, at least 1.</param>
/// <param name="Height">Rows of pixels, at least 1.</param>
/// <param name="Channels">Planes, at least 1.</param>
public readonly record struct ImageShape(int Width, int Height, int Channels)
{
    /// <summary>Width · Height · Channels.</summary>
    /// <exception cref="OverflowException">The product exceeds the range of an int.</exception>
    public int Features => checked(Width * Height * Channels);

    /// <summary>Whether every size is at least 1 and their product is <paramref name="features"/>.</summary>
    internal bool Holds(int features) =>
        Width >= 1 && Height >= 1 && Channels >= 1 && (Int128)Width * Height * Channels == features;
}
