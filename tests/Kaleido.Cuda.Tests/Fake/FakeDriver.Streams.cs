using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Tests.Fake;

// Streams, events, graphs.
internal static unsafe partial class FakeDriver
{
    [UnmanagedCallersOnly]
    private static int StreamCreate(nint* stream, uint flags) => Call("cuStreamCreate", m => *stream = m.Add(new FakeStream()));

    [UnmanagedCallersOnly]
    private static int StreamDestroy(nint stream) => Call("cuStreamDestroy_v2", m => m.Destroy(stream));

    [UnmanagedCallersOnly]
    private static int StreamSynchronize(nint stream) => Call("cuStreamSynchronize", m => m.Synchronize(stream));

    [UnmanagedCallersOnly]
    private static int StreamWaitEvent(nint stream, nint mark, uint flags) => Call("cuStreamWaitEvent", m => m.Wait(stream, mark));

    [UnmanagedCallersOnly]
    private static int StreamBeginCapture(nint stream, int mode) => Call("cuStreamBeginCapture_v2", m => m.BeginCapture(stream));

    [UnmanagedCallersOnly]
    private static int StreamEndCapture(nint stream, nint* graph) => Call("cuStreamEndCapture", m =>
    {
        *graph = 0;
        *graph = m.EndCapture(stream);
    });

    [UnmanagedCallersOnly]
    private static int EventCreate(nint* mark, uint flags) => Call("cuEventCreate", m => *mark = m.Add(new FakeEvent()));

    [UnmanagedCallersOnly]
    private static int EventDestroy(nint mark) => Call("cuEventDestroy_v2", m => m.Remove<FakeEvent>(mark));

    [UnmanagedCallersOnly]
    private static int EventRecord(nint mark, nint stream) => Call("cuEventRecord", m => m.Record(mark, stream));

    [UnmanagedCallersOnly]
    private static int EventQuery(nint mark) => Call("cuEventQuery", m => m.Query(mark));

    [UnmanagedCallersOnly]
    private static int EventSynchronize(nint mark) => Call("cuEventSynchronize", m => m.Finish(mark));

    [UnmanagedCallersOnly]
    private static int EventElapsedTime(float* milliseconds, nint from, nint to) => Call("cuEventElapsedTime", m =>
    {
        var (start, end) = (m.Get<FakeEvent>(from), m.Get<FakeEvent>(to));
        if (!start.Last.IsDone || !end.Last.IsDone) throw new FakeException(600);
        *milliseconds = end.Last.Time - start.Last.Time;
    });

    [UnmanagedCallersOnly]
    private static int GraphInstantiate(nint* executable, nint graph, ulong flags) => Call("cuGraphInstantiateWithFlags", m =>
        *executable = m.Add(new FakeGraph(m.Get<FakeGraph>(graph).Nodes, IsExecutable: true)));

    [UnmanagedCallersOnly]
    private static int GraphLaunch(nint executable, nint stream) => Quiet ? 0 : Replay(executable, stream);

    private static int Replay(nint executable, nint stream) => Call("cuGraphLaunch", m =>
    {
        var graph = m.Get<FakeGraph>(executable);
        if (!graph.IsExecutable) throw new FakeException(400);
        m.Replay(stream, graph);
    });

    [UnmanagedCallersOnly]
    private static int GraphExecDestroy(nint executable) => Call("cuGraphExecDestroy", m => m.Remove<FakeGraph>(executable));

    [UnmanagedCallersOnly]
    private static int GraphDestroy(nint graph) => Call("cuGraphDestroy", m => m.Remove<FakeGraph>(graph));
}
