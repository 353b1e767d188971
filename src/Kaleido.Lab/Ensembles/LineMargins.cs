namespace Kaleido.Lab.Ensembles;

/// <summary>Margins and plateaus of a continuous map of an interval to itself, about its data, as far as a grid can tell.</summary>
/// <remarks>
/// What changes between two neighbouring grid points is found by sections to <see cref="Precision"/>; a basin or plateau narrower than the
/// grid's spacing can be overlooked.
/// </remarks>
/// <param name="map">f of each of some numbers.</param>
/// <param name="low">The lower end of the interval.</param>
/// <param name="high">The upper end.</param>
internal sealed class LineMargins(Func<float[], float[]> map, float low, float high)
{
    /// <summary>Boundaries are found to this.</summary>
    public const float Precision = 1e-6f;

    private const int GridPoints = 401, Sections = 32, MostIterations = 600;

    /// <summary>Where starts come to rest: after 600 applications, or when all repeat themselves to the bit every other time.</summary>
    public float[] Ends(float[] starts)
    {
        float[] before = starts, state = map(starts);
        for (int i = 2; i <= MostIterations; i += 2)
        {
            float[] next = map(state), afterNext = map(next);
            bool rests = afterNext.AsSpan().SequenceEqual(state);
            (before, state) = (next, afterNext);
            if (rests) break;
        }

        return before;
    }

    /// <summary>
    /// The distance from a datum to the nearest point of the interval that does not end where the datum ends (within τ of it): 0 if the
    /// datum itself ends farther than τ away, infinite if there is no such point.
    /// </summary>
    public double Margin(float datum, double tolerance)
    {
        float end = Ends([datum])[0];
        return Math.Abs((double)end - datum) > tolerance ? 0 : Math.Min(Reach(-1), Reach(1));

        double Reach(int side) => Distance(datum, side, xs => [.. Ends(xs).Select(x => Math.Abs((double)x - end) <= tolerance)]);
    }

    /// <summary>
    /// The width of the plateau at a datum: the length of the interval about it in which |f(x) - datum| ≤ τ; 0 if the datum is not in it.
    /// </summary>
    public double Plateau(float datum, double tolerance)
    {
        if (!Near([datum])[0]) return 0;
        return Math.Min(Distance(datum, -1, Near), datum - (double)low) + Math.Min(Distance(datum, 1, Near), high - (double)datum);

        bool[] Near(float[] xs) => [.. map(xs).Select(y => Math.Abs((double)y - datum) <= tolerance)];
    }

    // From the datum, which has it, to the first point that lacks a property; infinite if there is none.
    private double Distance(float datum, int side, Func<float[], bool[]> has)
    {
        float spacing = (high - low) / (GridPoints - 1), border = side < 0 ? low : high;
        int count = (int)(Math.Abs(border - datum) / spacing);
        float[] grid = [datum, .. Enumerable.Range(1, count).Select(i => datum + side * i * spacing), border];
        int first = Array.IndexOf(has(grid), false);
        if (first < 0) return double.PositiveInfinity;
        if (first == 0) return 0;
        float inside = grid[first - 1], outside = grid[first];
        while (Math.Abs(outside - inside) > Precision)
        {
            float[] between = [.. Enumerable.Range(1, Sections - 1).Select(i => inside + (outside - inside) * i / Sections), outside];
            int at = Array.IndexOf(has(between), false);
            (inside, outside) = (at > 0 ? between[at - 1] : inside, between[Math.Max(at, 0)]);
            if (at < 0) break;
        }

        return Math.Abs((double)outside - datum);
    }
}
