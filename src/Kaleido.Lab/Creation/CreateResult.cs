using Kaleido.Data;
using Kaleido.Lab.Metrics;
using Kaleido.Training;

namespace Kaleido.Lab.Creation;

/// <summary>What a creation came to; all of it is in the folder's files too.</summary>
public sealed record CreateResult
{
    /// <summary>The options, with every default filled in.</summary>
    public required CreateOptions Options { get; init; }

    /// <summary>The data the network was trained on.</summary>
    public required Dataset Data { get; init; }

    /// <summary>The training.</summary>
    public required FitResult Fit { get; init; }

    /// <summary>
    /// Why it ended: <see cref="StopReason.Cancelled"/> if it was cancelled at any time, else the reason of the training.
    /// </summary>
    public required StopReason StopReason { get; init; }

    /// <summary>Iterations made of the kaleidoscope: maybe not all if it was cancelled.</summary>
    public required int Iterations { get; init; }

    /// <summary>The iterations that the picture shows.</summary>
    public required IReadOnlyList<int> Frames { get; init; }

    /// <summary>The iteration at which the chains had settled, or null.</summary>
    public required int? BurnIn { get; init; }

    /// <summary>True if they settled on cycles of period two.</summary>
    public required bool IsCycle { get; init; }

    /// <summary>
    /// The median over the chains of the root mean square change per feature in the last iteration, in the network's units.
    /// </summary>
    public required double MedianStep { get; init; }

    /// <summary>The last frame against the training samples; null if it was cancelled before that was known.</summary>
    public required Memorization? Memorization { get; init; }

    /// <summary>Time of the sampling.</summary>
    public required TimeSpan SamplingTime { get; init; }

    /// <summary>Time in all, but for writing the files.</summary>
    public required TimeSpan Elapsed { get; init; }
}
