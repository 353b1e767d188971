using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Sessions;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

/// <summary>
/// A program on the GPU, with some instructions merged (<see cref="CudaFusion"/>). The first run with a number of rows launches one kernel
/// after the other; the second is captured as a CUDA graph, and that and all later ones replay it: one call, with nothing allocated,
/// nothing read back, and the same bits, because all that changes between steps follows from the step counter on the device.
/// </summary>
internal sealed class CudaProgram : IExecutable
{
    /// <summary>How many graphs are kept at most.</summary>
    internal const int MostGraphs = 16;

    private readonly CudaBackend _backend;
    private readonly CudaSession _session;
    private readonly PlanProgram _program;
    private readonly Interpreter _launches;
    private readonly Dictionary<int, nint> _graphs = [];
    private readonly Queue<int> _captured = new();
    private readonly int _capacity;
    private int _countedRows = -1;
    private bool _disposed;

    public CudaProgram(CudaBackend backend, PlanProgram program, int capacity)
    {
        program = CudaFusion.Rewrite(program, backend.Endings, capacity);
        (_backend, _session, _program, _capacity) = (backend, backend.Session, program, capacity);

        // A kernel that the driver refuses must not stop a run halfway: what it had assigned by then would be assigned again by the next.
        foreach (var written in program.Instructions.Select(it => it.Operation).OfType<ElementwiseOperation>())
            _session.Prepare(written.Kernel);
        _launches = new(backend, program, capacity);
    }

    ~CudaProgram()
    {
        var (session, graphs) = (_session, _graphs);
        session?.Forget(() =>
        {
            foreach (nint graph in graphs.Values) session.DestroyGraph(graph);
        });
    }

    /// <inheritdoc/>
    public long WorkspaceBytes => _launches.WorkspaceBytes;

    /// <inheritdoc/>
    public StepCounter Counter => _launches.Counter;

    /// <inheritdoc/>
    public MatrixView View(int slot, int rows) => _launches.View(slot, rows);

    /// <summary>How many graphs are kept, one for each number of rows.</summary>
    internal int Graphs => _captured.Count;

    /// <inheritdoc/>
    public void Run(int rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _capacity);
        using var scope = _session.Enter();
        if (!_session.Options.CaptureGraphs || !_graphs.TryGetValue(rows, out nint graph))
        {
            // What a first run loads or allocates must not happen within a capture.
            Launch(rows);
            _countedRows = rows;
            _graphs.TryAdd(rows, 0);
            return;
        }

        if (rows != _countedRows) FillCounts(rows);
        if (graph == 0) graph = Capture(rows);
        _session.Replay(graph);
        ((CudaStepCounter)Counter).NoteAdvance();
    }

    // By itself, so that a replay makes no delegate.
    private void Launch(int rows) => _session.Step(() => _launches.Run(rows));

    private nint Capture(int rows)
    {
        // A caller with ever new numbers of rows must not fill the device with graphs: the oldest goes.
        if (_captured.Count == MostGraphs && _graphs.Remove(_captured.Peek(), out nint oldest))
        {
            _captured.Dequeue();
            _session.DestroyGraph(oldest);
        }

        nint graph = _session.Capture(() => _launches.Run(rows));
        _graphs[rows] = graph;
        _captured.Enqueue(rows);
        return graph;
    }

    // A graph holds its own counts only if the interpreter had to write them while it was captured.
    private void FillCounts(int rows)
    {
        for (int i = 0; i < _program.Slots.Count; i++)
        {
            if (_program.Slots[i].Kind == SlotKind.Count) _backend.Fill(_program.Slots[i].Counted.Count(rows), View(i, rows));
        }

        _countedRows = rows;
    }

    /// <summary>Gives the graphs and the slots' memory back.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        GC.SuppressFinalize(this);
        foreach (nint graph in _graphs.Values) _session.DestroyGraph(graph);
        _launches.Dispose();
    }
}
