using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Sums and maxima have the CPU device's bits at the edges of lanes, blocks and launches.</summary>
public sealed class ReductionKernelTests
{
    private static readonly (int Rows, int Columns)[] s_shapes =
    [
        (0, 1), (1, 0), (3, 0), (1, 1), (1, 15), (1, 16), (1, 17), (2, 33), (16, 3), (17, 31), (15, 32), (63, 5), (64, 4), (65, 2),
        (129, 3),
        (1, 700), (200, 40), (1100, 1), (4097, 1),
    ];

    public static TheoryData<ReduceOperation, bool> Rows()
    {
        var data = new TheoryData<ReduceOperation, bool>();
        foreach (var function in Enum.GetValues<ReduceOperation>())
        {
            if (function is ReduceOperation.ColumnSum or ReduceOperation.FullSum) continue;
            data.Add(function, false);
            data.Add(function, true);
        }

        return data;
    }

    // Many zeros of both signs and equal numbers, for ties.
    private static float[] Matrix(int rows, int columns, bool special, Random random)
    {
        float[] x = Numbers.Mixed(rows * columns, random, special);
        for (int i = 0; i < x.Length; i += 3) x[i] = random.Next(4) switch { 0 => 0f, 1 => -0f, 2 => 0.75f, _ => x[i] };
        return x;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_reduction_of_rows_has_the_bits_of_the_CPU(ReduceOperation function, bool special)
    {
        var random = new Random(31);
        foreach (var (rows, columns) in s_shapes)
        {
            float[] x = Matrix(rows, columns, special, random);
            float[] expected = Cpu.Result(rows, 1, (b, d) => b.Reduce(Cpu.View(x, rows, columns), function, d));
            foreach (var geometry in Geometry.Rows(rows))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Room(rows);
                bench.Launch(ElementwiseKernelTests.Name(function), geometry.Grid, geometry.Block, bench.Put<float>(x), target, (long)rows,
                    (long)columns);
                Numbers.Same(expected, bench.Get<float>(target), $"{function} of [{rows}, {columns}], {geometry}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sum_of_columns_has_the_bits_of_the_CPU(bool special)
    {
        var random = new Random(32);
        foreach (var (rows, columns) in s_shapes)
        {
            float[] x = Matrix(rows, columns, special, random);
            float[] expected = Cpu.Result(1, columns, (b, d) => b.Reduce(Cpu.View(x, rows, columns), ReduceOperation.ColumnSum, d));
            foreach (var geometry in Geometry.Columns(columns))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Room(columns);
                bench.Launch("column_sum", geometry.Grid, geometry.Block, bench.Put<float>(x), target, (long)rows, (long)columns);
                Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}], {geometry}");
            }
        }
    }

    [Fact]
    public void A_sum_of_all_is_the_sum_of_the_column_of_row_sums()
    {
        var random = new Random(33);
        foreach (var (rows, columns) in s_shapes)
        {
            float[] x = Matrix(rows, columns, special: false, random);
            float[] expected = Cpu.Result(1, 1, (b, d) => b.Reduce(Cpu.View(x, rows, columns), ReduceOperation.FullSum, d));
            using var bench = new KernelBench();
            ulong sums = bench.Room(rows), target = bench.Room(1);
            bench.Launch("row_sum", new(2), new(16, 16), bench.Put<float>(x), sums, (long)rows, (long)columns);
            bench.Launch("column_sum", new(1), new(4, 128), sums, target, (long)rows, 1L);
            Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}]");
        }
    }

    [Fact]
    public void The_gradient_of_ReLU_and_its_column_sums_have_the_bits_of_one_after_the_other()
    {
        var random = new Random(34);
        foreach (var (rows, columns) in s_shapes)
        {
            float[] y = Matrix(rows, columns, special: true, random), g = Matrix(rows, columns, special: true, random);
            float[] delta = Cpu.Result(rows, columns, (b, d) =>
            {
                b.Binary(Cpu.View([0], 1, 1), Cpu.View(y, rows, columns), BinaryOperation.Less, d);
                b.Ternary(d, Cpu.View(g, rows, columns), Cpu.View([0], 1, 1), TernaryOperation.Select, d);
            });
            float[] sums = Cpu.Result(1, columns, (b, d) => b.Reduce(Cpu.View(delta, rows, columns), ReduceOperation.ColumnSum, d));
            foreach (var geometry in Geometry.Columns(columns))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Room(rows * columns), totals = bench.Room(columns);
                bench.Launch("relu_gradient_column_sum", geometry.Grid, geometry.Block, bench.Put<float>(y), bench.Put<float>(g), target,
                    totals, (long)rows, (long)columns);
                Numbers.Same(delta, bench.Get<float>(target), $"gradient of [{rows}, {columns}], {geometry}");
                Numbers.Same(sums, bench.Get<float>(totals), $"sums of [{rows}, {columns}], {geometry}");
            }
        }
    }
}
