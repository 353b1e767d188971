using Kaleido.Lab.Figures;

namespace Kaleido.Lab.Beyond;

/// <summary>
/// Independent sets of networks side by side, each on one thread: small ones leave a team of threads too little to share. Each writes its
/// own place, so the threads decide nothing.
/// </summary>
internal static class SideBySide
{
    /// <summary>As many at a time as the figure's options allow threads.</summary>
    public static ParallelOptions Of(FigureOptions options, CancellationToken cancellation) =>
        new() { CancellationToken = cancellation, MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : -1 };
}
