using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// A graph made ready to run on a device: memory is laid out once, <see cref="Run(int)"/> replays it and allocates nothing. The number of
/// rows may change from run to run up to the capacity; a run on r rows gives the bits of a plan compiled for r.
/// </summary>
/// <remarks>A plan must not be run by two threads at once.</remarks>
public sealed class Plan : IDisposable
{
    private readonly Graph _graph;
    private readonly IExecutable _executable;
    private readonly PlanProgram _program;
    private readonly IReadOnlyDictionary<int, int> _slotOfNode;
    private readonly HashSet<int> _readable;
    private int _rows;

    private Plan(
        Graph graph, Device device, int capacity, PlanProgram program, IReadOnlyDictionary<int, int> slotOfNode, IExecutable executable)
    {
        (_graph, Device, Capacity, _program, _slotOfNode, _executable) = (graph, device, capacity, program, slotOfNode, executable);
        _readable = [.. program.Outputs];
        _rows = capacity;
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The largest number of rows of a run.</summary>
    public int Capacity { get; }

    /// <summary>The program, for those who want to look.</summary>
    public PlanProgram Program => _program;

    internal IExecutable Executable => _executable;

    /// <summary>Bytes of device memory held for values between instructions.</summary>
    public long WorkspaceBytes => _executable.WorkspaceBytes;

    /// <summary>Number of completed runs, kept on the device; set it to continue from another step.</summary>
    public ulong Step
    {
        get => _executable.Counter.Value;
        set => _executable.Counter.Value = value;
    }

    /// <summary>Compiles the nodes that <paramref name="outputs"/> and <paramref name="effects"/> need.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="device">Where it will run; all variables must lie there.</param>
    /// <param name="capacity">The largest number of rows of a run.</param>
    /// <param name="outputs">Nodes that can be read after a run.</param>
    /// <param name="effects">Changes of variables at the end of each run, in this order.</param>
    /// <param name="interpret">True to run the primitives one by one instead of the device's fused program: slower, the same bits.</param>
    /// <param name="repeats">True if most runs will be made by <see cref="RunAgain"/>: memory is spent on what can be used again.</param>
    public static Plan Compile(
        Graph graph, Device device, int capacity, IReadOnlyList<Node> outputs, IReadOnlyList<GraphEffect>? effects = null,
        bool interpret = false, bool repeats = false)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        var (program, slotOfNode) = Compiler.Compile(graph, outputs, effects ?? [], capacity);
        foreach (var operation in program.Instructions.Select(i => i.Operation).OfType<MinibatchIndicesOperation>())
        {
            if (capacity > operation.Samples)
            {
                throw new ArgumentException(
                    $"MinibatchIndices: a capacity of {capacity} rows is more than the {operation.Samples} samples");
            }
        }

        var executable = interpret
            ? new Interpreter(device.Backend, program, capacity)
            : device.Backend.Lower(program with { Repeats = repeats }, capacity);
        return new(graph, device, capacity, program, slotOfNode, executable);
    }

    /// <summary>Copies the value of an input in, row by row; the number of values decides how many rows it has.</summary>
    /// <exception cref="ArgumentException">
    /// The node is no input of this plan, or the values are not whole rows within the capacity.
    /// </exception>
    public void Upload(Node input, ReadOnlySpan<float> values)
    {
        var view = InputView(input, values.Length);
        view.Memory.Upload(view.Offset, values);
    }

    /// <inheritdoc cref="Upload(Node, ReadOnlySpan{float})"/>
    public void Upload(Node input, ReadOnlySpan<double> values)
    {
        var view = InputView(input, values.Length);
        view.Memory.Upload(view.Offset, values);
    }

    private bool TryGetSlot(Node node, out int slot)
    {
        slot = -1;
        return ReferenceEquals(node.Graph, _graph) && _slotOfNode.TryGetValue(node.Id, out slot);
    }

    private MatrixView InputView(Node input, int count)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Operation is not InputOperation || !TryGetSlot(input, out int slot))
            throw new ArgumentException($"Upload: {input} is not an input of this plan");
        var full = _executable.View(slot, Capacity);
        bool whole = (input.Shape.Rows.IsRows, input.Shape.Columns.IsRows) switch
        {
            (false, false) => count == full.Count,
            (true, true) => Math.Sqrt(count) % 1 == 0,
            (true, false) => full.Columns == 0 ? count == 0 : count % full.Columns == 0,
            (false, true) => full.Rows == 0 ? count == 0 : count % full.Rows == 0,
        } && count <= full.Count;
        if (!whole) throw new ArgumentException($"Upload: {count} values do not fill {input} for up to {Capacity} rows");
        return full;
    }

    /// <summary>Runs the plan for <paramref name="rows"/> rows, then advances the step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">rows is negative or above the capacity.</exception>
    public void Run(int rows)
    {
        _executable.Run(rows);
        _rows = rows;
    }

    /// <summary>
    /// As <see cref="Run(int)"/> for as many rows as in the last run, when every variable that the plan reads and does not write itself
    /// holds what it held then: weights need not be prepared again. The bits are the same.
    /// </summary>
    public void RunAgain() => _executable.RunAgain(_rows);

    /// <summary>Runs the plan for as many rows as its capacity.</summary>
    public void Run() => Run(Capacity);

    /// <summary>Copies an output of the last run out, row by row.</summary>
    /// <exception cref="ArgumentException">The node is no output of this plan, or the destination has another size.</exception>
    public void Download(Node output, Span<float> destination)
    {
        var view = OutputView(output);
        RequireCount(output, view, destination.Length);
        view.Memory.Download(view.Offset, destination);
    }

    /// <inheritdoc cref="Download(Node, Span{float})"/>
    public void Download(Node output, Span<double> destination)
    {
        var view = OutputView(output);
        RequireCount(output, view, destination.Length);
        view.Memory.Download(view.Offset, destination);
    }

    private static void RequireCount(Node output, in MatrixView view, int count)
    {
        if (count != view.Count) throw new ArgumentException($"Download: {output} has {view.Count} values in this run, not {count}");
    }

    /// <summary>A scalar output of the last run.</summary>
    /// <exception cref="ArgumentException">The node is not a scalar output of this plan.</exception>
    public double Scalar(Node output)
    {
        Span<double> value = stackalloc double[1];
        Download(output, value);
        return value[0];
    }

    /// <summary>Where an output of the last run lies on the device; valid until the next run.</summary>
    /// <exception cref="ArgumentException">The node is no output of this plan.</exception>
    public MatrixView OutputView(Node output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!TryGetSlot(output, out int slot) || !_readable.Contains(slot))
            throw new ArgumentException($"{output} is not an output of this plan: name it when compiling");
        return _executable.View(slot, _rows);
    }

    /// <summary>Gives the plan's memory back.</summary>
    public void Dispose() => _executable.Dispose();
}
