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
    /// <summary>Whether a bias is added.</summary>
    public bool HasBias => Bias != 0;

    /// <summary>
    /// A group of rows against one or two whole vectors of columns, the first of them <paramref name="column"/>, with the micro-kernel that
    /// adds the bias itself.
    /// </summary>
    public void Run<TLanes, TVector>(
        int rows, int columns, float* a, long aRow, long aDepth, float* b, long bDepth, int depth,
        float* c, int column, long ldc, bool load)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        float* bias = (float*)Bias + column;
        if (Relu) ProductRows.Run<TLanes, TVector, BiasReluEnd>(rows, columns, a, aRow, aDepth, b, bDepth, depth, c, ldc, load, bias);
        else ProductRows.Run<TLanes, TVector, BiasEnd>(rows, columns, a, aRow, aDepth, b, bDepth, depth, c, ldc, load, bias);
    }

    /// <summary>Adds the bias to rows row0 … row1-1, columns column0 … column1-1 of C, and the ReLU.</summary>
    public void AddBias(float* c, long ldc, int row0, int row1, int column0, int column1)
    {
        if (Bias != 0 && Relu) Pass(new BiasReluRow((float*)Bias), c, ldc, row0, row1, column0, column1);
        else if (Bias != 0) Pass(new BiasRow((float*)Bias), c, ldc, row0, row1, column0, column1);
    }

    /// <summary>Masks rows row0 … row1-1, columns column0 … column1-1 of C.</summary>
    public void ApplyMask(float* c, long ldc, int row0, int row1, int column0, int column1)
    {
        if (Mask != 0) Pass(new MaskRow((float*)Mask - c), c, ldc, row0, row1, column0, column1);
    }

    private static void Pass<TEnd>(TEnd end, float* c, long ldc, int row0, int row1, int column0, int column1) where TEnd : struct, IRowEnd
    {
        c += row0 * ldc;
        int rows = row1 - row0, done = column0;
        if (Vector512.IsHardwareAccelerated && column1 - done >= 16) done = Block<TEnd, Float512>(end, c, ldc, rows, done, column1);
        if (Vector256.IsHardwareAccelerated && column1 - done >= 8) done = Block<TEnd, Float256>(end, c, ldc, rows, done, column1);
        if (Vector128.IsHardwareAccelerated && column1 - done >= 4) done = Block<TEnd, Float128>(end, c, ldc, rows, done, column1);
        if (done < column1) Block<TEnd, FloatScalar>(end, c, ldc, rows, done, column1);
    }

    // Whole lanes of every row; returns the first column that is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Block<TEnd, TLane>(TEnd end, float* c, long ldc, int rows, int column0, int column1)
        where TEnd : struct, IRowEnd
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

    private interface IRowEnd
    {
        /// <summary>The final value of elements that lie at an address, the first in a column.</summary>
        TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float>;
    }

    private readonly struct MaskRow(long distance) : IRowEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            TLane.Select(TLane.LessThan(TLane.Create(0f), BlockLoop.Load<TLane>(at + distance)), x, TLane.Create(0f));
    }

    private readonly struct BiasRow(float* bias) : IRowEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            x + BlockLoop.Load<TLane>(bias + column);
    }

    private readonly struct BiasReluRow(float* bias) : IRowEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Apply<TLane>(TLane x, float* at, int column) where TLane : struct, ILane<TLane, float> =>
            ReluBody.Relu(x + BlockLoop.Load<TLane>(bias + column));
    }
}
