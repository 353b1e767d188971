namespace Kaleido.Lab.Plots;

/// <summary>A table of colours on axes, for pictures that neither a <see cref="HeatMap"/> nor a <see cref="RegionMap"/> can show.</summary>
/// <remarks>Row 0 lies at the bottom, column 0 on the left; the ends of the axes are the outer edges of the table.</remarks>
internal sealed class ColourField : Figure
{
    private readonly Rgb[,] _cells;

    /// <summary>A field of a copy of the table, [rows, columns].</summary>
    public ColourField(Rgb[,] cells)
    {
        _cells = (Rgb[,])cells.Clone();
        Legend = LegendPlace.None;
    }

    internal override bool HasBackground => _cells.Length > 0;

    internal override (AxisScale X, AxisScale Y) Scales() =>
        (Cells.Axis(X, _cells.GetLength(1), "x axis"), Cells.Axis(Y, _cells.GetLength(0), "y axis"));

    internal override void DrawBackground(Canvas canvas, Mapping mapping) =>
        Cells.Draw(canvas, mapping.Inner, _cells.GetLength(0), _cells.GetLength(1), (row, column) => _cells[row, column]);
}
