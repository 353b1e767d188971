namespace Kaleido.Lab.Plots;

/// <summary>A table of classes as coloured areas, for example basins of attraction, with points and lines on top.</summary>
/// <remarks>
/// Row 0 lies at the bottom, column 0 on the left; the ends of the axes are the outer edges of the table, as in <see cref="HeatMap"/>.
/// Class k has the colour <see cref="Palette.Area"/>(k), light, so that points stand out; a negative class is grey. Areas are parted
/// by a thin dark line. The legend stands beside the map.
/// </remarks>
public sealed class RegionMap : Figure
{
    private readonly int[,] _classes;
    private readonly string[] _names;

    /// <summary>A map of a copy of the table.</summary>
    /// <param name="classes">[rows, columns]; an empty one is drawn as a figure without data.</param>
    /// <param name="names">Names of the classes 0, 1, 2 … for the legend; an empty name, or none, leaves a class out there.</param>
    public RegionMap(int[,] classes, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(names);
        _classes = (int[,])classes.Clone();
        _names = [.. names];
        Legend = LegendPlace.Outside;
        NextSeries = 6;
    }

    /// <summary>What negative classes mean, for the legend; null leaves them out there.</summary>
    public string? NoClass { get; init; }

    internal override bool HasBackground => _classes.Length > 0;

    internal override IEnumerable<(string Name, Action<Canvas, Box> Swatch)> AreaEntries
    {
        get
        {
            HashSet<int> present = [.. _classes.Cast<int>()];
            for (int k = 0; k < _names.Length; k++)
            {
                if (present.Contains(k) && !string.IsNullOrEmpty(_names[k]))
                {
                    yield return (_names[k], Swatch(k));
                }
            }

            if (NoClass is { Length: > 0 } && present.Any(k => k < 0))
            {
                yield return (NoClass, Swatch(-1));
            }
        }
    }

    /// <summary>Puts points on the map: filled with the colour, or white inside an outline of it, with a white line
    /// around.</summary>
    /// <param name="x">Places on the x axis.</param>
    /// <param name="y">Places on the y axis.</param>
    /// <param name="name">For the legend.</param>
    /// <param name="marker">The shape.</param>
    /// <param name="filled">For example whether a fixed point attracts.</param>
    /// <param name="size">The breadth in pixels, above 0 and at most 100.</param>
    /// <param name="colour">Null is black.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the size is out of range.</exception>
    public RegionMap Mark(
        ReadOnlySpan<double> x, ReadOnlySpan<double> y, string? name = null, Marker marker = Marker.Circle, bool filled = true,
        double size = 9, Rgb? colour = null) => this.Points(
        x, y, name, new PointStyle { Marker = marker, Filled = filled, Size = size, Colour = colour ?? Rgb.Black, Halo = true });

    internal override (AxisScale X, AxisScale Y) Scales() =>
        (Cells.Axis(X, _classes.GetLength(1), "x axis"), Cells.Axis(Y, _classes.GetLength(0), "y axis"));

    internal override void DrawBackground(Canvas canvas, Mapping mapping)
    {
        Box inner = mapping.Inner;
        int rows = _classes.GetLength(0), columns = _classes.GetLength(1);
        int ClassAt(int x, int y) => _classes[
            Cells.Index(inner.Bottom - 1 - y, inner.Height, rows), Cells.Index(x - inner.Left, inner.Width, columns)];
        Cells.Draw(canvas, inner, rows, columns, (row, column) => Palette.Area(_classes[row, column]));
        for (int y = inner.Top; y < inner.Bottom; y++)
        {
            for (int x = inner.Left; x < inner.Right; x++)
            {
                int here = ClassAt(x, y);
                if ((x + 1 < inner.Right && ClassAt(x + 1, y) != here) || (y + 1 < inner.Bottom && ClassAt(x, y + 1) != here))
                {
                    canvas.Set(x, y, Palette.Area(here).Mix(Rgb.Black, 110));
                }
            }
        }
    }

    private static Action<Canvas, Box> Swatch(int index) => (canvas, box) =>
    {
        var patch = new Box(box.Left + 4, box.Top - 1, box.Right - 4, box.Bottom + 1);
        canvas.Fill(patch, Palette.Area(index).Mix(Rgb.Black, 110));
        canvas.Fill(new Box(patch.Left + 1, patch.Top + 1, patch.Right - 1, patch.Bottom - 1), Palette.Area(index));
    };
}
