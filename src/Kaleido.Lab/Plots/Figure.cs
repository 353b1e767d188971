using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Plots;

/// <summary>Axes with something on them: the base of <see cref="Plot"/>, <see cref="HeatMap"/> and <see cref="RegionMap"/>.</summary>
/// <remarks>
/// Numbers that have no place (NaN, infinite or beyond ±1e300, on a logarithmic axis those that are not positive) are left out: a line
/// or band has a gap there. A figure without any number to show is drawn with a sentence in its middle. The same figure gives the same
/// bytes on every run, in every culture. A figure can be drawn again and at other sizes; it is not changed by drawing.
/// </remarks>
public abstract class Figure
{
    /// <summary>The least width and height of a drawing, in pixels.</summary>
    public const int LeastWidth = 160, LeastHeight = 120;

    private readonly List<Layer> _layers = [];

    private protected Figure()
    {
    }

    /// <summary>The line above; too long a one is cut with "…".</summary>
    public string? Title { get; init; }

    /// <summary>The horizontal axis.</summary>
    public Axis X { get; init; } = new();

    /// <summary>The vertical axis.</summary>
    public Axis Y { get; init; } = new();

    /// <summary>Where the legend stands; there is none unless something has a name.</summary>
    public LegendPlace Legend { get; init; }

    /// <summary>The height of capitals of the numbers at the ticks, in pixels, 6 to 40; other texts are larger in proportion.</summary>
    public int TextSize { get; init; } = 9;

    /// <summary>Whether a unit is as long on one axis as on the other (two linear axes only): the axes then
    /// do not fill the picture.</summary>
    public bool EqualUnits { get; init; }

    /// <summary>Whether light lines run from the ticks through the figure.</summary>
    public bool Grid { get; init; } = true;

    /// <summary>The number of the next series: its colour, dashes and marker.</summary>
    internal int NextSeries { get; set; }

    internal IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Whether axes take the range of the data without a margin.</summary>
    internal virtual bool Tight => false;

    /// <summary>Room for a colour bar on the right; 0 for none.</summary>
    internal virtual int SideWidth => 0;

    /// <summary>Whether there is a background with data.</summary>
    internal virtual bool HasBackground => false;

    /// <summary>Entries of the legend that come before the layers.</summary>
    internal virtual IEnumerable<(string Name, Action<Canvas, Box> Swatch)> AreaEntries => [];

    /// <summary>Draws the figure on white.</summary>
    /// <param name="width">Pixels, at least 160.</param>
    /// <param name="height">Pixels, at least 120.</param>
    /// <returns>A picture of three channels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size or <see cref="TextSize"/> is out of range.</exception>
    /// <exception cref="ArgumentException">The ends of an axis make no range, or are not positive on a logarithmic axis.</exception>
    public Picture Draw(int width = 800, int height = 500)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, LeastWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, LeastHeight);
        if (TextSize is < 6 or > 40)
        {
            throw new ArgumentOutOfRangeException(nameof(width), TextSize, "Figure: TextSize must be from 6 to 40.");
        }

        return new FigureDrawing(this, width, height).Draw();
    }

    internal void Add(Layer layer) => _layers.Add(layer);

    /// <summary>The axes with which it is drawn.</summary>
    internal virtual (AxisScale X, AxisScale Y) Scales() =>
        (AxisScale.Of(X, _layers.SelectMany(l => l.Xs), "x axis"),
         AxisScale.Of(Y, _layers.SelectMany(l => l.Ys), "y axis", standsOnZero: _layers.Any(l => l.StandsOnZero)));

    /// <summary>Fills the inner box below everything else.</summary>
    internal virtual void DrawBackground(Canvas canvas, Mapping mapping)
    {
    }

    /// <summary>What stands on the right of the inner box.</summary>
    internal virtual void DrawSide(Canvas canvas, Box inner, int left)
    {
    }

    /// <summary>All entries of the legend, in order. Points without a name that follow a line of their own are its marks.</summary>
    internal List<(string Name, Action<Canvas, Box> Swatch)> LegendEntries()
    {
        List<(string Name, Action<Canvas, Box> Swatch)> entries = [.. AreaEntries];
        for (int i = 0; i < _layers.Count; i++)
        {
            Layer layer = _layers[i];
            if (string.IsNullOrEmpty(layer.Name))
            {
                continue;
            }

            var marks = layer is LineLayer line && i + 1 < _layers.Count && _layers[i + 1] is PointLayer points && points.Mark(line)
                ? points : null;
            entries.Add((layer.Name, (canvas, box) =>
            {
                layer.Swatch(canvas, box);
                marks?.Swatch(canvas, box);
            }));
        }

        return entries;
    }
}
