using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>One operation at random on the nodes there are, or null where the draw does not fit them.</summary>
internal static class RandomOperations
{
    private const long LargestProduct = 3_000_000, LargestNode = 200_000;

    public static Node? Draw(Graph graph, List<Node> nodes, Random random)
    {
        var node = random.Next(13) switch
        {
            0 or 1 => Unary(Pick(), random),
            2 or 3 => Binary(Pick(), Pick(), random),
            4 => Ternary(Pick(), Pick(), Pick(), random),
            5 or 6 => Product(Pick(), Pick(), random),
            7 => Reduce(Pick(), random),
            8 => Pick().Transpose(),
            9 => Rows(Pick(), Pick(), random),
            10 => Rectangle(Pick(), random),
            11 => Concatenate(Pick(), Pick(), random),
            _ => Composed(Pick(), random),
        };
        return node is not null && node.Shape.Count(200) <= LargestNode ? node : null;

        Node Pick() => nodes[Math.Max(random.Next(nodes.Count), random.Next(nodes.Count))];
    }

    private static Node Unary(Node x, Random random)
    {
        var function = (UnaryOperation)random.Next(Enum.GetValues<UnaryOperation>().Length);
        bool tame = random.Next(5) > 0;
        bool positive = function is UnaryOperation.Sqrt or UnaryOperation.Log or UnaryOperation.Log1p or UnaryOperation.Power;
        if (tame && positive) x = x.Square() + 0.5;
        if (tame && function is UnaryOperation.Exp or UnaryOperation.Expm1) x = x.Tanh();
        return x.Unary(function, function switch
        {
            UnaryOperation.LeakyRelu => 0.1,
            UnaryOperation.Elu => 1.5,
            UnaryOperation.Power => random.Next(5) - 1.5,
            _ => 0,
        });
    }

    private static Node? Binary(Node x, Node y, Random random)
    {
        if (!Shape.TryBroadcast(x.Shape, y.Shape, out _)) return null;
        return random.Next(10) switch
        {
            0 => x + y,
            1 => x - y,
            2 => x * y,
            3 => random.Next(5) > 0 ? x / (y.Square() + 0.5) : x / y,
            4 => x.Maximum(y),
            5 => x.Minimum(y),
            6 => x.LessThan(y),
            7 => x.LessOrEqual(y),
            8 => x.EqualTo(y),
            _ => x + y.StopGradient(),
        };
    }

    private static Node? Ternary(Node x, Node y, Node z, Random random)
    {
        if (!Shape.TryBroadcast(x.Shape, y.Shape, out var shape) || !Shape.TryBroadcast(shape, z.Shape, out _)) return null;
        return random.Next(2) == 0 ? x.FusedMultiplyAdd(y, z) : x.LessThan(y).Select(y, z);
    }

    private static Node? Product(Node x, Node y, Random random)
    {
        foreach (int flags in new[] { 0, 1, 2, 3 }.OrderBy(_ => random.Next()))
        {
            bool left = (flags & 1) != 0, right = (flags & 2) != 0;
            Shape a = left ? x.Shape.Transposed : x.Shape, b = right ? y.Shape.Transposed : y.Shape;
            if (a.Columns != b.Rows || a.Count(200) * b.Columns.Resolve(200) > LargestProduct) continue;
            var product = x.Product(y, left, right);
            return random.Next(3) == 0 ? product : (0.2 * product).Tanh();
        }

        return null;
    }

    private static Node Reduce(Node x, Random random) => random.Next(7) switch
    {
        0 => x.RowSum(),
        1 => x.ColumnSum(),
        2 => x.Sum(),
        3 => x.Shape.Columns.IsRows ? x.ColumnSum() : x.RowMaximum(),
        4 => x.RowArgMaximum(),
        5 => x.RowLogSumExp(),
        _ => x.Mean(),
    };

    // The index of each row's largest element is an index into anything with as many rows as there are columns.
    private static Node? Rows(Node x, Node y, Random random)
    {
        if (x.Shape.Columns.IsRows || x.Shape.Columns.Size == 0) return null;
        var indices = x.RowArgMaximum();
        if (random.Next(3) == 0) return indices.OneHot(x.Shape.Columns.Size);
        if (y.Shape.Rows == x.Shape.Columns && random.Next(2) == 0) return y.GatherRows(indices);
        return y.Shape.Rows == x.Shape.Rows ? y.ScatterAddRows(indices, x.Shape.Columns) : null;
    }

    private static Node? Rectangle(Node x, Random random)
    {
        if (x.Shape.Columns.IsRows) return null;
        int columns = x.Shape.Columns.Size;
        int row = 0, column = random.Next(columns + 1);
        var rows = x.Shape.Rows;
        if (random.Next(2) == 0)
        {
            if (!rows.IsRows)
            {
                row = random.Next(rows.Size + 1);
                rows = rows.Size - row;
            }

            return x.Slice(row, column, new(rows, random.Next(columns - column + 1)));
        }

        if (!rows.IsRows)
        {
            row = random.Next(3);
            rows = rows.Size + row + random.Next(3);
        }

        return x.Place(row, column % 4, new(rows, columns + column % 4 + random.Next(3)));
    }

    private static Node? Concatenate(Node x, Node y, Random random)
    {
        if (x.Shape.Rows == y.Shape.Rows && !x.Shape.Columns.IsRows && !y.Shape.Columns.IsRows)
            return random.Next(2) == 0 ? Node.ConcatenateColumns(x, y) : Node.ConcatenateColumns(y, x, y);
        return x.Shape.Columns == y.Shape.Columns && !x.Shape.Rows.IsRows && !y.Shape.Rows.IsRows ? Node.ConcatenateRows(x, y) : null;
    }

    private static Node Composed(Node x, Random random) => random.Next(6) switch
    {
        0 => x.RowSoftmax(),
        1 => x.Clamp(-0.5, 0.5),
        2 => x.StopGradient(),
        3 => (x - x.Mean()).Square().Mean(),
        4 => x.Shape.Rows.IsOne ? x.BroadcastTo(new(3, x.Shape.Columns)) : x.ColumnSum().Tanh().BroadcastTo(x.Shape),
        _ => -x,
    };
}
