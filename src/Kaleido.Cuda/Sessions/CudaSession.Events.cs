namespace Kaleido.Cuda.Sessions;

// Events: places in a stream, for the time between two of them and for one stream to wait for another.
internal sealed unsafe partial class CudaSession
{
    private readonly HashSet<nint> _events = [];

    private nint CreateEvent(uint flags)
    {
        nint mark;
        Demand(_driver.EventCreate(&mark, flags), "cuEventCreate");
        _events.Add(mark);
        return mark;
    }

    private void DestroyEvent(nint mark)
    {
        int status = _driver.EventDestroy(mark);
        if (status == 0 || _driver.EventDestroy(mark) == 0) _events.Remove(mark);
        Demand(status, "cuEventDestroy_v2");
    }

    /// <summary>The device's time between what was issued before an action and the end of what it issued.</summary>
    public TimeSpan Measure(Action work)
    {
        using var scope = Enter();
        nint start = 0, end = 0;
        float milliseconds = 0;
        try
        {
            start = CreateEvent(0);
            end = CreateEvent(0);
            Demand(_driver.EventRecord(start, _stream), "cuEventRecord");
            work();
            Demand(_driver.EventRecord(end, _stream), "cuEventRecord");
            Demand(_driver.EventSynchronize(end), "cuEventSynchronize");
            Demand(_driver.EventElapsedTime(&milliseconds, start, end), "cuEventElapsedTime_v2");
        }
        finally
        {
            try
            {
                if (start != 0) DestroyEvent(start);
            }
            finally
            {
                if (end != 0) DestroyEvent(end);
            }
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }
}
