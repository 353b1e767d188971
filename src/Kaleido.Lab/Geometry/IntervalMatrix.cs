using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// A matrix of intervals, row-major, as two arrays of ends. Products are chains of fused multiply-adds, each moved outward by at least one
/// unit in the last place: x - (2⁻⁵²|x| + 2⁻¹⁰²²) is not above the neighbour below x, as a unit is at most 2⁻⁵²|x| where x is normal.
/// An overflow makes a NaN, which every bound below hands on.
/// </summary>
internal sealed class IntervalMatrix
{
    private const double Unit = 2.220446049250313e-16, Smallest = 2.2250738585072014e-308;

    public IntervalMatrix(int rows, int columns) =>
        (Rows, Columns, Low, High) = (rows, columns, new double[rows * columns], new double[rows * columns]);

    public int Rows { get; }

    public int Columns { get; }

    public double[] Low { get; }

    public double[] High { get; }

    public Interval this[int row, int column]
    {
        get => new(Low[row * Columns + column], High[row * Columns + column]);
        set => (Low[row * Columns + column], High[row * Columns + column]) = (value.Low, value.High);
    }

    public static IntervalMatrix Of(double[] values, int rows, int columns)
    {
        var made = new IntervalMatrix(rows, columns);
        values.CopyTo(made.Low, 0);
        values.CopyTo(made.High, 0);
        return made;
    }

    public static IntervalMatrix Identity(int size)
    {
        var made = new IntervalMatrix(size, size);
        for (int i = 0; i < size; i++) made[i, i] = 1;
        return made;
    }

    /// <summary>{AB} for all A and B in the operands.</summary>
    public static IntervalMatrix operator *(IntervalMatrix left, IntervalMatrix right)
    {
        if (left.Columns != right.Rows)
            throw new ArgumentException($"IntervalMatrix: [{left.Rows}, {left.Columns}] times [{right.Rows}, {right.Columns}]");
        var made = new IntervalMatrix(left.Rows, right.Columns);
        for (int i = 0; i < left.Rows; i++)
        {
            for (int k = 0; k < left.Columns; k++)
            {
                double low = left.Low[i * left.Columns + k], high = left.High[i * left.Columns + k];
                if (low == 0 && high == 0) continue;
                AddScaled(low, high,
                    right.Low.AsSpan(k * right.Columns, right.Columns), right.High.AsSpan(k * right.Columns, right.Columns),
                    made.Low.AsSpan(i * made.Columns, made.Columns), made.High.AsSpan(i * made.Columns, made.Columns));
            }
        }

        return made;
    }

    /// <summary>I - this.</summary>
    public IntervalMatrix FromIdentity()
    {
        var made = new IntervalMatrix(Rows, Columns);
        for (int i = 0; i < Rows; i++)
            for (int j = 0; j < Columns; j++) made[i, j] = i == j ? 1 - this[i, j] : -this[i, j];
        return made;
    }

    /// <summary>An upper bound of the Euclidean norm of every vector in a row.</summary>
    public double RowNorm(int row)
    {
        double sum = 0;
        for (int j = row * Columns; j < (row + 1) * Columns; j++)
        {
            double most = Math.Max(Math.Abs(Low[j]), Math.Abs(High[j]));
            sum = Interval.Up(Math.FusedMultiplyAdd(most, most, sum));
        }

        return Interval.Up(Math.Sqrt(sum));
    }

    /// <summary>Row ← factor·row.</summary>
    public void ScaleRow(int row, Interval factor)
    {
        for (int j = 0; j < Columns; j++) this[row, j] = factor * this[row, j];
    }

    /// <summary>Row ← 0.</summary>
    public void ClearRow(int row)
    {
        Low.AsSpan(row * Columns, Columns).Clear();
        High.AsSpan(row * Columns, Columns).Clear();
    }

    /// <summary>Row ← its hull with 0: every multiple of it by a number from 0 to 1.</summary>
    public void HullRowWithZero(int row)
    {
        for (int j = row * Columns; j < (row + 1) * Columns; j++) (Low[j], High[j]) = (Math.Min(Low[j], 0), Math.Max(High[j], 0));
    }

    /// <summary>An upper bound of ‖A‖_F for every A in it.</summary>
    public double FrobeniusUpper()
    {
        double sum = 0;
        for (int i = 0; i < Low.Length; i++)
        {
            double most = Math.Max(Math.Abs(Low[i]), Math.Abs(High[i]));
            sum = Interval.Up(Math.FusedMultiplyAdd(most, most, sum));
        }

        return Interval.Up(Math.Sqrt(sum));
    }

    /// <summary>
    /// An upper bound of ‖A‖₂ for every A in it: ‖C‖₂ + ‖R‖_F with middles C and radii R ≥ |A - C|; NaN where an end is not finite.
    /// </summary>
    public double NormUpper()
    {
        var middle = new double[Low.Length];
        double squares = 0;
        for (int i = 0; i < middle.Length; i++)
        {
            middle[i] = Low[i] / 2 + High[i] / 2;
            double radius = Math.Max(Interval.Up(High[i] - middle[i]), Interval.Up(middle[i] - Low[i]));
            squares = Interval.Up(Math.FusedMultiplyAdd(radius, radius, squares));
        }

        if (!double.IsFinite(squares) || !PointSets.IsFinite(middle)) return double.NaN;
        // The bound is proved wherever the power iteration stops.
        return Interval.Up(SpectralNorm.Of(middle, Rows, Columns, 1e-5, 300).Upper + Interval.Up(Math.Sqrt(squares)));
    }

    // sum ← sum + [a, b]·x for a vector x of intervals.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(
        double a, double b, ReadOnlySpan<double> low, ReadOnlySpan<double> high, Span<double> sumLow, Span<double> sumHigh)
    {
        ref double x = ref MemoryMarshal.GetReference(low), y = ref MemoryMarshal.GetReference(high);
        ref double u = ref MemoryMarshal.GetReference(sumLow), v = ref MemoryMarshal.GetReference(sumHigh);
        int i = 0;
        if (a == b)
        {
            // One product an end where the factor is one number, which is what a weight is.
            if (a < 0)
            {
                ref double swap = ref x;
                x = ref y;
                y = ref swap;
            }

            var factors = Vector256.Create(a);
            for (; i + 4 <= low.Length; i += 4)
            {
                Down(Vector256.FusedMultiplyAdd(factors, Vector256.LoadUnsafe(ref x, (nuint)i), Vector256.LoadUnsafe(ref u, (nuint)i)))
                    .StoreUnsafe(ref u, (nuint)i);
                Up(Vector256.FusedMultiplyAdd(factors, Vector256.LoadUnsafe(ref y, (nuint)i), Vector256.LoadUnsafe(ref v, (nuint)i)))
                    .StoreUnsafe(ref v, (nuint)i);
            }
        }

        for (; i < low.Length; i++)
        {
            var (c, d) = (low[i], high[i]);
            double least = Math.Min(
                Math.Min(Math.FusedMultiplyAdd(a, c, sumLow[i]), Math.FusedMultiplyAdd(a, d, sumLow[i])),
                Math.Min(Math.FusedMultiplyAdd(b, c, sumLow[i]), Math.FusedMultiplyAdd(b, d, sumLow[i])));
            double most = Math.Max(
                Math.Max(Math.FusedMultiplyAdd(a, c, sumHigh[i]), Math.FusedMultiplyAdd(a, d, sumHigh[i])),
                Math.Max(Math.FusedMultiplyAdd(b, c, sumHigh[i]), Math.FusedMultiplyAdd(b, d, sumHigh[i])));
            sumLow[i] = least - (Math.Abs(least) * Unit + Smallest);
            sumHigh[i] = most + (Math.Abs(most) * Unit + Smallest);
        }
    }

    private static Vector256<double> Down(Vector256<double> x) => x - (Vector256.Abs(x) * Unit + Vector256.Create(Smallest));

    private static Vector256<double> Up(Vector256<double> x) => x + (Vector256.Abs(x) * Unit + Vector256.Create(Smallest));
}
