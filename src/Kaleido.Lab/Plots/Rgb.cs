namespace Kaleido.Lab.Plots;

/// <summary>A colour of 8 bits per channel in sRGB.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <summary>White.</summary>
    public static Rgb White => new(255, 255, 255);

    /// <summary>Black.</summary>
    public static Rgb Black => default;

    /// <summary>The colour 0xRRGGBB; higher bits are ignored.</summary>
    public static Rgb Of(int code) => new((byte)(code >> 16), (byte)(code >> 8), (byte)code);

    /// <summary>This colour for weight 0, the other for weight 256, channel by channel and rounded in between.</summary>
    /// <param name="other">The colour mixed in.</param>
    /// <param name="weight">0 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is out of range.</exception>
    public Rgb Mix(Rgb other, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, 256);
        return new(Between(Red, other.Red, weight), Between(Green, other.Green, weight), Between(Blue, other.Blue, weight));
    }

    private static byte Between(byte from, byte to, int weight) => (byte)(((from * (256 - weight)) + (to * weight) + 128) >> 8);
}
