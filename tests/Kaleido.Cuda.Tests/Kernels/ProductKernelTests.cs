using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>The products that are no library's have the CPU device's bits: one chain of fused multiply-adds an element.</summary>
public sealed class ProductKernelTests
{
    // Edges of tiles (64 × 64, 16 deep) and none at all.
    private static readonly (int Rows, int Columns, int Depth)[] s_shapes =
    [
        (0, 3, 4), (3, 0, 4), (2, 3, 0), (1, 1, 1), (3, 5, 7), (2, 10, 10), (64, 1, 16), (1, 64, 17), (65, 63, 15), (63, 66, 33),
        (17, 130, 48), (130, 3, 100),
    ];

    private static (uint X, uint Y) Grid(int rows, int columns) =>
        ((uint)Math.Max(1, (columns + 63) / 64), (uint)Math.Max(1, (rows + 63) / 64));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_product_has_the_bits_of_the_CPU(bool special)
    {
        var random = new Random(71);
        foreach (var (rows, columns, depth) in s_shapes)
        {
            float[] a = Numbers.Mixed(rows * depth, random, special), b = Numbers.Mixed(depth * columns, random, special);
            float[] c = Numbers.Mixed(rows * columns, random, special);
            foreach (int variant in Enumerable.Range(0, 8))
            {
                bool left = (variant & 1) != 0, right = (variant & 2) != 0, accumulate = (variant & 4) != 0;
                float[] expected = Cpu.Result(rows, columns, (backend, d) => backend.Product(
                    Cpu.View(a, left ? depth : rows, left ? rows : depth), left,
                    Cpu.View(b, right ? columns : depth, right ? depth : columns), right,
                    accumulate, d), [.. c]);
                using var bench = new KernelBench { Backwards = variant % 3 == 0 };
                ulong target = accumulate ? bench.Put<float>(c) : bench.Room(rows * columns);
                var (x, y) = variant == 5 ? (1u, 1u) : Grid(rows, columns);
                bench.Launch("product", new(x, y), new(256), bench.Put<float>(a), left ? 1L : depth, left ? rows : 1L, bench.Put<float>(b),
                    right ? 1L : columns, right ? depth : 1L, target, (long)rows, (long)columns, (long)depth, accumulate ? 1 : 0);
                Numbers.Same(expected, bench.Get<float>(target), $"{rows} × {columns} × {depth}, variant {variant}");
            }
        }
    }

    [Fact]
    public void Products_with_an_ending_have_the_bits_of_one_after_the_other()
    {
        var random = new Random(72);
        foreach (var (rows, columns, depth) in s_shapes)
        {
            float[] a = Numbers.Mixed(rows * depth, random, special: true), b = Numbers.Mixed(columns * depth, random, special: true);
            float[] bias = Numbers.Mixed(columns, random, special: true), y = Numbers.Mixed(rows * columns, random, special: true);
            void Check(string kernel, float[] other, Action<IBackend, Kaleido.Tensors.MatrixView> rest)
            {
                float[] expected = Cpu.Result(rows, columns, (backend, d) =>
                {
                    backend.Product(Cpu.View(a, rows, depth), false, Cpu.View(b, columns, depth), true, false, d);
                    rest(backend, d);
                });
                using var bench = new KernelBench();
                ulong target = bench.Room(rows * columns);
                var (x, grid) = Grid(rows, columns);
                bench.Launch(kernel, new(x, grid), new(256), bench.Put<float>(a), (long)depth, 1L, bench.Put<float>(b), 1L, (long)depth,
                    bench.Put<float>(other), target, (long)rows, (long)columns, (long)depth);
                Numbers.Same(expected, bench.Get<float>(target), $"{kernel}, {rows} × {columns} × {depth}");
            }

            void Biased(IBackend backend, Kaleido.Tensors.MatrixView d) =>
                backend.Binary(d, Cpu.View(bias, 1, columns), BinaryOperation.Add, d);
            Check("product_bias", bias, Biased);
            Check("product_bias_relu", bias, (backend, d) =>
            {
                Biased(backend, d);
                backend.Unary(d, UnaryOperation.Relu, 0, d);
            });
            Check("product_relu_gradient", y, (backend, d) =>
            {
                var mask = Cpu.View(new float[rows * columns], rows, columns);
                backend.Binary(Cpu.View([0], 1, 1), Cpu.View(y, rows, columns), BinaryOperation.Less, mask);
                backend.Ternary(mask, d, Cpu.View([0], 1, 1), TernaryOperation.Select, d);
            });
        }
    }
}
