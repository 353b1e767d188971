namespace Kaleido.Tensors;

/// <summary>
/// One dimension of a shape in a graph: a fixed size, or <see cref="Rows"/>, the number of rows (samples) that each run of the plan brings.
/// </summary>
public readonly record struct Extent
{
    private readonly int _value;

    private Extent(int value) => _value = value;

    /// <summary>The run-time number of rows.</summary>
    public static Extent Rows { get; } = new(-1);

    /// <summary>True if the size is known only when the plan runs.</summary>
    public bool IsRows => _value < 0;

    /// <summary>The fixed size.</summary>
    /// <exception cref="InvalidOperationException">The extent is <see cref="Rows"/>.</exception>
    public int Size =>
        IsRows ? throw new InvalidOperationException("the extent is the run-time number of rows and has no fixed size") : _value;

    /// <summary>True if the extent is the fixed size one, which broadcasts.</summary>
    public bool IsOne => _value == 1;

    /// <summary>The size in a run with <paramref name="rows"/> rows.</summary>
    public int Resolve(int rows) => IsRows ? rows : _value;

    /// <summary>A fixed size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static Extent FromInt32(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new(size);
    }

    /// <summary>A fixed size.</summary>
    public static implicit operator Extent(int size) => FromInt32(size);

    /// <summary>The size, or the word "rows".</summary>
    public override string ToString() => IsRows ? "rows" : _value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
