namespace Kaleido.Lab.Plots;

/// <summary>The shape of a point.</summary>
public enum Marker
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square on its side.</summary>
    Square,

    /// <summary>A triangle with its tip up.</summary>
    Triangle,

    /// <summary>A square on its tip.</summary>
    Diamond,

    /// <summary>Two lines, + (never filled).</summary>
    Plus,

    /// <summary>Two lines, × (never filled).</summary>
    Cross,
}

/// <summary>How a line looks.</summary>
public sealed record LineStyle
{
    /// <summary>Null takes the next colour of <see cref="Palette.OkabeIto"/>.</summary>
    public Rgb? Colour { get; init; }

    /// <summary>Pixels, above 0 and at most 50.</summary>
    public double Width { get; init; } = 1.8;

    /// <summary>Lengths of dashes and gaps in turn, in pixels, each above 0; empty is solid; null takes the pattern of
    /// the series' number.</summary>
    public IReadOnlyList<double>? Dash { get; init; }

    /// <summary>0 (invisible) to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>The dash patterns by number of the series: the first is solid.</summary>
    public static IReadOnlyList<double> DashOf(int index) => (index % 5) switch
    {
        0 => [],
        1 => [9, 5],
        2 => [2, 4],
        3 => [10, 4, 2, 4],
        _ => [16, 5],
    };
}

/// <summary>How points look.</summary>
public sealed record PointStyle
{
    /// <summary>Null takes the next colour of <see cref="Palette.OkabeIto"/>.</summary>
    public Rgb? Colour { get; init; }

    /// <summary>The shape; null takes the one of the series' number.</summary>
    public Marker? Marker { get; init; }

    /// <summary>The breadth in pixels, above 0 and at most 100.</summary>
    public double Size { get; init; } = 7;

    /// <summary>A full shape, or its outline around white.</summary>
    public bool Filled { get; init; } = true;

    /// <summary>0 (invisible) to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>A thin white line around the shape, to keep it visible on colours.</summary>
    public bool Halo { get; init; }
}

/// <summary>Where the legend stands.</summary>
public enum LegendPlace
{
    /// <summary>In the corner where it hides nothing; if there is none, beside the plot.</summary>
    Best,

    /// <summary>Inside, above on the right.</summary>
    UpperRight,

    /// <summary>Inside, above on the left.</summary>
    UpperLeft,

    /// <summary>Inside, below on the right.</summary>
    LowerRight,

    /// <summary>Inside, below on the left.</summary>
    LowerLeft,

    /// <summary>Beside the plot, on its right.</summary>
    Outside,

    /// <summary>There is none.</summary>
    None,
}
