using System.Text;
using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Every elementwise kernel has the CPU device's bits, for special numbers, any bit pattern and every launch geometry.</summary>
public sealed class ElementwiseKernelTests
{
    private const int Count = 60_000;

    public static TheoryData<UnaryOperation, double> Unary()
    {
        var data = new TheoryData<UnaryOperation, double>();
        foreach (var function in Enum.GetValues<UnaryOperation>()) data.Add(function, 0.3);
        foreach (double exponent in new[] { 1.7, 3, -0.5, -2, 0, 0.5, 2, 1, 1e30, double.PositiveInfinity })
            data.Add(UnaryOperation.Power, exponent);
        data.Add(UnaryOperation.Elu, 1);
        data.Add(UnaryOperation.LeakyRelu, 0.01);
        return data;
    }

    public static TheoryData<BinaryOperation> Binary() => new(Enum.GetValues<BinaryOperation>());

    public static TheoryData<TernaryOperation> Ternary() => new(Enum.GetValues<TernaryOperation>());

    /// <summary>LessOrEqual → less_or_equal.</summary>
    internal static string Name(Enum function)
    {
        var name = new StringBuilder();
        foreach (char c in function.ToString())
        {
            if (char.IsUpper(c) && name.Length > 0) name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }

    [Theory]
    [MemberData(nameof(Unary))]
    public void A_function_of_one_number_has_the_bits_of_the_CPU(UnaryOperation function, double alpha)
    {
        float[] x = Numbers.Patterns(Count, 1);
        float[] expected = Cpu.Result(1, Count, (b, d) => b.Unary(Cpu.View(x, 1, Count), function, alpha, d));
        using var bench = new KernelBench();
        ulong source = bench.Put<float>(x), target = bench.Room(Count);
        bench.Launch($"unary_{Name(function)}", new(7), new(256), source, alpha, target, (long)Count);
        Numbers.Same(expected, bench.Get<float>(target), $"{function}({alpha})");
    }

    [Fact]
    public void Launch_geometry_reaches_no_number()
    {
        foreach (int count in new[] { 0, 1, 31, 100, 257, 1000 })
        {
            float[] x = Numbers.Patterns(count, count);
            float[] expected = Cpu.Result(1, count, (b, d) => b.Unary(Cpu.View(x, 1, count), UnaryOperation.Tanh, 0, d));
            foreach (var geometry in Geometry.Flat(count))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong source = bench.Put<float>(x), target = bench.Room(count);
                bench.Launch("unary_tanh", geometry.Grid, geometry.Block, source, 0.0, target, (long)count);
                Numbers.Same(expected, bench.Get<float>(target), $"{count}, {geometry}");

                // A destination may be its source.
                bench.Launch("unary_tanh", geometry.Grid, geometry.Block, source, 0.0, source, (long)count);
                Numbers.Same(expected, bench.Get<float>(source), $"in place, {count}, {geometry}");
            }
        }
    }

    // The first operand of a case has every special number, the second one every special number for each of them.
    private static (float[] X, float[] Y) Pairs()
    {
        float[] special = Numbers.Special, rest = Numbers.Patterns(3000, 5), others = Numbers.Patterns(3000, 6);
        var x = special.SelectMany(_ => special).Concat(rest).ToArray();
        var y = special.SelectMany(v => Enumerable.Repeat(v, special.Length)).Concat(others.Reverse()).ToArray();
        return (x, y);
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void A_function_of_two_numbers_has_the_bits_of_the_CPU(BinaryOperation function)
    {
        var (x, y) = Pairs();
        float[] expected = Cpu.Result(1, x.Length, (b, d) => b.Binary(Cpu.View(x, 1, x.Length), Cpu.View(y, 1, x.Length), function, d));
        using var bench = new KernelBench();
        ulong left = bench.Put<float>(x), right = bench.Put<float>(y), target = bench.Room(x.Length);
        bench.Launch($"binary_{Name(function)}", new(5), new(256), left, 0L, 1L, right, 0L, 1L, target, 1L, (long)x.Length);
        Numbers.Same(expected, bench.Get<float>(target), function.ToString());
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void A_function_of_two_numbers_repeats_rows_and_columns(BinaryOperation function)
    {
        const int Rows = 11, Columns = 30;
        float[] column = Numbers.Mixed(Rows, new Random(8), special: true), row = Numbers.Mixed(Columns, new Random(9), special: true);
        float[] expected = Cpu.Result(Rows, Columns, (b, d) => b.Binary(Cpu.View(column, Rows, 1), Cpu.View(row, 1, Columns), function, d));
        using var bench = new KernelBench();
        ulong target = bench.Room(Rows * Columns);
        bench.Launch($"binary_{Name(function)}", new(2), new(64), bench.Put<float>(column), 1L, 0L, bench.Put<float>(row), 0L, 1L, target,
            (long)Rows, (long)Columns);
        Numbers.Same(expected, bench.Get<float>(target), function.ToString());
    }

    [Theory]
    [MemberData(nameof(Ternary))]
    public void A_function_of_three_numbers_has_the_bits_of_the_CPU(TernaryOperation function)
    {
        var (x, y) = Pairs();
        float[] z = Numbers.Patterns(x.Length, 7);
        for (int i = 1; i < z.Length; i += 2) z[i] = -(x[i] * y[i]); // What a product has lost by rounding is left.
        float[] expected = Cpu.Result(1, x.Length, (b, d) =>
            b.Ternary(Cpu.View(x, 1, x.Length), Cpu.View(y, 1, x.Length), Cpu.View(z, 1, x.Length), function, d));
        using var bench = new KernelBench();
        ulong first = bench.Put<float>(x), second = bench.Put<float>(y), third = bench.Put<float>(z), target = bench.Room(x.Length);
        bench.Launch($"ternary_{Name(function)}", new(5), new(256), first, 0L, 1L, second, 0L, 1L, third, 0L, 1L, target, 1L,
            (long)x.Length);
        Numbers.Same(expected, bench.Get<float>(target), function.ToString());
    }

    [Fact]
    public void Operands_of_size_one_are_repeated()
    {
        var random = new Random(11);
        foreach (var (rows, columns) in new[] { (0, 3), (3, 0), (1, 1), (1, 9), (9, 1), (5, 7), (17, 33) })
        {
            foreach (int shapes in Enumerable.Range(0, 64))
            {
                var operands = Enumerable.Range(0, 3).Select(k =>
                {
                    int r = (shapes >> (2 * k) & 1) != 0 ? rows : Math.Min(rows, 1);
                    int c = (shapes >> (2 * k) & 2) != 0 ? columns : Math.Min(columns, 1);
                    return (Rows: r, Columns: c, Values: Numbers.Mixed(r * c, random));
                }).ToArray();
                if (operands.Any(o => o.Rows * o.Columns == 0) != (rows * columns == 0)) continue;
                float[] expected = rows * columns == 0 ? [] : Cpu.Result(rows, columns, (b, d) => b.Ternary(
                    Cpu.View(operands[0].Values, operands[0].Rows, operands[0].Columns),
                    Cpu.View(operands[1].Values, operands[1].Rows, operands[1].Columns),
                    Cpu.View(operands[2].Values, operands[2].Rows, operands[2].Columns), TernaryOperation.FusedMultiplyAdd, d));
                foreach (var geometry in Geometry.Flat(rows * columns))
                {
                    using var bench = new KernelBench { Backwards = geometry.Backwards };
                    ulong target = bench.Room(rows * columns);
                    object[] parameters =
                    [
                        .. operands.SelectMany(o => new object[]
                        {
                            bench.Put<float>(o.Values), o.Rows == 1 ? 0L : o.Columns, o.Columns == 1 ? 0L : 1L,
                        }),
                        target, (long)rows, (long)columns,
                    ];
                    bench.Launch("ternary_fused_multiply_add", geometry.Grid, geometry.Block, parameters);
                    Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}], shapes {shapes}, {geometry}");
                }
            }
        }
    }

    /// <summary>The functions that may follow a bias.</summary>
    internal static UnaryOperation[] BiasFunctions { get; } =
    [
        UnaryOperation.Identity, UnaryOperation.Relu, UnaryOperation.LeakyRelu, UnaryOperation.Elu, UnaryOperation.Tanh,
        UnaryOperation.Sigmoid, UnaryOperation.Softplus, UnaryOperation.Gelu,
    ];

    public static TheoryData<UnaryOperation> Activations() => new(BiasFunctions);

    [Theory]
    [MemberData(nameof(Activations))]
    public void Bias_and_activation_have_the_bits_of_one_after_the_other(UnaryOperation function)
    {
        const int Rows = 37, Columns = 53;
        float[] x = Numbers.Patterns(Rows * Columns, 21), bias = Numbers.Mixed(Columns, new Random(22), special: true);
        float[] expected = Cpu.Result(Rows, Columns, (b, d) =>
        {
            b.Binary(Cpu.View(x, Rows, Columns), Cpu.View(bias, 1, Columns), BinaryOperation.Add, d);
            b.Unary(d, function, 0.2, d);
        });
        foreach (var geometry in Geometry.Flat(Rows * Columns))
        {
            using var bench = new KernelBench { Backwards = geometry.Backwards };
            ulong target = bench.Room(Rows * Columns);
            bench.Launch($"bias_{Name(function)}", geometry.Grid, geometry.Block,
                bench.Put<float>(x), bench.Put<float>(bias), 0.2, target, (long)Rows, (long)Columns);
            Numbers.Same(expected, bench.Get<float>(target), $"{function}, {geometry}");
        }
    }

    [Fact]
    public void The_gradient_of_ReLU_has_the_bits_of_its_primitives()
    {
        var (y, g) = Pairs();
        float[] expected = Cpu.Result(1, y.Length, (b, d) =>
        {
            b.Binary(Cpu.View([0], 1, 1), Cpu.View(y, 1, y.Length), BinaryOperation.Less, d);
            b.Ternary(d, Cpu.View(g, 1, y.Length), Cpu.View([0], 1, 1), TernaryOperation.Select, d);
        });
        using var bench = new KernelBench();
        ulong target = bench.Room(y.Length);
        bench.Launch("relu_gradient", new(4), new(256), bench.Put<float>(y), bench.Put<float>(g), target, (long)y.Length);
        Numbers.Same(expected, bench.Get<float>(target), "gradient");
    }
}
