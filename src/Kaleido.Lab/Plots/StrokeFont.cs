using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Plots;

/// <summary>Where a text stands in relation to its point, in reading direction.</summary>
public enum TextAlignment
{
    /// <summary>It starts there.</summary>
    Start,

    /// <summary>Its middle is there.</summary>
    Middle,

    /// <summary>It ends there.</summary>
    End,
}

/// <summary>
/// An antialiased font of our own for plots: proportional strokes; printable ASCII, small Greek letters, Δ Σ Π Ω, raised and lowered
/// digits, ⁻ ⁺ ° ± · × − – … → ← ≤ ≥ ≈ ∞ √ ∇ ∂ ‖. Any other character is drawn as an upright box.
/// </summary>
/// <remarks>
/// Sizes are heights of capitals in whole pixels. The heights of capitals, small letters and tails and every step from letter to letter
/// are rounded to whole pixels, so that stems and bars are as sharp as the grid allows. The same text gives the same bytes everywhere.
/// </remarks>
public static class StrokeFont
{
    /// <summary>Whether the font has a character; one that it lacks is drawn as a box.</summary>
    public static bool Has(char character) => StrokeGlyphs.Has(character);

    /// <summary>The width of a text in whole pixels, 0 for no text.</summary>
    /// <param name="text">One line.</param>
    /// <param name="size">The height of capitals in pixels, at least 4.</param>
    public static int Width(string text, int size)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 4);
        int width = 0;
        foreach (char character in text)
        {
            width += Step(StrokeGlyphs.Of(character), size);
        }

        return Math.Max(0, width - (text.Length == 0 ? 0 : (int)Math.Round(0.12 * size)));
    }

    /// <summary>Draws a text; what falls outside the picture is left out.</summary>
    /// <param name="picture">Where to draw; it has three channels.</param>
    /// <param name="text">One line.</param>
    /// <param name="x">The point where the text starts, has its middle or ends; for upright text the baseline.</param>
    /// <param name="y">The baseline; for upright text the point where it starts (below), has its middle or ends.</param>
    /// <param name="size">The height of capitals in pixels, at least 4.</param>
    /// <param name="colour">The colour.</param>
    /// <param name="alignment">What lies at the point.</param>
    /// <param name="upright">Turned by 90° against the clock: read from below.</param>
    /// <param name="bold">Broader strokes.</param>
    /// <exception cref="ArgumentException">The picture is grey.</exception>
    public static void Draw(
        Picture picture, string text, int x, int y, int size, Rgb colour,
        TextAlignment alignment = TextAlignment.Start, bool upright = false, bool bold = false)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Channels != 3)
        {
            throw new ArgumentException("Text: the picture must have three channels, it has 1.", nameof(picture));
        }

        Draw(new Canvas(picture), text, x, y, size, colour, alignment, upright, bold);
    }

    internal static void Draw(
        Canvas canvas, string text, int x, int y, int size, Rgb colour,
        TextAlignment alignment = TextAlignment.Start, bool upright = false, bool bold = false)
    {
        int length = Width(text, size);
        int offset = alignment == TextAlignment.Start ? 0 : alignment == TextAlignment.Middle ? -(length / 2) : -length;
        (double originX, double originY) = upright ? (x, y - offset) : (x + offset, y);
        double unit = size / 10.0, width = Math.Max(1.05, size * (bold ? 0.17 : 0.125)), along = 0.5;
        foreach (char character in text)
        {
            StrokeGlyphs.Glyph glyph = StrokeGlyphs.Of(character);
            foreach ((double X, double Y)[] stroke in glyph.Strokes)
            {
                for (int i = 0; i < stroke.Length; i++)
                {
                    (double X, double Y) from = stroke[Math.Max(0, i - 1)], to = stroke[i];
                    (double u0, double v0) = (along + (from.X * unit), Height(from.Y, size));
                    (double u1, double v1) = (along + (to.X * unit), Height(to.Y, size));
                    if (i == 0 && stroke.Length > 1)
                    {
                        continue;
                    }

                    if (upright)
                    {
                        canvas.Segment(originX - v0 - 0.5, originY - u0, originX - v1 - 0.5, originY - u1, width);
                    }
                    else
                    {
                        canvas.Segment(originX + u0, originY - v0 - 0.5, originX + u1, originY - v1 - 0.5, width);
                    }
                }
            }

            along += Step(glyph, size);
        }

        canvas.Paint(colour);
    }

    /// <summary>The text, or as much of its beginning as fits with "…" into a width.</summary>
    internal static string Fit(string text, int size, int room)
    {
        if (Width(text, size) <= room)
        {
            return text;
        }

        int length = text.Length;
        while (length > 0 && Width(text[..length] + "…", size) > room)
        {
            length--;
        }

        return length == 0 ? "" : text[..length].TrimEnd() + "…";
    }

    private static int Step(StrokeGlyphs.Glyph glyph, int size) => (int)Math.Floor(((glyph.Width + glyph.Gap) * size / 10.0) + 0.5);

    /// <summary>The height in pixels: 0, 7, 10 and −3 units fall on whole pixels, what lies between is stretched along.</summary>
    private static double Height(double units, int size)
    {
        double small = Math.Round(0.7 * size), tail = Math.Round(0.3 * size);
        return units < 0 ? units * tail / 3 : units <= 7 ? units * small / 7 : small + ((units - 7) * (size - small) / 3);
    }
}
