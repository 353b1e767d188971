namespace Kaleido.Cuda.Tests.Fake;

/// <summary>A stream: what was issued and has not run, or, while it is captured, the graph that grows.</summary>
internal sealed class FakeStream
{
    public Queue<Action> Waiting { get; } = [];

    public FakeCapture? Capture { get; set; }

    /// <summary>The nodes that the next one of this stream must come after.</summary>
    public HashSet<FakeNode> Last { get; set; } = [];

    public override string ToString() => "stream";
}

/// <summary>An event: the place in a stream, or in a capture, where it was recorded last.</summary>
internal sealed class FakeEvent
{
    public FakeRecord Last { get; set; } = new(null) { IsDone = true };

    /// <summary>Set where it was recorded within a capture.</summary>
    public FakeCapture? Capture { get; set; }

    public HashSet<FakeNode> Nodes { get; set; } = [];

    public override string ToString() => "event";
}

/// <summary>One record of an event. Who waits for it waits for this one, also where the event is recorded again meanwhile.</summary>
/// <param name="stream">The stream whose work must run until <see cref="IsDone"/>.</param>
internal sealed class FakeRecord(FakeStream? stream)
{
    public FakeStream? Stream { get; } = stream;

    public bool IsDone { get; set; }

    public long Time { get; set; }
}

/// <summary>One launch of a graph and what it must come after.</summary>
internal sealed record FakeNode(int Number, Action Run, HashSet<FakeNode> After)
{
    public bool Equals(FakeNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Number;
}

/// <summary>A capture under way.</summary>
internal sealed class FakeCapture(FakeStream origin, int thread)
{
    public FakeStream Origin { get; } = origin;

    public int Thread { get; } = thread;

    public List<FakeNode> Nodes { get; } = [];

    public List<FakeStream> Joined { get; } = [origin];

    public bool IsInvalid { get; set; }
}

/// <summary>A captured graph, or one made executable.</summary>
internal sealed record FakeGraph(IReadOnlyList<FakeNode> Nodes, bool IsExecutable)
{
    /// <summary>
    /// Runs the nodes in the order least like the one in which they were issued that their dependencies allow: one that is missing shows.
    /// </summary>
    public void Run()
    {
        var left = Nodes.ToList();
        var done = new HashSet<FakeNode>();
        while (left.Count > 0)
        {
            int at = left.FindLastIndex(node => node.After.All(done.Contains));
            left[at].Run();
            done.Add(left[at]);
            left.RemoveAt(at);
        }
    }

    public override string ToString() => IsExecutable ? "executable graph" : "graph";
}
