using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Tests.Backends;

/// <summary>A product with an end has the bits of the product followed by what the end stands for; rows may be divided at will.</summary>
public sealed unsafe class ProductEndTests
{
    private static readonly (string Name, bool Bias, bool Mask, bool Relu)[] Ends =
        [("none", false, false, false), ("bias", true, false, false), ("bias, ReLU", true, false, true), ("mask", false, true, false)];

    [Theory]
    [MemberData(nameof(ProductTests.Levels), MemberType = typeof(ProductTests))]
    public void A_product_with_an_end_is_the_product_and_then_the_end(string level) => ForAll(level, (it, kernel, x, y, z, scratch) =>
    {
        for (int task = 0; task < kernel.TileTasks; task++) kernel.Compute(task, x, y, z, scratch);
    }, byRows: false);

    [Theory]
    [MemberData(nameof(ProductTests.Levels), MemberType = typeof(ProductTests))]
    public void A_product_by_rows_does_not_depend_on_their_division(string level) => ForAll(level, (it, kernel, x, y, z, scratch) =>
    {
        var random = new Random(it.Seed);
        for (int row = 0; row < it.Rows;)
        {
            int end = Math.Min(it.Rows, row + random.Next(1, 40));
            kernel.ComputeRows(row, end, x, y, z, scratch);
            row = end;
        }
    }, byRows: true);

    private delegate void Computation(SizedCase it, ProductKernel kernel, float* x, float* y, float* z, float* scratch);

    private readonly record struct SizedCase(int Rows, int Columns, int Depth, bool TransposeA, bool TransposeB, int Seed);

    private static void ForAll(string levelName, Computation compute, bool byRows)
    {
        var level = Enum.Parse<SimdLevel>(levelName);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            var it = new SizedCase(random.Next(1, 90), random.Next(1, 90), random.Next(0, 60),
                !byRows && random.Next(2) > 0, random.Next(2) > 0, i);
            foreach (bool software in level <= SimdLevel.Vector128 && i % 4 == 0 ? new[] { false, true } : [false])
            {
                foreach (var (name, bias, mask, relu) in Ends) Check(it, level, software, name, bias, mask, relu, compute, byRows);
            }
        }
    }

    private static void Check(
        SizedCase it, SimdLevel level, bool software, string name, bool hasBias, bool hasMask, bool relu, Computation compute, bool byRows)
    {
        var random = new Random(100 + it.Seed);
        int lda = (it.TransposeA ? it.Rows : it.Depth) + 3, ldb = (it.TransposeB ? it.Depth : it.Columns) + 5;
        using var x = Numbers(random, (it.TransposeA ? it.Depth : it.Rows) * lda);
        using var y = Numbers(random, (it.TransposeB ? it.Columns : it.Depth) * ldb);
        using var bias = Numbers(random, it.Columns);
        using var mask = Numbers(random, it.Rows * it.Columns);
        using var z = Numbers(random, it.Rows * it.Columns);
        var kernel = byRows
            ? ProductKernel.CreateByRows(it.Rows, it.Columns, it.Depth, it.TransposeB, lda, ldb, it.Columns, 4, level, software)
            : ProductKernel.Create(it.Rows, it.Columns, it.Depth, it.TransposeA, it.TransposeB, lda, ldb, it.Columns, false, 3,
                level, false, software);
        kernel = kernel.With(new(hasBias ? (nint)bias.Pointer : 0, hasMask ? (nint)mask.Pointer : 0, relu));
        using var scratch = new AlignedFloats(kernel.PackedFloats);
        for (int task = 0; task < kernel.PackTasks; task++) kernel.Pack(task, x.Pointer, y.Pointer, scratch.Pointer);
        compute(it, kernel, x.Pointer, y.Pointer, z.Pointer, scratch.Pointer);
        z.CheckGuards();
        scratch.CheckGuards();
        for (int row = 0; row < it.Rows; row++)
        {
            for (int column = 0; column < it.Columns; column++)
            {
                float chain = 0f;
                for (int k = 0; k < it.Depth; k++)
                {
                    float a = x.Span[it.TransposeA ? k * lda + row : row * lda + k],
                        b = y.Span[it.TransposeB ? column * ldb + k : k * ldb + column];
                    chain = MathF.FusedMultiplyAdd(a, b, chain);
                }

                if (hasBias) chain += bias.Span[column];
                if (relu) chain = chain > 0 || float.IsNaN(chain) ? chain : 0f;
                if (hasMask) chain = mask.Span[row * it.Columns + column] > 0 ? chain : 0f;
                float actual = z.Span[row * it.Columns + column];
                if (Bits.Of(chain) != Bits.Of(actual)) Assert.Fail($"{it}, {name}: element {row}, {column} is {actual:g9}, not {chain:g9}");
            }
        }
    }

    // Some zeros of both signs, infinities and NaN among them.
    private static AlignedFloats Numbers(Random random, int count)
    {
        var numbers = new AlignedFloats(count);
        for (int i = 0; i < count; i++)
        {
            numbers.Span[i] = random.Next(200) switch
            {
                0 => float.NaN,
                1 => float.PositiveInfinity,
                < 20 => 0f,
                < 40 => -0f,
                _ => random.NextSingle() - 0.5f,
            };
        }

        return numbers;
    }
}
