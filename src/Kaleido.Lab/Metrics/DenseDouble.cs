using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Lab.Metrics;

/// <summary>Loops over doubles in vectors of exactly four lanes, so that sums have the same bits on every processor.</summary>
internal static class DenseDouble
{
    /// <summary>Σ x_i y_i in four chains, i mod 4, and then the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ref double a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        var lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 4 <= x.Length; i += 4) lanes += Vector256.LoadUnsafe(ref a, (nuint)i) * Vector256.LoadUnsafe(ref b, (nuint)i);
        double sum = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
        for (; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>‖x‖₂; squares of numbers beyond 1e±150 overflow or vanish.</summary>
    public static double Norm(ReadOnlySpan<double> x) => Math.Sqrt(Dot(x, x));

    /// <summary>y ← y + factor·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        ref double a = ref MemoryMarshal.GetReference(x);
        ref double b = ref MemoryMarshal.GetReference(y);
        var factors = Vector256.Create(factor);
        int i = 0;
        for (; i + 4 <= x.Length; i += 4)
            (Vector256.LoadUnsafe(ref b, (nuint)i) + factors * Vector256.LoadUnsafe(ref a, (nuint)i)).StoreUnsafe(ref b, (nuint)i);
        for (; i < x.Length; i++) y[i] += factor * x[i];
    }

    /// <summary>x ← factor·x.</summary>
    public static void Scale(double factor, Span<double> x)
    {
        for (int i = 0; i < x.Length; i++) x[i] *= factor;
    }

    /// <summary>A B for square matrices, row-major [size, size].</summary>
    public static double[] Multiply(double[] a, double[] b, int size)
    {
        var product = new double[a.Length];
        for (int i = 0; i < size; i++)
            for (int k = 0; k < size; k++) AddScaled(a[i * size + k], b.AsSpan(k * size, size), product.AsSpan(i * size, size));
        return product;
    }

    /// <summary>destination = A x for A row-major [rows, x.Length].</summary>
    public static void Apply(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, Span<double> destination)
    {
        for (int i = 0; i < destination.Length; i++) destination[i] = Dot(matrix.Slice(i * x.Length, x.Length), x);
    }

    /// <summary>destination = Aᵀ x for A row-major [x.Length, destination.Length].</summary>
    public static void ApplyTransposed(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, Span<double> destination)
    {
        destination.Clear();
        for (int i = 0; i < x.Length; i++) AddScaled(x[i], matrix.Slice(i * destination.Length, destination.Length), destination);
    }
}
