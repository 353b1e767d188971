using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class RowLaws
{
    [Theory, OnEveryDevice]
    public void Transposing_exchanges_rows_and_columns_and_twice_is_the_identity(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2), it =>
        {
            var x = bench.Wild(it.Random(), it.Sizes[0], it.Sizes[1]);
            var (once, twice) = (bench.Blank(x.Columns, x.Rows), bench.Blank(x.Rows, x.Columns));
            bench.Backend.Transpose(bench.Put(x), once);
            bench.SameBits(x.Transposed(), once);
            bench.Backend.Transpose(once, twice);
            bench.SameBits(x, twice);
        });
    }

    private static Grid Indices(Random random, int count, int rows) => Grid.Of(count, 1, (_, _) => random.Next(rows));

    [Theory, OnEveryDevice]
    public void Gathering_copies_the_rows_that_the_indices_name(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 70), it =>
        {
            var random = it.Random();
            var source = bench.Wild(random, it.Sizes[0] + 1, it.Sizes[1]);
            var indices = Indices(random, it.Sizes[2], source.Rows);
            var destination = bench.Blank(indices.Rows, source.Columns);
            bench.Backend.GatherRows(bench.Put(source), bench.Put(indices), destination);
            bench.SameBits(Grid.Of(indices.Rows, source.Columns, (row, column) => source[(int)indices[row, 0], column]), destination);
        });
    }

    [Theory, OnEveryDevice]
    public void An_index_outside_the_rows_is_refused_by_gathering(string device)
    {
        using var bench = Devices.Open(device);
        var source = bench.Put(Grid.Of(4, 3, (row, column) => row + column));
        foreach (double index in new[] { -1, 4, 1e9, double.NaN, double.PositiveInfinity })
        {
            var (indices, destination) = (bench.Put(new(2, 1, [0, index])), bench.Blank(2, 3));
            var refused = Assert.Throws<ArgumentOutOfRangeException>(() =>
            {
                bench.Backend.GatherRows(source, indices, destination);
                bench.Backend.Synchronize();
            });
            Assert.Contains("index", refused.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory, OnEveryDevice]
    public void Scattering_adds_in_ascending_order_from_plus_zero(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 70), it =>
        {
            var random = it.Random();
            var values = bench.Random(random, it.Sizes[0], it.Sizes[1]);
            int rows = it.Sizes[2] + 1;
            var indices = Indices(random, values.Rows, rows);
            var expected = new Grid(rows, values.Columns);
            for (int row = 0; row < values.Rows; row++)
            {
                for (int column = 0; column < values.Columns; column++)
                {
                    int at = (int)indices[row, 0];
                    expected[at, column] = bench.Round(expected[at, column] + values[row, column]);
                }
            }

            var destination = bench.Blank(rows, values.Columns);
            bench.Backend.ScatterAddRows(bench.Put(values), bench.Put(indices), destination);
            bench.SameBits(expected, destination);
        });
    }

    [Theory, OnEveryDevice]
    public void A_slice_is_a_rectangle_and_placing_it_back_changes_nothing_else(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(4, 40), it =>
        {
            var random = it.Random();
            var (rows, columns) = (it.Sizes[0], it.Sizes[1]);
            var x = bench.Wild(random, rows + it.Sizes[2], columns + it.Sizes[3]);
            var (row, column) = (random.Next(it.Sizes[2] + 1), random.Next(it.Sizes[3] + 1));
            var slice = bench.Blank(rows, columns);
            bench.Backend.Slice(bench.Put(x), row, column, slice);
            bench.SameBits(Grid.Of(rows, columns, (r, c) => x[row + r, column + c]), slice);

            var other = bench.Wild(random, x.Rows, x.Columns);
            var destination = bench.Put(other);
            bench.Backend.Place(slice, row, column, destination);
            bench.SameBits(Grid.Of(x.Rows, x.Columns, (r, c) =>
                r >= row && r < row + rows && c >= column && c < column + columns ? x[r, c] : other[r, c]), destination);
        });
    }

    [Theory, OnEveryDevice]
    public void One_hot_is_one_at_the_index_and_zero_elsewhere(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2, 70), it =>
        {
            // Beyond the last column there is no one at all.
            var indices = Indices(it.Random(), it.Sizes[0], it.Sizes[1] + 2);
            var destination = bench.Blank(it.Sizes[0], it.Sizes[1]);
            bench.Backend.OneHot(bench.Put(indices), destination);
            bench.SameBits(Grid.Of(it.Sizes[0], it.Sizes[1], (row, column) => indices[row, 0] == column ? 1 : 0), destination);
        });
    }
}
