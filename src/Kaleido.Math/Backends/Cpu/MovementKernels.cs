using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>What moves numbers without computing, for a range of rows so that several threads can share it. Matrices are dense.</summary>
internal static unsafe class MovementKernels
{
    /// <summary>Rows row0 … row1-1 of destination [rows, columns] = x, repeated where its size is 1.</summary>
    public static void Broadcast(float* x, int xRows, int xColumns, float* destination, int columns, int row0, int row1)
    {
        for (int row = row0; row < row1; row++)
        {
            float* source = x + (xRows == 1 ? 0 : (long)row * xColumns);
            var target = new Span<float>(destination + (long)row * columns, columns);
            if (xColumns == 1) target.Fill(*source);
            else new ReadOnlySpan<float>(source, columns).CopyTo(target);
        }
    }

    /// <summary>Rows row0 … row1-1 of destination [columns of x, rows of x] = xᵀ.</summary>
    public static void Transpose(float* x, int xRows, int xColumns, float* destination, int row0, int row1)
    {
        const int Tile = 16;
        for (int r0 = row0; r0 < row1; r0 += Tile)
        {
            int r1 = Math.Min(row1, r0 + Tile);
            for (int c0 = 0; c0 < xRows; c0 += Tile)
            {
                int c1 = Math.Min(xRows, c0 + Tile);
                for (int r = r0; r < r1; r++)
                {
                    for (int c = c0; c < c1; c++) destination[(long)r * xRows + c] = x[(long)c * xColumns + r];
                }
            }
        }
    }

    /// <summary>Rows row0 … row1-1 of destination = the rows of source that the indices name.</summary>
    public static void GatherRows(float* source, int sourceRows, int columns, float* indices, float* destination, int row0, int row1)
    {
        for (int row = row0; row < row1; row++)
        {
            int index = Index(indices[row], sourceRows, "GatherRows");
            new ReadOnlySpan<float>(source + (long)index * columns, columns)
                .CopyTo(new Span<float>(destination + (long)row * columns, columns));
        }
    }

    /// <summary>
    /// Columns column0 … column1-1 of destination = 0, then the rows of values are added in ascending order where the indices say.
    /// </summary>
    public static void ScatterAddRows(
        float* values, int rows, int columns, float* indices, float* destination, int destinationRows, int column0, int column1)
    {
        int width = column1 - column0;
        for (int row = 0; row < destinationRows; row++) new Span<float>(destination + (long)row * columns + column0, width).Clear();
        for (int row = 0; row < rows; row++)
        {
            int index = Index(indices[row], destinationRows, "ScatterAddRows");
            float* target = destination + (long)index * columns + column0;
            BlockKernels.Binary(BinaryOperation.Add, target, values + (long)row * columns + column0, target, width);
        }
    }

    private static int Index(float value, int count, string operation)
    {
        int index = (int)value;
        if (index != value || (uint)index >= (uint)count) ThrowIndex(value, count, operation);
        return index;
    }

    private static void ThrowIndex(float value, int count, string operation) =>
        throw new ArgumentOutOfRangeException(
            nameof(value), value, $"{operation}: the index {value} is not one of the {count} rows 0 to {count - 1}");

    /// <summary>
    /// Copies a rectangle of <paramref name="columns"/> columns, rows row0 … row1-1 counted from its upper left corners, between two dense
    /// matrices of these widths.
    /// </summary>
    public static void CopyRectangle(
        float* source, int sourceColumns, float* destination, int destinationColumns, int columns, int row0, int row1)
    {
        for (int row = row0; row < row1; row++)
        {
            new ReadOnlySpan<float>(source + (long)row * sourceColumns, columns)
                .CopyTo(new Span<float>(destination + (long)row * destinationColumns, columns));
        }
    }

    /// <summary>Rows row0 … row1-1 of destination: 1 where the index is the column, else 0.</summary>
    public static void OneHot(float* indices, float* destination, int columns, int row0, int row1)
    {
        for (int row = row0; row < row1; row++)
        {
            var target = new Span<float>(destination + (long)row * columns, columns);
            target.Clear();
            int index = (int)indices[row];
            if (index == indices[row] && (uint)index < (uint)columns) target[index] = 1f;
        }
    }

    /// <summary>Rows row0 … row1-1 of the minibatch's row numbers.</summary>
    public static void MinibatchIndices(MinibatchIndicesOperation minibatch, ulong step, int rows, float* destination, int row0, int row1)
    {
        if (rows >= minibatch.Samples)
        {
            for (int row = row0; row < row1; row++) destination[row] = row;
            return;
        }

        uint seed = minibatch.Seed;
        MinibatchDraw.Fill(new(in seed), minibatch.Stream, minibatch.Samples, step, row0, row1 - row0,
            new Span<float>(destination + row0, row1 - row0));
    }
}

/// <summary>
/// Row numbers of small minibatches, drawn for some steps at once: they depend on the step alone, and alone a draw does not fill a vector.
/// </summary>
internal sealed unsafe class MinibatchesAhead(MinibatchIndicesOperation minibatch)
{
    /// <summary>The most rows for which this pays.</summary>
    public const int MostRows = 64;

    private const int Numbers = 1024;

    private readonly float[] _indices = new float[Numbers];
    private ulong _first;
    private int _steps, _rows;

    /// <summary>All rows of a step's minibatch.</summary>
    public void Read(ulong step, int rows, float* destination)
    {
        if (rows != _rows || step < _first || step - _first >= (ulong)_steps)
        {
            (_first, _rows, _steps) = (step, rows, Numbers / rows);
            uint seed = minibatch.Seed;
            MinibatchDraw.Fill(new(in seed), minibatch.Stream, minibatch.Samples, step, 0, rows, _indices.AsSpan(0, _steps * rows));
        }

        _indices.AsSpan((int)(step - _first) * rows, rows).CopyTo(new Span<float>(destination, rows));
    }
}

/// <summary>Reductions of one row that need a scratch row.</summary>
internal static unsafe class RowReductions
{
    /// <summary>One row's value of a row reduction; <paramref name="scratch"/> holds a row.</summary>
    public static float Reduce(ReduceOperation function, float* row, int columns, float* scratch) => function switch
    {
        ReduceOperation.RowSum => Reductions.RowSum(row, columns),
        ReduceOperation.RowMaximum => Reductions.RowMax(row, columns),
        ReduceOperation.RowArgMaximum => Reductions.ArgMax(row, columns),
        ReduceOperation.RowLogSumExp => LogSumExp(row, columns, scratch),
        _ => throw new NotSupportedException($"{function} is not a reduction of rows"),
    };

    // ln Σ e^(x-m) + m with m the largest element, or 0 where that is not finite.
    private static float LogSumExp(float* row, int columns, float* scratch)
    {
        float largest = Reductions.RowMax(row, columns);
        float shift = float.IsFinite(largest) ? largest : 0f;
        BlockLoop.Run(new ShiftBody(row, shift, scratch), columns);
        VectorFunctions.Exp(new ReadOnlySpan<float>(scratch, columns), new Span<float>(scratch, columns));
        return Elementary.Log(Reductions.RowSum(scratch, columns)) + shift;
    }

    private readonly struct ShiftBody(float* x, float shift, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
            (BlockLoop.Load<TLane>(x + i) - TLane.Create(shift)).Store(ref destination[i]);
    }
}
