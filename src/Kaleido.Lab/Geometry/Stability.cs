using System.Numerics;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// The linear part of f at a proved fixed point, with bounds: eigenvalues, class, and an ellipse ‖T⁻¹(x - x*)‖₂ ≤ s from which every orbit
/// converges, because ‖T⁻¹JT‖₂ &lt; 1 for all Jacobians of a box around it. T is a scaled Schur basis for real eigenvalues, the real and
/// imaginary part of an eigenvector for complex ones (R. Horn, C. Johnson, Matrix Analysis, lemma 5.6.10).
/// </summary>
internal sealed class Stability
{
    private readonly int _size;
    private readonly double[] _basis;

    private Stability(int size, double[] basis) => (_size, _basis) = (size, basis);

    public FixedPointClass Class { get; private set; }

    public bool IsProved { get; private set; }

    /// <summary>Bounds of ρ over all Jacobians about the point.</summary>
    public Interval Radius { get; private set; }

    public Complex[] Eigenvalues { get; private set; } = [];

    /// <summary>The derivative at the point, one-sided mean on a kink.</summary>
    public double[] Jacobian { get; private set; } = [];

    public int Straddling { get; private set; }

    /// <summary>s, 0 where none is proved.</summary>
    public double Trap { get; private set; }

    /// <summary>The largest Euclidean ball in the ellipse.</summary>
    public double TrapBall => _size == 1 ? Trap : Trap * Smallest(_basis);

    /// <summary>Whether x lies in the ellipse around the point.</summary>
    public bool Catches(ReadOnlySpan<double> x, double[] centre)
    {
        if (Trap == 0) return false;
        if (_size == 1) return Math.Abs(x[0] - centre[0]) <= 0.999 * Trap;
        double[] inverse = Krawczyk.Inverse(_basis, 2);
        double dx = x[0] - centre[0], dy = x[1] - centre[1], a = inverse[0] * dx + inverse[1] * dy, b = inverse[2] * dx + inverse[3] * dy;
        return a * a + b * b <= 0.998 * Trap * Trap;
    }

    public static Stability Of(NetworkEnclosure network, ProvedPoint point)
    {
        int size = point.X.Length;
        double[] middle = [.. point.Enclosure.Select(it => it.Midpoint)];
        network.Enclose(middle, [.. point.Enclosure.Select(it => it.Width)]);
        Interval[] jacobian = network.Jacobian;
        double[] centre = [.. jacobian.Select(it => it.Midpoint)];
        var eigenvalues = Spectrum(centre);
        var it = new Stability(size, size == 1 ? [1] : Basis(centre, eigenvalues))
        {
            Jacobian = centre, Eigenvalues = eigenvalues, Straddling = network.Straddling, Radius = RadiusOf(jacobian),
        };
        bool contracts = it.Norm(jacobian) < 1;
        (it.Class, it.IsProved) = contracts ? (FixedPointClass.Sink, true) : it.Classify(jacobian, point.Index);
        if (contracts) it.FindTrap(network, point, middle);
        return it;
    }

    private (FixedPointClass Class, bool Proved) Classify(Interval[] jacobian, int index)
    {
        if (_size == 1)
        {
            if (jacobian[0].Mignitude > 1) return (FixedPointClass.Repeller, true);
            return (Radius.Midpoint > 1 ? FixedPointClass.Repeller : FixedPointClass.Sink, false);
        }

        // p(λ) = λ² - tr λ + det; at a kink only the index is sure: an attracting fixed point has index +1.
        Interval trace = jacobian[0] + jacobian[3], det = jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2];
        Interval atOne = 1 - trace + det, atMinusOne = 1 + trace + det;
        if (Straddling > 0) return index < 0 ? (FixedPointClass.Saddle, true) : (Guess(), false);
        if (atOne.Contains(0) || atMinusOne.Contains(0)) return (Guess(), false);
        if (atOne.Low > 0 != atMinusOne.Low > 0) return (FixedPointClass.Saddle, true);
        if (det.Mignitude > 1) return (FixedPointClass.Repeller, true);
        return det.Magnitude < 1 && atOne.Low > 0 ? (FixedPointClass.Sink, true) : (Guess(), false);
    }

    private FixedPointClass Guess()
    {
        int outside = Eigenvalues.Count(value => Complex.Abs(value) > 1);
        return outside == 0 ? FixedPointClass.Sink : outside == _size ? FixedPointClass.Repeller : FixedPointClass.Saddle;
    }

    private void FindTrap(NetworkEnclosure network, ProvedPoint point, double[] middle)
    {
        // The float64 place of x* must be good to a thousandth of s.
        double least = 1000 * point.Enclosure.Max(side => side.Width);
        for (double s = 1; s > least; s /= 2)
        {
            // The ellipse lies in the box |x_i - x*_i| ≤ s·‖row i of T‖, and x* in its enclosure.
            double[] radius = [.. point.Enclosure.Select((side, i) =>
                1.000001 * s * (_size == 1 ? 1 : Math.Sqrt(_basis[2 * i] * _basis[2 * i] + _basis[2 * i + 1] * _basis[2 * i + 1])) + side.Width)];
            network.Enclose(middle, radius);
            if (!(Norm(network.Jacobian) < 1)) continue;
            Trap = s;
            return;
        }
    }

    // An upper bound of ‖T⁻¹JT‖₂ over an interval matrix: of its middle, plus the Frobenius norm of the rest.
    private double Norm(Interval[] jacobian)
    {
        if (_size == 1) return jacobian[0].Magnitude;
        var det = (Interval)_basis[0] * _basis[3] - (Interval)_basis[1] * _basis[2];
        if (det.Contains(0)) return double.PositiveInfinity;
        Interval[] inverse = [_basis[3] / det, -_basis[1] / det, -_basis[2] / det, _basis[0] / det];
        Interval[] product = Product(inverse, Product(jacobian, [.. _basis.Select(Interval.FromDouble)]));
        double[] m = [.. product.Select(it => it.Midpoint)];
        Interval squares = 0, rest = 0;
        for (int i = 0; i < 4; i++)
        {
            squares += new Interval(m[i]).Square();
            rest += new Interval((product[i] - m[i]).Magnitude).Square();
        }

        var middle = (Interval)m[0] * m[3] - (Interval)m[1] * m[2];
        var gap = squares.Square() - 4 * middle.Square();
        var largest = ((squares + new Interval(0, Math.Max(0, gap.High)).Sqrt()) / 2).Sqrt();
        return (largest + rest.Sqrt()).High;
    }

    private static Interval[] Product(Interval[] a, Interval[] b) =>
        [a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]];

    private static Interval RadiusOf(Interval[] jacobian)
    {
        if (jacobian.Length == 1) return jacobian[0].Abs();
        Interval half = (jacobian[0] + jacobian[3]) / 2, det = jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2];
        var discriminant = (jacobian[0] - jacobian[3]).Square() / 4 + jacobian[1] * jacobian[2];
        Interval? real = discriminant.High < 0 ? null : half.Abs() + discriminant.Sqrt();
        Interval? complex = discriminant.Low >= 0 || det.High < 0 ? null : det.Sqrt();
        return real is { } r ? complex is { } c ? r.Hull(c) : r : complex ?? new(0, double.MaxValue);
    }

    private static Complex[] Spectrum(double[] j)
    {
        if (j.Length == 1) return [j[0]];
        double half = (j[0] + j[3]) / 2, difference = (j[0] - j[3]) / 2, discriminant = difference * difference + j[1] * j[2];
        if (discriminant < 0) return [new(half, Math.Sqrt(-discriminant)), new(half, -Math.Sqrt(-discriminant))];
        double root = Math.Sqrt(discriminant);
        return half >= 0 ? [half + root, half - root] : [half - root, half + root];
    }

    private static double[] Basis(double[] j, Complex[] eigenvalues)
    {
        var value = eigenvalues[0];
        // The longer of the two rows of J - λ gives the eigenvector.
        var (first, second) = Math.Abs(j[1]) + Complex.Abs(value - j[0]) >= Math.Abs(j[2]) + Complex.Abs(value - j[3])
            ? ((Complex)j[1], value - j[0]) : (value - j[3], j[2]);
        double length = Math.Sqrt(first.Real * first.Real + first.Imaginary * first.Imaginary + second.Real * second.Real
            + second.Imaginary * second.Imaginary);
        if (!(length > 0)) return [1, 0, 0, 1];
        (first, second) = (first / length, second / length);
        if (value.Imaginary != 0) return [first.Real, first.Imaginary, second.Real, second.Imaginary];
        double x = first.Real, y = second.Real;
        // [v, εv⊥]: the upper corner of the Schur form is made small.
        double corner = Math.Abs(x * (-j[0] * y + j[1] * x) + y * (-j[2] * y + j[3] * x));
        double room = 1 - Complex.Abs(value), small = corner > 0 && room > 0 ? Math.Min(1, room / (2 * corner)) : 1;
        return [x, -small * y, y, small * x];
    }

    // The smaller singular value of T.
    private static double Smallest(double[] t)
    {
        double squares = t.Sum(value => value * value), det = Math.Abs(t[0] * t[3] - t[1] * t[2]);
        return det / Math.Sqrt((squares + Math.Sqrt(Math.Max(0, squares * squares - 4 * det * det))) / 2);
    }
}
