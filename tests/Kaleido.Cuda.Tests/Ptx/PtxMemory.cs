namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>
/// A device's memory as kernels see it: allocations at addresses. Reading or writing outside of every allocation, or at an address that
/// is no multiple of the size, is a fault. May be used by several threads, but not changed under a running kernel that uses the change.
/// </summary>
public sealed unsafe class PtxMemory
{
    private readonly Lock _lock = new();
    private Segment[] _segments = [];

    /// <summary>One allocation: device addresses Start … Start + Bytes - 1 lie at Pointer.</summary>
    internal sealed class Segment(ulong start, ulong bytes, byte* pointer)
    {
        public readonly ulong Start = start, Bytes = bytes;
        public readonly byte* Pointer = pointer;
    }

    /// <summary>Lays <paramref name="bytes"/> bytes of the host at <paramref name="pointer"/> at a device address.</summary>
    /// <exception cref="ArgumentException">They overlap another allocation.</exception>
    public void Map(ulong address, nint pointer, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        lock (_lock)
        {
            int place = Array.FindIndex(_segments, s => s.Start > address);
            if (place < 0) place = _segments.Length;
            bool overlaps = (place > 0 && _segments[place - 1].Start + _segments[place - 1].Bytes > address)
                || (place < _segments.Length && address + (ulong)bytes > _segments[place].Start);
            if (overlaps) throw new ArgumentException($"{bytes} bytes at 0x{address:X} overlap another allocation", nameof(address));
            var segment = new Segment(address, (ulong)bytes, (byte*)pointer);
            _segments = [.. _segments[..place], segment, .. _segments[place..]];
        }
    }

    /// <summary>Takes the allocation that begins at an address away.</summary>
    /// <exception cref="ArgumentException">None begins there.</exception>
    public void Unmap(ulong address)
    {
        lock (_lock)
        {
            int place = Array.FindIndex(_segments, s => s.Start == address);
            if (place < 0) throw new ArgumentException($"no allocation begins at 0x{address:X}", nameof(address));
            _segments = [.. _segments[..place], .. _segments[(place + 1)..]];
        }
    }

    /// <summary>The allocation that holds the bytes, or null.</summary>
    internal Segment? Find(ulong address, uint bytes)
    {
        var segments = _segments;
        int low = 0, high = segments.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (segments[middle].Start <= address) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return null;
        var segment = segments[low - 1];
        ulong offset = address - segment.Start;
        return segment.Bytes >= bytes && offset <= segment.Bytes - bytes ? segment : null;
    }
}
