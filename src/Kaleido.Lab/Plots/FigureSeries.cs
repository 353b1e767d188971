namespace Kaleido.Lab.Plots;

/// <summary>What can be put on the axes of a figure; each method returns the figure, and what is added later lies on top.</summary>
/// <remarks>Numbers are copied. A series without a colour takes that of its number; a name puts it into the legend.</remarks>
public static class FigureSeries
{
    /// <summary>A line through points in the given order.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the style is out of range.</exception>
    public static T Line<T>(this T figure, ReadOnlySpan<double> x, ReadOnlySpan<double> y, string? name = null, LineStyle? style = null)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        SameLength("Line", x, y);
        style ??= new LineStyle();
        int number = figure.NextSeries++;
        figure.Add(new LineLayer(
            x.ToArray(), y.ToArray(), name, Checked(style), style.Colour ?? Palette.Series(number), Dash(style, number)));
        return figure;
    }

    /// <summary>A line over 0, 1, 2 …</summary>
    /// <exception cref="ArgumentException">The style is out of range.</exception>
    public static T Line<T>(this T figure, ReadOnlySpan<double> y, string? name = null, LineStyle? style = null)
        where T : Figure
    {
        var x = new double[y.Length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i;
        }

        return figure.Line(x, y, name, style);
    }

    /// <summary>Points.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the style is out of range.</exception>
    public static T Points<T>(
        this T figure, ReadOnlySpan<double> x, ReadOnlySpan<double> y, string? name = null, PointStyle? style = null)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        SameLength("Points", x, y);
        style ??= new PointStyle();
        Range("Points", style.Size, 100, style.Opacity);
        int number = figure.NextSeries++;
        figure.Add(new PointLayer(
            x.ToArray(), y.ToArray(), name, style, style.Colour ?? Palette.Series(number), style.Marker ?? (Marker)(number % 6)));
        return figure;
    }

    /// <summary>The area between two curves, for example two quantiles; without a colour it takes that of the series
    /// that follows.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the opacity is not from 0 to 1.</exception>
    public static T Band<T>(
        this T figure, ReadOnlySpan<double> x, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper,
        string? name = null, Rgb? colour = null, double opacity = 0.22)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        SameLength("Band", x, lower);
        SameLength("Band", x, upper);
        Range("Band", 1, 1, opacity);
        figure.Add(new BandLayer(
            x.ToArray(), lower.ToArray(), upper.ToArray(), name, colour ?? Palette.Series(figure.NextSeries), opacity));
        return figure;
    }

    /// <summary>Upright bars from 0 (on a logarithmic axis from its lower end), centred at x.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="x">Their middles.</param>
    /// <param name="heights">Where they end.</param>
    /// <param name="name">For the legend.</param>
    /// <param name="width">In units of x, above 0.</param>
    /// <param name="colour">Null takes the next.</param>
    /// <param name="opacity">0 to 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the width or opacity is out of range.</exception>
    public static T Bars<T>(
        this T figure, ReadOnlySpan<double> x, ReadOnlySpan<double> heights,
        string? name = null, double width = 0.8, Rgb? colour = null, double opacity = 1)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        SameLength("Bars", x, heights);
        Range("Bars", width, AxisScale.Largest, opacity);
        double[] left = x.ToArray(), right = x.ToArray();
        for (int i = 0; i < left.Length; i++)
        {
            left[i] -= width / 2;
            right[i] += width / 2;
        }

        figure.Add(new BarLayer(left, right, heights.ToArray(), name, colour ?? Palette.Series(figure.NextSeries++), opacity));
        return figure;
    }

    /// <summary>How many numbers fall into each of some equal intervals from the least to the greatest; those not finite
    /// do not count.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="values">The numbers, in any order.</param>
    /// <param name="bins">The number of intervals, 1 to 10000; each holds its lower end, the last one its upper end too.</param>
    /// <param name="name">For the legend.</param>
    /// <param name="colour">Null takes the next.</param>
    /// <param name="opacity">0 to 1.</param>
    /// <exception cref="ArgumentException">The number of intervals or the opacity is out of range.</exception>
    public static T Histogram<T>(
        this T figure, ReadOnlySpan<double> values, int bins = 30, string? name = null, Rgb? colour = null, double opacity = 0.85)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, 10_000);
        Range("Histogram", 1, 1, opacity);
        (double[] left, double[] right, double[] counts) = Bins.Of(values, bins);
        figure.Add(new BarLayer(left, right, counts, name, colour ?? Palette.Series(figure.NextSeries++), opacity));
        return figure;
    }

    /// <summary>A level line through the whole figure; its place counts as data of the y axis.</summary>
    /// <exception cref="ArgumentException">The style is out of range.</exception>
    public static T HorizontalRule<T>(this T figure, double y, string? name = null, LineStyle? style = null)
        where T : Figure => Rule(figure, y, vertical: false, name, style);

    /// <summary>An upright line through the whole figure; its place counts as data of the x axis.</summary>
    /// <exception cref="ArgumentException">The style is out of range.</exception>
    public static T VerticalRule<T>(this T figure, double x, string? name = null, LineStyle? style = null)
        where T : Figure => Rule(figure, x, vertical: true, name, style);

    /// <summary>A text at a point of the data, on a light ground.</summary>
    public static T Text<T>(
        this T figure, double x, double y, string text, TextAlignment alignment = TextAlignment.Start, Rgb? colour = null)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(text);
        figure.Add(new TextLayer(x, y, text, alignment, colour ?? Theme.Ink, figure.TextSize));
        return figure;
    }

    private static T Rule<T>(T figure, double value, bool vertical, string? name, LineStyle? style)
        where T : Figure
    {
        ArgumentNullException.ThrowIfNull(figure);
        style ??= new LineStyle { Width = 1, Dash = [5, 4] };
        figure.Add(new RuleLayer(value, vertical, name, Checked(style), style.Colour ?? Theme.Rule, [.. style.Dash ?? []]));
        return figure;
    }

    private static double[] Dash(LineStyle style, int number) => [.. style.Dash ?? LineStyle.DashOf(number)];

    private static LineStyle Checked(LineStyle style)
    {
        Range("Line", style.Width, 50, style.Opacity);
        if (style.Dash is { } dash && (dash.Count % 2 != 0 || !dash.All(d => d is >= 0.5 and <= 1000)))
        {
            throw new ArgumentException("Line: dashes and gaps come in pairs, each from 0.5 to 1000 pixels.", nameof(style));
        }

        return style;
    }

    private static void Range(string what, double size, double most, double opacity)
    {
        if (!(size > 0 && size <= most))
        {
            throw new ArgumentException($"{what}: a size must be above 0 and at most {most:R}, it is {size:R}.", nameof(size));
        }

        if (!(opacity is >= 0 and <= 1))
        {
            throw new ArgumentException($"{what}: an opacity must be from 0 to 1, it is {opacity:R}.", nameof(opacity));
        }
    }

    private static void SameLength(string what, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"{what}: {x.Length} numbers against {y.Length}; there must be as many of each.", nameof(y));
        }
    }
}
