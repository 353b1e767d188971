namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Intervals Start … End - 1, each with a tag, that are asked again and again which of them overlap another.</summary>
internal sealed class IntervalList
{
    private readonly ((long Start, long End) At, int Tag)[] _all;

    // The largest end of the intervals up to each place: none before it reaches further.
    private readonly long[] _reach;

    public IntervalList(IEnumerable<((long Start, long End) At, int Tag)> intervals)
    {
        _all = [.. intervals.OrderBy(interval => interval.At.Start)];
        _reach = new long[_all.Length];
        for (int i = 0; i < _all.Length; i++) _reach[i] = Math.Max(_all[i].At.End, i > 0 ? _reach[i - 1] : long.MinValue);
    }

    /// <summary>Whether an interval whose tag is wanted overlaps start … end - 1.</summary>
    public bool Overlaps(long start, long end, Func<int, bool> wanted)
    {
        int low = 0, high = _all.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_all[middle].At.Start < end) low = middle + 1;
            else high = middle;
        }

        for (int i = low - 1; i >= 0 && _reach[i] > start; i--)
        {
            if (_all[i].At.End > start && wanted(_all[i].Tag)) return true;
        }

        return false;
    }
}
