using Kaleido.Lab.Metrics;

namespace Kaleido.Theorems.Support;

/// <summary>Small dense linear algebra in float64, as plain as it can be; matrices are [rows, columns].</summary>
internal static class Dense
{
    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    public static double Norm(double[] x) => Math.Sqrt(Dot(x, x));

    public static double Distance(double[] x, double[] y) => Norm(Subtract(x, y));

    public static double[] Subtract(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a - b)];

    public static double[] AddScaled(double[] x, double factor, double[] y) => [.. x.Zip(y, (a, b) => a + factor * b)];

    public static double[] Apply(double[,] a, double[] x)
    {
        var y = new double[a.GetLength(0)];
        for (int i = 0; i < y.Length; i++)
            for (int j = 0; j < x.Length; j++) y[i] += a[i, j] * x[j];
        return y;
    }

    public static double[] ApplyTransposed(double[,] a, double[] x)
    {
        var y = new double[a.GetLength(1)];
        for (int i = 0; i < x.Length; i++)
            for (int j = 0; j < y.Length; j++) y[j] += a[i, j] * x[i];
        return y;
    }

    public static double[,] Product(double[,] a, double[,] b)
    {
        var c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < c.GetLength(0); i++)
            for (int j = 0; j < c.GetLength(1); j++)
                for (int k = 0; k < b.GetLength(0); k++) c[i, j] += a[i, k] * b[k, j];
        return c;
    }

    public static double[,] IdentityMinus(double[,] a)
    {
        var c = new double[a.GetLength(0), a.GetLength(0)];
        for (int i = 0; i < c.GetLength(0); i++)
            for (int j = 0; j < c.GetLength(0); j++) c[i, j] = (i == j ? 1 : 0) - a[i, j];
        return c;
    }

    public static double[,] Transpose(double[,] a)
    {
        var c = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < c.GetLength(0); i++)
            for (int j = 0; j < c.GetLength(1); j++) c[i, j] = a[j, i];
        return c;
    }

    /// <summary>Row-major, as the library's metrics take it.</summary>
    public static double[] Flat(double[,] a) => [.. a.Cast<double>()];

    /// <summary>‖A‖₂, proved from above.</summary>
    public static double SpectralNorm(double[,] a) => Lab.Metrics.SpectralNorm.Of(Flat(a), a.GetLength(0), a.GetLength(1)).Upper;

    /// <summary>The smallest singular value of a square matrix, from the eigenvalues of AᵀA.</summary>
    public static double SmallestSingularValue(double[,] a) =>
        Math.Sqrt(Math.Max(0, Eigenvalues.Of(Flat(Product(Transpose(a), a)), a.GetLength(1))[^1].Real));

    /// <summary>A x = b by Gaussian elimination with row exchanges.</summary>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        var (a, b) = ((double[,])matrix.Clone(), (double[])right.Clone());
        int n = b.Length;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(a[i, k]));
            for (int j = 0; j < n; j++) (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            (b[k], b[pivot]) = (b[pivot], b[k]);
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i, k] / a[k, k];
                for (int j = k; j < n; j++) a[i, j] -= factor * a[k, j];
                b[i] -= factor * b[k];
            }
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++) b[i] -= a[i, j] * b[j];
            b[i] /= a[i, i];
        }

        return b;
    }

    /// <summary>
    /// Replaces a symmetric matrix by its factor L; false where a pivot falls below a share of the largest diagonal element.
    /// </summary>
    public static bool TryCholesky(double[,] a, double least)
    {
        int n = a.GetLength(0);
        double largest = Enumerable.Range(0, n).Max(i => a[i, i]);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j];
                for (int k = 0; k < j; k++) sum -= a[i, k] * a[j, k];
                if (i == j && !(sum > least * largest)) return false;
                a[i, j] = i == j ? Math.Sqrt(sum) : sum / a[j, j];
            }
        }

        return true;
    }

    /// <summary>Solves L Lᵀ x = b.</summary>
    public static double[] CholeskySolve(double[,] factor, double[] right)
    {
        var x = (double[])right.Clone();
        int n = x.Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++) x[i] -= factor[i, j] * x[j];
            x[i] /= factor[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++) x[i] -= factor[j, i] * x[j];
            x[i] /= factor[i, i];
        }

        return x;
    }
}
