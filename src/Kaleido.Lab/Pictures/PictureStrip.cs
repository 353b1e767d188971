namespace Kaleido.Lab.Pictures;

/// <summary>Sets several pictures side by side, each under its caption.</summary>
public static class PictureStrip
{
    /// <summary>
    /// Lays pictures from left to right on one white sheet, tops aligned, captions centred above. The sheet is grey if all are, else RGB.
    /// </summary>
    /// <param name="panels">At least one picture with a caption; a caption may be empty, and no caption anywhere takes no room.</param>
    /// <param name="gap">Pixels between pictures and around the sheet, at least 0.</param>
    /// <param name="captionScale">Size of the letters: a letter takes 6 × 8 times this, at least 1.</param>
    /// <exception cref="ArgumentException">There is no picture.</exception>
    public static Picture Join(IReadOnlyList<(Picture Picture, string Caption)> panels, int gap = 8, int captionScale = 1)
    {
        ArgumentNullException.ThrowIfNull(panels);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        ArgumentOutOfRangeException.ThrowIfLessThan(captionScale, 1);
        if (panels.Count == 0)
        {
            throw new ArgumentException("A strip needs at least one picture.", nameof(panels));
        }

        int line = panels.Any(p => p.Caption.Length > 0) ? checked((BitmapFont.LineHeight * captionScale) + 2) : 0;
        int width = gap, height = 0;
        foreach ((Picture picture, string caption) in panels)
        {
            width = checked(width + Math.Max(picture.Width, BitmapFont.Width(caption, captionScale)) + gap);
            height = Math.Max(height, picture.Height);
        }

        var sheet = new Picture(width, checked(height + line + (2 * gap)), panels.Max(p => p.Picture.Channels), 255);
        int left = gap;
        foreach ((Picture picture, string caption) in panels)
        {
            int letters = BitmapFont.Width(caption, captionScale), room = Math.Max(picture.Width, letters);
            BitmapFont.Draw(sheet, caption, left + ((room - letters) / 2), gap, captionScale, 0);
            sheet.Paste(picture, left + ((room - picture.Width) / 2), gap + line);
            left += room + gap;
        }

        return sheet;
    }
}
