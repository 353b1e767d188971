using Kaleido.Backends;

namespace Kaleido.Cuda.Sessions;

// Captured graphs.
internal sealed unsafe partial class CudaSession
{
    // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may go on allocating.
    private const int ThreadLocal = 1;

    private readonly HashSet<nint> _graphs = [];

    /// <summary>Records what an action launches, without running it, as a graph that can be replayed.</summary>
    public nint Capture(Action launches)
    {
        using var scope = Enter();
        nint graph = 0;
        Demand(_driver.StreamBeginCapture(_stream, ThreadLocal), "cuStreamBeginCapture_v2");
        (IsCapturing, _isStep) = (true, true);
        try
        {
            launches();
            Join();
        }
        catch
        {
            // The capture must end before the stream can be used again; the graph of a broken one is null.
            (IsCapturing, _isStep) = (false, false);
            _aside.Clear();
            if (_driver.StreamEndCapture(_stream, &graph) == 0 && graph != 0) _ = _driver.GraphDestroy(graph);
            throw;
        }

        (IsCapturing, _isStep) = (false, false);
        int ended = _driver.StreamEndCapture(_stream, &graph);
        if (ended != 0)
        {
            // Had the call itself failed, the stream would stay in capture.
            nint again = 0;
            if (_driver.StreamEndCapture(_stream, &again) == 0 && again != 0) _ = _driver.GraphDestroy(again);
            Demand(ended, "cuStreamEndCapture");
        }

        nint executable;
        int status = _driver.GraphInstantiate(&executable, graph, 0);
        if (status == 0) _graphs.Add(executable);
        int destroyed = _driver.GraphDestroy(graph);
        if (destroyed != 0) _ = _driver.GraphDestroy(graph);
        Demand(status, "cuGraphInstantiateWithFlags");
        if (destroyed != 0) DestroyGraphNow(executable);
        Demand(destroyed, "cuGraphDestroy");
        return executable;
    }

    /// <summary>Puts a graph behind the work issued so far.</summary>
    public void Replay(nint graph) => Demand(_driver.GraphLaunch(graph, _stream), "cuGraphLaunch");

    /// <summary>
    /// Gives a graph back, once, when it does not run any more. Nothing happens if the device was given back or lost before.
    /// </summary>
    public void DestroyGraph(nint graph)
    {
        using (_gate.EnterScope())
        {
            if (IsDisposed || _lost is not null || !_graphs.Contains(graph)) return;
        }

        using var scope = Enter();
        Wait();
        DestroyGraphNow(graph);
    }

    private void DestroyGraphNow(nint graph)
    {
        int status = _driver.GraphExecDestroy(graph);
        if (status == 0 || _driver.GraphExecDestroy(graph) == 0) _graphs.Remove(graph);
        Demand(status, "cuGraphExecDestroy");
    }
}
