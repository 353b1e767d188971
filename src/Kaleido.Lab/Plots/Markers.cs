namespace Kaleido.Lab.Plots;

/// <summary>The shapes of points.</summary>
internal static class Markers
{
    // Half the side of a triangle of height 3/2 is √3/2.
    private const double HalfSide = 0.8660254;

    public static void Draw(Canvas canvas, double x, double y, Marker marker, PointStyle style, Rgb colour)
    {
        double radius = style.Size / 2;
        int weight = (int)Math.Round(256 * style.Opacity);
        if (marker is Marker.Plus or Marker.Cross)
        {
            if (style.Halo)
            {
                Arms(canvas, x, y, radius, marker, 4.4);
                canvas.Paint(Rgb.White, weight);
            }

            Arms(canvas, x, y, radius, marker, 1.8);
            canvas.Paint(colour, weight);
            return;
        }

        if (style.Halo)
        {
            Outline(canvas, x, y, radius, marker, 4);
            canvas.Paint(Rgb.White, weight);
        }

        Inside(canvas, x, y, radius, marker);
        canvas.Paint(style.Filled ? colour : Rgb.White, weight);
        if (style.Filled ? marker != Marker.Circle : true)
        {
            Outline(canvas, x, y, radius, marker, style.Filled ? 1 : 1.6);
            canvas.Paint(colour, weight);
        }
    }

    private static void Arms(Canvas canvas, double x, double y, double radius, Marker marker, double width)
    {
        (double a, double b) = marker == Marker.Plus ? (radius, 0) : (0.75 * radius, 0.75 * radius);
        canvas.Segment(x - a, y - b, x + a, y + b, width);
        canvas.Segment(x - b, y + a, x + b, y - a, width);
    }

    private static void Inside(Canvas canvas, double x, double y, double radius, Marker marker)
    {
        if (marker == Marker.Circle)
        {
            canvas.Segment(x, y, x, y, 2 * radius);
            return;
        }

        canvas.Polygon(Corners(x, y, radius, marker));
    }

    private static void Outline(Canvas canvas, double x, double y, double radius, Marker marker, double width)
    {
        if (marker == Marker.Circle)
        {
            // A ring as 24 chords; sines are written out so that no platform's enter.
            ReadOnlySpan<double> sines = [0, 0.258819045, 0.5, 0.707106781, 0.866025404, 0.965925826, 1];
            var ring = new (double X, double Y)[25];
            for (int i = 0; i <= 24; i++)
            {
                int quarter = i / 6 % 4, part = i % 6;
                (double c, double s) = (sines[6 - part], sines[part]);
                (double dx, double dy) = quarter switch { 0 => (c, s), 1 => (-s, c), 2 => (-c, -s), _ => (s, -c) };
                ring[i] = (x + (radius * dx), y + (radius * dy));
            }

            canvas.Polyline(ring, width, []);
            return;
        }

        (double X, double Y)[] corners = Corners(x, y, radius, marker);
        canvas.Polyline([.. corners, corners[0]], width, []);
    }

    private static (double X, double Y)[] Corners(double x, double y, double radius, Marker marker) => marker switch
    {
        Marker.Square => Square(x, y, 0.86 * radius),
        Marker.Triangle => [(x, y - (1.1 * radius)), (x + (1.1 * HalfSide * radius), y + (0.6 * radius)),
            (x - (1.1 * HalfSide * radius), y + (0.6 * radius))],
        _ => [(x, y - (1.15 * radius)), (x + (1.15 * radius), y), (x, y + (1.15 * radius)), (x - (1.15 * radius), y)],
    };

    private static (double X, double Y)[] Square(double x, double y, double half) =>
        [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)];
}
