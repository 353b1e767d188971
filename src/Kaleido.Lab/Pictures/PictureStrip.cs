using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Pictures;

/// <summary>Sets several pictures side by side, each under its caption.</summary>
public static class PictureStrip
{
    /// <summary>
    /// Lays pictures from left to right on one white sheet, tops aligned, captions centred above. The sheet is grey if all are, else RGB.
    /// </summary>
    /// <param name="panels">At least one picture with a caption; a caption may be empty, and no caption anywhere takes no room.</param>
    /// <param name="gap">Pixels between pictures and around the sheet, at least 0.</param>
    /// <param name="captionSize">The height of capitals in pixels, at least 4.</param>
    /// <exception cref="ArgumentException">There is no picture.</exception>
    public static Picture Join(IReadOnlyList<(Picture Picture, string Caption)> panels, int gap = 8, int captionSize = 9)
    {
        ArgumentNullException.ThrowIfNull(panels);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        ArgumentOutOfRangeException.ThrowIfLessThan(captionSize, 4);
        if (panels.Count == 0)
        {
            throw new ArgumentException("A strip needs at least one picture.", nameof(panels));
        }

        int line = panels.Any(p => p.Caption.Length > 0) ? checked(LineHeight(captionSize) + 2) : 0;
        int width = gap, height = 0;
        foreach ((Picture picture, string caption) in panels)
        {
            width = checked(width + Math.Max(picture.Width, StrokeFont.Width(caption, captionSize)) + gap);
            height = Math.Max(height, picture.Height);
        }

        var sheet = new Picture(width, checked(height + line + (2 * gap)), panels.Max(p => p.Picture.Channels), 255);
        int left = gap;
        foreach ((Picture picture, string caption) in panels)
        {
            int room = Math.Max(picture.Width, StrokeFont.Width(caption, captionSize));
            Write(sheet, caption, left, room, gap, captionSize);
            sheet.Paste(picture, left + ((room - picture.Width) / 2), gap + line);
            left += room + gap;
        }

        return sheet;
    }

    // Capitals, what hangs below the baseline, and half a stroke's breadth on either side.
    private static int LineHeight(int size) => checked(size + (((3 * size) + 9) / 10) + 4);

    // The font draws in colour; ink is a grey, so that a grey sheet takes one channel of it.
    private static void Write(Picture sheet, string caption, int left, int width, int top, int size)
    {
        if (caption.Length == 0)
        {
            return;
        }

        var line = new Picture(width, LineHeight(size), 3, 255);
        StrokeFont.Draw(line, caption, width / 2, size + 2, size, Theme.Ink, TextAlignment.Middle);
        if (sheet.Channels == 1)
        {
            var grey = new Picture(line.Width, line.Height, 1);
            for (int i = 0; i < grey.Pixels.Length; i++)
            {
                grey.Pixels[i] = line.Pixels[3 * i];
            }

            line = grey;
        }

        sheet.Paste(line, left, top);
    }
}
