namespace Kaleido.Data;

/// <summary>Width and height of pictures.</summary>
/// <param name="Width">Pixels in a row, at least 1.</param>
/// <param name="Height">Rows of pixels, at least 1.</param>
public readonly record struct ImageSize(int Width, int Height);

/// <summary>
/// What <see cref="Dataset.Open(string, DatasetOptions)"/> does with what it finds. The choices are made in the order
/// <see cref="Class"/>, <see cref="First"/>, <see cref="Random"/>.
/// </summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// The size to which pictures are brought by <see cref="Files.AreaResampling"/>, whatever they come from; null to keep theirs,
    /// which must then be the same for all pictures of a folder.
    /// </summary>
    public ImageSize? Size { get; init; }

    /// <summary>Keep the samples of this label alone, in their order; null for all.</summary>
    public int? Class { get; init; }

    /// <summary>Keep the first samples, at least 1 and no more than there are; null for all.</summary>
    public int? First { get; init; }

    /// <summary>
    /// Keep so many samples drawn without replacement, in their order, as <see cref="Dataset.Random"/> does; null for all.
    /// </summary>
    public int? Random { get; init; }

    /// <summary>The seed of <see cref="Random"/>.</summary>
    public uint Seed { get; init; }
}
