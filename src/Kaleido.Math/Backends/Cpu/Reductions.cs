using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// Sums and maxima in one fixed order each, so that they have the same bits for every vector width and every division of the
/// work among threads.
/// </summary>
/// <remarks>
/// A row sum: lane j of 16 starts at +0 and adds columns j, j+16, j+32, … in turn; then lane j += lane j+8 (j &lt; 8), and so with
/// 4, 2, 1.
/// A column sum: inside each block of 64 rows a chain from +0 over ascending rows; total = block 0, then total += block 1, 2, …
/// A full sum: the row sums, added like a column. Nothing to add gives +0.
/// </remarks>
internal static unsafe class Reductions
{
    /// <summary>Rows in a block of a column sum.</summary>
    public const int BlockRows = 64;

    private const int Lanes = 16, WideColumns = 64;

    /// <summary>The sum of a row of contiguous floats.</summary>
    public static float RowSum(float* row, int columns) => RowSum(row, columns, Simd.Level);

    /// <summary>The same with vectors of a given width.</summary>
    [SkipLocalsInit]
    public static float RowSum(float* row, int columns, SimdLevel level)
    {
        if (columns == 1) return 0f + *row; // The other lanes are +0, which changes nothing any more.
        float* lanes = stackalloc float[Lanes];
        int whole = columns / Lanes * Lanes;
        if (whole == 0 || level == SimdLevel.Scalar)
        {
            whole = 0;
            new Span<float>(lanes, Lanes).Clear();
        }
        else if (level == SimdLevel.Vector512)
        {
            AddLanes<Lanes512, Vector512<float>>(row, whole, lanes);
        }
        else if (level == SimdLevel.Vector256)
        {
            AddLanes<Lanes256, Vector256<float>>(row, whole, lanes);
        }
        else
        {
            AddLanes<Lanes128, Vector128<float>>(row, whole, lanes);
        }

        for (int column = whole; column < columns; column++)
            lanes[column & (Lanes - 1)] += row[column];
        for (int half = Lanes / 2; half > 0; half /= 2)
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        return lanes[0];
    }

    /// <summary>The sums of the columns of a matrix with leading dimension <paramref name="ld"/>, into <paramref name="sums"/>.</summary>
    /// <remarks>Columns are independent: threads may take ranges. Or they take blocks of rows: see <see cref="BlockSum"/>.</remarks>
    public static void ColumnSum(float* x, long ld, int rows, int columns, float* sums)
        => ColumnSum(x, ld, rows, columns, sums, Simd.Level);

    /// <summary>The same with vectors of a given width.</summary>
    public static void ColumnSum(float* x, long ld, int rows, int columns, float* sums, SimdLevel level)
        => Columns(x, ld, rows, columns, sums, level, add: false);

    /// <summary>
    /// The column sums of one block of at most <see cref="BlockRows"/> rows. The sums of a matrix are those of its first block, to which
    /// <see cref="AddBlock"/> adds those of the others in ascending order.
    /// </summary>
    public static void BlockSum(float* x, long ld, int rows, int columns, float* sums)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, BlockRows);
        if (columns < WideColumns)
        {
            Columns(x, ld, rows, columns, sums, Simd.Level, add: false);
            return;
        }

        // Wide matrices are read row by row, four rows at a time: the processor fetches ahead along rows, not down columns.
        new Span<float>(sums, columns).Clear();
        int row = 0;
        for (; row <= rows - 4; row += 4) BlockLoop.Run(new AddRowsBody(x + row * ld, ld, sums), columns);
        for (; row < rows; row++) AddBlock(sums, x + row * ld, columns);
    }

    // Four further links of the chain of each column.
    private readonly struct AddRowsBody(float* rows, long ld, float* sums) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            float* x = rows + i;
            var sum = BlockLoop.Load<TLane>(sums + i) + BlockLoop.Load<TLane>(x) + BlockLoop.Load<TLane>(x + ld);
            (sum + BlockLoop.Load<TLane>(x + 2 * ld) + BlockLoop.Load<TLane>(x + 3 * ld)).Store(ref sums[i]);
        }
    }

    /// <summary>Adds the column sums of a further block: totals += block.</summary>
    public static void AddBlock(float* totals, float* block, int columns)
        => BlockLoop.Run(new AddBody(totals, block, totals), columns);

    /// <summary>The sum of all elements of a matrix.</summary>
    public static float FullSum(float* x, long ld, int rows, int columns) => FullSum(x, ld, rows, columns, Simd.Level);

    /// <summary>The same with vectors of a given width.</summary>
    public static float FullSum(float* x, long ld, int rows, int columns, SimdLevel level)
    {
        float total = 0f;
        for (int row0 = 0; row0 < rows; row0 += BlockRows)
        {
            int row1 = Math.Min(rows, row0 + BlockRows);
            float block = 0f;
            for (int row = row0; row < row1; row++)
                block += RowSum(x + row * ld, columns, level);
            total = row0 == 0 ? block : total + block;
        }

        return total;
    }

    /// <summary>The full sum of a matrix whose row sums are known.</summary>
    public static float SumOfRowSums(float* rowSums, int rows)
    {
        float total = 0f;
        for (int row0 = 0; row0 < rows; row0 += BlockRows)
        {
            int row1 = Math.Min(rows, row0 + BlockRows);
            float block = 0f;
            for (int row = row0; row < row1; row++)
                block += rowSums[row];
            total = row0 == 0 ? block : total + block;
        }

        return total;
    }

    /// <summary>The largest element of a row by IEEE 754 maximum: NaN if any is NaN, +0 above -0; -∞ for no columns.</summary>
    public static float RowMax(float* row, int columns) => RowMax(row, columns, Simd.Level);

    /// <summary>The same with vectors of a given width.</summary>
    public static float RowMax(float* row, int columns, SimdLevel level)
    {
        if (columns < 16 || level == SimdLevel.Scalar)
            return MaxScalar(float.NegativeInfinity, row, columns);
        return level switch
        {
            SimdLevel.Vector512 => Max<Lanes512, Vector512<float>>(row, columns),
            SimdLevel.Vector256 => Max<Lanes256, Vector256<float>>(row, columns),
            _ => Max<Lanes128, Vector128<float>>(row, columns),
        };
    }

    /// <summary>The first index of a largest element (±0 are equal); of the first NaN if there is one; -1 for no columns.</summary>
    public static int ArgMax(float* row, int columns)
    {
        float largest = RowMax(row, columns);
        for (int column = 0; column < columns; column++)
            if (row[column] == largest || float.IsNaN(row[column]))
                return column;
        return -1;
    }

    /// <summary>Sixteen lane sums of a multiple of sixteen columns.</summary>
    private static void AddLanes<TLanes, TVector>(float* row, int columns, float* lanes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count;
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        for (int column = 0; column < columns; column += Lanes, row += Lanes)
        {
            s0 = TLanes.Add(s0, TLanes.Load(row));
            if (TLanes.Count < 16)
                s1 = TLanes.Add(s1, TLanes.Load(row + n));
            if (TLanes.Count < 8)
            {
                s2 = TLanes.Add(s2, TLanes.Load(row + 2 * n));
                s3 = TLanes.Add(s3, TLanes.Load(row + 3 * n));
            }
        }

        TLanes.Store(s0, lanes);
        if (TLanes.Count < 16)
            TLanes.Store(s1, lanes + n);
        if (TLanes.Count < 8)
        {
            TLanes.Store(s2, lanes + 2 * n);
            TLanes.Store(s3, lanes + 3 * n);
        }
    }

    private static void Columns(float* x, long ld, int rows, int columns, float* sums, SimdLevel level, bool add)
    {
        if (rows <= 0)
            new Span<float>(sums, columns).Clear();
        for (int row0 = 0; row0 < rows; row0 += BlockRows, add = true)
        {
            float* block = x + row0 * ld;
            int height = Math.Min(BlockRows, rows - row0);
            int column = level switch
            {
                SimdLevel.Vector512 => BlockColumns<Lanes512, Vector512<float>>(block, ld, height, columns, sums, add),
                SimdLevel.Vector256 => BlockColumns<Lanes256, Vector256<float>>(block, ld, height, columns, sums, add),
                SimdLevel.Vector128 => BlockColumns<Lanes128, Vector128<float>>(block, ld, height, columns, sums, add),
                _ => 0,
            };
            for (; column < columns; column++)
            {
                float sum = 0f;
                for (int row = 0; row < height; row++)
                    sum += block[row * ld + column];
                sums[column] = add ? sums[column] + sum : sum;
            }
        }
    }

    /// <summary>
    /// As many columns as whole vectors cover; returns how many. Four vectors at a time: a chain waits for its last addition.
    /// </summary>
    private static int BlockColumns<TLanes, TVector>(float* x, long ld, int rows, int columns, float* sums, bool add)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count, column = 0;
        for (; column <= columns - 4 * n; column += 4 * n)
        {
            TVector s0 = default, s1 = default, s2 = default, s3 = default;
            float* source = x + column;
            for (int row = 0; row < rows; row++, source += ld)
            {
                s0 = TLanes.Add(s0, TLanes.Load(source));
                s1 = TLanes.Add(s1, TLanes.Load(source + n));
                s2 = TLanes.Add(s2, TLanes.Load(source + 2 * n));
                s3 = TLanes.Add(s3, TLanes.Load(source + 3 * n));
            }

            float* to = sums + column;
            TLanes.Store(add ? TLanes.Add(TLanes.Load(to), s0) : s0, to);
            TLanes.Store(add ? TLanes.Add(TLanes.Load(to + n), s1) : s1, to + n);
            TLanes.Store(add ? TLanes.Add(TLanes.Load(to + 2 * n), s2) : s2, to + 2 * n);
            TLanes.Store(add ? TLanes.Add(TLanes.Load(to + 3 * n), s3) : s3, to + 3 * n);
        }

        for (; column <= columns - n; column += n)
        {
            TVector sum = default;
            float* source = x + column;
            for (int row = 0; row < rows; row++, source += ld)
                sum = TLanes.Add(sum, TLanes.Load(source));
            TLanes.Store(add ? TLanes.Add(TLanes.Load(sums + column), sum) : sum, sums + column);
        }

        return column;
    }

    [SkipLocalsInit]
    private static float Max<TLanes, TVector>(float* row, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count, column = n;
        TVector largest = TLanes.Load(row);
        for (; column <= columns - n; column += n)
            largest = TLanes.Max(largest, TLanes.Load(row + column));
        float* lanes = stackalloc float[Lanes];
        TLanes.Store(largest, lanes);
        return MaxScalar(MaxScalar(float.NegativeInfinity, lanes, n), row + column, columns - column);
    }

    private static float MaxScalar(float largest, float* values, int count)
    {
        for (int i = 0; i < count; i++)
            largest = MathF.Max(largest, values[i]);
        return largest;
    }
}
