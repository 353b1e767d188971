using Kaleido.Data;

namespace Kaleido.Lab.Figures;

/// <summary>A data set of pictures that is connected by construction: samples of a closed curve in picture space.</summary>
internal static class ConnectedPictures
{
    private const double Radius = 9.5, Spread = 5;

    /// <summary>
    /// A soft disc, exp(-r²/2·5²) about a middle that runs once round a circle of radius 9.5 pixels, on a ground of its complement in blue:
    /// neighbours on the curve differ by O(1/samples), all of it is one piece.
    /// </summary>
    /// <param name="samples">At least 1.</param>
    /// <param name="side">Pixels of a side; the lengths above are for 32 and grow with it.</param>
    public static Dataset Create(int samples, int side = 32)
    {
        var values = new float[samples * 3 * side * side];
        double scale = side / 32.0;
        for (int i = 0; i < samples; i++)
        {
            double angle = 2 * Math.PI * i / samples, middle = (side - 1) / 2.0;
            double x0 = middle + Radius * scale * Math.Cos(angle), y0 = middle + Radius * scale * Math.Sin(angle);
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                {
                    double square = ((x - x0) * (x - x0) + (y - y0) * (y - y0)) / (2 * Spread * Spread * scale * scale), disc = Math.Exp(-square);
                    int at = i * 3 * side * side + y * side + x;
                    (values[at], values[at + side * side], values[at + 2 * side * side]) = ((float)disc, (float)(disc * 0.7), (float)(0.6 * (1 - disc)));
                }
            }
        }

        return Dataset.FromRows("a moving disc", values, 3 * side * side, new(side, side, 3));
    }
}
