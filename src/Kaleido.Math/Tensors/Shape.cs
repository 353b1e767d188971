namespace Kaleido.Tensors;

/// <summary>The shape of a matrix in a graph, row-major. A row vector is [1, c], a column [r, 1], a scalar [1, 1].</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
public readonly record struct Shape(Extent Rows, Extent Columns)
{
    /// <summary>The shape [1, 1].</summary>
    public static Shape Scalar { get; } = new(1, 1);

    /// <summary>True for [1, 1].</summary>
    public bool IsScalar => Rows.IsOne && Columns.IsOne;

    /// <summary>Number of elements in a run with <paramref name="rows"/> rows.</summary>
    public long Count(int rows) => (long)Rows.Resolve(rows) * Columns.Resolve(rows);

    /// <summary>The shape with both dimensions exchanged.</summary>
    public Shape Transposed => new(Columns, Rows);

    /// <summary>True if an operand of this shape can be repeated along rows, columns or both to <paramref name="target"/>.</summary>
    public bool BroadcastsTo(Shape target) =>
        (Rows == target.Rows || Rows.IsOne) && (Columns == target.Columns || Columns.IsOne);

    /// <summary>
    /// The common shape of two operands: in each dimension the sizes are equal, or one of them is 1. False if there is none.
    /// </summary>
    public static bool TryBroadcast(Shape left, Shape right, out Shape result)
    {
        result = new(left.Rows.IsOne ? right.Rows : left.Rows, left.Columns.IsOne ? right.Columns : left.Columns);
        return left.BroadcastsTo(result) && right.BroadcastsTo(result);
    }

    /// <summary>For example "[rows, 784]".</summary>
    public override string ToString() => $"[{Rows}, {Columns}]";
}
