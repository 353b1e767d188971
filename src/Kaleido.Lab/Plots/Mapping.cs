namespace Kaleido.Lab.Plots;

/// <summary>From data to pixels of the inner box and back.</summary>
internal sealed record Mapping(Box Inner, AxisScale X, AxisScale Y)
{
    // Far enough out that the clip hides it, near enough that nothing overflows on the way.
    private const double Far = 1e7;

    public bool Shows(double x, double y) => X.Shows(x) && Y.Shows(y);

    public double PixelX(double value) => Canvas.Snap(Math.Clamp(Inner.Left + (X.Map(value) * Inner.Width), -Far, Far));

    public double PixelY(double value) => Canvas.Snap(Math.Clamp(Inner.Bottom - (Y.Map(value) * Inner.Height), -Far, Far));

    public double DataX(double pixel) => X.Inverse((pixel - Inner.Left) / Inner.Width);

    public double DataY(double pixel) => Y.Inverse((Inner.Bottom - pixel) / Inner.Height);

    /// <summary>The longest pieces of a curve of which every point can be shown.</summary>
    public List<(double X, double Y)[]> Pieces(double[] xs, double[] ys)
    {
        var pieces = new List<(double X, double Y)[]>();
        var piece = new List<(double X, double Y)>();
        for (int i = 0; i <= xs.Length; i++)
        {
            if (i < xs.Length && Shows(xs[i], ys[i]))
            {
                piece.Add((PixelX(xs[i]), PixelY(ys[i])));
            }
            else if (piece.Count > 0)
            {
                pieces.Add([.. piece]);
                piece.Clear();
            }
        }

        return pieces;
    }
}
