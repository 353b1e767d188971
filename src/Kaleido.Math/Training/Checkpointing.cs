namespace Kaleido.Training;

/// <summary>
/// Where and how often a training writes itself down (<see cref="TrainingCheckpoint"/>): after every so many steps, after every so much
/// time, when it is cancelled or out of time, and after the last step. It decides no bit.
/// </summary>
/// <param name="Path">The file; the previous checkpoint is there until the next one is complete.</param>
public sealed record Checkpointing(string Path)
{
    /// <summary>Steps between checkpoints; null for none by steps.</summary>
    public long? Steps { get; init; }

    /// <summary>Time between checkpoints; null for none by time.</summary>
    public TimeSpan? Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the caller wants to find again in <see cref="TrainingCheckpoint.Notes"/>.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>Refuses values outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Path);
        if (Steps is { } steps) ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, nameof(Steps));
        if (Interval is { } interval) ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero, nameof(Interval));
    }
}
