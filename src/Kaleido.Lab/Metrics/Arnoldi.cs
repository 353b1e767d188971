using System.Numerics;

namespace Kaleido.Lab.Metrics;

/// <summary>The eigenvalue of largest modulus that Arnoldi's method found.</summary>
/// <param name="Value">θ; of a complex pair the one with positive imaginary part.</param>
/// <param name="Residual">‖Ay - θy‖₂ of its unit Ritz vector y: θ is an eigenvalue of a matrix this far from A.</param>
/// <param name="Steps">The dimension of the Krylov space, applications of A.</param>
public readonly record struct RitzValue(Complex Value, double Residual, int Steps);

/// <summary>The dominant eigenvalue of a large matrix known by its products with vectors alone, complex pairs included.</summary>
/// <remarks>
/// Source: W. Arnoldi, "The principle of minimized iterations in the solution of the matrix eigenvalue problem", Quart. Appl. Math. 9
/// (1951); Y. Saad, Numerical Methods for Large Eigenvalue Problems, 2nd edition, section 6.2. An orthonormal basis of the Krylov space
/// of a seeded start is built (Gram-Schmidt twice), and <see cref="Eigenvalues"/> solves the small Hessenberg matrix. Not restarted:
/// memory is steps·size doubles. For matrices far from normal a small residual does not mean a small error.
/// </remarks>
public static class Arnoldi
{
    private const int CheckInterval = 10;
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Finds it.</summary>
    /// <param name="apply">
    /// Writes A·(first) into its second argument; both have <paramref name="size"/> numbers. It must not keep them.
    /// </param>
    /// <param name="size">Rows and columns of A.</param>
    /// <param name="tolerance">Ends where residual ≤ tolerance·|θ|.</param>
    /// <param name="maximumSteps">Or at a space of this dimension.</param>
    /// <param name="seed">The seed of the start.</param>
    /// <returns>The dominant eigenvalue; NaN where a product is not finite.</returns>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static RitzValue Dominant(
        Action<double[], double[]> apply, int size, double tolerance = 1e-8, int maximumSteps = 200, uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumSteps, 1);
        PointSets.RequirePositive(nameof(Arnoldi), nameof(tolerance), tolerance);
        int limit = Math.Min(size, maximumSteps);
        var basis = new List<double[]> { MetricRandom.UnitVector(seed, MetricRandom.Starts, 1, size) };
        var columns = new List<double[]>();
        for (int step = 1; ; step++)
        {
            var w = new double[size];
            apply(basis[^1], w);
            if (!PointSets.IsFinite(w)) return new(new(double.NaN, double.NaN), double.NaN, step);
            double before = DenseDouble.Norm(w);
            var column = new double[step + 1];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i < step; i++)
                {
                    double part = DenseDouble.Dot(basis[i], w);
                    column[i] += part;
                    DenseDouble.AddScaled(-part, basis[i], w);
                }
            }

            column[step] = DenseDouble.Norm(w);
            columns.Add(column);
            // What is left is rounding: the space is invariant, and its eigenvalues are A's.
            bool invariant = column[step] <= 4 * Epsilon * Math.Sqrt(size) * before;
            if (invariant || step == limit || step % CheckInterval == 0)
            {
                var found = Ritz(columns, step, invariant ? 0 : column[step]);
                if (invariant || step == limit || found.Residual <= tolerance * Complex.Abs(found.Value)) return found;
            }

            DenseDouble.Scale(1 / column[step], w);
            basis.Add(w);
        }
    }

    private static RitzValue Ritz(List<double[]> columns, int size, double next)
    {
        var h = new double[size * size];
        for (int j = 0; j < size; j++)
            for (int i = 0; i <= Math.Min(j + 1, size - 1); i++) h[i * size + j] = columns[j][i];
        var value = Eigenvalues.Of(h, size)[0];
        return new(value, next == 0 ? 0 : next * LastComponent(h, size, value), size);
    }

    // |y_last| of the unit eigenvector y of a Hessenberg matrix, by two steps of inverse iteration.
    private static double LastComponent(double[] h, int size, Complex value)
    {
        double scale = 0;
        foreach (double element in h) scale = Math.Max(scale, Math.Abs(element));
        double smallest = Math.Max(Epsilon * scale, double.Epsilon / Epsilon);
        var y = new Complex[size];
        Array.Fill(y, Complex.One);
        for (int pass = 0; pass < 2; pass++)
        {
            Solve(h, size, value, smallest, y);
            double norm = Math.Sqrt(y.Sum(c => c.Real * c.Real + c.Imaginary * c.Imaginary));
            for (int i = 0; i < size; i++) y[i] /= norm;
        }

        return Complex.Abs(y[^1]);
    }

    // y ← (H - λ)⁻¹y: one subdiagonal is eliminated row by row, with exchange of neighbours. A vanishing pivot, the aim of it all, is
    // lifted.
    private static void Solve(double[] h, int size, Complex value, double smallest, Complex[] y)
    {
        var u = new Complex[size * size];
        for (int i = 0; i < size; i++)
            for (int j = Math.Max(0, i - 1); j < size; j++) u[i * size + j] = i == j ? h[i * size + j] - value : h[i * size + j];
        for (int k = 0; k < size; k++)
        {
            bool below = k + 1 < size;
            if (below && Complex.Abs(u[(k + 1) * size + k]) > Complex.Abs(u[k * size + k]))
            {
                for (int j = k; j < size; j++) (u[k * size + j], u[(k + 1) * size + j]) = (u[(k + 1) * size + j], u[k * size + j]);
                (y[k], y[k + 1]) = (y[k + 1], y[k]);
            }

            if (Complex.Abs(u[k * size + k]) < smallest) u[k * size + k] = smallest;
            if (!below || u[(k + 1) * size + k] == Complex.Zero) continue;
            Complex factor = u[(k + 1) * size + k] / u[k * size + k];
            for (int j = k + 1; j < size; j++) u[(k + 1) * size + j] -= factor * u[k * size + j];
            y[k + 1] -= factor * y[k];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < size; j++) y[i] -= u[i * size + j] * y[j];
            y[i] /= u[i * size + i];
        }
    }
}
