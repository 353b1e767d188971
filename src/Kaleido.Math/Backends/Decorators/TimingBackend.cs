using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kaleido.Tensors;

namespace Kaleido.Backends.Decorators;

/// <summary>
/// A decorator that counts and times the operations of a backend: a profile. An operation's time runs until the device has done it,
/// so on a device that works behind the caller's back the total is more than an untimed run takes.
/// </summary>
/// <remarks>
/// Every member is forwarded with its arguments as they are. <see cref="Lower"/> is the exception by intent: it interprets the
/// program's primitives through this decorator, because a fused program has no times of its own. Not for several threads at once.
/// </remarks>
public sealed partial class TimingBackend : IBackend
{
    private readonly IBackend _inner;
    private readonly Dictionary<(string Member, int Function), Entry> _entries = [];

    /// <summary>Times what is issued to <paramref name="inner"/>, which the decorator owns.</summary>
    public TimingBackend(IBackend inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <summary>The inner backend's description, and that it is timed.</summary>
    public string Description => $"{_inner.Description}, timed";

    /// <inheritdoc/>
    public int BytesPerNumber => _inner.BytesPerNumber;

    /// <inheritdoc/>
    public DeviceMemory Allocate(long length) => _inner.Allocate(length);

    /// <inheritdoc/>
    public StepCounter AllocateCounter() => _inner.AllocateCounter();

    /// <inheritdoc/>
    public void Advance(StepCounter counter) => _inner.Advance(counter);

    /// <inheritdoc/>
    public void Synchronize() => _inner.Synchronize();

    /// <summary>The program, interpreted primitive by primitive through this decorator.</summary>
    public IExecutable Lower(PlanProgram program, int capacity) => new Interpreter(this, program, capacity);

    /// <summary>Gives the inner backend back.</summary>
    public void Dispose() => _inner.Dispose();

    /// <summary>What was measured since the start or the last <see cref="Reset"/>, the longest total time first.</summary>
    public IReadOnlyList<OperationTime> Operations() =>
    [
        .. _entries.Values.Select(entry => new OperationTime(entry.Name, entry.Calls, entry.Elements, entry.Time))
            .OrderByDescending(operation => operation.Time).ThenBy(operation => operation.Name, StringComparer.Ordinal),
    ];

    /// <summary>Forgets what was measured.</summary>
    public void Reset() => _entries.Clear();

    /// <summary>An aligned table, one line per operation, the longest total time first: calls, elements, milliseconds, share.</summary>
    public string ToTable()
    {
        var operations = Operations();
        double total = operations.Sum(operation => operation.Time.TotalMilliseconds);
        int width = Math.Max("operation".Length, operations.Count == 0 ? 0 : operations.Max(operation => operation.Name.Length));
        var table = new StringBuilder();
        Line("operation", "calls", "elements", "ms", "share");
        foreach (var operation in operations)
        {
            double time = operation.Time.TotalMilliseconds;
            Line(operation.Name, Text(operation.Calls, "0"), Text(operation.Elements, "0"), Text(time, "0.000"),
                Text(total == 0 ? 0 : time / total, "0.0 %"));
        }

        return table.ToString();

        static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

        void Line(string name, string calls, string elements, string time, string share) => table.Append(name.PadRight(width))
            .Append(calls.PadLeft(10)).Append(elements.PadLeft(16)).Append(time.PadLeft(14)).Append(share.PadLeft(9)).Append('\n');
    }

    private Entry Begin(string member, int function, long elements)
    {
        if (!_entries.TryGetValue((member, function), out var entry)) _entries[(member, function)] = entry = new(Name(member, function));
        entry.Calls++;
        entry.Elements += elements;
        entry.Started = Stopwatch.GetTimestamp();
        return entry;
    }

    private static string Name(string member, int function) => member switch
    {
        nameof(Unary) => ((UnaryOperation)function).ToString(),
        nameof(Binary) => ((BinaryOperation)function).ToString(),
        nameof(Ternary) => ((TernaryOperation)function).ToString(),
        nameof(Reduce) => ((ReduceOperation)function).ToString(),
        nameof(Noise) => $"{(NoiseDistribution)function} noise",
        nameof(Update) => $"{(OptimizerKind)function} update",
        _ => member,
    };

    private void End(Entry entry)
    {
        _inner.Synchronize();
        entry.Time += Stopwatch.GetElapsedTime(entry.Started);
    }

    private sealed class Entry(string name)
    {
        public readonly string Name = name;
        public long Calls, Elements, Started;
        public TimeSpan Time;
    }
}

/// <summary>What a <see cref="TimingBackend"/> measured of one operation.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Calls">How often it was issued.</param>
/// <param name="Elements">Elements of its destinations, or of the operand of a reduction, over all calls.</param>
/// <param name="Time">The total time.</param>
public readonly record struct OperationTime(string Name, long Calls, long Elements, TimeSpan Time);
