namespace Kaleido.Lab.Plots;

/// <summary>A box of whole pixels: left and top belong to it, right and bottom do not.</summary>
internal readonly record struct Box(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    /// <summary>The part inside another box; empty (zero width or height) if there is none.</summary>
    public Box Within(Box other)
    {
        int left = Math.Clamp(Left, other.Left, other.Right), top = Math.Clamp(Top, other.Top, other.Bottom);
        return new(left, top, Math.Clamp(Right, left, other.Right), Math.Clamp(Bottom, top, other.Bottom));
    }
}
