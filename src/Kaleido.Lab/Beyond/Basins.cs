using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>A map of the plane to itself, iterated until it rests: which of some points each start comes to.</summary>
/// <param name="map">f of rows of two numbers.</param>
/// <param name="ends">The points that starts may come to, rows of two numbers.</param>
/// <param name="most">Iterations at most.</param>
internal sealed class Basins(Func<float[], float[]> map, float[] ends, int most)
{
    private const double Still = 1e-6, Near = 0.05;
    private const int Block = 1 << 14;

    /// <summary>The basins of a network.</summary>
    public static Basins Of(Mlp network, float[] ends, int most) => new(points => network.Evaluate(points), ends, most);

    /// <summary>
    /// For each start the end within .05 of where it comes to rest (a step below 1e-6) or is at
    /// the last two iterations, -1 where there is none, and after how many iterations it rested.
    /// </summary>
    public (int[] Class, int[] Time) Classify(float[] starts)
    {
        int count = starts.Length / 2;
        var found = new int[count];
        var time = new int[count];
        for (int from = 0; from < count; from += Block) Classify(starts, from, Math.Min(Block, count - from), found, time);
        return (found, time);
    }

    // Those at rest are taken out, so that an iteration costs what still moves.
    private void Classify(float[] starts, int from, int count, int[] found, int[] time)
    {
        float[] state = starts[(2 * from)..(2 * (from + count))];
        int[] who = [.. Enumerable.Range(from, count)];
        for (int t = 1; t <= most && who.Length > 0; t++)
        {
            float[] next = map(state);
            int kept = 0;
            for (int i = 0; i < who.Length; i++)
            {
                float x = next[2 * i], y = next[2 * i + 1];
                double dx = (double)x - state[2 * i], dy = (double)y - state[2 * i + 1];
                (found[who[i]], time[who[i]]) = (Nearest(x, y), t);
                if (dx * dx + dy * dy < Still * Still) continue;
                (who[kept], next[2 * kept], next[2 * kept + 1]) = (who[i], x, y);
                kept++;
            }

            who = who[..kept];
            state = next[..(2 * kept)];
        }

        // Slow ones that are near the same end twice count as there; cycles between ends do not.
        if (who.Length == 0) return;
        float[] after = map(state);
        for (int i = 0; i < who.Length; i++)
        {
            if (Nearest(after[2 * i], after[2 * i + 1]) != found[who[i]]) found[who[i]] = -1;
        }
    }

    private int Nearest(double x, double y)
    {
        for (int i = 0; i < ends.Length; i += 2)
        {
            if ((x - ends[i]) * (x - ends[i]) + (y - ends[i + 1]) * (y - ends[i + 1]) <= Near * Near) return i / 2;
        }

        return -1;
    }

    /// <summary>
    /// The least period, at most 64, of where a start has come to after 5000 iterations (states equal within 1e-5); 0 where there is none.
    /// </summary>
    public int Period(float x, float y)
    {
        const int Longest = 64, Settled = 5000;
        float[] state = [x, y];
        for (int t = 0; t < Settled; t++) state = map(state);
        float[] next = state;
        for (int period = 1; period <= Longest; period++)
        {
            next = map(next);
            if (Math.Abs(next[0] - state[0]) < 1e-5 && Math.Abs(next[1] - state[1]) < 1e-5) return period;
        }

        return 0;
    }

    /// <summary>
    /// Boxes of side 2⁻ᵏ·(the square's) whose corners are not all in one basin, level by level: all
    /// boxes of the first level are looked at, below it the parts of boxes that met the boundary
    /// and of their neighbours. Islands smaller than the boxes of the first level are missed.
    /// </summary>
    /// <param name="left">The square's left end.</param>
    /// <param name="bottom">Its lower end.</param>
    /// <param name="side">Its side.</param>
    /// <param name="first">The first level.</param>
    /// <param name="last">The last level.</param>
    public List<HashSet<(int X, int Y)>> Boundary(double left, double bottom, double side, int first, int last)
    {
        var levels = new List<HashSet<(int X, int Y)>>();
        var boxes = new HashSet<(int X, int Y)>(from x in Enumerable.Range(0, 1 << first) from y in Enumerable.Range(0, 1 << first)
            select (x, y));
        for (int level = first; level <= last; level++)
        {
            if (level > first)
            {
                int most = 1 << level;
                boxes = [.. from box in levels[^1] from dx in Enumerable.Range(-1, 4) from dy in Enumerable.Range(-1, 4)
                            let x = 2 * box.X + dx let y = 2 * box.Y + dy where x >= 0 && y >= 0 && x < most && y < most select (x, y)];
            }

            // Sorted, so that nothing depends on the order of a set.
            (int X, int Y)[] corners =
                [.. boxes.SelectMany(b => new[] { b, (b.X + 1, b.Y), (b.X, b.Y + 1), (b.X + 1, b.Y + 1) }).Distinct().Order()];
            double size = side / (1 << level);
            int[] classes = Classify([.. corners.SelectMany(c => new[] { (float)(left + c.X * size), (float)(bottom + c.Y * size) })])
                .Class;
            var at = corners.Zip(classes).ToDictionary(p => p.First, p => p.Second);
            levels.Add([.. boxes.Where(b => at[b] != at[(b.X + 1, b.Y)] || at[b] != at[(b.X, b.Y + 1)]
                || at[b] != at[(b.X + 1, b.Y + 1)])]);
        }

        return levels;
    }

    /// <summary>
    /// A point of the unit square where as many basins meet as anywhere: of a coarse grid
    /// the start with the most basins around it, then of finer and finer ones about it.
    /// </summary>
    public (double X, double Y) Junction()
    {
        const int Levels = 11;
        double size = 1;
        (double X, double Y) centre = (0.5, 0.5);
        for (int level = 0; level < Levels; level++)
        {
            const int Side = 33;
            float[] starts = Square(centre.X, centre.Y, size / 2, Side);
            int[] classes = Classify(starts).Class;
            var best = (Count: 0, Distance: double.PositiveInfinity, At: centre);
            for (int y = 1; y + 1 < Side; y++)
            {
                for (int x = 1; x + 1 < Side; x++)
                {
                    int count = (from dy in Enumerable.Range(-1, 3) from dx in Enumerable.Range(-1, 3)
                        select classes[(y + dy) * Side + x + dx]).Distinct().Count();
                    int at = 2 * (y * Side + x);
                    double distance = Math.Abs(starts[at] - centre.X) + Math.Abs(starts[at + 1] - centre.Y);
                    if (count > best.Count || (count == best.Count && distance < best.Distance)) best =
                        (count, distance, (starts[at], starts[at + 1]));
                }
            }

            (centre, size) = (best.At, size / 2);
        }

        return centre;
    }

    /// <summary>The middles of side × side cells of a square about (x, y), row by row from above.</summary>
    public static float[] Square(double x, double y, double half, int side) =>
        [.. from row in Enumerable.Range(0, side) from column in Enumerable.Range(0, side)
            from v in new[] { x - half + 2 * half * (column + 0.5) / side, y + half - 2 * half * (row + 0.5) / side } select (float)v];
}
