using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// The norm ‖x‖_T = ‖T x‖₂ of an invertible matrix T, with an enclosure of V = T⁻¹: T is exactly the float64 matrix given, so nothing about
/// it need be proved but V.
/// </summary>
internal sealed class VectorNorm
{
    private VectorNorm(string name, double[]? matrix, IntervalMatrix? inverse, double upper) =>
        (Name, Matrix, Inverse, Upper) = (name, matrix, inverse, upper);

    /// <summary>What kind it is.</summary>
    public string Name { get; }

    /// <summary>T, row-major [D, D]; null for I.</summary>
    public double[]? Matrix { get; }

    /// <summary>V; null for I.</summary>
    public IntervalMatrix? Inverse { get; }

    /// <summary>‖T‖₂ is not above: ‖x‖_T ≤ Upper·‖x‖₂, so the ball of radius r in this norm holds the Euclidean one of r/Upper.</summary>
    public double Upper { get; }

    /// <summary>‖x‖₂.</summary>
    public static VectorNorm Euclidean { get; } = new("Euclidean", null, null, 1);

    /// <summary>‖T x‖₂, or null where T⁻¹ cannot be enclosed.</summary>
    /// <remarks>
    /// With an approximate inverse C and ‖I - TC‖₂ ≤ e &lt; 1, V = C(I - E)⁻¹ = C + C·X with E = I - TC and ‖X‖₂ ≤ e/(1-e); so each element
    /// of row i of V is within ‖C_i‖₂·e/(1-e) of that of C.
    /// </remarks>
    public static VectorNorm? Of(string name, double[] matrix, int size)
    {
        if (!PointSets.IsFinite(matrix)) return null;
        var system = LinearSystem.Of(matrix, size);
        if (system.IsSingular) return null;
        var inverse = IntervalMatrix.Of(system.Inverse(), size, size);
        var exact = IntervalMatrix.Of(matrix, size, size);
        double error = (exact * inverse).FromIdentity().FrobeniusUpper();
        if (!(error < 0.5)) return null;
        double spread = (new Interval(error) / (1 - new Interval(error))).High;
        for (int i = 0; i < size; i++)
        {
            double radius = Interval.Up(inverse.RowNorm(i) * spread);
            for (int j = 0; j < size; j++) inverse[i, j] += new Interval(-radius, radius);
        }

        return new(name, matrix, inverse, exact.NormUpper());
    }

    /// <summary>
    /// A norm in which J contracts by θ, for ρ(J) &lt; θ: P = Σ_k (J/θ)ᵏᵀ(J/θ)ᵏ = TᵀT gives xᵀP x - (Jx/θ)ᵀP(Jx/θ) = xᵀx > 0
    /// (A. Lyapunov; P. Stein, 1952). The proof does not rest on it: the contraction is measured again.
    /// </summary>
    public static VectorNorm? Lyapunov(double[] jacobian, int size, double theta)
    {
        var power = new double[size * size];
        for (int i = 0; i < power.Length; i++) power[i] = jacobian[i] / theta;
        var sum = new double[size * size];
        for (int i = 0; i < size; i++) sum[i * size + i] = 1;
        // Each round doubles the number of terms: P ← P + AᵀPA, A ← A².
        for (int round = 0; round < 40; round++)
        {
            double[] added = DenseDouble.Multiply(Transpose(power, size), DenseDouble.Multiply(sum, power, size), size);
            double change = 0, most = 0;
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += added[i];
                (change, most) = (Math.Max(change, Math.Abs(added[i])), Math.Max(most, Math.Abs(sum[i])));
            }

            if (!double.IsFinite(most)) return null;
            if (change <= 1e-12 * most) break;
            power = DenseDouble.Multiply(power, power, size);
        }

        return Cholesky(sum, size) is { } factor ? Of("Lyapunov", factor, size) : null;
    }

    /// <summary>‖x‖_T for all x in a box.</summary>
    public double Of(Interval[] x)
    {
        var column = new IntervalMatrix(x.Length, 1);
        for (int i = 0; i < x.Length; i++) column[i, 0] = x[i];
        return (Matrix is null ? column : IntervalMatrix.Of(Matrix, x.Length, x.Length) * column).FrobeniusUpper();
    }

    // The upper triangular T with TᵀT = P; null where P is not positive definite.
    internal static double[]? Cholesky(double[] p, int size)
    {
        var t = new double[p.Length];
        for (int i = 0; i < size; i++)
        {
            for (int j = i; j < size; j++)
            {
                double sum = p[i * size + j];
                for (int k = 0; k < i; k++) sum -= t[k * size + i] * t[k * size + j];
                if (i == j)
                {
                    if (!(sum > 0)) return null;
                    t[i * size + i] = Math.Sqrt(sum);
                }
                else
                {
                    t[i * size + j] = sum / t[i * size + i];
                }
            }
        }

        return t;
    }

    private static double[] Transpose(double[] a, int size)
    {
        var transposed = new double[a.Length];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) transposed[j * size + i] = a[i * size + j];
        return transposed;
    }
}
