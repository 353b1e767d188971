namespace Kaleido.Data;

/// <summary>Turns a pattern of points into a picture: displaces them, runs curves through them, fits and draws these.</summary>
internal sealed class DigitPen
{
    // Straight pieces per span of a curve: at 20 pixels a span is about 5 pixels long.
    private const int Steps = 6;

    private readonly DigitRaster _raster = new();
    private readonly List<DigitStrokes.Point> _line = [];
    private readonly List<int> _starts = [];
    private readonly List<DigitStrokes.Point> _points = [];

    /// <summary>Draws one digit into 784 floats.</summary>
    public void Draw(DigitStrokes.Style style, in DigitHand hand, ref StrokeRandom random, Span<float> picture)
    {
        _line.Clear();
        _starts.Clear();
        DigitStrokes.Point last = default;
        for (int piece = 0; piece < style.Pieces.Length; piece++)
        {
            DigitStrokes.Point[] pattern = style.Pieces[piece];
            _points.Clear();
            for (int i = 0; i < pattern.Length; i++)
            {
                // The first and last point of a stroke vary most; a corner is shared by the two pieces that meet there.
                double shake = (i == 0 || i == pattern.Length - 1 ? 1.6 : 1.0) * hand.Shake;
                double dx = shake * random.Normal(), dy = shake * random.Normal();
                last = i == 0 && style.Joined[piece] ? last : hand.Map(new(pattern[i].X + dx, pattern[i].Y + dy));
                _points.Add(last);
            }

            Curve();
        }

        _starts.Add(_line.Count);
        Render(hand.Radius, ref random);
        _raster.Finish(picture);
    }

    /// <summary>Adds the uniform Catmull-Rom curve through the points; the end points count twice.</summary>
    private void Curve()
    {
        _starts.Add(_line.Count);
        for (int i = 0; i + 1 < _points.Count; i++)
        {
            DigitStrokes.Point a = _points[Math.Max(i - 1, 0)], b = _points[i];
            DigitStrokes.Point c = _points[i + 1], d = _points[Math.Min(i + 2, _points.Count - 1)];
            for (int step = i == 0 ? 0 : 1; step <= Steps; step++)
            {
                double t = (double)step / Steps;
                _line.Add(new(Spline(a.X, b.X, c.X, d.X, t), Spline(a.Y, b.Y, c.Y, d.Y, t)));
            }
        }
    }

    private static double Spline(double a, double b, double c, double d, double t)
    {
        double cubic = (3 * (b - c)) + d - a, square = (2 * a) - (5 * b) + (4 * c) - d;
        return b + (0.5 * t * (c - a + (t * (square + (t * cubic)))));
    }

    private void Render(double radius, ref StrokeRandom random)
    {
        double left = double.MaxValue, right = double.MinValue, top = double.MaxValue, bottom = double.MinValue;
        foreach (DigitStrokes.Point point in _line)
        {
            left = Math.Min(left, point.X);
            right = Math.Max(right, point.X);
            top = Math.Min(top, point.Y);
            bottom = Math.Max(bottom, point.Y);
        }

        double scale = (DigitRaster.Box - DigitRaster.Edge - (2 * radius)) / Math.Max(right - left, bottom - top);
        // The moving by whole pixels later leaves the place between pixels as it is here: chance decides it.
        double moveX = (DigitRaster.Side / 2.0) - (scale * 0.5 * (left + right)) + random.Between(-0.5, 0.5);
        double moveY = (DigitRaster.Side / 2.0) - (scale * 0.5 * (top + bottom)) + random.Between(-0.5, 0.5);
        _raster.Clear();
        for (int piece = 0; piece + 1 < _starts.Count; piece++)
        {
            int first = _starts[piece], end = _starts[piece + 1];
            double startRadius = radius * (1 + (0.12 * random.Normal())), endRadius = radius * (1 + (0.15 * random.Normal()));
            double perVertex = (endRadius - startRadius) / (end - 1 - first);
            for (int i = first; i + 1 < end; i++)
            {
                double x0 = (scale * _line[i].X) + moveX, y0 = (scale * _line[i].Y) + moveY;
                double x1 = (scale * _line[i + 1].X) + moveX, y1 = (scale * _line[i + 1].Y) + moveY;
                double r = startRadius + (perVertex * (i - first));
                _raster.Segment(x0, y0, r, x1, y1, r + perVertex);
            }
        }
    }
}
