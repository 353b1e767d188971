using System.Globalization;

namespace Kaleido.Lab.Plots;

/// <summary>The names of what is shown, each with its sign, one below the other.</summary>
internal sealed class LegendBox
{
    private const int Border = 7, SwatchWidth = 28;
    private readonly List<(string Name, Action<Canvas, Box>? Swatch)> _rows = [];
    private readonly int _size, _line;

    public LegendBox(List<(string Name, Action<Canvas, Box> Swatch)> entries, int size, int width, int height)
    {
        (_size, _line) = (size, size + 8);
        int most = Math.Max(1, (height - 60) / _line), room = Math.Max(40, (width * 2 / 5) - SwatchWidth - (3 * Border));
        int shown = entries.Count <= most ? entries.Count : Math.Max(1, most - 1);
        foreach ((string name, Action<Canvas, Box> swatch) in entries.Take(shown))
        {
            _rows.Add((StrokeFont.Fit(name, size, room), swatch));
        }

        if (shown < entries.Count)
        {
            _rows.Add((string.Create(CultureInfo.InvariantCulture, $"and {entries.Count - shown} more"), null));
        }

        Width = (3 * Border) + SwatchWidth + _rows.Max(row => StrokeFont.Width(row.Name, size));
        Height = (2 * Border) + (_rows.Count * _line) - 8 + 2;
    }

    public int Width { get; }

    public int Height { get; }

    public IEnumerable<string> Names => _rows.Select(row => row.Name);

    public void Draw(Canvas canvas, int left, int top, bool framed)
    {
        if (framed)
        {
            canvas.Fill(new Box(left, top, left + Width, top + Height), Theme.LegendEdge);
            canvas.Fill(new Box(left + 1, top + 1, left + Width - 1, top + Height - 1), Rgb.White);
        }

        for (int i = 0; i < _rows.Count; i++)
        {
            int above = top + Border + (i * _line);
            _rows[i].Swatch?.Invoke(canvas, new Box(left + Border, above, left + Border + SwatchWidth, above + _size));
            StrokeFont.Draw(canvas, _rows[i].Name, left + (2 * Border) + SwatchWidth, above + _size, _size, Theme.Ink);
        }
    }
}
