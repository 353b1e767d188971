namespace Kaleido.Lab.Pictures;

/// <summary>How the frames of an animation follow each other.</summary>
public sealed record AnimationOptions
{
    /// <summary>
    /// Milliseconds that every frame is shown, from 0 to 65535. GIF counts in hundredths of a second and takes the nearest.
    /// </summary>
    public int Delay { get; init; } = 100;

    /// <summary>Milliseconds for each frame, one per frame; null shows all for <see cref="Delay"/>.</summary>
    public IReadOnlyList<int>? Delays { get; init; }

    /// <summary>How often the animation is played, from 1 to 65536; 0 plays it for ever.</summary>
    public int Plays { get; init; }

    /// <summary>Milliseconds for one frame.</summary>
    internal int DelayOf(int frame) => Delays is null ? Delay : Delays[frame];

    /// <summary>Refuses frames that make no animation, and options out of range.</summary>
    internal void Check(IReadOnlyList<Picture> frames, string what)
    {
        if (frames.Count == 0)
        {
            throw new ArgumentException($"{what}: an animation needs at least one frame.", nameof(frames));
        }

        Picture first = frames[0];
        for (int i = 0; i < frames.Count; i++)
        {
            Picture frame = frames[i];
            if ((frame.Width, frame.Height, frame.Channels) != (first.Width, first.Height, first.Channels))
            {
                throw new ArgumentException(
                    $"{what}: frame {i} is {frame.Width} × {frame.Height} × {frame.Channels}, "
                    + $"the first one {first.Width} × {first.Height} × {first.Channels}.",
                    nameof(frames));
            }
        }

        if (Delays is not null && Delays.Count != frames.Count)
        {
            throw new ArgumentException($"{what}: {Delays.Count} delays for {frames.Count} frames.", nameof(frames));
        }

        for (int i = 0; i < (Delays?.Count ?? 1); i++)
        {
            if (DelayOf(i) is < 0 or > ushort.MaxValue)
            {
                throw new ArgumentException($"{what}: a delay of {DelayOf(i)} ms is not from 0 to {ushort.MaxValue}.", nameof(frames));
            }
        }

        if (Plays is < 0 or > 65536)
        {
            throw new ArgumentException($"{what}: {Plays} plays are not from 0 to 65536.", nameof(frames));
        }
    }
}
