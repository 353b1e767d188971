using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

public sealed partial class Node
{
    /// <summary>The matrix product op(this)·op(right), where op transposes if asked.</summary>
    /// <exception cref="ArgumentException">The inner sizes differ.</exception>
    public Node Product(Node right, bool transposeLeft = false, bool transposeRight = false)
    {
        ArgumentNullException.ThrowIfNull(right);
        var a = transposeLeft ? Shape.Transposed : Shape;
        var b = transposeRight ? right.Shape.Transposed : right.Shape;
        if (a.Columns != b.Rows)
        {
            throw new ArgumentException($"Product: the inner sizes of {Shape}{(transposeLeft ? "ᵀ" : "")} and "
                + $"{right.Shape}{(transposeRight ? "ᵀ" : "")} differ: {a.Columns} and {b.Rows}");
        }

        return Graph.Add(new ProductOperation(transposeLeft, transposeRight), [this, right], new Shape(a.Rows, b.Columns));
    }

    /// <summary>The value repeated along rows, columns or both.</summary>
    /// <exception cref="ArgumentException">A size is neither 1 nor that of the target.</exception>
    public Node BroadcastTo(Shape shape)
    {
        if (Shape == shape) return this;
        if (!Shape.BroadcastsTo(shape)) throw new ArgumentException($"Broadcast: {Shape} cannot be repeated to {shape}");
        return Graph.Add(new BroadcastOperation(), [this], shape);
    }

    /// <summary>
    /// Sums over the dimensions in which <paramref name="shape"/> has size 1: the transpose of <see cref="BroadcastTo"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The target does not broadcast to this shape.</exception>
    public Node SumTo(Shape shape)
    {
        if (Shape == shape) return this;
        if (!shape.BroadcastsTo(Shape)) throw new ArgumentException($"SumTo: {Shape} cannot be summed to {shape}");
        return shape.IsScalar ? Sum() : shape.Rows.IsOne ? ColumnSum() : RowSum();
    }

    /// <summary>Sum of each row: [r, 1].</summary>
    public Node RowSum() => Reduce(ReduceOperation.RowSum, new Shape(Shape.Rows, 1));

    /// <summary>Sum of each column: [1, c].</summary>
    public Node ColumnSum() => Reduce(ReduceOperation.ColumnSum, new Shape(1, Shape.Columns));

    /// <summary>Sum of all elements: [1, 1].</summary>
    public Node Sum() => Reduce(ReduceOperation.FullSum, Shape.Scalar);

    /// <summary>Mean of all elements of this run: [1, 1].</summary>
    public Node Mean() => Sum() / Graph.Count(Shape);

    /// <summary>Largest element of each row; in a tie the gradient goes to the lowest index: [r, 1].</summary>
    public Node RowMaximum() => Reduce(ReduceOperation.RowMaximum, new Shape(Shape.Rows, 1));

    /// <summary>Index of the first largest element of each row; no derivative: [r, 1].</summary>
    public Node RowArgMaximum() => Reduce(ReduceOperation.RowArgMaximum, new Shape(Shape.Rows, 1));

    /// <summary>ln Σ eˣ of each row: [r, 1].</summary>
    public Node RowLogSumExp() => Reduce(ReduceOperation.RowLogSumExp, new Shape(Shape.Rows, 1));

    /// <summary>eˣ / Σ eˣ of each row, as e^(x - logsumexp).</summary>
    public Node RowSoftmax() => (this - RowLogSumExp()).Exp();

    private Node Reduce(ReduceOperation function, Shape shape) => Graph.Add(new Reduction(function), [this], shape);

    /// <summary>The transposed matrix.</summary>
    public Node Transpose() => Graph.Add(new TransposeOperation(), [this], Shape.Transposed);

    /// <summary>
    /// Row i of the result is row indices[i] of this: [indices' rows, columns]. Indices are numbers 0 … rows-1 in a column.
    /// </summary>
    /// <exception cref="ArgumentException">The indices are not a column.</exception>
    public Node GatherRows(Node indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        RequireColumn(indices, "GatherRows");
        return Graph.Add(new GatherRowsOperation(), [this, indices], new Shape(indices.Shape.Rows, Shape.Columns));
    }

    /// <summary>Adds row i of this to row indices[i] of a matrix of zeros with <paramref name="rows"/> rows, in ascending i.</summary>
    /// <exception cref="ArgumentException">The indices are not a column as long as this.</exception>
    public Node ScatterAddRows(Node indices, Extent rows)
    {
        ArgumentNullException.ThrowIfNull(indices);
        RequireColumn(indices, "ScatterAddRows");
        if (indices.Shape.Rows != Shape.Rows)
            throw new ArgumentException($"ScatterAddRows: {Shape} and the indices {indices.Shape} have different numbers of rows");
        return Graph.Add(new ScatterAddRowsOperation(), [this, indices], new Shape(rows, Shape.Columns));
    }

    private static void RequireColumn(Node indices, string operation)
    {
        if (!indices.Shape.Columns.IsOne) throw new ArgumentException($"{operation}: the indices {indices.Shape} are not a column");
    }

    /// <summary>The rectangle of size <paramref name="shape"/> that begins at (row, column).</summary>
    /// <exception cref="ArgumentException">The rectangle does not lie inside.</exception>
    public Node Slice(int row, int column, Shape shape)
    {
        RequireInside("Slice", row, column, shape, Shape);
        return shape == Shape ? this : Graph.Add(new SliceOperation(row, column), [this], shape);
    }

    /// <summary>Columns <paramref name="column"/> … column + count - 1.</summary>
    public Node Columns(int column, int count) => Slice(0, column, new Shape(Shape.Rows, count));

    /// <summary>
    /// A matrix of zeros of size <paramref name="shape"/> with this placed at (row, column): the transpose of <see cref="Slice"/>.
    /// </summary>
    /// <exception cref="ArgumentException">This does not fit there.</exception>
    public Node Place(int row, int column, Shape shape)
    {
        RequireInside("Place", row, column, Shape, shape);
        return shape == Shape ? this : Graph.Add(new PlaceOperation(row, column), [this], shape);
    }

    private static void RequireInside(string operation, int row, int column, Shape inner, Shape outer)
    {
        if (!Fits(row, inner.Rows, outer.Rows) || !Fits(column, inner.Columns, outer.Columns))
            throw new ArgumentException($"{operation}: {inner} at ({row}, {column}) does not lie inside {outer}");

        static bool Fits(int start, Extent part, Extent whole) =>
            part == whole ? start == 0 : !part.IsRows && !whole.IsRows && start >= 0 && start <= whole.Size - part.Size;
    }

    /// <summary>Matrices side by side: [r, c₁ + c₂ + …].</summary>
    /// <exception cref="ArgumentException">The numbers of rows differ, or a width is not fixed.</exception>
    public static Node ConcatenateColumns(params ReadOnlySpan<Node> parts) => Concatenate(parts, alongRows: false);

    /// <summary>Matrices one below the other: [r₁ + r₂ + …, c].</summary>
    /// <exception cref="ArgumentException">The numbers of columns differ, or a height is not fixed.</exception>
    public static Node ConcatenateRows(params ReadOnlySpan<Node> parts) => Concatenate(parts, alongRows: true);

    private static Node Concatenate(ReadOnlySpan<Node> parts, bool alongRows)
    {
        if (parts.Length == 0) throw new ArgumentException("Concatenate: there is nothing to concatenate");
        int total = 0;
        foreach (var part in parts)
        {
            ArgumentNullException.ThrowIfNull(part, nameof(parts));
            var (along, across) = alongRows ? (part.Shape.Rows, part.Shape.Columns) : (part.Shape.Columns, part.Shape.Rows);
            var first = alongRows ? parts[0].Shape.Columns : parts[0].Shape.Rows;
            if (along.IsRows || across != first)
                throw new ArgumentException($"Concatenate{(alongRows ? "Rows" : "Columns")}: {parts[0].Shape} and {part.Shape} do not fit");
            total = checked(total + along.Size);
        }

        if (parts.Length == 1) return parts[0];
        var shape = alongRows ? new Shape(total, parts[0].Shape.Columns) : new Shape(parts[0].Shape.Rows, total);
        return parts[0].Graph.Add(new ConcatenateOperation(alongRows), parts.ToArray(), shape);
    }

    /// <summary>This, a column of indices, as rows with a single 1: [r, columns]; no derivative.</summary>
    /// <exception cref="ArgumentException">This is not a column.</exception>
    public Node OneHot(int columns)
    {
        RequireColumn(this, "OneHot");
        return Graph.Add(new OneHotOperation(), [this], new Shape(Shape.Rows, columns));
    }
}
