namespace Kaleido.Lab.Plots;

/// <summary>A row of colours from 0 to 1.</summary>
/// <remarks>Between anchors at equal distances the sRGB values are interpolated linearly and rounded; there are 256 colours.</remarks>
public sealed class ColourMap
{
    private readonly Rgb[] _colours = new Rgb[256];

    private ColourMap(string name, bool diverging, params ReadOnlySpan<int> anchors)
    {
        (Name, IsDiverging) = (name, diverging);
        for (int i = 0; i < 256; i++)
        {
            int at = i * (anchors.Length - 1) * 256 / 255, piece = Math.Min(at >> 8, anchors.Length - 2);
            _colours[i] = Rgb.Of(anchors[piece]).Mix(Rgb.Of(anchors[piece + 1]), at - (piece << 8));
        }
    }

    /// <summary>
    /// Viridis: dark blue to yellow, perceptually uniform, ascending in lightness, readable with any colour blindness and in grey.
    /// Source: S. van der Walt and N. Smith for matplotlib, 2015 (CC0); ten equidistant anchors.
    /// </summary>
    public static ColourMap Viridis { get; } = new("viridis", diverging: false,
        0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725);

    /// <summary>
    /// Blue over near white to brown, for numbers about a middle. Anchors computed in CIELAB (D65): lightness 96 − 64·|t|, hue 265° for
    /// t &lt; 0 and 50° for t &gt; 0, chroma 52·(1 − (1 − |t|)²) or the most that sRGB holds. Blue against brown is
    /// told apart with any colour blindness.
    /// </summary>
    public static ColourMap BlueBrown { get; } = new("blue-brown", diverging: true,
        0x044F7C, 0x066FAB, 0x3190D6, 0x7BB1E8, 0xB8D2F2, 0xF3F3F3, 0xF0C7B5, 0xE09D7F, 0xC67651, 0xA7522B, 0x833109);

    /// <summary>White to black, linear in sRGB, nearly uniform.</summary>
    public static ColourMap Grey { get; } = new("grey", diverging: false, 0xFFFFFF, 0x000000);

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Whether its middle stands for a middle of the data.</summary>
    public bool IsDiverging { get; }

    /// <summary>The colour at a part of the way; below 0 the first, above 1 the last.</summary>
    /// <exception cref="ArgumentException">The part is NaN.</exception>
    public Rgb At(double part)
    {
        if (double.IsNaN(part))
        {
            throw new ArgumentException("A colour map has no colour for NaN.", nameof(part));
        }

        // Rounded coarsely first: the last bits of a logarithm must not choose the colour.
        return _colours[(int)Math.Round(Math.Round(255 * Math.Clamp(part, 0, 1) * 4096) / 4096)];
    }
}
