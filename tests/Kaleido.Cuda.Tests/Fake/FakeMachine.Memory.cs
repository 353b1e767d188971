using System.Runtime.InteropServices;
using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Fake;

// The primary context, and memory: allocations far apart at addresses of their own, so that whatever reaches past one is found.
internal sealed unsafe partial class FakeMachine
{
    private const ulong Gap = 1UL << 20, Alignment = 256;

    private readonly Dictionary<ulong, Allocation> _byAddress = [];
    private readonly Dictionary<nint, long> _host = [];
    private ulong _nextAddress = 0x7F00_0000_0000;
    private long _used;
    private nint _context;
    private int _retained;

    /// <summary>Bytes that another process holds.</summary>
    public long Elsewhere { get; set; }

    /// <summary>Bytes that can be allocated.</summary>
    public long FreeBytes => Capacity - Elsewhere - _used;

    private IEnumerable<Allocation> _allocations => _byAddress.Values;

    private sealed record Allocation(ulong Address, long Bytes, nint Pointer)
    {
        public override string ToString() => $"{Bytes} bytes at 0x{Address:X}";
    }

    /// <summary>What kernels may touch.</summary>
    public PtxMemory Memory { get; } = new();

    public nint RetainContext()
    {
        if (_retained++ == 0) _context = ++_lastHandle;
        return _context;
    }

    public void ReleaseContext()
    {
        if (_retained == 0) throw new FakeException(201);
        if (--_retained > 0) return;
        // With the context goes all that lives in it; after an error that nothing survives, no other way is left.
        if (Sticky == 0) _leaked.AddRange(_handles.Values.Select(it => it.ToString()!).Concat(_allocations.Select(it => it.ToString())));
        if (Sticky == 0) _leaked.AddRange(_host.Values.Select(bytes => $"{bytes} bytes of the host"));
        foreach (var allocation in _allocations.ToArray()) Drop(allocation);
        foreach (nint host in _host.Keys) NativeMemory.Free((void*)host);
        _host.Clear();
        _handles.Clear();
        _context = 0;
    }

    public void MakeCurrent(nint context)
    {
        if (context != 0 && context != _context) throw new FakeException(201);
        _current[Environment.CurrentManagedThreadId] = context;
    }

    public ulong Allocate(long bytes)
    {
        RefuseWhileCapturing("cuMemAlloc_v2");
        if (bytes <= 0) throw new FakeException(1);
        if (bytes > FreeBytes) throw new FakeException(2);
        void* pointer = NativeMemory.AlignedAlloc((nuint)bytes, 256);
        new Span<byte>(pointer, checked((int)bytes)).Fill(0xCB);
        ulong address = _nextAddress;
        _nextAddress += ((ulong)bytes + Alignment - 1) / Alignment * Alignment + Gap;
        Memory.Map(address, (nint)pointer, bytes);
        _byAddress.Add(address, new(address, bytes, (nint)pointer));
        _used += bytes;
        return address;
    }

    public void Free(ulong address)
    {
        RefuseWhileCapturing("cuMemFree_v2");
        RunEverything();
        if (!_byAddress.TryGetValue(address, out var allocation))
        {
            Violate($"0x{address:X} is freed, and is no live allocation");
            throw new FakeException(1);
        }

        Drop(allocation);
    }

    /// <summary>Page-locked memory of the host. What a copy has not yet brought there is garbage.</summary>
    public nint AllocateHost(long bytes)
    {
        RefuseWhileCapturing("cuMemHostAlloc");
        if (bytes <= 0) throw new FakeException(1);
        void* pointer = NativeMemory.Alloc((nuint)bytes);
        new Span<byte>(pointer, checked((int)bytes)).Fill(0xCB);
        _host.Add((nint)pointer, bytes);
        return (nint)pointer;
    }

    public void FreeHost(nint host)
    {
        RefuseWhileCapturing("cuMemFreeHost");
        if (Streams.Any(stream => stream.Waiting.Count > 0)) Violate("memory of the host is freed while work is under way");
        RunEverything();
        if (!_host.Remove(host))
        {
            Violate($"0x{host:X} is freed, and is no page-locked memory");
            throw new FakeException(1);
        }

        NativeMemory.Free((void*)host);
    }

    private void Drop(Allocation allocation)
    {
        Memory.Unmap(allocation.Address);
        _byAddress.Remove(allocation.Address);
        _used -= allocation.Bytes;
        NativeMemory.AlignedFree((void*)allocation.Pointer);
    }

    /// <summary>Where device bytes lie in the host. Bytes outside of every allocation are a fault.</summary>
    public byte* At(ulong address, long bytes)
    {
        if (bytes == 0) return null;
        if (bytes <= uint.MaxValue && Memory.Find(address, (uint)bytes) is { } segment) return segment.Pointer + (address - segment.Start);
        throw new PtxException($"{bytes} bytes at 0x{address:X} lie outside of every allocation");
    }
}
