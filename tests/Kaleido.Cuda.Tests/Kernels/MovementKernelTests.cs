using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>What moves numbers: copies, rectangles, transposes, rows by index.</summary>
public sealed class MovementKernelTests
{
    private static readonly (int Rows, int Columns)[] s_shapes =
        [(0, 4), (4, 0), (1, 1), (1, 40), (40, 1), (7, 9), (31, 33), (32, 32), (65, 34)];

    [Fact]
    public void A_copy_repeats_what_has_size_one()
    {
        foreach (var (rows, columns) in s_shapes.Where(s => s.Rows * s.Columns > 0))
        {
            foreach (int shape in Enumerable.Range(0, 4))
            {
                int xRows = (shape & 1) != 0 ? rows : 1, xColumns = (shape & 2) != 0 ? columns : 1;
                float[] x = Numbers.Patterns(xRows * xColumns, 41);
                float[] expected = Cpu.Result(rows, columns, (b, d) => b.Broadcast(Cpu.View(x, xRows, xColumns), d));
                foreach (var geometry in Geometry.Flat(rows * columns))
                {
                    using var bench = new KernelBench { Backwards = geometry.Backwards };
                    ulong target = bench.Room(rows * columns);
                    bench.Launch("copy", geometry.Grid, geometry.Block, bench.Put<float>(x),
                        xRows == 1 ? 0L : xColumns, xColumns == 1 ? 0L : 1L, target, (long)columns, (long)rows, (long)columns);
                    Numbers.Same(expected, bench.Get<float>(target), $"[{xRows}, {xColumns}] to [{rows}, {columns}], {geometry}");
                }
            }
        }
    }

    [Fact]
    public void A_copy_takes_and_places_rectangles()
    {
        var random = new Random(42);
        foreach (var (rows, columns) in s_shapes.Where(s => s.Rows * s.Columns > 0))
        {
            int row = random.Next(5), column = random.Next(5), height = rows + row + random.Next(4),
                width = columns + column + random.Next(4);
            float[] large = Numbers.Mixed(height * width, random), small = Numbers.Mixed(rows * columns, random);
            using var bench = new KernelBench();
            ulong matrix = bench.Put<float>(large), part = bench.Put<float>(small), target = bench.Room(rows * columns);
            ulong corner = 4 * (ulong)(row * width + column);
            bench.Launch("copy", new(2), new(64), matrix + corner, (long)width, 1L, target, (long)columns, (long)rows, (long)columns);
            Numbers.Same(Cpu.Result(rows, columns, (b, d) => b.Slice(Cpu.View(large, height, width), row, column, d)),
                bench.Get<float>(target), "slice");
            bench.Launch("copy", new(2), new(64), part, (long)columns, 1L, matrix + corner, (long)width, (long)rows, (long)columns);
            Numbers.Same(Cpu.Result(height, width, (b, d) => b.Place(Cpu.View(small, rows, columns), row, column, d), large),
                bench.Get<float>(matrix), "place");
        }
    }

    [Fact]
    public void A_transpose_is_the_CPU_s()
    {
        foreach (var (rows, columns) in s_shapes)
        {
            float[] x = Numbers.Patterns(rows * columns, 43);
            float[] expected = Cpu.Result(columns, rows, (b, d) => b.Transpose(Cpu.View(x, rows, columns), d));
            foreach (var geometry in Geometry.Tiles(rows, columns))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Room(rows * columns);
                bench.Launch("transpose", geometry.Grid, geometry.Block, bench.Put<float>(x), target, (long)rows, (long)columns);
                Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}], {geometry}");
            }
        }
    }

    [Fact]
    public void Gathered_rows_are_the_CPU_s()
    {
        var random = new Random(44);
        foreach (var (rows, columns) in s_shapes)
        {
            int sourceRows = 1 + random.Next(20);
            float[] source = Numbers.Mixed(sourceRows * columns, random, special: true), indices = Indices(rows, sourceRows, random);
            float[] expected = Cpu.Result(rows, columns,
                (b, d) => b.GatherRows(Cpu.View(source, sourceRows, columns), Cpu.View(indices, rows, 1), d));
            foreach (var geometry in Geometry.Flat(rows * columns))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Room(rows * columns), status = bench.Put<uint>(0, 0, 0, 0);
                bench.Launch("gather_rows", geometry.Grid, geometry.Block, bench.Put<float>(source), (long)sourceRows,
                    bench.Put<float>(indices), target, (long)rows, (long)columns, status);
                Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}], {geometry}");
                Assert.Equal([0u, 0u, 0u, 0u], bench.Get<uint>(status));
            }
        }
    }

    private static float[] Indices(int count, int rows, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(9) == 0 ? -0f : (float)random.Next(rows))];

    public static TheoryData<float> Outside() =>
        new(-1f, 5f, 0.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 2147483648f, -2147483648f, 1e-40f);

    [Theory]
    [MemberData(nameof(Outside))]
    public void An_index_outside_is_reported_and_changes_nothing_else(float index)
    {
        foreach (var geometry in Geometry.Flat(12))
        {
            using var bench = new KernelBench { Backwards = geometry.Backwards };
            ulong target = bench.Room(12), status = bench.Put<uint>(0, 0, 0, 0);
            bench.Launch("gather_rows", geometry.Grid, geometry.Block,
                bench.Put<float>(Enumerable.Range(0, 20).Select(i => (float)i).ToArray()), 5L,
                bench.Put<float>(4, index, 0), target, 3L, 4L, status);
            float[] expected = [16, 17, 18, 19, float.NaN, float.NaN, float.NaN, float.NaN, 0, 1, 2, 3];
            Numbers.Same(expected, bench.Get<float>(target), $"{index}, {geometry}");
            Assert.Equal([1u, BitConverter.SingleToUInt32Bits(index), 5u, 0u], bench.Get<uint>(status));
        }

        foreach (var geometry in Geometry.Scatter(3, 4))
        {
            using var bench = new KernelBench { Backwards = geometry.Backwards };
            ulong target = bench.Put<float>(new float[20]), status = bench.Put<uint>(0, 0, 0, 0);
            bench.Launch("scatter_add_rows", geometry.Grid, geometry.Block,
                bench.Put<float>(Enumerable.Range(1, 12).Select(i => (float)i).ToArray()),
                bench.Put<float>(4, index, 0), target, 5L, 3L, 4L, status);
            float[] expected = [9, 10, 11, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
            Numbers.Same(expected, bench.Get<float>(target), $"{index}, {geometry}");
            Assert.Equal([2u, BitConverter.SingleToUInt32Bits(index), 5u, 0u], bench.Get<uint>(status));
        }
    }

    [Fact]
    public void The_first_index_outside_stays_reported()
    {
        using var bench = new KernelBench();
        ulong status = bench.Put<uint>(7, 8, 9, 0);
        bench.Launch("gather_rows", new(1), new(32), bench.Put<float>(1), 1L, bench.Put<float>(3), bench.Room(1), 1L, 1L, status);
        Assert.Equal([7u, 8u, 9u, 0u], bench.Get<uint>(status));
    }

    [Fact]
    public void Scattered_rows_are_added_in_ascending_order()
    {
        var random = new Random(45);
        foreach (var (rows, columns) in new[] { (0, 3), (3, 0), (1, 1), (5, 3), (9, 129), (128, 2), (130, 5), (300, 4), (40, 260) })
        {
            int destinationRows = 1 + random.Next(12);
            float[] values = Numbers.Mixed(rows * columns, random, special: random.Next(2) == 0),
                indices = Indices(rows, destinationRows, random);
            float[] expected = Cpu.Result(destinationRows, columns,
                (b, d) => b.ScatterAddRows(Cpu.View(values, rows, columns), Cpu.View(indices, rows, 1), d));
            foreach (var geometry in Geometry.Scatter(rows, columns))
            {
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                ulong target = bench.Put<float>(new float[destinationRows * columns]), status = bench.Put<uint>(0, 0, 0, 0);
                bench.Launch("scatter_add_rows", geometry.Grid, geometry.Block, bench.Put<float>(values), bench.Put<float>(indices), target,
                    (long)destinationRows, (long)rows, (long)columns, status);
                Numbers.Same(expected, bench.Get<float>(target), $"[{rows}, {columns}], {geometry}");
                Assert.Equal(0u, bench.Get<uint>(status)[0]);
            }
        }
    }

    [Fact]
    public void One_hot_rows_are_the_CPU_s()
    {
        float[] indices = [0, 3, 4, -0f, -1, 5, 0.5f, float.NaN, float.PositiveInfinity, 2, 2147483648f];
        float[] expected = Cpu.Result(indices.Length, 5, (b, d) => b.OneHot(Cpu.View(indices, indices.Length, 1), d));
        foreach (var geometry in Geometry.Flat(5 * indices.Length))
        {
            using var bench = new KernelBench { Backwards = geometry.Backwards };
            ulong target = bench.Room(5 * indices.Length);
            bench.Launch("one_hot", geometry.Grid, geometry.Block, bench.Put<float>(indices), target, (long)indices.Length, 5L);
            Numbers.Same(expected, bench.Get<float>(target), geometry.ToString());
        }
    }
}
