namespace Kaleido.Lab.Geometry;

/// <summary>An interval of starts whose orbits all come to one fixed point.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Point">The number of the fixed point in <see cref="Census.Points"/>.</param>
public readonly record struct BasinInterval(double Low, double High, int Point);

/// <summary>
/// Basins of a one-dimensional f by preimages, in float64: the intervals that sinks are proved to catch, and again and again what f maps
/// into them. On each piece f is φ(ax + c), so preimages come from φ⁻¹ in closed form. Borders are repelling fixed points or cycles and
/// what is mapped to them; the gaps left at them shrink by the slope of f there.
/// </summary>
internal static class LineBasins
{
    private const int MostIterations = 4000;
    private const double Gap = 1e-12;

    // Borders of chaotic maps are Cantor sets: their preimages never end.
    private const int MostIntervals = 20_000;

    public static List<BasinInterval> Of(IntervalPieces pieces, OutputCurve curve, IReadOnlyList<CensusPoint> points)
    {
        var affine = Enumerable.Range(0, pieces.Count).Select(pieces.Affine).Select(it => (A: it.Matrix[0], C: it.Offset[0])).ToArray();
        double low = pieces.Borders[0], high = pieces.Borders[^1];
        List<BasinInterval> basins = [];
        for (int k = 0; k < points.Count; k++)
        {
            double reach = points[k].Stability.Trap, x = points[k].Location[0];
            if (!(reach > 0)) continue;
            // Where f rises between a sink and the next fixed point, everything between goes to the sink.
            double left = k == 0 ? low : points[k - 1].Location[0], right = k == points.Count - 1 ? high : points[k + 1].Location[0];
            basins.Add(new(Rises(left, x) ? left : Math.Max(left, x - reach), Rises(x, right) ? right : Math.Min(right, x + reach), k));
        }

        basins = Joined(basins);
        for (int i = 0; i < MostIterations; i++)
        {
            double before = Length(basins);
            if (high - low - before <= Gap * basins.Count || basins.Count > MostIntervals) break;
            basins = Joined([.. basins, .. Preimages(pieces, affine, curve, basins)]);
            // Slow growth away from a repeller of slope close to 1 is still growth by a factor.
            if (Length(basins) - before <= Gap * 1e-2) break;
        }

        return Closed(basins, low, high);

        bool Rises(double from, double to)
        {
            for (int piece = 0; piece < affine.Length; piece++)
            {
                if (affine[piece].A < 0 && pieces.Borders[piece] < to && pieces.Borders[piece + 1] > from) return false;
            }

            return true;
        }
    }

    private static List<BasinInterval> Preimages(
        IntervalPieces pieces, (double A, double C)[] affine, OutputCurve curve, List<BasinInterval> basins)
    {
        var found = new List<BasinInterval>();
        for (int piece = 0; piece < affine.Length; piece++)
        {
            var (a, c) = affine[piece];
            double left = pieces.Borders[piece], right = pieces.Borders[piece + 1];
            foreach (var basin in basins)
            {
                // Ends in terms of z; a basin that reaches the end of the domain takes in everything beyond.
                double z0 = curve.Inverse(basin.Low), z1 = curve.Inverse(basin.High);
                if (a == 0)
                {
                    if (z0 <= c && c <= z1) found.Add(basin with { Low = left, High = right });
                    continue;
                }

                double x0 = (z0 - c) / a, x1 = (z1 - c) / a;
                if (a < 0) (x0, x1) = (x1, x0);
                (x0, x1) = (Math.Max(x0, left), Math.Min(x1, right));
                if (x0 < x1) found.Add(basin with { Low = x0, High = x1 });
            }
        }

        return found;
    }

    private static List<BasinInterval> Joined(List<BasinInterval> basins)
    {
        basins.Sort((x, y) => x.Low.CompareTo(y.Low));
        var joined = new List<BasinInterval>();
        foreach (var basin in basins)
        {
            if (joined.Count > 0 && joined[^1].Point == basin.Point && basin.Low <= joined[^1].High + 1e-14)
                joined[^1] = joined[^1] with { High = Math.Max(joined[^1].High, basin.High) };
            else if (joined.Count > 0 && basin.High <= joined[^1].High) continue;
            else joined.Add(joined.Count > 0 && basin.Low < joined[^1].High ? basin with { Low = joined[^1].High } : basin);
        }

        return joined;
    }

    // Gaps of rounding size are closed in their middle, where the border is.
    private static List<BasinInterval> Closed(List<BasinInterval> basins, double low, double high)
    {
        const double Small = 1e-6;
        for (int i = 0; i + 1 < basins.Count; i++)
        {
            double gap = basins[i + 1].Low - basins[i].High;
            if (!(gap > 0 && gap < Small)) continue;
            double border = basins[i].High + gap / 2;
            (basins[i], basins[i + 1]) = (basins[i] with { High = border }, basins[i + 1] with { Low = border });
        }

        if (basins.Count > 0 && basins[0].Low - low is > 0 and < Small) basins[0] = basins[0] with { Low = low };
        if (basins.Count > 0 && high - basins[^1].High is > 0 and < Small) basins[^1] = basins[^1] with { High = high };
        return Joined(basins);
    }

    private static double Length(List<BasinInterval> basins) => basins.Sum(basin => basin.High - basin.Low);
}
