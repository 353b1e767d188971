namespace Kaleido.Lab.Geometry;

/// <summary>
/// Bounds of the slopes (φ(z) - φ(c))/(z - c) between a centre c and every other point of an interval about it (R. Krawczyk, A. Neumaier,
/// Interval slopes for rational functions and associated centered forms, SIAM J. Numer. Anal. 22, 1985): narrower than bounds of φ'.
/// </summary>
internal static class SlopeBounds
{
    private const int Cells = 8;

    /// <summary>Of max(z, 0), for z within a distance of c.</summary>
    /// <remarks>
    /// c > 0: 1 where z ≥ 0, else c/(c - z) ≥ c/reach. c &lt; 0: 0 where z ≤ 0, else 1 - |c|/(z - c) ≤ 1 - |c|/reach.
    /// </remarks>
    public static Interval Relu(Interval centre, double reach)
    {
        if (centre.Low > 0) return new(Math.Clamp((new Interval(centre.Low) / reach).Low, 0, 1), 1);
        if (centre.High < 0) return new(0, Math.Clamp((1 - new Interval(-centre.High) / reach).High, 0, 1));
        return new(0, 1);
    }

    /// <summary>Of the output activation, for z in an interval that holds c.</summary>
    /// <remarks>
    /// The slope is the mean of φ' from c to z. With cells of equal width away from c, m_j bounding φ' on cell j, a mean that ends
    /// in cell k lies between those that end at the cell's ends, so the largest (m_0 + … + m_k)/(k + 1) bounds all; likewise below.
    /// </remarks>
    public static Interval Output(ReluSelfMap map, Interval centre, Interval reach) =>
        Side(map, centre.Low, reach.Low, centre).Hull(Side(map, centre.High, reach.High, centre));

    private static Interval Side(ReluSelfMap map, double from, double to, Interval centre)
    {
        Interval sum = 0, slopes = map.Slope(centre);
        double previous = from;
        for (int cell = 1; cell <= Cells; cell++)
        {
            double next = cell == Cells ? to : from + (to - from) * cell / Cells;
            // The last cells' ends are rounded, so a mean over cells is taken with the widths as they are.
            var width = new Interval(next) - previous;
            var inCell = map.Slope(new Interval(Math.Min(previous, next), Math.Max(previous, next)));
            sum += width * inCell;
            var whole = new Interval(next) - from;
            slopes = slopes.Hull(whole.Contains(0) ? inCell : sum / whole);
            previous = next;
        }

        return slopes;
    }
}
