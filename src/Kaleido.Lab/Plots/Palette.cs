namespace Kaleido.Lab.Plots;

/// <summary>Colours for categories.</summary>
public static class Palette
{
    private static readonly Rgb[] Hues =
    [
        Rgb.Of(0x0072B2), Rgb.Of(0xD55E00), Rgb.Of(0x009E73), Rgb.Of(0xCC79A7),
        Rgb.Of(0xE69F00), Rgb.Of(0x56B4E9), Rgb.Of(0x000000), Rgb.Of(0xF0E442),
    ];

    /// <summary>
    /// Eight colours that survive colour blindness: blue, vermilion, green, purple, orange, sky blue, black, yellow. Source:
    /// M. Okabe and K. Ito, "Color Universal Design", 2002. The order is ours: dark ones, good on white, come first.
    /// </summary>
    public static IReadOnlyList<Rgb> OkabeIto => Hues;

    /// <summary>The colour of a series by its number; after eight they begin again.</summary>
    public static Rgb Series(int index) => Hues[Wrap(index, Hues.Length)];

    /// <summary>
    /// The colour of an area by its class: the eight hues mixed with white, then plain, then mixed with black, 24 in all; a class
    /// below 0 is grey.
    /// </summary>
    public static Rgb Area(int index)
    {
        if (index < 0)
        {
            return Rgb.Of(0xD9D9D9);
        }

        // Black is of no use as a mixture with white beside the grey of "no class": the areas take a warm dark grey for it.
        Rgb hue = index % Hues.Length == 6 ? Rgb.Of(0x7A6F66) : Hues[index % Hues.Length];
        return (index / Hues.Length % 3) switch { 0 => hue.Mix(Rgb.White, 112), 1 => hue, _ => hue.Mix(Rgb.Black, 112) };
    }

    private static int Wrap(int index, int count) => ((index % count) + count) % count;
}
