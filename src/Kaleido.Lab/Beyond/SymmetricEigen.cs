using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Eigenvalues and eigenvectors of a real symmetric matrix in float64, by cyclic Jacobi rotations (C. Jacobi, 1846; G.
/// Golub, C. Van Loan, Matrix Computations, 4th edition, section 8.5). About 4·size³ multiply-adds a sweep, a few sweeps.
/// </summary>
internal static class SymmetricEigen
{
    private const int LargestSweeps = 40;

    /// <summary>The eigenvalues, falling, and the eigenvectors of norm 1 in rows, in that order.</summary>
    /// <param name="matrix">Row-major [size, size], symmetric; it is not changed.</param>
    /// <param name="size">Rows and columns.</param>
    public static (double[] Values, double[] Vectors) Of(double[] matrix, int size)
    {
        double[] a = (double[])matrix.Clone(), vectors = new double[size * size];
        for (int i = 0; i < size; i++) vectors[i * size + i] = 1;
        double all = DenseDouble.Dot(a, a);
        for (int sweep = 0; sweep < LargestSweeps; sweep++)
        {
            double off = 0;
            for (int i = 0; i < size; i++)
                for (int j = 0; j < i; j++) off += a[i * size + j] * a[i * size + j];
            if (off <= 1e-28 * all) break;
            for (int p = 0; p < size; p++)
                for (int q = p + 1; q < size; q++) Rotate(a, vectors, size, p, q);
        }

        double[] values = [.. Enumerable.Range(0, size).Select(i => a[i * size + i])];
        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => values[i])];
        return ([.. order.Select(i => values[i])], [.. order.SelectMany(i => vectors[(i * size)..((i + 1) * size)])]);
    }

    // A ← RᵀAR with the rotation in the plane of p and q that makes a_pq zero; rows of the vectors turn alike.
    private static void Rotate(double[] a, double[] vectors, int size, int p, int q)
    {
        double apq = a[p * size + q];
        if (Math.Abs(apq) < 1e-300) return;
        double theta = (a[q * size + q] - a[p * size + p]) / (2 * apq);
        double t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        Turn(a.AsSpan(p * size, size), a.AsSpan(q * size, size), c, s);
        for (int i = 0; i < size; i++)
        {
            double x = a[i * size + p], y = a[i * size + q];
            (a[i * size + p], a[i * size + q]) = (c * x - s * y, s * x + c * y);
        }

        Turn(vectors.AsSpan(p * size, size), vectors.AsSpan(q * size, size), c, s);
    }

    private static void Turn(Span<double> first, Span<double> second, double c, double s)
    {
        for (int i = 0; i < first.Length; i++) (first[i], second[i]) = (c * first[i] - s * second[i], s * first[i] + c * second[i]);
    }
}
