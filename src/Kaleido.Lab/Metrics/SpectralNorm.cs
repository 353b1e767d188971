namespace Kaleido.Lab.Metrics;

/// <summary>The spectral norm of a matrix, enclosed.</summary>
/// <param name="Lower">√θ for the best Rayleigh quotient θ of WᵀW, less its rounding: ‖W‖₂ is not below.</param>
/// <param name="Upper">Proved: ‖W‖₂ is not above.</param>
/// <param name="Residual">‖WᵀWv - θv‖₂ of the last unit vector v: some eigenvalue of WᵀW is at most this far from θ.</param>
/// <param name="Iterations">Steps of the power iteration.</param>
public readonly record struct SpectralNormBounds(double Lower, double Upper, double Residual, int Iterations);

/// <summary>‖W‖₂, the largest singular value, without a singular value decomposition, in float64.</summary>
/// <remarks>
/// <para>
/// From below: the power iteration v ← WᵀWv/‖·‖ (G. Golub, C. Van Loan, Matrix Computations, 4th edition, section 8.2). A small residual
/// alone does not tell the largest singular value from another one.
/// </para>
/// <para>
/// From above: if the Cholesky factorisation of (β - c)I - G in floating point runs to its end, G = WᵀW (or WWᵀ, the smaller) has no
/// eigenvalue above β, where c covers every rounding (S. Rump, "Verification of positive definiteness", BIT 46 (2006), theorem 2.3). β
/// starts just above θ and its distance grows tenfold until that succeeds; ‖W‖_F² is tried last and always holds. Costs size³/3
/// multiply-adds a try, size the smaller side.
/// </para>
/// </remarks>
public static class SpectralNorm
{
    private const double Unit = 1.1102230246251565e-16;

    /// <summary>Encloses the norm of a matrix.</summary>
    /// <param name="matrix">Row-major [rows, columns], finite.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="tolerance">The power iteration ends where residual ≤ tolerance·θ. The upper bound holds wherever it ends.</param>
    /// <param name="maximumIterations">Or after this many steps.</param>
    /// <param name="seed">The seed of its start.</param>
    /// <exception cref="ArgumentException">The matrix is empty, not [rows, columns] or not finite, or a number is out of range.</exception>
    public static SpectralNormBounds Of(
        ReadOnlySpan<double> matrix, int rows, int columns, double tolerance = 1e-10, int maximumIterations = 2000, uint seed = 0)
    {
        PointSets.RequirePositive(nameof(SpectralNorm), nameof(tolerance), tolerance);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumIterations, 1);
        if (rows < 1 || columns < 1 || matrix.Length != (long)rows * columns)
            throw new ArgumentException($"SpectralNorm: {matrix.Length} values are not a matrix of {rows} rows and {columns} columns",
                nameof(matrix));
        if (!PointSets.IsFinite(matrix))
            throw new ArgumentException("SpectralNorm: the matrix has a value that is not finite", nameof(matrix));
        double largest = 0;
        foreach (double value in matrix) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0) return default;

        // A power of two keeps squares away from overflow and changes no digit.
        int exponent = Math.ILogB(largest);
        var w = matrix.ToArray();
        for (int i = 0; i < w.Length; i++) w[i] = Math.ScaleB(w[i], -exponent);
        var image = new double[rows];
        var (theta, residual, iterations) = PowerIteration(
            (v, destination) =>
            {
                DenseDouble.Apply(w, v, image);
                DenseDouble.ApplyTransposed(w, image, destination);
            },
            columns, tolerance, maximumIterations, seed);
        // |fl(vᵀWᵀWv) - vᵀWᵀWv| ≤ γ·‖W‖_F²‖v‖², and v has norm 1 but for rounding.
        double margin = 2 * (rows + columns + 16) * Unit * DenseDouble.Dot(w, w);
        double lower = Math.Sqrt(Math.Max(theta - margin, 0)) * (1 - (columns + 16) * Unit);
        double squared = Certify(Gram(w, rows, columns), Math.Min(rows, columns), Math.Max(rows, columns), theta, residual);
        double upper = Math.Sqrt(squared) * (1 + 4 * Unit);
        return new(Math.ScaleB(lower, exponent), Math.ScaleB(upper, exponent), Math.ScaleB(residual, 2 * exponent), iterations);
    }

    /// <summary>
    /// The largest eigenvalue θ of a positive semidefinite map by power iteration, with the residual ‖Gv - θv‖ of the last v.
    /// </summary>
    internal static (double Theta, double Residual, int Iterations) PowerIteration(
        Action<double[], double[]> gram, int size, double tolerance, int maximumIterations, uint seed)
    {
        double[] v = MetricRandom.UnitVector(seed, MetricRandom.Starts, 0, size), next = new double[size];
        double theta = 0, residual = 0;
        int iteration = 0;
        while (iteration < maximumIterations)
        {
            iteration++;
            gram(v, next);
            theta = DenseDouble.Dot(v, next);
            double squares = 0;
            for (int i = 0; i < size; i++) squares += (next[i] - theta * v[i]) * (next[i] - theta * v[i]);
            residual = Math.Sqrt(squares);
            double norm = DenseDouble.Norm(next);
            if (norm == 0 || !(residual > tolerance * theta)) break;
            for (int i = 0; i < size; i++) v[i] = next[i] / norm;
        }

        return (theta, residual, iteration);
    }

    // G = WWᵀ or WᵀW, whichever is smaller; only the lower triangle.
    private static double[] Gram(double[] w, int rows, int columns)
    {
        int size = Math.Min(rows, columns), length = Math.Max(rows, columns);
        if (rows > columns)
        {
            var transposed = new double[w.Length];
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++) transposed[j * rows + i] = w[i * columns + j];
            w = transposed;
        }

        var gram = new double[size * size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j <= i; j++) gram[i * size + j] = DenseDouble.Dot(w.AsSpan(i * length, length), w.AsSpan(j * length, length));
        return gram;
    }

    // A proved upper bound of the largest eigenvalue of the exact Gram matrix.
    private static double Certify(double[] gram, int size, int length, double theta, double residual)
    {
        double trace = 0;
        for (int i = 0; i < size; i++) trace += gram[i * size + i];
        // |fl(G) - G| ≤ γ_length |W||W|ᵀ in norm ≤ γ·tr; the same covers the rounding of the trace itself, which is ‖W‖_F².
        double last = trace * (1 + 4 * (length + size + 8) * Unit);
        var factor = new double[gram.Length];
        double distance = Math.Max(residual, 1e-13 * theta);
        for (; theta + distance < last; distance *= 10)
        {
            double beta = theta + distance;
            // Rump: γ_{size+1}/(1 - γ)·tr(βI - G) for the factorisation, one rounding a diagonal element for forming the matrix.
            double margin = 2 * Unit * ((size + 2) * (size * beta) + (length + 4) * trace + 4 * beta);
            if (IsPositiveDefinite(gram, size, beta - margin, factor)) return beta * (1 + 2 * Unit);
        }

        return last;
    }

    private static bool IsPositiveDefinite(double[] gram, int size, double shift, double[] factor)
    {
        for (int i = 0; i < size; i++)
        {
            var row = factor.AsSpan(i * size, size);
            for (int j = 0; j < i; j++)
            {
                var other = factor.AsSpan(j * size, size);
                row[j] = (-gram[i * size + j] - DenseDouble.Dot(row[..j], other[..j])) / other[j];
            }

            double pivot = shift - gram[i * size + i] - DenseDouble.Dot(row[..i], row[..i]);
            if (!(pivot > 0)) return false;
            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }
}
