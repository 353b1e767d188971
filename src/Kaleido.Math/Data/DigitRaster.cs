namespace Kaleido.Data;

/// <summary>
/// Draws thick smooth lines into a 28 × 28 picture: every pixel gets the depth of its centre inside the line (radius minus distance,
/// the largest over all segments), from which a soft edge follows.
/// </summary>
internal sealed class DigitRaster
{
    /// <summary>Pixels per side of the picture.</summary>
    public const int Side = 28;

    /// <summary>Pixels per side of the box that the digit is fitted into.</summary>
    public const int Box = 20;

    /// <summary>The width of the soft edge in pixels, half of it outside the line.</summary>
    public const double Edge = 1.25;

    private const double Outside = -1e9;

    private readonly double[] _depth = new double[Side * Side];
    private readonly byte[] _level = new byte[Side * Side];

    /// <summary>Forgets what was drawn.</summary>
    public void Clear() => _depth.AsSpan().Fill(Outside);

    /// <summary>A segment whose radius goes linearly from end to end; in pixels, pixel (0, 0) is centred on (0.5, 0.5).</summary>
    public void Segment(double x0, double y0, double r0, double x1, double y1, double r1)
    {
        double reach = Math.Max(r0, r1) + Edge;
        int left = Math.Max(0, (int)(Math.Min(x0, x1) - reach)), right = Math.Min(Side - 1, (int)(Math.Max(x0, x1) + reach));
        int top = Math.Max(0, (int)(Math.Min(y0, y1) - reach)), bottom = Math.Min(Side - 1, (int)(Math.Max(y0, y1) + reach));
        double dx = x1 - x0, dy = y1 - y0, square = (dx * dx) + (dy * dy);
        double inverse = square > 0 ? 1 / square : 0;
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                double px = x + 0.5 - x0, py = y + 0.5 - y0;
                double along = Math.Clamp(((px * dx) + (py * dy)) * inverse, 0, 1);
                double ex = px - (along * dx), ey = py - (along * dy);
                double depth = r0 + (along * (r1 - r0)) - Math.Sqrt((ex * ex) + (ey * ey));
                ref double cell = ref _depth[(y * Side) + x];
                cell = Math.Max(cell, depth);
            }
        }
    }

    /// <summary>
    /// Turns depths into bytes, moves the picture by whole pixels until the mean index of its mass is nearest to 14 in both directions
    /// (as in MNIST), though never so far that ink would leave it, and writes byte/255.
    /// </summary>
    public void Finish(Span<float> picture)
    {
        long mass = 0, massX = 0, massY = 0;
        int left = Side, right = -1, top = Side, bottom = -1;
        for (int i = 0; i < _depth.Length; i++)
        {
            // The soft edge is centred on the line's border and Edge pixels wide.
            int level = (int)Math.Round(255 * Math.Clamp((_depth[i] * (1 / Edge)) + 0.5, 0, 1));
            _level[i] = (byte)level;
            if (level > 0)
            {
                int x = i % Side, y = i / Side;
                (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
                mass += level;
                massX += (long)level * x;
                massY += (long)level * y;
            }
        }

        picture.Clear();
        if (mass == 0)
        {
            return;
        }

        int moveX = Shift(massX, mass, left, right), moveY = Shift(massY, mass, top, bottom);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                picture[((y + moveY) * Side) + x + moveX] = _level[(y * Side) + x] / 255f;
            }
        }
    }

    private static int Shift(long moment, long mass, int first, int last) =>
        (int)Math.Clamp(Math.Round((Side / 2.0) - ((double)moment / mass)), -first, Side - 1 - last);
}
