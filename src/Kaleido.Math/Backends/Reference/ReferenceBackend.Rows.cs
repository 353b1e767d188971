using Kaleido.Tensors;

namespace Kaleido.Backends.Reference;

// Reductions, and the primitives that move rows and rectangles.
public sealed partial class ReferenceBackend
{
    private const int Lanes = 16, BlockRows = 64;

    /// <inheritdoc/>
    public void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination)
    {
        var a = ReferenceMemory.Elements(x);
        var d = ReferenceMemory.Elements(destination);
        if (function == ReduceOperation.ColumnSum)
        {
            ColumnSums(a, x.Rows, x.Columns, d);
            return;
        }

        var sums = function == ReduceOperation.FullSum ? new double[x.Rows] : d;
        for (int row = 0; row < x.Rows; row++)
        {
            var values = a.Slice(row * x.Columns, x.Columns);
            sums[row] = function switch
            {
                ReduceOperation.RowSum or ReduceOperation.FullSum => RowSum(values),
                ReduceOperation.RowMaximum => RowMaximum(values),
                ReduceOperation.RowArgMaximum => RowArgMaximum(values),
                ReduceOperation.RowLogSumExp => RowLogSumExp(values),
                _ => throw new NotSupportedException($"the reference device does not know the reduction {function}"),
            };
        }

        if (function == ReduceOperation.FullSum) ColumnSums(sums, x.Rows, 1, d);
    }

    /// <summary>Sixteen lanes by column index, then a halving tree.</summary>
    private static double RowSum(ReadOnlySpan<double> values)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        for (int i = 0; i < values.Length; i++) lanes[i % Lanes] += values[i];
        for (int half = Lanes / 2; half > 0; half /= 2)
            for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
        return lanes[0];
    }

    /// <summary>Each block of 64 rows is a chain from +0; the sums of the blocks are added in ascending order.</summary>
    private static void ColumnSums(ReadOnlySpan<double> x, int rows, int columns, Span<double> destination)
    {
        for (int column = 0; column < columns; column++)
        {
            double total = 0;
            for (int first = 0; first < rows; first += BlockRows)
            {
                double block = 0;
                for (int row = first; row < Math.Min(rows, first + BlockRows); row++) block += x[row * columns + column];
                total += block;
            }

            destination[column] = total;
        }
    }

    private static double RowMaximum(ReadOnlySpan<double> values)
    {
        double maximum = double.NegativeInfinity;
        foreach (double value in values) maximum = Math.Max(maximum, value);
        return maximum;
    }

    private static int RowArgMaximum(ReadOnlySpan<double> values)
    {
        int best = values.IsEmpty ? -1 : 0;
        for (int i = 1; i < values.Length && !double.IsNaN(values[best]); i++)
            if (values[i] > values[best] || double.IsNaN(values[i])) best = i;
        return best;
    }

    private static double RowLogSumExp(ReadOnlySpan<double> values)
    {
        double maximum = RowMaximum(values);
        if (!double.IsFinite(maximum)) return maximum;
        var shifted = new double[values.Length];
        for (int i = 0; i < values.Length; i++) shifted[i] = Math.Exp(values[i] - maximum);
        return maximum + Math.Log(RowSum(shifted));
    }

    /// <inheritdoc/>
    public void Transpose(in MatrixView x, in MatrixView destination)
    {
        var a = ReferenceMemory.Elements(x);
        var d = ReferenceMemory.Elements(destination);
        for (int row = 0; row < x.Rows; row++)
            for (int column = 0; column < x.Columns; column++) d[column * x.Rows + row] = a[row * x.Columns + column];
    }

    /// <inheritdoc/>
    public void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination)
    {
        var s = ReferenceMemory.Elements(source);
        var index = ReferenceMemory.Elements(indices);
        var d = ReferenceMemory.Elements(destination);
        int columns = source.Columns;
        for (int row = 0; row < index.Length; row++)
        {
            int at = Index(index[row], row, source.Rows, nameof(GatherRows));
            s.Slice(at * columns, columns).CopyTo(d.Slice(row * columns, columns));
        }
    }

    /// <inheritdoc/>
    public void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination)
    {
        var v = ReferenceMemory.Elements(values);
        var index = ReferenceMemory.Elements(indices);
        var d = ReferenceMemory.Elements(destination);
        int columns = values.Columns;
        for (int row = 0; row < index.Length; row++) Index(index[row], row, destination.Rows, nameof(ScatterAddRows));
        d.Clear();
        for (int row = 0; row < index.Length; row++)
            for (int column = 0; column < columns; column++) d[(int)index[row] * columns + column] += v[row * columns + column];
    }

    private static int Index(double index, int at, int rows, string operation)
    {
        if (index >= 0 && index < rows) return (int)index;
        throw new ArgumentOutOfRangeException(nameof(index), index,
            $"{operation}: index {at} is {FormattableString.Invariant($"{index}")} and must be a row from 0 to {rows - 1}");
    }

    /// <inheritdoc/>
    public void Slice(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var a = ReferenceMemory.Elements(x);
        var d = ReferenceMemory.Elements(destination);
        int columns = destination.Columns;
        for (int r = 0; r < destination.Rows; r++)
            a.Slice((row + r) * x.Columns + column, columns).CopyTo(d.Slice(r * columns, columns));
    }

    /// <inheritdoc/>
    public void Place(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var a = ReferenceMemory.Elements(x);
        var d = ReferenceMemory.Elements(destination);
        for (int r = 0; r < x.Rows; r++)
            a.Slice(r * x.Columns, x.Columns).CopyTo(d.Slice((row + r) * destination.Columns + column, x.Columns));
    }

    /// <inheritdoc/>
    public void OneHot(in MatrixView indices, in MatrixView destination)
    {
        var index = ReferenceMemory.Elements(indices);
        var d = ReferenceMemory.Elements(destination);
        for (int i = 0, row = 0; row < destination.Rows; row++)
            for (int column = 0; column < destination.Columns; column++) d[i++] = index[row] == column ? 1 : 0;
    }
}
