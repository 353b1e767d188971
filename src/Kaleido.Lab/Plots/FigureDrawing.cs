using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Plots;

/// <summary>One drawing of a figure: lays out margins, axes, legend and data.</summary>
internal sealed class FigureDrawing
{
    private const int Gap = 8, TickLength = 5, LabelGap = 4;
    private readonly Figure _figure;
    private readonly Canvas _canvas;
    private readonly int _width, _height, _tickSize, _labelSize, _titleSize;
    private readonly AxisScale _x, _y;
    private readonly LegendBox? _legend;
    private IReadOnlyList<(double Value, string Text)> _xTicks = [], _yTicks = [];
    private IReadOnlyList<double> _xMinor = [], _yMinor = [];
    private int _xPower, _yPower;

    public FigureDrawing(Figure figure, int width, int height)
    {
        (_figure, _width, _height) = (figure, width, height);
        (_tickSize, _labelSize, _titleSize) = (figure.TextSize, (figure.TextSize * 10 / 9), (figure.TextSize * 4 / 3));
        _canvas = Blank();
        (_x, _y) = figure.Scales();
        List<(string Name, Action<Canvas, Box> Swatch)> entries = figure.LegendEntries();
        _legend = entries.Count > 0 && figure.Legend != LegendPlace.None ? new LegendBox(entries, _tickSize, width, height) : null;
    }

    public Picture Draw()
    {
        Box inner = Layout(legendOutside: _figure.Legend == LegendPlace.Outside);
        (int Left, int Top)? legendAt = null;
        if (_legend is not null && _figure.Legend != LegendPlace.Outside)
        {
            legendAt = Corner(new Mapping(inner, _x, _y));
            if (legendAt is null)
            {
                inner = Layout(legendOutside: true);
            }
        }

        var mapping = new Mapping(inner, _x, _y);
        if (_figure.HasBackground)
        {
            _canvas.ClipTo(inner);
            _figure.DrawBackground(_canvas, mapping);
            _canvas.Unclip();
        }
        else if (_figure.Grid)
        {
            DrawGrid(mapping);
        }

        // Layers come last: points on a border lie on the axes.
        DrawAxes(mapping);
        DrawLayers(_canvas, mapping);
        if (!_figure.HasBackground && !_figure.Layers.Any(layer => layer.HasData(mapping)))
        {
            const string Nothing = "There is no data to show.";
            StrokeFont.Draw(_canvas, StrokeFont.Fit(Nothing, _labelSize, inner.Width - 8), (inner.Left + inner.Right) / 2,
                (inner.Top + inner.Bottom + _labelSize) / 2, _labelSize, Theme.Rule, TextAlignment.Middle);
        }

        if (_figure.SideWidth > 0)
        {
            _figure.DrawSide(_canvas, inner, inner.Right + (2 * Gap));
        }

        if (_legend is not null)
        {
            int besideLeft = inner.Right + (2 * Gap) + _figure.SideWidth;
            _legend.Draw(_canvas, legendAt?.Left ?? besideLeft, legendAt?.Top ?? inner.Top, framed: legendAt is not null);
        }

        return _canvas.Picture;
    }

    /// <summary>Settles ticks and the inner box; the ticks' texts need room, and the room decides on the ticks.</summary>
    private Box Layout(bool legendOutside)
    {
        int top = (_figure.Title is { Length: > 0 } ? _titleSize + (2 * Gap) : Gap) + Gap;
        int right = _width - (2 * Gap) - (_figure.SideWidth > 0 ? _figure.SideWidth + (2 * Gap) : 0)
            - (legendOutside && _legend is not null ? _legend.Width + Gap : 0);
        (_xTicks, _xMinor, _xPower) = _x.TicksFor(2);
        int bottom = _height - Gap - TickLength - 4 - _tickSize - (LabelOf(_x, _xPower).Length > 0 ? _labelSize + 14 : 4);
        bottom = Math.Max(bottom, top + 20);
        (_yTicks, _yMinor, _yPower) = _y.TicksFor(Math.Max(1, (bottom - top) / (4 * _tickSize)));
        int widest = _yTicks.Max(t => (int?)StrokeFont.Width(t.Text, _tickSize)) ?? 0;
        int left = Gap + (LabelOf(_y, _yPower).Length > 0 ? _labelSize + Gap + LabelGap : 0) + Math.Min(widest, _width / 3) + 4 + TickLength;
        right = Math.Max(right, left + 40);
        for (int most = Math.Max(1, (right - left) / (5 * _tickSize)); ; most--)
        {
            (_xTicks, _xMinor, _xPower) = _x.TicksFor(most);
            int room = (right - left) / Math.Max(1, _xTicks.Count);
            if (most == 1 || _figure.X.Categories is not null
                || _xTicks.All(t => StrokeFont.Width(t.Text, _tickSize) + (2 * _tickSize) <= room))
            {
                break;
            }
        }

        // The last number of the x axis may stick out.
        if (_xTicks.Count > 0)
        {
            int over = StrokeFont.Width(_xTicks[^1].Text, _tickSize) / 2;
            double at = left + (_x.Map(_xTicks[^1].Value) * (right - left));
            right = Math.Max(left + 40, Math.Min(right, right - (int)Math.Ceiling(at + over - (_width - 4))));
        }

        bool equal = _figure.EqualUnits && !_x.Logarithmic && !_y.Logarithmic;
        return equal ? Equal(left, top, right, bottom) : new Box(left, top, right, bottom);
    }

    private Box Equal(int left, int top, int right, int bottom)
    {
        double xs = _x.Maximum - _x.Minimum, ys = _y.Maximum - _y.Minimum, unit = Math.Min((right - left) / xs, (bottom - top) / ys);
        int width = Math.Clamp((int)Math.Round(unit * xs), 10, right - left);
        int height = Math.Clamp((int)Math.Round(unit * ys), 10, bottom - top);
        return new Box(left, top, left + width, top + height);
    }

    /// <summary>A corner where the legend hides nothing, the first of them; the one asked for; null if it should
    /// stand beside the plot.</summary>
    private (int Left, int Top)? Corner(Mapping mapping)
    {
        Box inner = mapping.Inner;
        int left = inner.Left + Gap, right = inner.Right - Gap - _legend!.Width;
        int top = inner.Top + Gap, bottom = inner.Bottom - Gap - _legend.Height;
        switch (_figure.Legend)
        {
            case LegendPlace.UpperRight: return (right, top);
            case LegendPlace.UpperLeft: return (left, top);
            case LegendPlace.LowerRight: return (right, bottom);
            case LegendPlace.LowerLeft: return (left, bottom);
        }

        if (_figure.HasBackground || right < left || bottom < top)
        {
            return null;
        }

        Canvas trial = Blank();
        DrawLayers(trial, mapping);
        foreach ((int x, int y) in new[] { (right, top), (left, top), (right, bottom), (left, bottom) })
        {
            if (IsWhite(trial.Picture, new Box(x - 4, y - 4, x + _legend.Width + 4, y + _legend.Height + 4)))
            {
                return (x, y);
            }
        }

        return null;
    }

    private void DrawLayers(Canvas canvas, Mapping mapping)
    {
        canvas.ClipTo(mapping.Inner);
        foreach (Layer layer in _figure.Layers)
        {
            layer.Draw(canvas, mapping);
        }

        canvas.Unclip();
    }

    private void DrawGrid(Mapping mapping)
    {
        Box inner = mapping.Inner;
        void Upright(double value, Rgb colour) => _canvas.Fill(Column(mapping, value, inner.Top, inner.Bottom), colour);
        void Level(double value, Rgb colour) => _canvas.Fill(Row(mapping, value, inner.Left, inner.Right), colour);
        foreach (double value in _xMinor)
        {
            Upright(value, Theme.MinorGrid);
        }

        foreach (double value in _yMinor)
        {
            Level(value, Theme.MinorGrid);
        }

        if (_figure.X.Categories is null)
        {
            foreach ((double value, _) in _xTicks)
            {
                Upright(value, Theme.GridLine);
            }
        }

        foreach ((double value, _) in _yTicks)
        {
            Level(value, Theme.GridLine);
        }
    }

    private void DrawAxes(Mapping mapping)
    {
        Box inner = mapping.Inner;
        _canvas.Fill(new Box(inner.Left - 1, inner.Top, inner.Left, inner.Bottom + 1), Theme.Frame);
        _canvas.Fill(new Box(inner.Left - 1, inner.Bottom, inner.Right, inner.Bottom + 1), Theme.Frame);
        if (_figure.HasBackground)
        {
            _canvas.Fill(new Box(inner.Right, inner.Top - 1, inner.Right + 1, inner.Bottom + 1), Theme.Frame);
            _canvas.Fill(new Box(inner.Left - 1, inner.Top - 1, inner.Right, inner.Top), Theme.Frame);
        }

        int room = _xTicks.Count > 0 ? (inner.Width / _xTicks.Count) - 4 : 0, below = inner.Bottom + TickLength + 4 + _tickSize;
        foreach ((double value, string text) in _xTicks)
        {
            Box tick = Column(mapping, value, inner.Bottom, inner.Bottom + TickLength);
            _canvas.Fill(tick, Theme.Frame);
            string fitting = _figure.X.Categories is null ? text : StrokeFont.Fit(text, _tickSize, room);
            StrokeFont.Draw(_canvas, fitting, tick.Left, below, _tickSize, Theme.Ink, TextAlignment.Middle);
        }

        foreach ((double value, string text) in _yTicks)
        {
            Box tick = Row(mapping, value, inner.Left - TickLength, inner.Left);
            _canvas.Fill(tick, Theme.Frame);
            string fitting = StrokeFont.Fit(text, _tickSize, Math.Max(10, _width / 3));
            int right = inner.Left - TickLength - 4, baseline = tick.Top + ((_tickSize + 1) / 2);
            StrokeFont.Draw(_canvas, fitting, right, baseline, _tickSize, Theme.Ink, TextAlignment.End);
        }

        foreach (double value in _xMinor)
        {
            _canvas.Fill(Column(mapping, value, inner.Bottom, inner.Bottom + 3), Theme.Frame);
        }

        foreach (double value in _yMinor)
        {
            _canvas.Fill(Row(mapping, value, inner.Left - 3, inner.Left), Theme.Frame);
        }

        string xLabel = StrokeFont.Fit(LabelOf(_x, _xPower), _labelSize, _width - 16);
        int start = Centre(inner.Left, inner.Right, xLabel, _labelSize);
        StrokeFont.Draw(_canvas, xLabel, start, below + 12 + _labelSize, _labelSize, Theme.Ink);
        string yLabel = StrokeFont.Fit(LabelOf(_y, _yPower), _labelSize, _height - 16);
        int middle = Math.Max(((inner.Top + inner.Bottom) / 2), Gap + (StrokeFont.Width(yLabel, _labelSize) / 2));
        StrokeFont.Draw(_canvas, yLabel, Gap + _labelSize, middle, _labelSize, Theme.Ink, TextAlignment.Middle, upright: true);
        string title = StrokeFont.Fit(_figure.Title ?? "", _titleSize, _width - 16);
        start = Centre(inner.Left, inner.Right, title, _titleSize);
        StrokeFont.Draw(_canvas, title, start, Gap + 2 + _titleSize, _titleSize, Theme.Ink, bold: true);
    }

    /// <summary>Where a text starts whose middle should be that of the axis, without leaving the picture.</summary>
    private int Centre(int left, int right, string text, int size)
    {
        int width = StrokeFont.Width(text, size);
        return Math.Max(8, Math.Min(((left + right) / 2) - (width / 2), _width - 8 - width));
    }

    private static string LabelOf(AxisScale axis, int power)
    {
        string times = power == 0 ? "" : "×10" + Ticks.Raised(power);
        return axis.Label is { Length: > 0 } label ? (times.Length > 0 ? $"{label}  ({times})" : label) : times;
    }

    private static Box Column(Mapping mapping, double value, int top, int bottom)
    {
        int x = Math.Min((int)Math.Floor(mapping.PixelX(value)), mapping.Inner.Right - 1);
        return new Box(x, top, x + 1, bottom);
    }

    private static Box Row(Mapping mapping, double value, int left, int right)
    {
        int y = (int)Math.Floor(mapping.PixelY(value));
        return new Box(left, y, right, y + 1);
    }

    private static bool IsWhite(Picture picture, Box box)
    {
        box = box.Within(new Box(0, 0, picture.Width, picture.Height));
        for (int y = box.Top; y < box.Bottom; y++)
        {
            if (picture.Pixels.AsSpan(3 * ((y * picture.Width) + box.Left), 3 * box.Width).ContainsAnyExcept((byte)255))
            {
                return false;
            }
        }

        return true;
    }

    private Canvas Blank() => new(new Picture(_width, _height, 3, 255));
}
