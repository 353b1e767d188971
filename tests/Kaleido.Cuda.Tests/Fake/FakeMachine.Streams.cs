using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Fake;

// Order and capture.
internal sealed partial class FakeMachine
{
    private const int Unsupported = 900, Invalidated = 901, Unjoined = 904, Isolation = 905, WrongThread = 908,
        IllegalState = 401, NotReady = 600;

    private long _clock;

    /// <summary>Work that failed on the device, in words.</summary>
    public List<string> Faults { get; } = [];

    private IEnumerable<FakeStream> Streams => _handles.Values.OfType<FakeStream>();

    /// <summary>
    /// Puts work, which takes a millisecond by the device's clock, behind what its stream has, or into the graph that captures the stream.
    /// </summary>
    public void Submit(nint stream, Action work) => Enqueue(stream, () =>
    {
        work();
        _clock++;
    });

    /// <summary>Puts a graph, which takes as long as its parts, behind what its stream has.</summary>
    public void Replay(nint stream, FakeGraph graph) => Enqueue(stream, graph.Run);

    private void Enqueue(nint stream, Action work)
    {
        var to = Get<FakeStream>(stream);
        if (to.Capture is not { } capture)
        {
            to.Waiting.Enqueue(work);
            return;
        }

        if (capture.IsInvalid) throw new FakeException(Invalidated);
        var node = new FakeNode(capture.Nodes.Count, work, to.Last);
        capture.Nodes.Add(node);
        to.Last = [node];
    }

    /// <summary>Copies to and from the host's memory are not captured here: the memory would have to stay where it is.</summary>
    public void RefuseCapture(nint stream, string call)
    {
        if (Get<FakeStream>(stream).Capture is not { } capture) return;
        capture.IsInvalid = true;
        Violate($"{call} on a stream that is captured");
        throw new FakeException(Unsupported);
    }

    private void RefuseWhileCapturing(string call)
    {
        foreach (var stream in Streams)
        {
            if (stream.Capture is not { } capture || capture.Thread != Environment.CurrentManagedThreadId) continue;
            capture.IsInvalid = true;
            Violate($"{call} by a thread that captures");
            throw new FakeException(Unsupported);
        }
    }

    public void Synchronize(nint stream)
    {
        RefuseCapture(stream, "a wait");
        Run(Get<FakeStream>(stream), () => false);
    }

    public void Destroy(nint stream)
    {
        if (Get<FakeStream>(stream).Capture is not null) Violate("a stream is destroyed while it is captured");
        Run(Remove<FakeStream>(stream), () => false);
    }

    private void RunEverything()
    {
        foreach (var stream in Streams) Run(stream, () => false);
    }

    private void Run(FakeStream stream, Func<bool> until)
    {
        while (!until() && stream.Waiting.TryDequeue(out var work))
        {
            try
            {
                work();
            }
            catch (PtxException fault)
            {
                Faults.Add(fault.Message);
                Sticky = 700;
                foreach (var other in Streams) other.Waiting.Clear();
                throw new FakeException(Sticky);
            }
        }
    }

    public void Record(nint handle, nint stream)
    {
        var (mark, on) = (Get<FakeEvent>(handle), Get<FakeStream>(stream));
        if (on.Capture is { } capture)
        {
            if (capture.IsInvalid) throw new FakeException(Invalidated);
            (mark.Capture, mark.Nodes) = (capture, [.. on.Last]);
            return;
        }

        var record = new FakeRecord(on);
        (mark.Capture, mark.Last) = (null, record);
        on.Waiting.Enqueue(() => (record.IsDone, record.Time) = (true, ++_clock));
    }

    public void Wait(nint stream, nint handle)
    {
        var (on, mark) = (Get<FakeStream>(stream), Get<FakeEvent>(handle));
        if (mark.Capture is { } capture)
        {
            if (on.Capture is null)
            {
                on.Capture = capture;
                capture.Joined.Add(on);
                on.Last = [.. mark.Nodes];
            }
            else
            {
                if (on.Capture != capture) throw new FakeException(Isolation);
                on.Last = [.. on.Last, .. mark.Nodes];
            }

            return;
        }

        if (on.Capture is { } other)
        {
            other.IsInvalid = true;
            throw new FakeException(Isolation);
        }

        var record = mark.Last;
        on.Waiting.Enqueue(() => Finish(record));
    }

    public void Finish(nint handle)
    {
        var mark = Get<FakeEvent>(handle);
        if (mark.Capture is { } capture)
        {
            capture.IsInvalid = true;
            throw new FakeException(Unsupported);
        }

        Finish(mark.Last);
    }

    private void Finish(FakeRecord record)
    {
        if (record.Stream is { } stream) Run(stream, () => record.IsDone);
    }

    /// <summary>
    /// Whether an event has happened. While one asks time passes: half of what the stream has waiting runs, and the answer is that of
    /// before.
    /// </summary>
    public void Query(nint handle)
    {
        RefuseWhileCapturing("cuEventQuery");
        var record = Get<FakeEvent>(handle).Last;
        if (record.IsDone) return;
        int left = IsStill ? 0 : (record.Stream!.Waiting.Count + 1) / 2;
        Run(record.Stream!, () => left-- == 0);
        throw new FakeException(NotReady);
    }

    public void BeginCapture(nint stream)
    {
        var origin = Get<FakeStream>(stream);
        if (origin.Capture is not null) throw new FakeException(IllegalState);
        origin.Capture = new(origin, Environment.CurrentManagedThreadId);
        origin.Last = [];
    }

    public nint EndCapture(nint stream)
    {
        var origin = Get<FakeStream>(stream);
        if (origin.Capture is not { } capture || capture.Origin != origin) throw new FakeException(IllegalState);
        if (capture.Thread != Environment.CurrentManagedThreadId) throw new FakeException(WrongThread);
        bool joined = capture.Joined.All(it => it.Last.All(node => IsBefore(node, origin.Last)));
        foreach (var it in capture.Joined) (it.Capture, it.Last) = (null, []);
        if (capture.IsInvalid) throw new FakeException(Invalidated);
        if (!joined) throw new FakeException(Unjoined);
        return Add(new FakeGraph(capture.Nodes, IsExecutable: false));
    }

    private static bool IsBefore(FakeNode node, HashSet<FakeNode> last) => last.Contains(node) || last.Any(it => IsBefore(node, it.After));
}
