namespace Kaleido.Backends.Cpu;

internal static unsafe class Reductions
{
    public const int BlockRows = 64;

    public static float RowSum(float* row, int columns)
    {
        float* lanes = stackalloc float[16];
        new Span<float>(lanes, 16).Clear();
        for (int column = 0; column < columns; column++)
            lanes[column & 15] += row[column];
        for (int half = 8; half > 0; half >>= 1)
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        return lanes[0];
    }

    public static void ColumnSum(float* x, int ld, int rows, int columns, float* sums)
    {
        for (int column = 0; column < columns; column++)
        {
            float total = 0f;
            for (int row0 = 0; row0 < rows; row0 += BlockRows)
            {
                float block = 0f;
                int row1 = Math.Min(rows, row0 + BlockRows);
                for (int row = row0; row < row1; row++)
                    block += x[(long)row * ld + column];
                total = row0 == 0 ? block : total + block;
            }

            sums[column] = total;
        }
    }

    public static float FullSum(float* x, int ld, int rows, int columns)
    {
        float total = 0f;
        for (int row0 = 0; row0 < rows; row0 += BlockRows)
        {
            float block = 0f;
            int row1 = Math.Min(rows, row0 + BlockRows);
            for (int row = row0; row < row1; row++)
                block += RowSum(x + (long)row * ld, columns);
            total = row0 == 0 ? block : total + block;
        }

        return total;
    }

    public static float RowMax(float* row, int columns)
    {
        float largest = float.NegativeInfinity;
        for (int column = 0; column < columns; column++)
            largest = MathF.Max(largest, row[column]);
        return largest;
    }

    public static int ArgMax(float* row, int columns)
    {
        int best = columns > 0 ? 0 : -1;
        for (int column = 1; column < columns && !float.IsNaN(row[best]); column++)
            if (row[column] > row[best] || float.IsNaN(row[column]))
                best = column;
        return best;
    }
}
