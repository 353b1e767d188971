namespace Kaleido.Lab.Plots;

/// <summary>Something drawn on the axes of a figure.</summary>
internal abstract class Layer(string? name)
{
    /// <summary>What the legend calls it; null leaves it out there.</summary>
    public string? Name => name;

    /// <summary>Numbers that the x axis should hold.</summary>
    public virtual IEnumerable<double> Xs => [];

    /// <summary>Numbers that the y axis should hold.</summary>
    public virtual IEnumerable<double> Ys => [];

    /// <summary>Whether it stands on zero, which is then the end of the y axis.</summary>
    public virtual bool StandsOnZero => false;

    /// <summary>Whether there is data in it that can be shown.</summary>
    public virtual bool HasData(Mapping mapping) => false;

    public abstract void Draw(Canvas canvas, Mapping mapping);

    /// <summary>Its sign in the legend.</summary>
    public abstract void Swatch(Canvas canvas, Box box);

    protected static int Weight(double opacity) => (int)Math.Round(256 * opacity);
}

internal sealed class LineLayer(double[] x, double[] y, string? name, LineStyle style, Rgb colour, double[] dash) : Layer(name)
{
    public Rgb Colour => colour;

    /// <summary>Whether it runs through exactly these points.</summary>
    public bool Joins(double[] pointX, double[] pointY) => x.AsSpan().SequenceEqual(pointX) && y.AsSpan().SequenceEqual(pointY);

    public override IEnumerable<double> Xs => x.Where((_, i) => double.IsFinite(y[i]));

    public override IEnumerable<double> Ys => y.Where((_, i) => double.IsFinite(x[i]));

    public override bool HasData(Mapping mapping) => x.Where((value, i) => mapping.Shows(value, y[i])).Any();

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        foreach ((double X, double Y)[] piece in mapping.Pieces(x, y))
        {
            canvas.Polyline(piece, style.Width, dash);
        }

        canvas.Paint(colour, Weight(style.Opacity));
    }

    public override void Swatch(Canvas canvas, Box box)
    {
        double middle = ((box.Top + box.Bottom) / 2) + 0.5;
        canvas.Polyline([(box.Left + 1, middle), (box.Right - 1, middle)], style.Width, dash);
        canvas.Paint(colour, Weight(style.Opacity));
    }
}

internal sealed class PointLayer(double[] x, double[] y, string? name, PointStyle style, Rgb colour, Marker marker) : Layer(name)
{
    /// <summary>Whether these are a line's own points, without a name of theirs.</summary>
    public bool Mark(LineLayer line) => string.IsNullOrEmpty(Name) && line.Colour == colour && line.Joins(x, y);

    public override IEnumerable<double> Xs => x.Where((_, i) => double.IsFinite(y[i]));

    public override IEnumerable<double> Ys => y.Where((_, i) => double.IsFinite(x[i]));

    public override bool HasData(Mapping mapping) => x.Where((value, i) => mapping.Shows(value, y[i])).Any();

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        // A point on the border is drawn whole, one beyond it not at all.
        Box clip = canvas.Clip, inner = mapping.Inner;
        int reach = (int)Math.Ceiling(style.Size) + 3;
        canvas.ClipTo(new Box(clip.Left - reach, clip.Top - reach, clip.Right + reach, clip.Bottom + reach));
        for (int i = 0; i < x.Length; i++)
        {
            if (mapping.Shows(x[i], y[i]) && mapping.PixelX(x[i]) is double atX && mapping.PixelY(y[i]) is double atY
                && atX >= inner.Left - 0.5 && atX <= inner.Right + 0.5 && atY >= inner.Top - 0.5 && atY <= inner.Bottom + 0.5)
            {
                Markers.Draw(canvas, atX, atY, marker, style, colour);
            }
        }

        canvas.ClipTo(clip);
    }

    public override void Swatch(Canvas canvas, Box box) =>
        Markers.Draw(canvas, ((box.Left + box.Right) / 2) + 0.5, ((box.Top + box.Bottom) / 2) + 0.5, marker, style, colour);
}

internal sealed class BandLayer(double[] x, double[] lower, double[] upper, string? name, Rgb colour, double opacity) : Layer(name)
{
    public override IEnumerable<double> Xs => x.Where((_, i) => double.IsFinite(lower[i]) && double.IsFinite(upper[i]));

    public override IEnumerable<double> Ys => lower.Concat(upper);

    public override bool HasData(Mapping mapping) => x.Where((_, i) => Shows(mapping, i)).Any();

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        for (int start = 0; start < x.Length; start++)
        {
            int end = start;
            while (end < x.Length && Shows(mapping, end))
            {
                end++;
            }

            if (end - start > 1)
            {
                var outline = new (double X, double Y)[2 * (end - start)];
                for (int i = start; i < end; i++)
                {
                    double at = mapping.PixelX(x[i]);
                    outline[i - start] = (at, mapping.PixelY(upper[i]));
                    outline[^(i - start + 1)] = (at, mapping.PixelY(lower[i]));
                }

                canvas.Polygon(outline);
            }

            start = end;
        }

        canvas.Paint(colour, Weight(opacity));
    }

    public override void Swatch(Canvas canvas, Box box)
    {
        canvas.Polygon([(box.Left + 1, box.Top), (box.Right - 1, box.Top), (box.Right - 1, box.Bottom), (box.Left + 1, box.Bottom)]);
        canvas.Paint(colour, Weight(opacity));
    }

    private bool Shows(Mapping mapping, int i) => mapping.Shows(x[i], lower[i]) && mapping.Y.Shows(upper[i]);
}

internal sealed class BarLayer(double[] left, double[] right, double[] height, string? name, Rgb colour, double opacity) : Layer(name)
{
    public override IEnumerable<double> Xs => left.Concat(right);

    public override IEnumerable<double> Ys => height.Append(0);

    public override bool StandsOnZero => true;

    public override bool HasData(Mapping mapping) => left.Where((_, i) => Shows(mapping, i)).Any();

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        double zero = mapping.Y.Shows(0) ? mapping.PixelY(0) : mapping.Inner.Bottom;
        for (int i = 0; i < left.Length; i++)
        {
            if (Shows(mapping, i))
            {
                double from = Math.Round(mapping.PixelX(left[i])), to = Math.Round(mapping.PixelX(right[i]));
                double top = mapping.PixelY(height[i]);

                // A white pixel between neighbours, where there is room for it.
                to = to - from > 3 ? to - 1 : Math.Max(to, from + 1);
                canvas.Polygon([(from, top), (to, top), (to, zero), (from, zero)]);
            }
        }

        canvas.Paint(colour, Weight(opacity));
    }

    public override void Swatch(Canvas canvas, Box box)
    {
        canvas.Polygon([(box.Left + 4, box.Top), (box.Right - 4, box.Top), (box.Right - 4, box.Bottom), (box.Left + 4, box.Bottom)]);
        canvas.Paint(colour, Weight(opacity));
    }

    private bool Shows(Mapping mapping, int i) => mapping.Shows(left[i], height[i]) && mapping.X.Shows(right[i]);
}

internal sealed class RuleLayer(double value, bool vertical, string? name, LineStyle style, Rgb colour, double[] dash) : Layer(name)
{
    public override IEnumerable<double> Xs => vertical ? [value] : [];

    public override IEnumerable<double> Ys => vertical ? [] : [value];

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        Box inner = mapping.Inner;
        if (vertical && mapping.X.Shows(value))
        {
            double x = Math.Floor(mapping.PixelX(value)) + 0.5;
            canvas.Polyline([(x, inner.Top), (x, inner.Bottom)], style.Width, dash);
        }
        else if (!vertical && mapping.Y.Shows(value))
        {
            double y = Math.Floor(mapping.PixelY(value)) + 0.5;
            canvas.Polyline([(inner.Left, y), (inner.Right, y)], style.Width, dash);
        }

        canvas.Paint(colour, Weight(style.Opacity));
    }

    public override void Swatch(Canvas canvas, Box box)
    {
        double middle = ((box.Top + box.Bottom) / 2) + 0.5;
        canvas.Polyline([(box.Left + 1, middle), (box.Right - 1, middle)], style.Width, dash);
        canvas.Paint(colour, Weight(style.Opacity));
    }
}

internal sealed class TextLayer(double x, double y, string text, TextAlignment alignment, Rgb colour, int size) : Layer(null)
{
    public override IEnumerable<double> Xs => [x];

    public override IEnumerable<double> Ys => [y];

    public override void Draw(Canvas canvas, Mapping mapping)
    {
        if (!mapping.Shows(x, y))
        {
            return;
        }

        int width = StrokeFont.Width(text, size);
        int at = (int)Math.Floor(mapping.PixelX(x)), baseline = (int)Math.Floor(mapping.PixelY(y)) + (size / 2);
        int left = alignment == TextAlignment.Start ? at + 6 : alignment == TextAlignment.Middle ? at - (width / 2) : at - width - 6;
        canvas.Polygon([(left - 3, baseline - size - 3), (left + width + 3, baseline - size - 3),
            (left + width + 3, baseline + 5), (left - 3, baseline + 5)]);
        canvas.Paint(Rgb.White, 200);
        StrokeFont.Draw(canvas, text, left, baseline, size, colour);
    }

    public override void Swatch(Canvas canvas, Box box)
    {
    }
}
