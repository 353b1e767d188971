using Kaleido.Backends;
using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class ElementwiseLaws
{
    private static readonly double[] Special =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, 1, -1, float.Epsilon, -float.Epsilon,
        1.1754943508222875e-38, -1.1754943508222875e-38, float.MaxValue, float.MinValue,
    ];

    private static Grid Specials() => new(1, Special.Length, Special);

    [Theory, OnEveryDevice]
    public void Exactly_rounded_functions_of_one_operand_have_the_bits_of_the_definition(string device)
    {
        using var bench = Devices.Open(device);
        var definitions = new (UnaryOperation Function, Func<double, double> Definition)[]
        {
            (UnaryOperation.Negate, x => -x),
            (UnaryOperation.Abs, Math.Abs),
            (UnaryOperation.Sqrt, Math.Sqrt),
            (UnaryOperation.Identity, x => x),
            (UnaryOperation.Relu, x => Math.Max(x, 0)),
            (UnaryOperation.Sign, x => x > 0 ? 1 : x < 0 ? -1 : x),
            (UnaryOperation.LeakyRelu, x => x > 0 ? x : 0.125 * x),
        };
        foreach (var (function, definition) in definitions)
        {
            Law.Holds(Law.Sizes(2), it =>
            {
                var x = bench.Wild(it.Random(), it.Sizes[0], it.Sizes[1]);
                // sign is 0 for both zeros, and the definition leaves the sign of that zero and a NaN open.
                if (function == UnaryOperation.Sign)
                    x = Grid.Of(x.Rows, x.Columns, (r, c) => x[r, c] == 0 || double.IsNaN(x[r, c]) ? 0.0 : x[r, c]);
                var destination = bench.Blank(x.Rows, x.Columns);
                bench.Backend.Unary(bench.Put(x), function, 0.125, destination);
                bench.SameBits(Grid.Of(x.Rows, x.Columns, (r, c) => definition(x[r, c])), destination);
            }, 30);
        }
    }

    [Theory, OnEveryDevice]
    public void The_sign_of_a_zero_is_zero(string device)
    {
        using var bench = Devices.Open(device);
        var destination = bench.Blank(1, 2);
        bench.Backend.Unary(bench.Put(new(1, 2, [0.0, -0.0])), UnaryOperation.Sign, 0, destination);
        Assert.All(bench.Read(destination).Values, value => Assert.Equal(0.0, Math.Abs(value)));
    }

    [Theory, OnEveryDevice]
    public void Every_operation_of_two_operands_repeats_each_and_has_the_bits_of_the_definition(string device)
    {
        using var bench = Devices.Open(device);
        var definitions = new (BinaryOperation Function, Func<double, double, double> Definition)[]
        {
            (BinaryOperation.Add, (x, y) => x + y),
            (BinaryOperation.Subtract, (x, y) => x - y),
            (BinaryOperation.Multiply, (x, y) => x * y),
            (BinaryOperation.Divide, (x, y) => x / y),
            (BinaryOperation.Maximum, Larger),
            (BinaryOperation.Minimum, (x, y) => -Larger(-x, -y)),
            (BinaryOperation.Less, (x, y) => x < y ? 1 : 0),
            (BinaryOperation.LessOrEqual, (x, y) => x <= y ? 1 : 0),
            (BinaryOperation.Equal, (x, y) => x == y ? 1 : 0),
        };
        Assert.Equal(Enum.GetValues<BinaryOperation>(), definitions.Select(it => it.Function));
        foreach (var (function, definition) in definitions)
        {
            Law.Holds(Law.Sizes(2), it =>
            {
                var random = it.Random();
                var (rows, columns) = (it.Sizes[0], it.Sizes[1]);
                var (x, y) = (Operand(bench, random, rows, columns), Operand(bench, random, rows, columns));
                var destination = bench.Blank(rows, columns);
                bench.Backend.Binary(bench.Put(x), bench.Put(y), function, destination);
                bench.SameBits(Grid.Of(rows, columns, (r, c) => definition(x.Repeated(r, c), y.Repeated(r, c))), destination);
            }, 60);
        }

        static double Larger(double x, double y)
        {
            if (double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
            return x == y ? double.IsNegative(x) ? y : x : x > y ? x : y;
        }
    }

    [Theory, OnEveryDevice]
    public void Two_operands_at_special_values_have_the_bits_of_the_definition(string device)
    {
        using var bench = Devices.Open(device);
        var (column, row) = (bench.Put(new(Special.Length, 1, Special)), bench.Put(Specials()));
        var destination = bench.Blank(Special.Length, Special.Length);
        bench.Backend.Binary(column, row, BinaryOperation.Maximum, destination);
        bench.SameBits(Grid.Of(Special.Length, Special.Length, (r, c) => Math.Max(Special[r], Special[c])), destination);
        bench.Backend.Binary(column, row, BinaryOperation.Minimum, destination);
        bench.SameBits(Grid.Of(Special.Length, Special.Length, (r, c) => Math.Min(Special[r], Special[c])), destination);
        bench.Backend.Binary(column, row, BinaryOperation.Multiply, destination);
        bench.SameBits(Grid.Of(Special.Length, Special.Length, (r, c) => Special[r] * Special[c]), destination);
    }

    [Theory, OnEveryDevice]
    public void Every_operation_of_three_operands_repeats_each_and_has_the_bits_of_the_definition(string device)
    {
        using var bench = Devices.Open(device);
        var definitions = new (TernaryOperation Function, Func<double, double, double, double> Definition)[]
        {
            (TernaryOperation.Select, (x, y, z) => x != 0 ? y : z),
            (TernaryOperation.FusedMultiplyAdd, bench.FusedMultiplyAdd),
        };
        Assert.Equal(Enum.GetValues<TernaryOperation>(), definitions.Select(it => it.Function));
        foreach (var (function, definition) in definitions)
        {
            Law.Holds(Law.Sizes(2), it =>
            {
                var random = it.Random();
                var (rows, columns) = (it.Sizes[0], it.Sizes[1]);
                Grid[] operands = [.. Enumerable.Range(0, 3).Select(_ => Operand(bench, random, rows, columns))];
                var destination = bench.Blank(rows, columns);
                bench.Backend.Ternary(bench.Put(operands[0]), bench.Put(operands[1]), bench.Put(operands[2]), function, destination);
                bench.SameBits(Grid.Of(rows, columns, (r, c) =>
                    definition(operands[0].Repeated(r, c), operands[1].Repeated(r, c), operands[2].Repeated(r, c))), destination);
            }, 60);
        }
    }

    [Theory, OnEveryDevice]
    public void A_destination_may_lie_exactly_on_an_operand_of_its_shape(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2), it =>
        {
            var random = it.Random();
            var (rows, columns) = (it.Sizes[0], it.Sizes[1]);
            var (x, z) = (bench.Random(random, rows, columns), bench.Random(random, rows, columns));
            var y = Operand(bench, random, rows, columns);
            foreach (int onto in new[] { 0, 1, 2 })
            {
                var (a, b, c) = (bench.Put(x), bench.Put(y), bench.Put(z));
                if (onto == 0) bench.Backend.Unary(a, UnaryOperation.Abs, 0, a);
                if (onto == 1) bench.Backend.Binary(b, a, BinaryOperation.Subtract, a);
                if (onto == 2) bench.Backend.Ternary(a, b, c, TernaryOperation.FusedMultiplyAdd, c);
                bench.SameBits(Grid.Of(rows, columns, (row, column) => onto switch
                {
                    0 => Math.Abs(x[row, column]),
                    1 => y.Repeated(row, column) - x[row, column],
                    _ => bench.FusedMultiplyAdd(x[row, column], y.Repeated(row, column), z[row, column]),
                }), onto == 2 ? c : a);
            }
        }, 40);
    }

    [Theory, OnEveryDevice]
    public void Broadcast_repeats_its_operand(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(2), it =>
        {
            var x = Operand(bench, it.Random(), it.Sizes[0], it.Sizes[1]);
            var destination = bench.Blank(it.Sizes[0], it.Sizes[1]);
            bench.Backend.Broadcast(bench.Put(x), destination);
            bench.SameBits(Grid.Of(it.Sizes[0], it.Sizes[1], x.Repeated), destination);
        });
    }

    [Theory, OnEveryDevice]
    public void Fill_rounds_its_number_once(string device)
    {
        using var bench = Devices.Open(device);
        foreach (double value in new[] { 0.1, 1 + Math.ScaleB(1, -24) + Math.ScaleB(1, -53), -0.0, double.NaN, 1e-300, 1e300, 16777217 })
        {
            var destination = bench.Blank(3, 21);
            bench.Backend.Fill(value, destination);
            bench.SameBits(Grid.Of(3, 21, (_, _) => value), destination);
        }
    }

    /// <summary>An operand that has the shape, or size 1 along rows, columns or both.</summary>
    private static Grid Operand(Bench bench, Random random, int rows, int columns) =>
        bench.Wild(random, random.Next(2) == 0 ? rows : 1, random.Next(2) == 0 ? columns : 1);
}
