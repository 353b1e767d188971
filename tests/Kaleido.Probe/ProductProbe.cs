using System.Runtime.Intrinsics;
using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Probe;

/// <summary>Runs every instance of the product's micro-kernel of this processor once, so that its machine code can be looked at.</summary>
internal static unsafe class ProductProbe
{
    private const int Depth = 4, Stride = 32;

    private static readonly int[] s_rows = [1, 2, 4, 6, 8, 12];

    public static void RunAll()
    {
        if (Simd.Level == SimdLevel.Vector512) RunAll<Lanes512, Vector512<float>>();
        else if (Simd.Level == SimdLevel.Vector256) RunAll<Lanes256, Vector256<float>>();
        else RunAll<Lanes128, Vector128<float>>();
    }

    /// <summary>The path of a product with a row-major B and of one with a transposed B.</summary>
    public static void PrintPaths()
    {
        foreach (bool transposed in new[] { false, true })
        {
            var kernel = ProductKernel.Create(100, 40, 20, false, transposed, 20, transposed ? 20 : 40, 40, false, 2);
            Console.WriteLine($"{(transposed ? "transposed" : "row-major")} {kernel.Path}");
        }
    }

    private static void RunAll<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        float* numbers = stackalloc float[3 * 12 * Stride];
        new Span<float>(numbers, 3 * 12 * Stride).Clear();
        float* a = numbers, b = numbers + 12 * Stride, c = numbers + 24 * Stride;
        foreach (int rows in s_rows)
        {
            // The largest groups need the registers of the widest vectors.
            if (rows > 6 && TLanes.Count < 16) continue;
            for (int vectors = 1; vectors <= 2; vectors++)
            {
                int columns = vectors * TLanes.Count;
                ProductRows.Run<TLanes, TVector, NoEnd>(rows, columns, a, Stride, 1, b, Stride, Depth, c, Stride, false, null);
                ProductRows.Run<TLanes, TVector, BiasEnd>(rows, columns, a, Stride, 1, b, Stride, Depth, c, Stride, false, b);
                ProductRows.Run<TLanes, TVector, BiasReluEnd>(rows, columns, a, Stride, 1, b, Stride, Depth, c, Stride, false, b);
            }
        }
    }
}
