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

    private const double Edge = 1.15;
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
    /// Turns depths into bytes, moves the picture by whole pixels until its centre of mass is nearest to the middle (as MNIST's makers
    /// did), and writes byte/255.
    /// </summary>
    public void Finish(Span<float> picture)
    {
        long mass = 0, massX = 0, massY = 0;
        for (int i = 0; i < _depth.Length; i++)
        {
            // A soft edge of width Edge; MNIST's lines saturate a little before the full depth.
            double cover = Math.Clamp((_depth[i] * (1 / Edge)) + 0.5, 0, 1);
            int level = (int)Math.Round(255 * cover);
            _level[i] = (byte)level;
            mass += level;
            massX += (long)level * (i % Side);
            massY += (long)level * (i / Side);
        }

        // The middle of the picture lies between pixels 13 and 14.
        int moveX = Shift(massX, mass), moveY = Shift(massY, mass);
        picture.Clear();
        for (int y = Math.Max(0, -moveY); y < Math.Min(Side, Side - moveY); y++)
        {
            for (int x = Math.Max(0, -moveX); x < Math.Min(Side, Side - moveX); x++)
            {
                picture[((y + moveY) * Side) + x + moveX] = _level[(y * Side) + x] / 255f;
            }
        }
    }

    private static int Shift(long moment, long mass)
    {
        const int Margin = (Side - Box) / 2;
        return mass == 0 ? 0 : (int)Math.Clamp(Math.Round((Side / 2.0) - ((double)moment / mass)), -Margin, Margin);
    }
}
