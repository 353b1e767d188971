using Kaleido.Backends;
using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class ReductionLaws
{
    /// <summary>Rule 2 of the numerical contract: sixteen lanes by column, then the halves are added.</summary>
    private static double RowSum(Bench bench, Grid x, int row)
    {
        var lanes = new double[16];
        for (int column = 0; column < x.Columns; column++) lanes[column % 16] = bench.Round(lanes[column % 16] + x[row, column]);
        for (int half = 8; half >= 1; half /= 2)
            for (int lane = 0; lane < half; lane++) lanes[lane] = bench.Round(lanes[lane] + lanes[lane + half]);
        return lanes[0];
    }

    /// <summary>Rule 2: a chain in each block of 64 rows, then the blocks in ascending order.</summary>
    private static double ColumnSum(Bench bench, Grid x, int column)
    {
        double total = 0;
        foreach (int[] block in Enumerable.Range(0, x.Rows).Chunk(64))
            total = bench.Round(total + block.Aggregate(0.0, (sum, row) => bench.Round(sum + x[row, column])));
        return total;
    }

    private static Grid Expected(Bench bench, Grid x, ReduceOperation function) => function switch
    {
        ReduceOperation.RowSum => Grid.Of(x.Rows, 1, (row, _) => RowSum(bench, x, row)),
        ReduceOperation.ColumnSum => Grid.Of(1, x.Columns, (_, column) => ColumnSum(bench, x, column)),
        ReduceOperation.FullSum => new(1, 1, [ColumnSum(bench, Grid.Of(x.Rows, 1, (row, _) => RowSum(bench, x, row)), 0)]),
        ReduceOperation.RowMaximum => Grid.Of(x.Rows, 1, (row, _) => Row(x, row).Aggregate(double.NegativeInfinity, Math.Max)),
        _ => Grid.Of(x.Rows, 1, (row, _) => ArgMaximum(Row(x, row))),
    };

    private static double[] Row(Grid x, int row) => x.Values[(row * x.Columns)..((row + 1) * x.Columns)];

    private static double ArgMaximum(double[] row)
    {
        int firstNaN = Array.FindIndex(row, double.IsNaN);
        return firstNaN >= 0 ? firstNaN : Array.IndexOf(row, row.Max());
    }

    private static void Check(Bench bench, Grid x, ReduceOperation function)
    {
        var expected = Expected(bench, x, function);
        var destination = bench.Blank(expected.Rows, expected.Columns);
        bench.Backend.Reduce(bench.Put(x), function, destination);
        bench.SameBits(expected, destination);
    }

    public static TheoryData<string, ReduceOperation> Cases()
    {
        var cases = new TheoryData<string, ReduceOperation>();
        foreach (string device in Devices.Names)
            foreach (var function in Enum.GetValues<ReduceOperation>().Except([ReduceOperation.RowLogSumExp])) cases.Add(device, function);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_reduction_has_the_bits_of_its_written_order(string device, ReduceOperation function)
    {
        using var bench = Devices.Open(device);
        int least = function == ReduceOperation.RowArgMaximum ? 1 : 0; // nothing has no index
        Law.Holds(Law.Sizes(2, 300), it =>
            Check(bench, bench.Random(it.Random(), it.Sizes[0], Math.Max(least, it.Sizes[1])), function), 150);
        Law.Holds(Law.Sizes(2, 70), it =>
            Check(bench, bench.Wild(it.Random(), it.Sizes[0], Math.Max(least, it.Sizes[1])), function), 100);
    }

    [Theory, OnEveryDevice]
    public void Ties_of_a_maximum_go_to_the_first_index(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2, 70), it =>
        {
            var random = it.Random();
            Check(bench, Grid.Of(it.Sizes[0], Math.Max(1, it.Sizes[1]), (_, _) => random.Next(3)), ReduceOperation.RowArgMaximum);
        });
    }

    [Theory, OnEveryDevice]
    public void A_sum_of_negative_zeros_is_plus_zero(string device)
    {
        using var bench = Devices.Open(device);
        foreach (var function in new[] { ReduceOperation.RowSum, ReduceOperation.ColumnSum, ReduceOperation.FullSum })
            Check(bench, Grid.Of(130, 40, (_, _) => -0.0), function);
    }

    [Theory, OnEveryDevice]
    public void A_log_sum_exp_is_within_its_bound(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2), it =>
        {
            var random = it.Random();
            double scale = random.Next(4) switch { 0 => 1e-3, 1 => 1, 2 => 30, _ => 1e30 };
            var x = Grid.Of(it.Sizes[0], it.Sizes[1], (_, _) => bench.Round(scale * (2 * random.NextDouble() - 1)));
            var (expected, tolerance) = (new Grid(x.Rows, 1), new Grid(x.Rows, 1));
            for (int row = 0; row < x.Rows; row++)
            {
                double[] values = Row(x, row);
                double maximum = values.Aggregate(double.NegativeInfinity, Math.Max);
                double sum = values.Sum(value => Math.Exp(value - maximum));
                double logarithm = Math.Log(sum);
                // Shifts are rounded by u|x - m| each, exponentials and the logarithm are within 2 ulp = 4u, a sum of lanes is a chain of
                // columns/16 + 4 additions, and the last addition rounds once. Both evaluations err, so twice.
                double shift = values.Sum(value => Math.Exp(value - maximum) * Math.Min(maximum - value, 200)) / sum;
                double units = shift + 4 + (x.Columns / 16.0) + 4 + (4 * logarithm) + Math.Abs(maximum + logarithm);
                expected[row, 0] = values.Length == 0 ? double.NegativeInfinity : maximum + logarithm;
                tolerance[row, 0] = values.Length == 0 ? 0 : 2 * bench.Unit * units;
            }

            var destination = bench.Blank(x.Rows, 1);
            bench.Backend.Reduce(bench.Put(x), ReduceOperation.RowLogSumExp, destination);
            bench.Within(expected, tolerance, destination);
        });
    }

    [Theory, OnEveryDevice]
    public void A_log_sum_exp_of_infinities_is_infinite_and_of_NaN_is_NaN(string device)
    {
        using var bench = Devices.Open(device);
        const double Plus = double.PositiveInfinity, Minus = double.NegativeInfinity;
        var x = new Grid(5, 3, [Minus, Minus, Minus, Plus, 0, Minus, Plus, Plus, 1, double.NaN, Plus, 0, Minus, 2, Minus]);
        var destination = bench.Blank(5, 1);
        bench.Backend.Reduce(bench.Put(x), ReduceOperation.RowLogSumExp, destination);
        bench.SameBits(new(5, 1, [Minus, Plus, Plus, double.NaN, 2]), destination);
    }
}
