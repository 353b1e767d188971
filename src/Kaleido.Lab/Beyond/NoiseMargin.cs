namespace Kaleido.Lab.Beyond;

/// <summary>How much bounded noise an attractor x* on a line bears.</summary>
internal sealed class NoiseMargin
{
    private const int Radii = 2000;

    // q(r) for r = reach·(i + 1)/Radii, as far as it is below 1.
    private readonly double[] _contractions;
    private readonly double _reach;

    /// <summary>Measures a stable fixed point between two unstable neighbours (NaN where there is none on a side).</summary>
    public NoiseMargin(LineMap map, double x, double left, double right)
    {
        _reach = Math.Max(x - map.Low, 1 - x);
        _contractions = [.. Enumerable.Range(1, Radii).Select(i => _reach * i / Radii)
            .Select(r => map.LargestSlope(Math.Max(map.Low, x - r), Math.Min(1, x + r))).TakeWhile(q => q < 1)];
        for (int i = 0; i < _contractions.Length; i++)
        {
            double r = _reach * (i + 1) / Radii, q = _contractions[i];
            if (r * (1 - q) > Bound) (Bound, Radius, Contraction) = (r * (1 - q), r, q);
        }

        (Escape, Denoising) = (EscapeOf(map, x, left, right), DenoisingOf(map, x));
    }

    /// <summary>
    /// e = max over r of r(1 - q(r)), q(r) the largest |f'| within r of x*: noise up to e never drives a chain farther than r.
    /// </summary>
    public double Bound { get; }

    /// <summary>The r of that maximum.</summary>
    public double Radius { get; }

    /// <summary>q(r) for it.</summary>
    public double Contraction { get; }

    /// <summary>
    /// The least noise with which the worst choice of every step drives a chain from x* over the nearest unstable fixed point; infinite
    /// where there is none.
    /// </summary>
    public double Escape { get; }

    /// <summary>The largest radius within which every start comes back to x* without noise, by images of intervals.</summary>
    public double Denoising { get; }

    /// <summary>e/(1 - q(r)) for the smallest r with r(1 - q(r)) ≥ e; NaN where the noise is above the bound.</summary>
    public double DistanceBound(double noise)
    {
        for (int i = 0; i < _contractions.Length; i++)
        {
            if (_reach * (i + 1) / Radii * (1 - _contractions[i]) >= noise) return noise / (1 - _contractions[i]);
        }

        return double.NaN;
    }

    // Where states can be after any number of steps is an interval that grows step by step, until it rests or crosses a neighbour.
    private static double EscapeOf(LineMap map, double x, double left, double right)
    {
        if (double.IsNaN(left) && double.IsNaN(right)) return double.PositiveInfinity;
        double low = 0, high = 2;
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (Escapes(map, x, left, right, middle)) high = middle;
            else low = middle;
        }

        return high;
    }

    private static bool Escapes(LineMap map, double x, double left, double right, double noise)
    {
        double from = x, to = x;
        for (int k = 0; k < 5000; k++)
        {
            var (low, high) = map.Image(from, to);
            double nextFrom = Math.Max(map.Low, Math.Min(from, low - noise)), nextTo = Math.Min(1, Math.Max(to, high + noise));
            if (nextFrom < left || nextTo > right) return true;
            if (from - nextFrom + (nextTo - to) < 1e-13) return false;
            (from, to) = (nextFrom, nextTo);
        }

        return false;
    }

    private static double DenoisingOf(LineMap map, double x)
    {
        double low = 0, high = Math.Max(x - map.Low, 1 - x);
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (Returns(map, x, middle)) low = middle;
            else high = middle;
        }

        return low;
    }

    private static bool Returns(LineMap map, double x, double radius)
    {
        double from = Math.Max(map.Low, x - radius), to = Math.Min(1, x + radius);
        for (int k = 0; k < 2000 && to - from > 1e-9; k++) (from, to) = map.Image(from, to);
        return to - from <= 1e-9 && Math.Abs(from - x) < 1e-6;
    }
}
