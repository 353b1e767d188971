namespace Kaleido.Lab.Ensembles;

/// <summary>How much noise the two basins of a map of [0, 1] to itself surely withstand.</summary>
/// <remarks>
/// If sup f([0, y]) ≤ y - e for some y &lt; ½, then a chain z → f(z) + noise with noise ≤ e never leaves [0, y]; likewise above. So the
/// largest such e bounds the noise below which no chain jumps (theorem 12 for sets instead of balls). For a rising f it is the largest gap
/// x - f(x), and a chain with more noise can leave.
/// </remarks>
/// <param name="Up">max over y &lt; ½ of y - sup f([0, y]): withstood from the lower half upwards; not above 0 if nothing holds it.</param>
/// <param name="Down">max over y &gt; ½ of inf f([y, 1]) - y: from the upper half downwards.</param>
internal readonly record struct NoiseBarrier(double Up, double Down)
{
    private const int GridPoints = 4097;

    /// <summary>The bounds, on a grid with spacing 1/4096: up to so much too large or too small.</summary>
    public static NoiseBarrier Of(Func<float[], float[]> map)
    {
        float[] y = map([.. Enumerable.Range(0, GridPoints).Select(i => i / (GridPoints - 1f))]);
        double up = double.NegativeInfinity, down = double.NegativeInfinity, highest = double.NegativeInfinity,
            lowest = double.PositiveInfinity;
        for (int i = 0; i < GridPoints / 2; i++)
        {
            double x = i / (GridPoints - 1.0);
            highest = Math.Max(highest, y[i]);
            lowest = Math.Min(lowest, y[^(i + 1)]);
            up = Math.Max(up, x - highest);
            down = Math.Max(down, lowest - (1 - x));
        }

        return new(up, down);
    }

    /// <summary>The spacing of the grid.</summary>
    public const double Precision = 1.0 / (GridPoints - 1);
}
