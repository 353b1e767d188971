namespace Kaleido.Lab.Plots;

/// <summary>A table of numbers as coloured cells, with a colour bar.</summary>
/// <remarks>
/// Row 0 lies at the bottom, column 0 on the left. The cells fill the axes: the ends of an axis are the outer edges of the first and last
/// cells (without them −½ to count − ½, so that a cell lies at its index); on a logarithmic axis cells are equally broad in the logarithm.
/// A cell without a place on the scale (NaN, infinite, on a logarithmic scale not positive) is grey. Where there are more cells than
/// pixels a pixel shows the cell at its centre.
/// </remarks>
public sealed class HeatMap : Figure
{
    private const int BarWidth = 16;
    private readonly double[,] _values;

    /// <summary>A map of a copy of the table.</summary>
    /// <param name="values">[rows, columns]; an empty one is drawn as a figure without data.</param>
    public HeatMap(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = (double[,])values.Clone();
        Legend = LegendPlace.Outside;
    }

    /// <summary>The colours; a diverging map has its middle at <see cref="Middle"/>.</summary>
    public ColourMap Colours { get; init; } = ColourMap.Viridis;

    /// <summary>The colour bar's label and range, and whether it is logarithmic; numbers beyond its ends take the last colours.</summary>
    public Axis Scale { get; init; } = new();

    /// <summary>For a diverging map on a linear scale whose ends are not given: the number of the middle colour.</summary>
    public double Middle { get; init; }

    internal override bool HasBackground => _values.Length > 0;

    internal override int SideWidth
    {
        get
        {
            if (!HasBackground)
            {
                return 0;
            }

            int widest = ColourScale().TicksFor(6).Labelled.Max(t => (int?)StrokeFont.Width(t.Text, TextSize)) ?? 0;
            return BarWidth + 10 + widest + (BarLabel(ColourScale()).Length > 0 ? (TextSize * 10 / 9) + 10 : 0);
        }
    }

    internal override (AxisScale X, AxisScale Y) Scales() =>
        (Cells.Axis(X, _values.GetLength(1), "x axis"), Cells.Axis(Y, _values.GetLength(0), "y axis"));

    internal override void DrawBackground(Canvas canvas, Mapping mapping)
    {
        AxisScale scale = ColourScale();
        Cells.Draw(canvas, mapping.Inner, _values.GetLength(0), _values.GetLength(1), (row, column) =>
            scale.Shows(_values[row, column]) ? Colours.At(scale.Map(_values[row, column])) : Theme.NoData);
    }

    internal override void DrawSide(Canvas canvas, Box inner, int left)
    {
        AxisScale scale = ColourScale();
        for (int y = inner.Top; y < inner.Bottom; y++)
        {
            canvas.Fill(new Box(left, y, left + BarWidth, y + 1), Colours.At((inner.Bottom - y - 0.5) / inner.Height));
        }

        var ticks = scale.TicksFor(Math.Clamp(inner.Height / (4 * TextSize), 1, 6));
        int edge = left + BarWidth;
        foreach ((double value, string text) in ticks.Labelled)
        {
            int y = Math.Min(inner.Bottom - 1, (int)Math.Floor(Canvas.Snap(inner.Bottom - (scale.Map(value) * inner.Height))));
            canvas.Fill(new Box(edge, y, edge + 4, y + 1), Theme.Frame);
            StrokeFont.Draw(canvas, text, edge + 8, y + ((TextSize + 1) / 2), TextSize, Theme.Ink);
        }

        int size = TextSize * 10 / 9;
        string label = StrokeFont.Fit(BarLabel(scale), size, inner.Height);
        StrokeFont.Draw(
            canvas, label, left + SideWidth, (inner.Top + inner.Bottom) / 2, size, Theme.Ink, TextAlignment.Middle, upright: true);
    }

    private string BarLabel(AxisScale scale)
    {
        int power = scale.TicksFor(6).Multiplier;
        return $"{Scale.Label}{(power == 0 ? "" : $"  (×10{Ticks.Raised(power)})")}".Trim();
    }

    private AxisScale ColourScale()
    {
        AxisScale scale = AxisScale.Of(Scale, _values.Cast<double>(), "colour scale", tight: true);
        if (!Colours.IsDiverging || Scale.Logarithmic || Scale.Minimum is not null || Scale.Maximum is not null)
        {
            return scale;
        }

        double reach = Math.Max(Math.Abs(scale.Maximum - Middle), Math.Abs(scale.Minimum - Middle));
        return AxisScale.Of(Scale with { Minimum = Middle - reach, Maximum = Middle + reach }, [], "colour scale", tight: true);
    }
}
