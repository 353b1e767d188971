using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Tests.Backends;

public sealed unsafe class ReductionTests
{
    private static readonly SimdLevel[] Available = [.. Enum.GetValues<SimdLevel>().Where(Simd.IsAvailable)];

    public sealed record Case(int Rows, int Columns, int Pad, bool Special, int Seed);

    private static Arbitrary<Case> Cases()
    {
        Gen<int> size = Gen.Frequency(
            (1, Gen.Elements(0, 1)),
            (3, from edge in Gen.Elements(4, 8, 16, 32, 64, 128, 192) from delta in Gen.Choose(-1, 1) select edge + delta),
            (2, Gen.Choose(0, 300)));
        Gen<Case> cases =
            from rows in size
            from columns in size
            from pad in Gen.Elements(0, 1, 7)
            from special in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Case(rows, columns, pad, special, seed);
        return Arb.From(cases, Shrink);
    }

    private static IEnumerable<Case> Shrink(Case it)
    {
        if (it.Rows > 0)
            yield return it with { Rows = it.Rows / 2 };
        if (it.Rows > 1)
            yield return it with { Rows = it.Rows - 1 };
        if (it.Columns > 0)
            yield return it with { Columns = it.Columns / 2 };
        if (it.Columns > 1)
            yield return it with { Columns = it.Columns - 1 };
    }

    private static void Holds(Func<Case, bool> law)
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(11, 13), Prop.ForAll(Cases(), law));

    [Fact]
    public void A_row_sum_is_sixteen_lanes_and_a_halving_tree() => Holds(it =>
    {
        using AlignedFloats x = Matrix(it);
        for (int row = 0; row < it.Rows; row++)
        {
            float* values = x.Pointer + row * (it.Columns + it.Pad);
            uint expected = Bits.Of(RowSum(new(values, it.Columns)));
            Assert.Equal(expected, Bits.Of(Reductions.RowSum(values, it.Columns)));
            foreach (SimdLevel level in Available)
                Assert.Equal(expected, Bits.Of(Reductions.RowSum(values, it.Columns, level)));
        }

        return true;
    });

    [Fact]
    public void A_column_sum_is_chains_of_64_rows_whose_sums_are_added_in_order() => Holds(it =>
    {
        using AlignedFloats x = Matrix(it);
        int ld = it.Columns + it.Pad;
        float[] expected = new float[it.Columns], column = new float[it.Rows];
        for (int j = 0; j < it.Columns; j++)
        {
            for (int i = 0; i < it.Rows; i++)
                column[i] = x.Span[i * ld + j];
            expected[j] = ColumnSum(column);
        }

        foreach (SimdLevel level in Available)
        {
            using var sums = new AlignedFloats(it.Columns);
            Reductions.ColumnSum(x.Pointer, ld, it.Rows, it.Columns, sums.Pointer, level);
            Bits.Equal(expected, sums.Span, $"{it} at {level}");
            sums.CheckGuards();
        }

        using var byBlocks = new AlignedFloats(it.Columns);
        using var block = new AlignedFloats(it.Columns);
        Reductions.BlockSum(x.Pointer, ld, Math.Min(it.Rows, 64), it.Columns, byBlocks.Pointer);
        for (int row = 64; row < it.Rows; row += 64)
        {
            Reductions.BlockSum(x.Pointer + row * ld, ld, Math.Min(64, it.Rows - row), it.Columns, block.Pointer);
            Reductions.AddBlock(byBlocks.Pointer, block.Pointer, it.Columns);
        }

        Bits.Equal(expected, byBlocks.Span, $"{it} by blocks");
        return true;
    });

    [Fact]
    public void A_full_sum_is_the_column_sum_of_the_row_sums() => Holds(it =>
    {
        using AlignedFloats x = Matrix(it);
        int ld = it.Columns + it.Pad;
        using var rowSums = new AlignedFloats(it.Rows);
        for (int row = 0; row < it.Rows; row++)
            rowSums.Span[row] = RowSum(x.Span.Slice(row * ld, it.Columns));
        uint expected = Bits.Of(ColumnSum(rowSums.Span));
        foreach (SimdLevel level in Available)
            Assert.Equal(expected, Bits.Of(Reductions.FullSum(x.Pointer, ld, it.Rows, it.Columns, level)));
        Assert.Equal(expected, Bits.Of(Reductions.SumOfRowSums(rowSums.Pointer, it.Rows)));
        return true;
    });

    [Fact]
    public void A_row_maximum_propagates_NaN_and_argmax_is_its_first_index() => Holds(it =>
    {
        using AlignedFloats x = Matrix(it);
        for (int row = 0; row < it.Rows; row++)
        {
            float* values = x.Pointer + row * (it.Columns + it.Pad);
            float largest = float.NegativeInfinity;
            int index = -1;
            for (int column = 0; column < it.Columns; column++)
            {
                float value = values[column];
                if (index < 0 || (float.IsNaN(value) && !float.IsNaN(largest)) || value > largest)
                    index = column;
                largest = float.IsNaN(value) || float.IsNaN(largest) ? float.NaN
                    : value > largest || (value == 0f && largest == 0f && float.IsPositive(value)) ? value
                    : largest;
            }

            foreach (SimdLevel level in Available)
                Assert.Equal(Bits.Of(largest), Bits.Of(Reductions.RowMax(values, it.Columns, level)));
            Assert.Equal(index, Reductions.ArgMax(values, it.Columns));
        }

        return true;
    });

    [Fact]
    public void Ties_signed_zeros_and_NaN_go_to_the_first_index()
    {
        Assert.Equal(1, ArgMax(-1, -0f, 0f, -3));
        Assert.Equal(2, ArgMax(1, 2, 3, 3, 3));
        Assert.Equal(1, ArgMax(float.PositiveInfinity, float.NaN, float.NaN));
        Assert.Equal(0, ArgMax(float.NegativeInfinity, float.NegativeInfinity));
        Assert.Equal(-1, ArgMax());

        static int ArgMax(params float[] values)
        {
            fixed (float* pointer = values)
                return Reductions.ArgMax(pointer, values.Length);
        }
    }

    private static AlignedFloats Matrix(Case it)
    {
        var x = new AlignedFloats(it.Rows * (it.Columns + it.Pad));
        Bits.Fill(x.Span, new Random(it.Seed), it.Special);
        return x;
    }

    private static float RowSum(ReadOnlySpan<float> row)
    {
        float[] lanes = new float[16];
        for (int lane = 0; lane < 16; lane++)
            for (int column = lane; column < row.Length; column += 16)
                lanes[lane] += row[column];
        foreach (int half in new[] { 8, 4, 2, 1 })
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        return lanes[0];
    }

    private static float ColumnSum(ReadOnlySpan<float> column)
    {
        float total = 0f;
        for (int row0 = 0; row0 < column.Length; row0 += 64)
        {
            float block = 0f;
            foreach (float value in column[row0..Math.Min(row0 + 64, column.Length)])
                block += value;
            total = row0 == 0 ? block : total + block;
        }

        return total;
    }
}
