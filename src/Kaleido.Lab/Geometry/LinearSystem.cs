using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// A x = b for a real square matrix in float64: PA = LU by Gaussian elimination with row exchanges (G. Golub, C. Van Loan, Matrix
/// Computations, 4th edition, algorithm 3.4.1). About size³/3 multiply-adds once and size² a right side.
/// </summary>
public sealed class LinearSystem
{
    private readonly double[] _factors;
    private readonly int[] _order;
    private readonly int _size;

    private LinearSystem(double[] factors, int[] order, int size, bool isSingular, int sign) =>
        (_factors, _order, _size, IsSingular, Sign) = (factors, order, size, isSingular, sign);

    /// <summary>Whether a pivot is 0 or not finite, so that nothing can be solved.</summary>
    public bool IsSingular { get; }

    /// <summary>The sign of the determinant as computed: -1, 0 or 1.</summary>
    public int Sign { get; }

    /// <summary>Factorises a matrix.</summary>
    /// <param name="matrix">Row-major [size, size]; it is not changed.</param>
    /// <param name="size">Rows and columns, at least 1.</param>
    /// <exception cref="ArgumentException">The matrix is not [size, size].</exception>
    public static LinearSystem Of(ReadOnlySpan<double> matrix, int size)
    {
        if (size < 1 || matrix.Length != (long)size * size)
            throw new ArgumentException($"LinearSystem: {matrix.Length} values are not a square matrix of {size} rows", nameof(matrix));
        double[] a = matrix.ToArray();
        int[] order = [.. Enumerable.Range(0, size)];
        int sign = 1;
        for (int k = 0; k < size; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < size; i++) if (Math.Abs(a[i * size + k]) > Math.Abs(a[pivot * size + k])) pivot = i;
            double value = a[pivot * size + k];
            if (value == 0 || !double.IsFinite(value)) return new(a, order, size, true, 0);
            if (value < 0) sign = -sign;
            if (pivot != k)
            {
                sign = -sign;
                (order[k], order[pivot]) = (order[pivot], order[k]);
                for (int j = 0; j < size; j++) (a[k * size + j], a[pivot * size + j]) = (a[pivot * size + j], a[k * size + j]);
            }

            var row = a.AsSpan(k * size + k + 1, size - k - 1);
            for (int i = k + 1; i < size; i++)
            {
                double factor = a[i * size + k] / value;
                a[i * size + k] = factor;
                if (factor != 0) DenseDouble.AddScaled(-factor, row, a.AsSpan(i * size + k + 1, row.Length));
            }
        }

        return new(a, order, size, false, sign);
    }

    /// <summary>x with A x = b.</summary>
    /// <param name="right">b, [size]; it is not changed.</param>
    /// <exception cref="InvalidOperationException">The matrix is singular.</exception>
    /// <exception cref="ArgumentException">b has another size.</exception>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        if (IsSingular) throw new InvalidOperationException("LinearSystem: the matrix is singular");
        if (right.Length != _size) throw new ArgumentException($"LinearSystem: {right.Length} values for {_size} equations", nameof(right));
        var x = new double[_size];
        for (int i = 0; i < _size; i++) x[i] = right[_order[i]] - DenseDouble.Dot(_factors.AsSpan(i * _size, i), x.AsSpan(0, i));
        for (int i = _size - 1; i >= 0; i--)
        {
            int after = _size - i - 1;
            x[i] = (x[i] - DenseDouble.Dot(_factors.AsSpan(i * _size + i + 1, after), x.AsSpan(i + 1, after))) / _factors[i * _size + i];
        }

        return x;
    }

    /// <summary>A⁻¹, row-major [size, size].</summary>
    /// <exception cref="InvalidOperationException">The matrix is singular.</exception>
    public double[] Inverse()
    {
        var inverse = new double[_size * _size];
        var unit = new double[_size];
        for (int j = 0; j < _size; j++)
        {
            unit[j] = 1;
            double[] column = Solve(unit);
            for (int i = 0; i < _size; i++) inverse[i * _size + j] = column[i];
            unit[j] = 0;
        }

        return inverse;
    }
}
