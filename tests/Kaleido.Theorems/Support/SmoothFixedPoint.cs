using System.Numerics;
using Kaleido.Lab.Metrics;

namespace Kaleido.Theorems.Support;

/// <summary>
/// A fixed point inside a linear piece of the hidden layers, f = ψ(Ax + c) within <see cref="Radius"/>. There ‖f(x* + e) - x* - Je‖ ≤
/// ½B‖e‖² and ‖J(x* + e) - J‖ ≤ B‖e‖ with B = max|ψ''|·‖A‖².
/// </summary>
internal sealed class SmoothFixedPoint
{
    private SmoothFixedPoint(ExactNet net, double[] x)
    {
        (X, Jacobian, Radius) = (x, net.Jacobian(x), net.KinkDistance(x));
        double norm = Dense.SpectralNorm(net.LogitJacobian(x));
        Curvature = net.OutputSlopes.Second * norm * norm;
        Values = Eigenvalues.Of(Dense.Flat(Jacobian), x.Length);
        Residual = Dense.Distance(x, net.Evaluate(x));
    }

    public double[] X { get; }

    public double[,] Jacobian { get; }

    /// <summary>The distance to the nearest kink; infinite where there is none.</summary>
    public double Radius { get; }

    /// <summary>B.</summary>
    public double Curvature { get; }

    /// <summary>The eigenvalues of J by falling modulus.</summary>
    public Complex[] Values { get; }

    /// <summary>‖x* - f(x*)‖ in float64.</summary>
    public double Residual { get; }

    /// <summary>ρ(J).</summary>
    public double SpectralRadius => Complex.Abs(Values[0]);

    /// <summary>Newton's method from a start; null unless it ends at a fixed point in the cube, away from kinks.</summary>
    public static SmoothFixedPoint? Newton(ExactNet net, double[] start, double low)
    {
        double[] x = start;
        for (int i = 0; i < 40; i++)
        {
            double[] step = Dense.Solve(Dense.IdentityMinus(net.Jacobian(x)), Dense.Subtract(x, net.Evaluate(x)));
            x = Dense.Subtract(x, step);
            if (!x.All(value => value >= low - 1 && value <= 2)) return null;
        }

        var point = new SmoothFixedPoint(net, x);
        return point.Residual <= 1e-13 && point.Radius >= 1e-4 ? point : null;
    }

    /// <summary>Right and left eigenvectors of the dominant eigenvalue, ‖v‖ = 1, w·v = 1, where it is real and alone; else null.</summary>
    public (double[] Right, double[] Left)? Dominant()
    {
        if (Values[0].Imaginary != 0 || (Values.Length > 1 && Complex.Abs(Values[1]) > 0.9 * SpectralRadius)) return null;
        double[] v = Power(Jacobian), w = Power(Dense.Transpose(Jacobian));
        double product = Dense.Dot(v, w);
        return Math.Abs(product) < 1e-3 ? null : (v, [.. w.Select(value => value / product)]);
    }

    // .9⁵⁰⁰ = 1e-23: what other eigenvectors leave is below float64's rounding.
    private static double[] Power(double[,] a)
    {
        double[] v = [.. Enumerable.Range(0, a.GetLength(0)).Select(i => 1.0 / (i + 1.5))];
        for (int i = 0; i < 500; i++)
        {
            v = Dense.Apply(a, v);
            double norm = Dense.Norm(v);
            v = [.. v.Select(value => value / norm)];
        }

        return v;
    }
}

/// <summary>
/// An enclosure of an orbit near a smooth fixed point whose dominant eigenvalue λ is real. With p = w·e and q = e - pv: p' = λp + w·r, q' =
/// (J - λvwᵀ)q + (I - vwᵀ)r, where ‖r‖ ≤ ½B‖e‖² + E and E is the rounding of one application.
/// </summary>
internal sealed class OrbitEnclosure
{
    private readonly SmoothFixedPoint _point;
    private readonly double _left, _rest, _projection, _rounding;

    public OrbitEnclosure(SmoothFixedPoint point, double[] right, double[] left, double rounding)
    {
        (_point, _rounding, _left) = (point, rounding, Dense.Norm(left));
        int d = right.Length;
        double[,] deflated = (double[,])point.Jacobian.Clone(), projection = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                deflated[i, j] -= point.Values[0].Real * right[i] * left[j];
                projection[i, j] = (i == j ? 1 : 0) - right[i] * left[j];
            }
        }

        (_rest, _projection) = (Dense.SpectralNorm(deflated), Dense.SpectralNorm(projection));
    }

    /// <summary>|p| is at least this, at most that, and ‖q‖ at most that.</summary>
    public (double Low, double High, double Others) State { get; private set; }

    /// <summary>‖e‖ lies between these.</summary>
    public (double Low, double High) Norm => (Math.Max(0, State.Low - State.Others), State.High + State.Others);

    /// <summary>Starts at e = size·v, up to an error of the given norm.</summary>
    public void Start(double size, double error) => State = (size - _left * error, size + _left * error, _projection * error);

    /// <summary>One application.</summary>
    public void Step()
    {
        double norm = Norm.High, r = _point.Curvature / 2 * norm * norm + _rounding, rho = _point.SpectralRadius;
        State = (Math.Max(0, rho * State.Low - _left * r), rho * State.High + _left * r, _rest * State.Others + _projection * r);
    }

    /// <summary>‖e‖ ≥ |p|/‖w‖.</summary>
    public double LeastNorm => State.Low / _left;
}
