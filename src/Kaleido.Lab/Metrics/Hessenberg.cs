namespace Kaleido.Lab.Metrics;

/// <summary>Reduction of a square matrix to Hessenberg form by orthogonal similarity.</summary>
internal static class Hessenberg
{
    /// <summary>
    /// A ← QᵀAQ with zeros below the first subdiagonal, in place, by size - 2 reflections I - β v vᵀ (G. Golub, C. Van Loan, Matrix
    /// Computations, algorithm 7.4.2). Both sides go along rows of the row-major matrix.
    /// </summary>
    public static void Reduce(double[] a, int size)
    {
        double[] v = new double[size], sums = new double[size];
        for (int k = 0; k < size - 2; k++)
        {
            double squares = 0;
            for (int i = k + 2; i < size; i++) squares += a[i * size + k] * a[i * size + k];
            if (squares == 0) continue;
            double x = a[(k + 1) * size + k], alpha = -Math.CopySign(Math.Sqrt(squares + x * x), x);
            v[k + 1] = 1;
            for (int i = k + 2; i < size; i++) v[i] = a[i * size + k] / (x - alpha);
            double beta = (alpha - x) / alpha;
            FromLeft(a, size, k, v, beta, sums);
            FromRight(a, size, k, v, beta);
            a[(k + 1) * size + k] = alpha;
            for (int i = k + 2; i < size; i++) a[i * size + k] = 0;
        }
    }

    private static void FromLeft(double[] a, int size, int k, double[] v, double beta, double[] sums)
    {
        int first = k + 1;
        var sum = sums.AsSpan(first, size - first);
        sum.Clear();
        for (int i = first; i < size; i++) DenseDouble.AddScaled(v[i], a.AsSpan(i * size + first, size - first), sum);
        for (int i = first; i < size; i++) DenseDouble.AddScaled(-beta * v[i], sum, a.AsSpan(i * size + first, size - first));
    }

    private static void FromRight(double[] a, int size, int k, double[] v, double beta)
    {
        int first = k + 1;
        var reflector = v.AsSpan(first, size - first);
        for (int i = 0; i < size; i++)
        {
            var row = a.AsSpan(i * size + first, size - first);
            DenseDouble.AddScaled(-beta * DenseDouble.Dot(row, reflector), reflector, row);
        }
    }
}
