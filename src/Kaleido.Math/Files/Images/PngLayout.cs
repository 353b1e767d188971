namespace Kaleido.Files;

/// <summary>PNG's header chunk.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, PngColour Colour, bool Interlaced)
{
    /// <summary>Channels as stored, alpha included.</summary>
    public int StoredChannels => Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>Channels of the picture that results: 1 or 3.</summary>
    public int Channels => Colour is PngColour.Grey or PngColour.GreyAlpha ? 1 : 3;

    public bool HasAlphaChannel => Colour is PngColour.GreyAlpha or PngColour.RgbAlpha;

    /// <summary>The passes: one, or Adam7's seven, with where their first pixel lies and how far their pixels are apart.</summary>
    public ReadOnlySpan<PngPass> Passes => Interlaced ? PngPass.Adam7 : PngPass.Plain;

    /// <summary>The length of all rows of all passes, each with its filter byte.</summary>
    public Int128 RowBytes
    {
        get
        {
            Int128 sum = 0;
            foreach (PngPass pass in Passes)
            {
                int width = pass.Columns(Width), height = pass.Rows(Height);
                sum += width == 0 ? 0 : height * (1 + (Int128)Stride(width));
            }

            return sum;
        }
    }

    /// <summary>Bytes of a row of so many pixels, without its filter byte.</summary>
    public long Stride(int pixels) => (((long)pixels * StoredChannels * Depth) + 7) / 8;
}

/// <summary>PNG's colour types.</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}

/// <summary>Which pixels a pass holds: columns Left, Left + Across, … of rows Top, Top + Down, …</summary>
internal readonly record struct PngPass(int Left, int Top, int Across, int Down)
{
    private static readonly PngPass[] One = [new(0, 0, 1, 1)];

    private static readonly PngPass[] Seven =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    public static ReadOnlySpan<PngPass> Plain => One;

    public static ReadOnlySpan<PngPass> Adam7 => Seven;

    public int Columns(int width) => width <= Left ? 0 : (int)(((long)width - Left + Across - 1) / Across);

    public int Rows(int height) => height <= Top ? 0 : (int)(((long)height - Top + Down - 1) / Down);
}

/// <summary>What the chunks of a PNG file say, and where its compressed rows lie.</summary>
/// <param name="Header">The sizes.</param>
/// <param name="Palette">Red, green, blue of each entry; null without a palette.</param>
/// <param name="Transparency">The contents of tRNS, or null.</param>
/// <param name="DataOffset">Where the first IDAT chunk begins, its length included.</param>
/// <param name="DataLength">The bytes of all IDAT chunks together.</param>
internal sealed record PngLayout(PngHeader Header, byte[]? Palette, byte[]? Transparency, long DataOffset, long DataLength);
