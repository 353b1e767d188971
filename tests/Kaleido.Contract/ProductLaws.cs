using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class ProductLaws
{
    private static (Grid Left, Grid Right, Grid Start, bool TransposeLeft, bool TransposeRight, bool Accumulate) Draw(
        Bench bench, SizedCase it, bool wild)
    {
        var random = it.Random();
        var (rows, inner, columns) = (it.Sizes[0], it.Sizes[1], it.Sizes[2]);
        var (transposeLeft, transposeRight, accumulate) = (random.Next(2) == 1, random.Next(2) == 1, random.Next(2) == 1);
        Grid Matrix(int r, int c) => wild ? bench.Wild(random, r, c) : bench.Random(random, r, c);
        return (Matrix(rows, inner), Matrix(inner, columns), Matrix(rows, columns), transposeLeft, transposeRight, accumulate);
    }

    private static (Grid Start, Tensors.MatrixView Product) Run(Bench bench, SizedCase it, bool wild, out Grid left, out Grid right)
    {
        (left, right, var start, bool transposeLeft, bool transposeRight, bool accumulate) = Draw(bench, it, wild);
        var a = bench.Put(transposeLeft ? left.Transposed() : left);
        var b = bench.Put(transposeRight ? right.Transposed() : right);
        // Without accumulation the old values must not be read: a NaN among them would show.
        var c = bench.Put(accumulate ? start : Grid.Of(start.Rows, start.Columns, (_, _) => double.NaN));
        bench.Backend.Product(a, transposeLeft, b, transposeRight, accumulate, c);
        return (accumulate ? start : new Grid(start.Rows, start.Columns), c);
    }

    [Theory, OnEveryDevice]
    public void A_product_is_within_gamma_of_the_sum_of_products(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 70), it =>
        {
            var (start, product) = Run(bench, it, wild: false, out var left, out var right);
            // |Ĉ - C| ≤ γ_{k+2}(|A||B| + |C₀|), γ_n = nu/(1 - nu); once for the device, once for the sum in double below.
            double n = left.Columns + 2, double53 = Math.ScaleB(1, -53);
            double gamma = n * bench.Unit / (1 - n * bench.Unit) + n * double53 / (1 - n * double53);
            var (expected, tolerance) = (new Grid(start.Rows, start.Columns), new Grid(start.Rows, start.Columns));
            for (int row = 0; row < start.Rows; row++)
            {
                for (int column = 0; column < start.Columns; column++)
                {
                    double sum = start[row, column], magnitude = Math.Abs(sum);
                    for (int k = 0; k < left.Columns; k++)
                    {
                        sum += left[row, k] * right[k, column];
                        magnitude += Math.Abs(left[row, k] * right[k, column]);
                    }

                    (expected[row, column], tolerance[row, column]) = (sum, gamma * magnitude);
                }
            }

            bench.Within(expected, tolerance, product);
        });
    }

    [Theory, OnEveryDevice]
    public void A_product_is_the_fused_chain_over_ascending_k_in_every_bit(string device)
    {
        using var bench = Devices.Open(device);
        if (!bench.KeepsOrderOfProducts) return;
        foreach (bool wild in new[] { false, true })
        {
            Law.Holds(Law.Sizes(3, 70), it =>
            {
                var (start, product) = Run(bench, it, wild, out var left, out var right);
                bench.SameBits(Grid.Of(start.Rows, start.Columns, (row, column) =>
                {
                    double sum = start[row, column];
                    for (int k = 0; k < left.Columns; k++) sum = bench.FusedMultiplyAdd(left[row, k], right[k, column], sum);
                    return sum;
                }), product);
            });
        }
    }

    [Theory, OnEveryDevice]
    public void An_empty_sum_of_products_is_plus_zero_or_what_was_there(string device)
    {
        using var bench = Devices.Open(device);
        var (left, right) = (bench.Put(new Grid(3, 0)), bench.Put(new Grid(0, 5)));
        var fresh = bench.Blank(3, 5);
        bench.Backend.Product(left, false, right, false, accumulate: false, fresh);
        bench.SameBits(new Grid(3, 5), fresh);
        var kept = Grid.Of(3, 5, (row, column) => column == 0 ? -0.0 : row - column);
        var accumulated = bench.Put(kept);
        bench.Backend.Product(left, false, right, false, accumulate: true, accumulated);
        bench.SameBits(kept, accumulated);
    }

    [Theory, OnEveryDevice]
    public void Zero_times_infinity_in_a_product_stays_NaN(string device)
    {
        using var bench = Devices.Open(device);
        foreach (int inner in new[] { 1, 2, 7, 16, 33, 300 })
        {
            var left = bench.Put(Grid.Of(9, inner, (row, k) => row == 4 && k == inner - 1 ? double.PositiveInfinity : 1));
            var right = bench.Put(Grid.Of(inner, 19, (k, column) => column == 11 && k == inner - 1 ? 0 : 1));
            var product = bench.Blank(9, 19);
            bench.Backend.Product(left, false, right, false, accumulate: false, product);
            bench.SameBits(Grid.Of(9, 19, (row, column) => row == 4
                ? column == 11 ? double.NaN : double.PositiveInfinity
                : column == 11 ? inner - 1 : inner), product);
        }
    }
}
