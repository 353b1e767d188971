using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Launch geometries that every kernel of a kind must give the same bits with, and the order of its threads.</summary>
internal sealed record Geometry(PtxDimensions Grid, PtxDimensions Block, bool Backwards)
{
    /// <summary>As the table of the kernels recommends it, and two others.</summary>
    public static Geometry[] Flat(long items) =>
    [
        new(new((uint)Math.Max(1, (items + 255) / 256)), new(256), false), new(new(3), new(33), true), new(new(1), new(1), false),
    ];

    public static Geometry[] Rows(long rows) =>
    [
        new(new((uint)Math.Max(1, (rows + 15) / 16)), new(16, 16), false), new(new(1), new(16, 16), true), new(new(5), new(16, 16), true),
    ];

    public static Geometry[] Columns(long columns) =>
    [
        new(new((uint)Math.Max(1, (columns + 31) / 32)), new(32, 16), false), new(new(1), new(4, 128), true), new(new(2), new(7, 3), true),
        new(new(1), new(1, 512), false),
    ];

    public static Geometry[] Tiles(long rows, long columns) =>
    [
        new(new((uint)Math.Max(1, (columns + 31) / 32), (uint)Math.Max(1, (rows + 31) / 32)), new(32, 8), false),
        new(new(1, 1), new(32, 8), true),
    ];

    public static Geometry[] Scatter(long rows, long columns) =>
    [
        new(new((uint)Math.Max(1, (columns + 127) / 128 * rows)), new(128), false), new(new(3), new(128), true),
    ];

    public override string ToString() => $"grid {Grid}, block {Block}{(Backwards ? ", backwards" : "")}";
}
