using Kaleido.Backends;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

// Copies to page-locked memory of the host, for which the host need not wait.
internal sealed unsafe partial class CudaSession
{
    private readonly HashSet<nint> _pinned = [];

    /// <summary>Page-locked memory of the host and an event that says when a copy to it is done.</summary>
    public (nint Host, nint Arrival) OpenReadback(long bytes)
    {
        using var scope = Enter();
        CollectForgotten();
        nint host = AllocateHost(Math.Max(bytes, 1));
        try
        {
            return (host, CreateEvent(WithoutTiming));
        }
        catch (DeviceException)
        {
            FreeHost(host);
            throw;
        }
    }

    private nint AllocateHost(long bytes)
    {
        nint host;
        Demand(_driver.HostAllocate(&host, checked((nuint)bytes), 0), "cuMemHostAlloc");
        _pinned.Add(host);
        return host;
    }

    private void FreeHost(nint host)
    {
        int status = _driver.HostFree(host);
        if (status == 0 || _driver.HostFree(host) == 0) _pinned.Remove(host);
        Demand(status, "cuMemFreeHost");
    }

    /// <summary>Puts a copy behind the work issued so far, and the event behind the copy. Waits for nothing.</summary>
    public void CopyToHost(ulong source, nint host, long bytes, nint arrival)
    {
        using var scope = Enter();
        if (bytes > 0) Demand(_driver.CopyToHost((void*)host, source, (nuint)bytes, _stream), "cuMemcpyDtoHAsync_v2");
        Demand(_driver.EventRecord(arrival, _stream), "cuEventRecord");
    }

    /// <summary>Whether the device has come to an event. Waits for nothing.</summary>
    public bool HasHappened(nint mark)
    {
        using var scope = Enter();
        int status = _driver.EventQuery(mark);
        if (status == CudaStatus.NotReady) return false;
        Demand(status, "cuEventQuery");
        return true;
    }

    /// <summary>Waits until the device has come to an event.</summary>
    public void WaitFor(nint mark)
    {
        using var scope = Enter();
        Demand(_driver.EventSynchronize(mark), "cuEventSynchronize");
    }

    /// <summary>Gives both back, once, when no copy is under way. Nothing happens if the device was given back or lost before.</summary>
    public void CloseReadback(nint host, nint arrival)
    {
        using (_gate.EnterScope())
        {
            if (IsDisposed || _lost is not null || !_events.Contains(arrival)) return;
        }

        using var scope = Enter();
        Wait();
        try
        {
            DestroyEvent(arrival);
        }
        finally
        {
            FreeHost(host);
        }
    }
}
