using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>The ways to compute a product. All give the same bits.</summary>
internal enum ProductPath
{
    /// <summary>A row-major B is read where it lies; nothing is copied.</summary>
    InPlace,

    /// <summary>All rows in each task, which copies the pieces of B that it uses into panels just before it uses them.</summary>
    Pieces,

    /// <summary>All of B is copied into panels first.</summary>
    Panels,

    /// <summary>So is B, and A into rows with an odd stride or, where it is transposed, into panels of its own.</summary>
    PanelsAndRows,
}

/// <summary>Which path a product takes: a table of what was measured, or the environment variable <c>KALEIDO_PRODUCT</c>.</summary>
/// <remarks>
/// <c>bench/Kaleido.Bench -- paths</c> measures every path beside the one chosen here; its figures are in docs/performance.md.
/// </remarks>
internal static class ProductPaths
{
    private const int Any = int.MaxValue;

    /// <summary>
    /// One line of the table: a product takes the path if it has none of the numbers above the given ones. Paths with a smaller bound
    /// come first; a smaller depth never leads away from <see cref="ProductPath.InPlace"/>.
    /// </summary>
    /// <param name="Least">The narrowest vectors the line is for.</param>
    /// <param name="Rows">Rows of C at most.</param>
    /// <param name="Columns">Columns of C at most.</param>
    /// <param name="Depth">Length of the chains at most.</param>
    /// <param name="Leading">
    /// Leading dimension at most of the operand that would be read uncopied (B in place; else A), and no multiple of 256: rows of such an
    /// operand fall into the same few sets of the cache.
    /// </param>
    /// <param name="Path">The path.</param>
    private readonly record struct Line(SimdLevel Least, int Rows, int Columns, int Depth, int Leading, ProductPath Path);

    private static readonly Line[] s_table =
    [
        // Each element of B is read by one group of rows: copying it would cost more than the product.
        new(SimdLevel.Vector512, 12, Any, Any, Any, ProductPath.InPlace),
        new(SimdLevel.Vector128, 6, Any, Any, Any, ProductPath.InPlace),

        // Few groups; or, with wide vectors, each fetch of a panel serves twelve rows, and it is not too many pages.
        new(SimdLevel.Vector128, 64, Any, Any, 2048, ProductPath.InPlace),
        new(SimdLevel.Vector512, Any, Any, 1024, 2048, ProductPath.InPlace),

        new(SimdLevel.Scalar, 64, Any, Any, Any, ProductPath.Pieces),

        // A is read once per panel of B: with fewer columns too seldom to be worth a copy.
        new(SimdLevel.Scalar, Any, 1023, Any, Any - 1, ProductPath.Panels),
        new(SimdLevel.Scalar, Any, Any, Any, Any, ProductPath.PanelsAndRows),
    ];

    /// <summary>The path that <c>KALEIDO_PRODUCT</c> (in-place, pieces, panels, panels-and-rows; read once) asks for, or null.</summary>
    public static readonly ProductPath? Forced = Parse(Environment.GetEnvironmentVariable("KALEIDO_PRODUCT"));

    /// <summary>The path that a value of <c>KALEIDO_PRODUCT</c> names; null for none and for unknown ones.</summary>
    public static ProductPath? Parse(string? name) => name?.Trim().ToLowerInvariant() switch
    {
        "in-place" => ProductPath.InPlace,
        "pieces" => ProductPath.Pieces,
        "panels" => ProductPath.Panels,
        "panels-and-rows" => ProductPath.PanelsAndRows,
        _ => null,
    };

    /// <summary>The path for C[rows × columns] with chains of <paramref name="depth"/>, leading dimensions of A and B as stored.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="depth">Length of the chains.</param>
    /// <param name="lda">Leading dimension of A.</param>
    /// <param name="ldb">Leading dimension of B.</param>
    /// <param name="inPlace">Whether B can be read in place: row-major, and the level has masked loads.</param>
    public static ProductPath Choose(SimdLevel level, int rows, int columns, int depth, int lda, int ldb, bool inPlace)
    {
        foreach (ref readonly Line line in s_table.AsSpan())
        {
            int leading = line.Path == ProductPath.InPlace ? ldb : lda;
            if (level >= line.Least && rows <= line.Rows && columns <= line.Columns && depth <= line.Depth
                && (line.Leading == Any || (leading <= line.Leading && leading % 256 != 0))
                && (line.Path != ProductPath.InPlace || inPlace))
            {
                return line.Path;
            }
        }

        return ProductPath.PanelsAndRows;
    }

    /// <summary>Whether A may be copied for a product of this width, whatever its other sizes.</summary>
    public static bool MayCopyA(int columns, int lda) => columns >= 1024 || lda % 256 == 0 || Forced == ProductPath.PanelsAndRows;
}
