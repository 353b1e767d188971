namespace Kaleido.Contract;

/// <summary>A small matrix on the host, in double. What the laws expect is written with these.</summary>
public sealed class Grid(int rows, int columns, double[] values)
{
    public Grid(int rows, int columns) : this(rows, columns, new double[rows * columns]) { }

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public double[] Values { get; } = values;

    public double this[int row, int column]
    {
        get => Values[row * Columns + column];
        set => Values[row * Columns + column] = value;
    }

    /// <summary>A matrix by a rule for element (row, column).</summary>
    public static Grid Of(int rows, int columns, Func<int, int, double> rule)
    {
        var grid = new Grid(rows, columns);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++) grid[row, column] = rule(row, column);
        return grid;
    }

    /// <summary>The element that an operand of this size, repeated where its size is 1, has at (row, column).</summary>
    public double Repeated(int row, int column) => this[Rows == 1 ? 0 : row, Columns == 1 ? 0 : column];

    public Grid Transposed() => Of(Columns, Rows, (row, column) => this[column, row]);
}
