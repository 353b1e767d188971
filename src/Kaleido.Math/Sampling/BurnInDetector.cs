namespace Kaleido.Sampling;

/// <summary>
/// Tells from the chains alone, without the data, when they have settled: on fixed points, when the median chain moves less than a
/// threshold from one iteration to the next, or on cycles of period two, when it moves more than that but returns to where it was two
/// iterations ago; either for several iterations in a row.
/// </summary>
public sealed class BurnInDetector
{
    private readonly double _threshold;
    private readonly int _patience;
    private int _still, _cycling;

    /// <summary>A detector for steps measured in one unit with <paramref name="threshold"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The threshold or the patience is not positive.</exception>
    public BurnInDetector(double threshold, int patience)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threshold);
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        (_threshold, _patience) = (threshold, patience);
    }

    /// <summary>The first iteration of the quiet stretch, or null while there is none. It stays once it is found.</summary>
    public int? BurnIn { get; private set; }

    /// <summary>True if the chains settled on cycles of period two rather than on fixed points.</summary>
    public bool IsCycle { get; private set; }

    /// <summary>Takes the median distances of iteration <paramref name="iteration"/> (counted from 1, each once, in order).</summary>
    /// <param name="iteration">The iteration.</param>
    /// <param name="toPrevious">Median distance to the previous iteration.</param>
    /// <param name="toBeforePrevious">Median distance to the one before it; NaN in the first iterations.</param>
    public void Observe(int iteration, double toPrevious, double toBeforePrevious)
    {
        _still = toPrevious < _threshold ? _still + 1 : 0;
        _cycling = toPrevious >= _threshold && toBeforePrevious < _threshold ? _cycling + 1 : 0;
        if (BurnIn is not null || (_still < _patience && _cycling < _patience)) return;
        IsCycle = _still < _patience;
        BurnIn = iteration - _patience + 1;
    }
}
