using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Who touched memory before: for each piece between two ends of ranges, the phase that wrote it last and those that have read it since.
/// </summary>
/// <remarks>
/// These are all that a phase must be compared with. Whoever touched the piece before its last writer is in conflict with that one, and in
/// the same way: two links between blocks of rows see the same rows in the same place, so what follows from them covers the third.
/// </remarks>
internal sealed class MemoryTouches
{
    private readonly Dictionary<DeviceMemory, Pieces> _memories = new(ReferenceEqualityComparer.Instance);

    /// <param name="touched">All ranges that will be noted or asked for.</param>
    public MemoryTouches(IEnumerable<IReadOnlyList<MemoryRange>> touched)
    {
        foreach (var group in touched.SelectMany(ranges => ranges).GroupBy(range => range.Memory, ReferenceEqualityComparer.Instance))
        {
            long[] ends = [.. group.SelectMany(range => (long[])[range.Start, range.End]).Distinct().Order()];
            _memories.Add((DeviceMemory)group.Key!, new(ends));
        }
    }

    /// <summary>The phases, of those noted, that a phase which touches these ranges must be compared with.</summary>
    public void FindBefore(IReadOnlyList<MemoryRange> ranges, SortedSet<int> before)
    {
        before.Clear();
        foreach (var range in ranges)
        {
            var pieces = _memories[range.Memory];
            var (first, last) = pieces.Of(range);
            for (int i = first; i < last; i++)
            {
                if (pieces.Writer[i] >= 0) before.Add(pieces.Writer[i]);
                if (range.Writes && pieces.Readers[i] is { } readers) before.UnionWith(readers);
            }
        }
    }

    /// <summary>Notes a phase, later than all before.</summary>
    public void Note(int phase, IReadOnlyList<MemoryRange> ranges)
    {
        foreach (var range in ranges.OrderBy(range => range.Writes))
        {
            var pieces = _memories[range.Memory];
            var (first, last) = pieces.Of(range);
            for (int i = first; i < last; i++)
            {
                if (range.Writes) (pieces.Writer[i], pieces.Readers[i]) = (phase, null);
                else (pieces.Readers[i] ??= []).Add(phase);
            }
        }
    }

    private sealed class Pieces
    {
        private readonly long[] _ends;

        public Pieces(long[] ends)
        {
            _ends = ends;
            (Writer, Readers) = (new int[ends.Length], new List<int>?[ends.Length]);
            Array.Fill(Writer, -1);
        }

        public int[] Writer { get; }

        public List<int>?[] Readers { get; }

        public (int First, int Last) Of(MemoryRange range) =>
            (Array.BinarySearch(_ends, range.Start), Array.BinarySearch(_ends, range.End));
    }
}
