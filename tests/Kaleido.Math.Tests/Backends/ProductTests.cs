using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Tests.Backends;

public sealed unsafe class ProductTests
{
    public static TheoryData<string> Levels()
    {
        var levels = new TheoryData<string>();
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
            if (Simd.IsAvailable(level))
                levels.Add(level.ToString());
        return levels;
    }

    /// <summary>One product to try.</summary>
    public sealed record Case(
        int Rows, int Columns, int Depth, bool TransposeA, bool TransposeB, bool Accumulate, int PadA, int PadB, int PadC, int Workers,
        bool Special, int Seed, bool PackOnce = false, bool? Software = null)
    {
        /// <summary>The path to force, or null.</summary>
        internal ProductPath? Path { get; init; }
    }

    private static readonly int[] Edges = [1, 4, 6, 8, 12, 16, 32, 36, 64];

    private static Gen<int> Size(params int[] more)
    {
        int[] edges = [.. Edges, .. more];
        Gen<int> nearEdge = from edge in Gen.Elements(edges) from delta in Gen.Choose(-1, 1) select edge + delta;
        return Gen.Frequency((1, Gen.Elements(0, 1)), (4, nearEdge), (2, Gen.Choose(0, 150)));
    }

    internal static Arbitrary<Case> Cases()
    {
        Gen<Case> cases =
            from rows in Size(72)
            from columns in Size(128)
            from depth in Size(100)
            from transposes in Gen.Choose(0, 3)
            from accumulate in Gen.Elements(true, false)
            from pads in Gen.Elements(0, 1, 3, 16).Three()
            from workers in Gen.Elements(1, 2, 4, 7)
            from special in Gen.Elements(true, false)
            from packOnce in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
            from seed in Gen.Choose(0, int.MaxValue)
            select new Case(
                rows, columns, depth, (transposes & 1) != 0, (transposes & 2) != 0, accumulate, pads.Item1, pads.Item2, pads.Item3, workers,
                special, seed, packOnce);
        return Arb.From(cases, Shrink);
    }

    private static IEnumerable<Case> Shrink(Case it)
    {
        foreach (int rows in Smaller(it.Rows))
            yield return it with { Rows = rows };
        foreach (int columns in Smaller(it.Columns))
            yield return it with { Columns = columns };
        foreach (int depth in Smaller(it.Depth))
            yield return it with { Depth = depth };
        if (it.Special)
            yield return it with { Special = false };
        if (it.PadA + it.PadB + it.PadC > 0)
            yield return it with { PadA = 0, PadB = 0, PadC = 0 };
    }

    private static IEnumerable<int> Smaller(int size) => size switch { 0 => [], 1 => [0], _ => [size / 2, size - 1] };

    [Theory]
    [MemberData(nameof(Levels))]
    public void Every_product_is_the_textbook_chain_to_the_bit(string level)
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(250).WithReplay(20261121, 7);
        Check.One(config, Prop.ForAll(Cases(), it => Holds(it, Enum.Parse<SimdLevel>(level))));
    }

    [Theory]
    [InlineData(SimdLevel.Scalar)]
    [InlineData(SimdLevel.Vector128)]
    internal void Every_product_with_an_emulated_multiply_add_is_the_textbook_chain(SimdLevel level)
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(250).WithReplay(20261121, 9);
        Check.One(config, Prop.ForAll(Cases(), it => Holds(it with { Software = true }, level)));
        foreach (int rows in new[] { 1, 2, 3, 70 })
            Holds(new(rows, 37, 1409, rows == 70, rows == 3, rows == 2, 0, 1, 0, 3, false, rows, Software: true), level);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-66, 1)] // subnormal sums
    [InlineData(-74, 1)] // sums that vanish
    [InlineData(62, 1)] // sums that overflow and come back
    [InlineData(0, 64)] // sums half-way between two numbers
    [InlineData(12, 0)] // small integers: exact
    internal void An_emulated_multiply_add_is_exact_where_rounding_twice_is_not(int exponent, int units)
    {
        const int Rows = 9, Columns = 19, Depth = 60;
        var random = new Random(exponent + units);
        float[] a = new float[Rows * Depth], b = new float[Depth * Columns], c = new float[Rows * Columns];
        foreach (float[] x in new[] { a, b })
        {
            for (int i = 0; i < x.Length; i++)
            {
                float value = units == 1 ? random.NextSingle() - 0.5f
                    : units == 0 ? random.Next(-3, 4)
                    : random.Next(2) == 0 ? random.Next(-units, units + 1) : (1 + random.Next(-8, 9) / 4194304f) * MathF.ScaleB(1, -12);
                x[i] = MathF.ScaleB(value, exponent);
            }
        }

        var it = new Case(Rows, Columns, Depth, false, false, false, 0, 0, 0, 1, false, 1, Software: true);
        foreach (SimdLevel level in new[] { SimdLevel.Scalar, SimdLevel.Vector128 })
            Bits.Equal(Textbook(it, a, b, c), Multiply(it, level, a, b, c), $"2^{exponent}, {units} at {level}");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Depth_blocks_and_packed_rows_do_not_change_a_bit(string level)
    {
        var simd = Enum.Parse<SimdLevel>(level);
        int[] depths = [703, 704, 705, 1023, 1024, 1025, 1409, 2113];
        var random = new Random(5);
        foreach (int depth in depths)
        {
            for (int transposes = 0; transposes < 4; transposes++)
            {
                bool a = (transposes & 1) != 0, b = (transposes & 2) != 0;
                foreach (bool accumulate in new[] { true, false })
                {
                    Holds(new(13, 35, depth, a, b, accumulate, 0, 1, 0, 3, true, random.Next()), simd);
                    Holds(new(70, 33, depth, a, b, accumulate, 0, 1, 0, 3, false, random.Next()), simd);
                }
            }
        }

        // A leading dimension that is a multiple of 256, and 1024 or more columns, make A be copied.
        foreach (int rows in new[] { 65, 71, 72, 73, 107, 119 })
        {
            Holds(new(rows, 40, 256, false, false, true, 0, 0, 0, 4, false, 1), simd);
            Holds(new(rows, 1025, 9, false, true, false, 0, 0, 0, 4, false, 2), simd);
            Holds(new(rows, 1024, 17, true, false, false, 0, 0, 0, 4, false, 3), simd);
            Holds(new(rows, 1023, 17, true, true, true, 256 - rows, 0, 0, 1, true, 4), simd);
        }
    }

    [Theory]
    [InlineData(1000, 500, 20, false, false)]
    [InlineData(500, 500, 33, true, false)]
    [InlineData(784, 500, 10, true, false)]
    [InlineData(1000, 784, 11, false, true)]
    [InlineData(36, 784, 50, false, true)]
    [InlineData(1, 500, 500, false, false)]
    [InlineData(1, 500, 500, false, true)]
    [InlineData(2, 500, 300, true, false)]
    [InlineData(2, 10, 10, false, false)]
    public void The_shapes_that_matter_are_exact_for_any_number_of_workers(
        int rows, int columns, int depth, bool transposeA, bool transposeB)
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(Simd.IsAvailable))
            foreach (int workers in new[] { 1, 3, 4, 64 })
                Holds(new(rows, columns, depth, transposeA, transposeB, workers == 3, 0, 0, 0, workers, false, rows + columns), level);
    }

    [Fact]
    public void Zero_depth_gives_plus_zero_or_leaves_C()
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(Simd.IsAvailable))
            foreach (int rows in new[] { 1, 5, 12, 100 })
                foreach (bool accumulate in new[] { true, false })
                    Holds(new(rows, 37, 0, false, false, accumulate, 0, 0, 1, 2, true, 9), level);
    }

    [Fact]
    public void Zero_times_infinity_reaches_C_as_NaN()
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(Simd.IsAvailable))
        {
            foreach (int rows in new[] { 1, 100 })
            {
                float[] a = new float[rows * 3], b = new float[3 * 33];
                b[33 + 32] = float.PositiveInfinity;
                float[] c = Multiply(new(rows, 33, 3, false, false, false, 0, 0, 0, 2, false, 1), level, a, b, new float[rows * 33]);
                for (int i = 0; i < c.Length; i++)
                    Assert.Equal(i % 33 == 32 ? 0x7FC00000u : 0u, Bits.Of(c[i]));
            }
        }
    }

    [Theory]
    [InlineData("512", SimdLevel.Vector512)]
    [InlineData("256", SimdLevel.Vector256)]
    [InlineData("128", SimdLevel.Vector128)]
    [InlineData("Scalar", SimdLevel.Scalar)]
    [InlineData("1024", null)]
    [InlineData(null, null)]
    internal void A_requested_width_never_exceeds_the_hardware(string? requested, SimdLevel? asked)
    {
        foreach (SimdLevel widest in Enum.GetValues<SimdLevel>())
        {
            SimdLevel chosen = Simd.Choose(requested, widest);
            Assert.Equal(asked is { } level && level < widest ? level : widest, chosen);
        }
    }

    internal static bool Holds(Case it, SimdLevel level)
    {
        var random = new Random(it.Seed);
        var (aRows, aColumns) = it.TransposeA ? (it.Depth, it.Rows) : (it.Rows, it.Depth);
        var (bRows, bColumns) = it.TransposeB ? (it.Columns, it.Depth) : (it.Depth, it.Columns);
        float[] a = new float[aRows * (aColumns + it.PadA)], b = new float[bRows * (bColumns + it.PadB)];
        float[] c = new float[it.Rows * (it.Columns + it.PadC)];
        Bits.Fill(a, random, it.Special);
        Bits.Fill(b, random, it.Special);
        Bits.Fill(c, random, it.Special);
        Bits.Equal(Textbook(it, a, b, c), Multiply(it, level, a, b, c), $"{it} at {level}");
        return true;
    }

    private static float[] Textbook(Case it, float[] a, float[] b, float[] c)
    {
        float[] result = [.. c];
        int lda = (it.TransposeA ? it.Rows : it.Depth) + it.PadA, ldb = (it.TransposeB ? it.Depth : it.Columns) + it.PadB;
        int ldc = it.Columns + it.PadC;
        for (int i = 0; i < it.Rows; i++)
        {
            for (int j = 0; j < it.Columns; j++)
            {
                float sum = it.Accumulate ? c[i * ldc + j] : 0f;
                for (int k = 0; k < it.Depth; k++)
                {
                    float x = it.TransposeA ? a[k * lda + i] : a[i * lda + k], y = it.TransposeB ? b[j * ldb + k] : b[k * ldb + j];
                    sum = MathF.FusedMultiplyAdd(x, y, sum);
                }

                result[i * ldc + j] = sum;
            }
        }

        return result;
    }

    private static float[] Multiply(Case it, SimdLevel level, float[] a, float[] b, float[] c)
    {
        int lda = (it.TransposeA ? it.Rows : it.Depth) + it.PadA, ldb = (it.TransposeB ? it.Depth : it.Columns) + it.PadB;
        int ldc = it.Columns + it.PadC;
        var kernel = ProductKernel.Create(
            it.Rows, it.Columns, it.Depth, it.TransposeA, it.TransposeB, lda, ldb, ldc, it.Accumulate, it.Workers, level,
            it.PackOnce, it.Software, it.Path);
        long bound = ProductKernel.ScratchFloats(it.Rows, it.Columns, it.Depth, it.TransposeA, lda);
        if (it.Path is null) Assert.InRange(kernel.PackedFloats, 0, bound);
        using var x = new AlignedFloats(a.Length);
        using var y = new AlignedFloats(b.Length);
        using var z = new AlignedFloats(c.Length);
        using var scratch = new AlignedFloats(kernel.PackedFloats);
        if (it.PackOnce)
            x.Span.Fill(float.NaN);
        else
            a.CopyTo(x.Span);
        b.CopyTo(y.Span);
        c.CopyTo(z.Span);
        scratch.Span.Fill(float.NaN);
        var random = new Random(it.Seed);
        int[] order = [.. Enumerable.Range(0, kernel.PackTasks)];
        random.Shuffle(order);
        foreach (int task in order)
            kernel.Pack(task, x.Pointer, y.Pointer, scratch.Pointer);

        if (it.PackOnce)
        {
            // Packed once: without a look at A, and with no further look at B (the scalar kernel packs nothing).
            a.CopyTo(x.Span);
            if (level != SimdLevel.Scalar)
                y.Span.Fill(float.NaN);
        }

        int[] covered = new int[c.Length];
        order = [.. Enumerable.Range(0, kernel.TileTasks)];
        random.Shuffle(order);
        foreach (int task in order)
        {
            kernel.Tile(task, out int row0, out int row1, out int column0, out int column1);
            for (int row = row0; row < row1; row++)
                for (int column = column0; column < column1; column++)
                    covered[row * ldc + column]++;
            kernel.Compute(task, x.Pointer, y.Pointer, z.Pointer, scratch.Pointer);
        }

        for (int i = 0; i < covered.Length; i++)
            Assert.Equal(i % ldc < it.Columns ? 1 : 0, covered[i]);
        z.CheckGuards();
        scratch.CheckGuards();
        return [.. z.Span];
    }
}
