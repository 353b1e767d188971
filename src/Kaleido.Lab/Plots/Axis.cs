namespace Kaleido.Lab.Plots;

/// <summary>What a user says about one axis; what is left out follows from the data.</summary>
public sealed record Axis
{
    /// <summary>The text beside the axis.</summary>
    public string? Label { get; init; }

    /// <summary>Where the axis begins; null takes the least of the data with a small margin.</summary>
    public double? Minimum { get; init; }

    /// <summary>Where the axis ends; null takes the greatest of the data with a small margin.</summary>
    public double? Maximum { get; init; }

    /// <summary>Logarithmic (base 10). Data that are not positive are then left out, as gaps.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>The numbers to mark, in place of those that the program would choose; those outside the range are left out.</summary>
    public IReadOnlyList<double>? Ticks { get; init; }

    /// <summary>Names for categories: the numbers 0, 1, 2 … of the axis are marked with these instead of with ticks;
    /// an empty name leaves a gap; null for numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }
}
