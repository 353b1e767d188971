using System.Runtime.InteropServices;
using Kaleido.Backends;

namespace Kaleido.Cuda.Sessions;

// Memory: what is held is written down by address, so that nothing is freed twice and all of it can be given back at the end.
internal sealed unsafe partial class CudaSession
{
    private const int StatusBytes = 16;

    private readonly Dictionary<ulong, long> _live = [];
    private readonly ulong _status;
    private readonly List<(ulong Address, long Bytes)> _scratch = [];
    private bool _readsIndices;
    private readonly IndexStatus* _seen; // page-locked

    /// <summary>What the kernels that take indices report; the layout is theirs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IndexStatus
    {
        public uint Code;
        public float Index;
        public int Rows;
        public int Reserved;
    }

    /// <summary>Memories that are held, with those of the device itself.</summary>
    public int LiveAllocations
    {
        get
        {
            using var scope = _gate.EnterScope();
            return _live.Count;
        }
    }

    /// <summary>Bytes that the driver could still give.</summary>
    public long FreeBytes
    {
        get
        {
            using var scope = Enter();
            nuint free, all;
            Demand(_driver.MemoryGetInfo(&free, &all), "cuMemGetInfo_v2");
            return (long)free;
        }
    }

    /// <summary>Bytes of memory on the device, all zero. None at all has the address 0.</summary>
    public ulong Allocate(long bytes)
    {
        using var scope = Enter();
        CollectForgotten();
        return AllocateZeros(bytes);
    }

    private ulong AllocateZeros(long bytes)
    {
        if (bytes == 0) return 0;
        ulong address;
        Demand(_driver.MemoryAllocate(&address, checked((nuint)bytes)), "cuMemAlloc_v2");
        _live.Add(address, bytes);
        try
        {
            Demand(_driver.Set32(address, 0, (nuint)((bytes + 3) / 4), _stream), "cuMemsetD32Async");
        }
        catch (DeviceException)
        {
            FreeNow(address);
            throw;
        }

        return address;
    }

    /// <summary>
    /// Gives memory back; the driver waits for work that uses it. Nothing happens if the device was given back or lost before.
    /// </summary>
    /// <exception cref="DeviceException">
    /// The call failed. It was tried again, and if that failed too the memory goes with the device.
    /// </exception>
    public void Free(ulong address)
    {
        using (_gate.EnterScope())
        {
            if (address == 0 || IsDisposed || _lost is not null || !_live.ContainsKey(address)) return;
        }

        using var scope = Enter();
        if (IsCapturing)
        {
            Forget(() => FreeNow(address));
            return;
        }

        Wait();
        FreeNow(address);
    }

    private void FreeNow(ulong address)
    {
        int status = _driver.MemoryFree(address);
        if (status == 0 || _driver.MemoryFree(address) == 0) _live.Remove(address);
        Demand(status, "cuMemFree_v2");
    }

    /// <summary>Copies host memory in and waits: the host's memory may move or change as soon as this returns.</summary>
    public void Upload(ulong destination, ReadOnlySpan<byte> source)
    {
        using var scope = Enter();
        if (source.IsEmpty) return;
        fixed (byte* from = source)
        {
            Demand(_driver.CopyToDevice(destination, from, (nuint)source.Length, _stream), "cuMemcpyHtoDAsync_v2");
            Wait();
        }
    }

    /// <summary>Copies to host memory when all work issued before is done, and reports an index that a kernel found out of range.</summary>
    public void Download(ulong source, Span<byte> destination)
    {
        using var scope = Enter();
        if (destination.IsEmpty) return;
        fixed (byte* to = destination)
        {
            Demand(_driver.CopyToHost(to, source, (nuint)destination.Length, _stream), "cuMemcpyDtoHAsync_v2");
            try
            {
                if (_readsIndices) CopyStatus();
            }
            catch
            {
                // The copy must not run on when the host's memory is no longer pinned.
                _ = _driver.StreamSynchronize(_stream);
                throw;
            }

            Wait();
        }

        ThrowForIndex();
    }

    /// <summary>Copies within the device.</summary>
    public void Copy(ulong source, ulong destination, long bytes)
    {
        if (bytes > 0) Demand(_driver.CopyOnDevice(destination, source, (nuint)bytes, _stream), "cuMemcpyDtoDAsync_v2");
    }

    /// <summary>Sets words of 32 bits.</summary>
    public void Set(ulong destination, uint word, long count)
    {
        if (count > 0) Demand(_driver.Set32(destination, word, (nuint)count, _stream), "cuMemsetD32Async");
    }

    /// <summary>
    /// Memory for intermediate values of one operation. It grows by doubling, and smaller ones are kept, because captured graphs may use
    /// them.
    /// </summary>
    public ulong Scratch(long bytes)
    {
        if (_scratch.Count > 0 && _scratch[^1].Bytes >= bytes) return _scratch[^1].Address;
        long size = Math.Max(4096, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes));
        _scratch.Add((AllocateZeros(size), size));
        return _scratch[^1].Address;
    }

    /// <summary>Where kernels report an index out of range. From now on the host looks there when it waits.</summary>
    public ulong IndexReport()
    {
        _readsIndices = true;
        return _status;
    }

    private void CopyStatus() => Demand(_driver.CopyToHost(_seen, _status, StatusBytes, _stream), "cuMemcpyDtoHAsync_v2");

    private void ThrowForIndex()
    {
        var (seen, operation) = (*_seen, _seen->Code == 1 ? "GatherRows" : "ScatterAddRows");
        if (seen.Code == 0) return;
        *_seen = default;
        Set(_status, 0, StatusBytes / 4);
        throw new ArgumentOutOfRangeException("index", seen.Index,
            $"{operation}: an index is {FormattableString.Invariant($"{seen.Index}")} and must be a row from 0 to {seen.Rows - 1}");
    }
}
