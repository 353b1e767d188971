using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// What happens to the elements of a product as they are stored, while they are in the innermost cache: a bias is added, then a ReLU; or a
/// mask lets pass what stands where another matrix is positive. Nothing, if all is left out.
/// </summary>
/// <param name="Bias">A row that is added to each row, in one rounding after the product's chain; or null.</param>
/// <param name="Mask">A matrix of C's shape and leading dimension: elements where it is not positive become +0; or null.</param>
/// <param name="Relu">Whether a ReLU follows the bias: NaN stays, what is not above zero becomes +0.</param>
internal readonly unsafe record struct ProductEnd(nint Bias, nint Mask, bool Relu)
{
    /// <summary>Passes rows row0 … row1-1, columns column0 … column1-1 of C.</summary>
    public void Apply(float* c, long ldc, int row0, int row1, int column0, int column1)
    {
        if (Mask != 0) Run(new MaskEnd((float*)Mask - c), c, ldc, row0, row1, column0, column1);
        else if (Bias != 0 && Relu) Run(new BiasReluEnd((float*)Bias), c, ldc, row0, row1, column0, column1);
        else if (Bias != 0) Run(new BiasEnd((float*)Bias), c, ldc, row0, row1, column0, column1);
    }

    private static void Run<TEnd>(TEnd end, float* c, long ldc, int row0, int row1, int column0, int column1) where TEnd : struct, IEnd
    {
        c += row0 * ldc;
        int rows = row1 - row0, done = column0;
        if (Vector512.IsHardwareAccelerated) done = Block<TEnd, Float512>(end, c, ldc, rows, done, column1);
        if (Vector256.IsHardwareAccelerated && done < column1) done = Block<TEnd, Float256>(end, c, ldc, rows, done, column1);
        if (Vector128.IsHardwareAccelerated && done < column1) done = Block<TEnd, Float128>(end, c, ldc, rows, done, column1);
        if (done < column1) Block<TEnd, FloatScalar>(end, c, ldc, rows, done, column1);
    }

    // Whole lanes of every row; returns the first column that is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Block<TEnd, TLane>(TEnd end, float* c, long ldc, int rows, int column0, int column1)
        where TEnd : struct, IEnd
        where TLane : struct, ILane<TLane, float>
    {
        int last = column1 - TLane.Count, column = column0;
        for (int row = 0; row < rows; row++, c += ldc)
        {
            for (column = column0; column <= last; column += TLane.Count)
                end.Apply(BlockLoop.Load<TLane>(c + column), c + column, column).Store(ref c[column]);
        }

        return column;
    }

    private interface IEnd
    {
        /// <summary>The final value of elements that lie at an address, the first in a column.</summary>
        TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float>;
    }

    private readonly struct MaskEnd(long distance) : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            TLane.Select(TLane.LessThan(TLane.Create(0f), BlockLoop.Load<TLane>(at + distance)), x, TLane.Create(0f));
    }

    private readonly struct BiasEnd(float* bias) : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            x + BlockLoop.Load<TLane>(bias + column);
    }

    private readonly struct BiasReluEnd(float* bias) : IEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            ReluBody.Relu(x + BlockLoop.Load<TLane>(bias + column));
    }
}
