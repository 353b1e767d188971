namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Places values with known lifetimes in one arena: each goes to the lowest offset that is free while it lives. Lifetimes are inclusive
/// step numbers; sizes and offsets are in floats, multiples of 16 (64 bytes).
/// </summary>
internal sealed class MemoryLayout
{
    private readonly List<(long Offset, long Size, int First, int Last)> _placed = [];

    /// <summary>Floats needed in all.</summary>
    public long Length { get; private set; }

    /// <summary>Places a value of <paramref name="size"/> floats that lives from step first to step last.</summary>
    public long Place(long size, int first, int last)
    {
        size = (size + 15) / 16 * 16;
        long offset = 0;
        foreach (var other in _placed.Where(p => p.First <= last && first <= p.Last).OrderBy(p => p.Offset))
        {
            if (other.Offset - offset >= size) break;
            offset = Math.Max(offset, other.Offset + other.Size);
        }

        _placed.Add((offset, size, first, last));
        Length = Math.Max(Length, offset + size);
        return offset;
    }
}
