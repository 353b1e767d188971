using Kaleido.Lab.Geometry;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>A fixed point on a line.</summary>
/// <param name="X">Where, in float64.</param>
/// <param name="Slope">f' on its right side.</param>
/// <param name="IsStable">Whether starts on both sides come back: |f'| &lt; 1 on both.</param>
internal readonly record struct LinePoint(double X, double Slope, bool IsStable);

/// <summary>
/// A one-dimensional ReLU network in float64 by its linear pieces, f(x) = ψ(ax + c) on each; so largest slopes and images of intervals are
/// exact up to float64's rounding. States are kept in the range [low, 1] of ψ.
/// </summary>
internal sealed class LineMap
{
    private readonly double[] _borders, _a, _c;
    private readonly bool _sigmoid;

    /// <summary>The pieces of a network with one input, plain ReLU layers and a sigmoid or tanh output.</summary>
    public LineMap(Mlp network)
    {
        _sigmoid = network.Options.Output == Activation.Sigmoid;
        Low = _sigmoid ? 0 : -1;
        var pieces = IntervalPieces.Of(network, Low, 1);
        _borders = pieces.Borders.ToArray();
        var maps = Enumerable.Range(0, pieces.Count).Select(pieces.Affine).ToArray();
        (_a, _c) = ([.. maps.Select(map => map.Matrix[0])], [.. maps.Select(map => map.Offset[0])]);
    }

    /// <summary>The lower end of the range; the upper one is 1.</summary>
    public double Low { get; }

    private double Psi(double z) => _sigmoid ? 1 / (1 + Math.Exp(-z)) : Math.Tanh(z);

    private double PsiSlope(double z)
    {
        double e = Math.Exp(-Math.Abs(_sigmoid ? z : 2 * z));
        return (_sigmoid ? 1 : 4) * e / ((1 + e) * (1 + e));
    }

    // The piece that x lies in; at a border the one on its right.
    private int PieceOf(double x)
    {
        int found = Array.BinarySearch(_borders, x);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, _a.Length - 1);
    }

    /// <summary>f(x), for x in the range.</summary>
    public double Apply(double x)
    {
        int piece = PieceOf(x);
        return Psi(_a[piece] * x + _c[piece]);
    }

    /// <summary>f'(x); at a kink that of the right side.</summary>
    public double Slope(double x)
    {
        int piece = PieceOf(x);
        return _a[piece] * PsiSlope(_a[piece] * x + _c[piece]);
    }

    /// <summary>The largest |f'| between two points: on a piece ψ' is largest where the pre-activation is nearest to 0.</summary>
    public double LargestSlope(double from, double to)
    {
        double largest = 0;
        for (int piece = PieceOf(from); piece < _a.Length && _borders[piece] <= to; piece++)
        {
            double z0 = _a[piece] * Math.Max(from, _borders[piece]) + _c[piece],
                z1 = _a[piece] * Math.Min(to, _borders[piece + 1]) + _c[piece];
            double nearest = z0 * z1 <= 0 ? 0 : Math.Min(Math.Abs(z0), Math.Abs(z1));
            largest = Math.Max(largest, Math.Abs(_a[piece]) * PsiSlope(nearest));
        }

        return largest;
    }

    /// <summary>The least and the greatest f between two points: f is monotone on a piece.</summary>
    public (double Low, double High) Image(double from, double to)
    {
        double low = Apply(from), high = low;
        void See(double x)
        {
            double y = Apply(x);
            (low, high) = (Math.Min(low, y), Math.Max(high, y));
        }

        See(to);
        for (int i = PieceOf(from) + 1; i < _borders.Length && _borders[i] < to; i++) See(_borders[i]);
        return (low, high);
    }

    /// <summary>All fixed points from left to right, by signs of x - f(x) at borders and turning points (ψ⁻¹)'(x) = a.</summary>
    public List<LinePoint> FixedPoints()
    {
        var nodes = new List<double>(_borders);
        for (int piece = 0; piece < _a.Length; piece++)
        {
            double a = _a[piece], root = Math.Sqrt(1 - (_sigmoid ? 4 : 1) / a);
            double[] turns = !(a > (_sigmoid ? 4 : 1)) ? [] : _sigmoid ? [(1 - root) / 2, (1 + root) / 2] : [-root, root];
            nodes.AddRange(turns.Where(x => x > _borders[piece] && x < _borders[piece + 1]));
        }

        nodes.Sort();
        var found = new List<LinePoint>();
        for (int i = 0; i + 1 < nodes.Count; i++)
        {
            double from = nodes[i], to = nodes[i + 1], side = from - Apply(from);
            if (!(side * (to - Apply(to)) < 0)) continue;
            for (int k = 0; k < 100; k++)
            {
                double middle = from + (to - from) / 2;
                if ((middle - Apply(middle)) * side > 0) from = middle;
                else to = middle;
            }

            found.Add(new(to, Slope(to), Math.Abs(Slope(to)) < 1 && Math.Abs(Slope(Math.Max(Low, to - 1e-9))) < 1));
        }

        return found;
    }
}
