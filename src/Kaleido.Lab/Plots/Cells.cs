namespace Kaleido.Lab.Plots;

/// <summary>Tables drawn as cells.</summary>
internal static class Cells
{
    /// <summary>The axis along a table; what is not given follows from the number of cells.</summary>
    public static AxisScale Axis(Axis axis, int count, string what) => AxisScale.Of(
        axis with { Minimum = axis.Minimum ?? -0.5, Maximum = axis.Maximum ?? Math.Max(axis.Minimum ?? 0, Math.Max(1, count) - 0.5) },
        [], what, tight: true);

    /// <summary>Gives every pixel of a box the colour of the cell at its centre; row 0 is at the bottom.</summary>
    public static void Draw(Canvas canvas, Box inner, int rows, int columns, Func<int, int, Rgb> colourOf)
    {
        for (int y = inner.Top; y < inner.Bottom; y++)
        {
            int row = Index(inner.Bottom - 1 - y, inner.Height, rows);
            int before = -1;
            Rgb colour = default;
            for (int x = inner.Left; x < inner.Right; x++)
            {
                int column = Index(x - inner.Left, inner.Width, columns);
                (colour, before) = (column == before ? colour : colourOf(row, column), column);
                canvas.Set(x, y, colour);
            }
        }
    }

    /// <summary>The cell under the centre of a pixel, in whole numbers: floor((pixel + ½) · cells / pixels).</summary>
    public static int Index(int pixel, int pixels, int cells) => (int)(((2L * pixel) + 1) * cells / (2L * pixels));
}
