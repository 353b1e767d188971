using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Plots;

/// <summary>Several figures on one sheet.</summary>
public static class Panels
{
    /// <summary>Lays figures out row by row in equal cells below one title, on white; a cell that is left over stays empty.</summary>
    /// <param name="figures">At least one.</param>
    /// <param name="columns">Figures in a row, at least 1.</param>
    /// <param name="width">Of the whole sheet in pixels; each figure needs 160 × 120.</param>
    /// <param name="height">Of the whole sheet in pixels.</param>
    /// <param name="title">The line above; too long a one is cut with "…"; null or empty takes no room.</param>
    /// <param name="titleSize">The height of its capitals in pixels, 6 to 60.</param>
    /// <exception cref="ArgumentException">There is no figure, or a figure cannot be drawn.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cells are too small, or a number is out of range.</exception>
    public static Picture Draw(
        IReadOnlyList<Figure> figures, int columns, int width = 1600, int height = 1000, string? title = null, int titleSize = 16)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(titleSize, 6);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(titleSize, 60);
        if (figures.Count == 0)
        {
            throw new ArgumentException("Panels: a sheet needs at least one figure.", nameof(figures));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(width, Figure.LeastWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, Figure.LeastHeight);
        columns = Math.Min(columns, figures.Count);
        int rows = (figures.Count + columns - 1) / columns, top = string.IsNullOrEmpty(title) ? 0 : titleSize + 20;
        int cellWidth = width / columns, cellHeight = (height - top) / rows;
        var sheet = new Picture(width, height, 3, 255);
        if (top > 0)
        {
            StrokeFont.Draw(sheet, StrokeFont.Fit(title!, titleSize, width - 16), width / 2, 12 + titleSize, titleSize, Theme.Ink,
                TextAlignment.Middle, bold: true);
        }

        for (int i = 0; i < figures.Count; i++)
        {
            sheet.Paste(figures[i].Draw(cellWidth, cellHeight), i % columns * cellWidth, top + (i / columns * cellHeight));
        }

        return sheet;
    }
}
