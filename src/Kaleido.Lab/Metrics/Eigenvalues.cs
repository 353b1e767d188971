using System.Numerics;

namespace Kaleido.Lab.Metrics;

/// <summary>All eigenvalues of a real square matrix, symmetric or not, in float64.</summary>
/// <remarks>
/// Householder reduction to Hessenberg form, then the implicitly double-shifted QR iteration on the part that has not split yet (J.
/// Francis, "The QR transformation", Computer Journal 4 (1961); G. Golub, C. Van Loan, Matrix Computations, 4th edition, algorithms 7.4.2
/// and 7.5.1). Real arithmetic throughout, so complex eigenvalues come in exactly conjugate pairs. Backward stable: the results are the
/// eigenvalues of A + E with ‖E‖_F of the order size·2⁻⁵³·‖A‖_F. For a defective eigenvalue of multiplicity k this moves them by about
/// the k-th root of that. About 10·size³ multiply-adds.
/// </remarks>
public static class Eigenvalues
{
    // A block normally splits off within three iterations; this many for one mean that something is broken.
    private const int MaximumIterations = 300;
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>
    /// The eigenvalues by falling modulus; a pair with the positive imaginary part first, equal moduli by falling real part.
    /// </summary>
    /// <param name="matrix">Row-major [size, size], finite; it is not changed.</param>
    /// <param name="size">Rows and columns, at least 1.</param>
    /// <exception cref="ArgumentException">The matrix is empty, not [size, size] or not finite.</exception>
    /// <exception cref="ArithmeticException">The iteration does not converge; no matrix is known for which this happens.</exception>
    public static Complex[] Of(ReadOnlySpan<double> matrix, int size)
    {
        if (size < 1 || matrix.Length != (long)size * size)
            throw new ArgumentException($"Eigenvalues: {matrix.Length} values are not a square matrix of {size} rows", nameof(matrix));
        double largest = 0;
        foreach (double value in matrix)
        {
            if (!double.IsFinite(value))
                throw new ArgumentException("Eigenvalues: the matrix has a value that is not finite", nameof(matrix));
            largest = Math.Max(largest, Math.Abs(value));
        }

        if (largest == 0) return new Complex[size];

        // A power of two brings the largest element to [1, 2): products of elements cannot overflow, and nothing is rounded.
        int exponent = Math.ILogB(largest);
        var h = matrix.ToArray();
        for (int i = 0; i < h.Length; i++) h[i] = Math.ScaleB(h[i], -exponent);
        Hessenberg.Reduce(h, size);
        var values = new Complex[size];
        Split(h, size, values);
        for (int i = 0; i < size; i++) values[i] = new(Math.ScaleB(values[i].Real, exponent), Math.ScaleB(values[i].Imaginary, exponent));
        Array.Sort(values, Compare);
        return values;
    }

    /// <summary>The spectral radius ρ = max |λ|.</summary>
    /// <param name="matrix">Row-major [size, size], finite.</param>
    /// <param name="size">Rows and columns.</param>
    /// <exception cref="ArgumentException">As for <see cref="Of"/>.</exception>
    public static double SpectralRadius(ReadOnlySpan<double> matrix, int size) => Complex.Abs(Of(matrix, size)[0]);

    private static int Compare(Complex x, Complex y)
    {
        int order = Complex.Abs(y).CompareTo(Complex.Abs(x));
        if (order == 0) order = y.Real.CompareTo(x.Real);
        return order == 0 ? y.Imaginary.CompareTo(x.Imaginary) : order;
    }

    // Works on rows and columns [low, high] from the end: one or two eigenvalues split off where a subdiagonal element becomes negligible.
    private static void Split(double[] h, int size, Complex[] values)
    {
        int high = size - 1, iterations = 0;
        while (high >= 0)
        {
            int low = high;
            while (low > 0 && !IsNegligible(h, size, low)) low--;
            if (low > 0) h[low * size + low - 1] = 0;
            if (low == high)
            {
                values[high] = h[high * size + high];
                (high, iterations) = (high - 1, 0);
            }
            else if (low == high - 1)
            {
                (values[low], values[high]) = Pair(h[low * size + low], h[low * size + high], h[high * size + low], h[high * size + high]);
                (high, iterations) = (high - 2, 0);
            }
            else
            {
                if (++iterations > MaximumIterations)
                    throw new ArithmeticException(
                        $"Eigenvalues: no convergence after {MaximumIterations} iterations at row {high} of {size}");
                Sweep(h, size, low, high, iterations % 10 == 0);
            }
        }
    }

    private static bool IsNegligible(double[] h, int size, int row)
    {
        double neighbours = Math.Abs(h[(row - 1) * size + row - 1]) + Math.Abs(h[row * size + row]);
        // The largest element of the whole is at least 1: far below that nothing counts, and products of what remains do not vanish.
        return Math.Abs(h[row * size + row - 1]) <= Math.Max(Epsilon * (neighbours > 0 ? neighbours : 1), 1e-140);
    }

    // The eigenvalues of [a b; c d]; the larger real one first, so that the smaller comes from the product without cancellation.
    private static (Complex, Complex) Pair(double a, double b, double c, double d)
    {
        double half = (a - d) / 2, discriminant = half * half + b * c;
        if (discriminant < 0)
        {
            double imaginary = Math.Sqrt(-discriminant);
            return (new(d + half, imaginary), new(d + half, -imaginary));
        }

        double z = half + Math.CopySign(Math.Sqrt(discriminant), half);
        return (d + z, z == 0 ? d : d - b * c / z);
    }

    // One step of Francis: the first column of (H - s₁)(H - s₂) makes a bulge of 3×3, which reflections chase down the diagonal.
    private static void Sweep(double[] h, int size, int low, int high, bool exceptional)
    {
        double At(int row, int column) => h[row * size + column];
        double sum = At(high - 1, high - 1) + At(high, high);
        double product = At(high - 1, high - 1) * At(high, high) - At(high - 1, high) * At(high, high - 1);
        if (exceptional)
        {
            // Shifts of another size break a cycle (J. Wilkinson's choice).
            double w = Math.Abs(At(high, high - 1)) + Math.Abs(At(high - 1, high - 2));
            (sum, product) = (1.5 * w, w * w);
        }

        double x = At(low, low) * (At(low, low) - sum) + At(low, low + 1) * At(low + 1, low) + product;
        double y = At(low + 1, low) * (At(low, low) + At(low + 1, low + 1) - sum);
        double z = At(low + 1, low) * At(low + 2, low + 1);
        for (int k = low; k < high; k++)
        {
            int rows = Math.Min(3, high - k + 1);
            if (rows == 2) z = 0;
            double scale = Math.Abs(x) + Math.Abs(y) + Math.Abs(z);
            if (scale > 0)
            {
                (x, y, z) = (x / scale, y / scale, z / scale);
                double alpha = -Math.CopySign(Math.Sqrt(x * x + y * y + z * z), x);
                // I - β v vᵀ with v = (1, v₁, v₂) takes (x, y, z) to (α, 0, 0).
                double v1 = y / (x - alpha), v2 = z / (x - alpha), beta = (alpha - x) / alpha;
                Reflect(h, size, k, rows, low, high, v1, v2, beta);
                if (k > low)
                {
                    h[k * size + k - 1] = alpha * scale;
                    h[(k + 1) * size + k - 1] = 0;
                    if (rows == 3) h[(k + 2) * size + k - 1] = 0;
                }
            }

            x = At(k + 1, k);
            y = k + 2 <= high ? At(k + 2, k) : 0;
            z = k + 3 <= high ? At(k + 3, k) : 0;
        }
    }

    private static void Reflect(double[] h, int size, int k, int rows, int low, int high, double v1, double v2, double beta)
    {
        Span<double> first = h.AsSpan(k * size, high + 1), second = h.AsSpan((k + 1) * size, high + 1);
        var third = rows == 3 ? h.AsSpan((k + 2) * size, high + 1) : [];
        for (int j = k; j <= high; j++)
        {
            double s = beta * (first[j] + v1 * second[j] + (rows == 3 ? v2 * third[j] : 0));
            first[j] -= s;
            second[j] -= s * v1;
            if (rows == 3) third[j] -= s * v2;
        }

        int last = Math.Min(k + 3, high);
        for (int i = low; i <= last; i++)
        {
            var row = h.AsSpan(i * size + k, rows);
            double s = beta * (row[0] + v1 * row[1] + (rows == 3 ? v2 * row[2] : 0));
            row[0] -= s;
            row[1] -= s * v1;
            if (rows == 3) row[2] -= s * v2;
        }
    }
}
