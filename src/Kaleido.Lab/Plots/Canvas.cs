using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Plots;

/// <summary>Antialiased strokes and areas on a picture.</summary>
/// <remarks>
/// Shapes first collect their coverage in a mask, the largest of overlapping ones counts, then <see cref="Paint"/> blends a colour through
/// it: a half-transparent line has no dark knots where it meets itself. Coordinates are pixels from the upper left corner, pixel (i, j)
/// has its centre at (i + ½, j + ½); they are rounded to 1/64 pixel, so that the last bits of a mapping do not reach a pixel. Only exactly
/// rounded operations are used: the same shapes give the same bytes everywhere.
/// </remarks>
internal sealed class Canvas
{
    private const int SubRows = 8;
    private readonly Picture _picture;
    private readonly byte[] _mask;
    private int _dirtyLeft, _dirtyTop, _dirtyRight, _dirtyBottom;

    public Canvas(Picture picture)
    {
        _picture = picture;
        _mask = new byte[picture.Width * picture.Height];
        Clip = new Box(0, 0, picture.Width, picture.Height);
        Clean();
    }

    /// <summary>Pixels outside stay untouched.</summary>
    public Box Clip { get; private set; }

    public Picture Picture => _picture;

    /// <summary>Restricts drawing to a box, as far as it lies in the picture.</summary>
    public void ClipTo(Box box) => Clip = box.Within(new Box(0, 0, _picture.Width, _picture.Height));

    /// <summary>Draws on the whole picture again.</summary>
    public void Unclip() => Clip = new Box(0, 0, _picture.Width, _picture.Height);

    public static double Snap(double value) => Math.Round(value * 64) / 64;

    /// <summary>Adds a line with round ends to the mask.</summary>
    public void Segment(double x0, double y0, double x1, double y1, double width)
    {
        double half = width / 2, reach = half + 1;
        if (!Cut(ref x0, ref y0, ref x1, ref y1, reach))
        {
            return;
        }

        (x0, y0, x1, y1) = (Snap(x0), Snap(y0), Snap(x1), Snap(y1));
        double dx = x1 - x0, dy = y1 - y0, squared = (dx * dx) + (dy * dy), length = Math.Sqrt(squared);
        int top = Math.Max(Clip.Top, (int)Math.Floor(Math.Min(y0, y1) - reach));
        int bottom = Math.Min(Clip.Bottom, (int)Math.Ceiling(Math.Max(y0, y1) + reach));
        for (int y = top; y < bottom; y++)
        {
            double low = Math.Min(x0, x1) - reach, high = Math.Max(x0, x1) + reach, cy = y + 0.5 - y0;
            if (dy != 0)
            {
                double centre = x0 + (cy * dx / dy), spread = reach * length / Math.Abs(dy);
                (low, high) = (Math.Max(low, centre - spread), Math.Min(high, centre + spread));
            }

            int right = (int)Math.Min(Clip.Right, Math.Ceiling(high));
            for (int x = (int)Math.Max(Clip.Left, Math.Floor(low)); x < right; x++)
            {
                double cx = x + 0.5 - x0, t = squared > 0 ? Math.Clamp(((cx * dx) + (cy * dy)) / squared, 0, 1) : 0;
                double ex = cx - (t * dx), ey = cy - (t * dy);
                Cover(x, y, half + 0.5 - Math.Sqrt((ex * ex) + (ey * ey)), width);
            }
        }
    }

    /// <summary>Adds a polyline to the mask: solid, or with dashes and gaps of the given lengths in turn.</summary>
    public void Polyline(ReadOnlySpan<(double X, double Y)> points, double width, ReadOnlySpan<double> dash)
    {
        double period = 0, at = 0;
        foreach (double d in dash)
        {
            period += d;
        }

        for (int i = 1; i < points.Length; i++)
        {
            ((double x0, double y0), (double x1, double y1)) = (points[i - 1], points[i]);
            double fullLength = Math.Sqrt(((x1 - x0) * (x1 - x0)) + ((y1 - y0) * (y1 - y0))), startX = x0, startY = y0;
            if (period <= 0)
            {
                Segment(x0, y0, x1, y1, width);
                continue;
            }

            if (!Cut(ref x0, ref y0, ref x1, ref y1, width + 1))
            {
                at = (at + fullLength) % period;
                continue;
            }

            double skipped = Math.Sqrt(((x0 - startX) * (x0 - startX)) + ((y0 - startY) * (y0 - startY)));
            Dashes(x0, y0, x1, y1, width, dash, (at + skipped) % period);
            at = (at + fullLength) % period;
        }

        if (points.Length == 1)
        {
            Segment(points[0].X, points[0].Y, points[0].X, points[0].Y, width * 1.6);
        }
    }

    /// <summary>Adds the inside of a closed polygon (even-odd) to the mask.</summary>
    public void Polygon(ReadOnlySpan<(double X, double Y)> points)
    {
        double least = double.MaxValue, most = double.MinValue;
        foreach ((_, double y) in points)
        {
            (least, most) = (Math.Min(least, y), Math.Max(most, y));
        }

        int top = (int)Math.Max(Clip.Top, Math.Floor(least)), bottom = (int)Math.Min(Clip.Bottom, Math.Ceiling(most));
        var crossings = new List<double>();
        var row = new int[Math.Max(0, Clip.Width)];
        for (int y = top; y < bottom; y++)
        {
            Array.Clear(row);
            for (int sub = 0; sub < SubRows; sub++)
            {
                crossings.Clear();
                double level = y + ((sub + 0.5) / SubRows);
                for (int i = 0; i < points.Length; i++)
                {
                    ((double x0, double y0), (double x1, double y1)) = (points[i], points[(i + 1) % points.Length]);
                    (y0, y1) = (Snap(y0), Snap(y1));
                    if (y0 <= level != y1 <= level)
                    {
                        crossings.Add(x0 + ((level - y0) * (x1 - x0) / (y1 - y0)));
                    }
                }

                crossings.Sort();
                for (int i = 0; i + 1 < crossings.Count; i += 2)
                {
                    Span(row, crossings[i], crossings[i + 1]);
                }
            }

            for (int i = 0; i < row.Length; i++)
            {
                Cover(Clip.Left + i, y, Math.Min(1, row[i] / (64.0 * SubRows)), 1);
            }
        }
    }

    /// <summary>Fills whole pixels.</summary>
    public void Fill(Box box, Rgb colour)
    {
        box = box.Within(Clip);
        for (int y = box.Top; y < box.Bottom; y++)
        {
            for (int x = box.Left; x < box.Right; x++)
            {
                Set(x, y, colour);
            }
        }
    }

    /// <summary>Sets one pixel; outside the clip nothing happens.</summary>
    public void Set(int x, int y, Rgb colour)
    {
        if (x >= Clip.Left && x < Clip.Right && y >= Clip.Top && y < Clip.Bottom)
        {
            Span<byte> pixel = _picture.Pixels.AsSpan(3 * ((y * _picture.Width) + x), 3);
            (pixel[0], pixel[1], pixel[2]) = (colour.Red, colour.Green, colour.Blue);
        }
    }

    /// <summary>Blends a colour through the mask and empties it.</summary>
    /// <param name="colour">The colour.</param>
    /// <param name="opacity">0 (nothing) to 256 (full).</param>
    public void Paint(Rgb colour, int opacity = 256)
    {
        for (int y = _dirtyTop; y < _dirtyBottom; y++)
        {
            for (int x = _dirtyLeft; x < _dirtyRight; x++)
            {
                int index = (y * _picture.Width) + x, weight = _mask[index] * opacity;
                if (weight > 0)
                {
                    Span<byte> pixel = _picture.Pixels.AsSpan(3 * index, 3);
                    pixel[0] = Blend(pixel[0], colour.Red, weight);
                    pixel[1] = Blend(pixel[1], colour.Green, weight);
                    pixel[2] = Blend(pixel[2], colour.Blue, weight);
                    _mask[index] = 0;
                }
            }
        }

        Clean();
    }

    private static byte Blend(byte old, byte colour, int weight)
    {
        const int Full = 255 * 256;
        return (byte)(((old * (Full - weight)) + (colour * weight) + (Full / 2)) / Full);
    }

    private void Dashes(double x0, double y0, double x1, double y1, double width, ReadOnlySpan<double> dash, double phase)
    {
        double length = Math.Sqrt(((x1 - x0) * (x1 - x0)) + ((y1 - y0) * (y1 - y0))), at = 0;
        int piece = 0;
        while (phase >= dash[piece])
        {
            phase -= dash[piece];
            piece = (piece + 1) % dash.Length;
        }

        while (at < length)
        {
            double end = Math.Min(length, at + dash[piece] - phase);
            if (piece % 2 == 0)
            {
                double s = at / length, t = end / length;
                Segment(x0 + (s * (x1 - x0)), y0 + (s * (y1 - y0)), x0 + (t * (x1 - x0)), y0 + (t * (y1 - y0)), width);
            }

            (at, phase, piece) = (end, 0, (piece + 1) % dash.Length);
        }
    }

    /// <summary>Cuts a line to the clip with a border (Liang and Barsky, 1984), so that far points cost nothing; false if nothing
    /// is left.</summary>
    private bool Cut(ref double x0, ref double y0, ref double x1, ref double y1, double border)
    {
        double dx = x1 - x0, dy = y1 - y0, enter = 0, leave = 1;
        if (!Side(-dx, x0 - (Clip.Left - border), ref enter, ref leave) || !Side(dx, Clip.Right + border - x0, ref enter, ref leave)
            || !Side(-dy, y0 - (Clip.Top - border), ref enter, ref leave) || !Side(dy, Clip.Bottom + border - y0, ref enter, ref leave))
        {
            return false;
        }

        (x1, y1) = leave < 1 ? (x0 + (leave * dx), y0 + (leave * dy)) : (x1, y1);
        (x0, y0) = enter > 0 ? (x0 + (enter * dx), y0 + (enter * dy)) : (x0, y0);
        return true;
    }

    private static bool Side(double slope, double room, ref double enter, ref double leave)
    {
        if (slope == 0)
        {
            return room >= 0;
        }

        double t = room / slope;
        (enter, leave) = slope < 0 ? (Math.Max(enter, t), leave) : (enter, Math.Min(leave, t));
        return enter <= leave;
    }

    private void Span(int[] row, double from, double to)
    {
        int left = (int)Math.Round(64 * Math.Clamp(from - Clip.Left, 0, row.Length));
        int right = (int)Math.Round(64 * Math.Clamp(to - Clip.Left, 0, row.Length));
        for (int x = left / 64; x < row.Length && 64 * x < right; x++)
        {
            row[x] += Math.Min(right, 64 * (x + 1)) - Math.Max(left, 64 * x);
        }
    }

    private void Cover(int x, int y, double coverage, double most)
    {
        if (coverage <= 0)
        {
            return;
        }

        byte level = (byte)Math.Round(255 * Math.Min(Math.Min(coverage, 1), most));
        ref byte place = ref _mask[(y * _picture.Width) + x];
        place = Math.Max(place, level);
        (_dirtyLeft, _dirtyRight) = (Math.Min(_dirtyLeft, x), Math.Max(_dirtyRight, x + 1));
        (_dirtyTop, _dirtyBottom) = (Math.Min(_dirtyTop, y), Math.Max(_dirtyBottom, y + 1));
    }

    private void Clean() => (_dirtyLeft, _dirtyTop, _dirtyRight, _dirtyBottom) = (int.MaxValue, int.MaxValue, 0, 0);
}
