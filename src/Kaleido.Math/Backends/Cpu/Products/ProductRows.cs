using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Backends.Cpu;

/// <summary>Chooses the instance of the micro-kernel for a group of rows, and treats the ragged right edge of C.</summary>
internal static unsafe class ProductRows
{
    /// <summary>A group of 1, 2, 4, 6, 8 or 12 rows against one or two whole vectors of columns.</summary>
    public static void Run<TLanes, TVector>(
        int rows, int columns, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (typeof(TLanes) == typeof(SoftwareLanes))
            RunSoftware(rows, columns, a, aRow, aDepth, b, bDepth, depth, c, cRow, load);
        else
            Run<TLanes, TVector, NoEnd>(rows, columns, a, aRow, aDepth, b, bDepth, depth, c, cRow, load, null);
    }

    /// <summary>The same with an end, whose bias begins at the first of these columns.</summary>
    public static void Run<TLanes, TVector, TEnd>(
        int rows, int columns, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load,
        float* bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TEnd : struct, IStoreEnd
    {
        if (columns > TLanes.Count)
            Run<TLanes, TVector, C2, TEnd>(rows, a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
        else
            Run<TLanes, TVector, C1, TEnd>(rows, a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
    }

    /// <summary>The same where C has fewer columns than the vectors: by way of a tile on the stack.</summary>
    [SkipLocalsInit]
    public static void RunEdge<TLanes, TVector>(
        int rows, int columns, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int width = 2 * TLanes.Count;
        float* tile = stackalloc float[12 * 32];
        if (load)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                    tile[row * width + column] = c[row * cRow + column];
                for (int column = columns; column < width; column++)
                    tile[row * width + column] = 0f;
            }
        }

        Run<TLanes, TVector>(rows, columns, a, aRow, aDepth, b, bDepth, depth, tile, width, load);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                c[row * cRow + column] = tile[row * width + column];
    }

    private static void RunSoftware(
        int rows, int columns, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load)
    {
        for (int column = 0; column < columns; column += SoftwareLanes.Count, b += SoftwareLanes.Count, c += SoftwareLanes.Count)
        {
            bool done = rows switch
            {
                4 => SoftwareKernel.TryRun<C4>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load),
                2 => SoftwareKernel.TryRun<C2>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load),
                _ => SoftwareKernel.TryRun<C1>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load),
            };
            if (!done)
                Run<SoftwareLanes, Vector128<float>, C1, NoEnd>(rows, a, aRow, aDepth, b, bDepth, depth, c, cRow, load, null);
        }
    }

    private static void Run<TLanes, TVector, TVectors, TEnd>(
        int rows, float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load, float* bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TVectors : struct, IConstant
        where TEnd : struct, IStoreEnd
    {
        switch (rows)
        {
            case 12:
                MicroKernel.Run<TLanes, TVector, C12, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
            case 8:
                MicroKernel.Run<TLanes, TVector, C8, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
            case 6:
                MicroKernel.Run<TLanes, TVector, C6, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
            case 4:
                MicroKernel.Run<TLanes, TVector, C4, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
            case 2:
                MicroKernel.Run<TLanes, TVector, C2, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
            default:
                MicroKernel.Run<TLanes, TVector, C1, TVectors, TEnd>(a, aRow, aDepth, b, bDepth, depth, c, cRow, load, bias);
                break;
        }
    }
}
