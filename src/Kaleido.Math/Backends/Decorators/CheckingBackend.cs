using Kaleido.Tensors;

namespace Kaleido.Backends.Decorators;

/// <summary>
/// A decorator that finds what a plain run hides: writes outside a memory (by guard zones around each one), views outside their
/// memory or in one given back, operands whose shapes do not fit, destinations that overlap a source, the operation that makes the first
/// NaN, and memory never given back. For debugging: each operation also copies its operands to the host.
/// </summary>
/// <remarks>
/// Every member is forwarded. <see cref="Lower"/> is the exception by intent: it interprets the program's primitives through this
/// decorator, because a fused program of the inner backend would pass it by.
/// </remarks>
public sealed partial class CheckingBackend : IBackend
{
    private readonly IBackend _inner;
    private readonly bool _refuseNaN;
    private readonly List<CheckedMemory> _live = [];

    /// <summary>Checks what is issued to <paramref name="inner"/>, which the decorator owns.</summary>
    /// <param name="inner">The backend that does the work.</param>
    /// <param name="refuseNaN">Whether an operation that makes a NaN from operands without NaN throws.</param>
    public CheckingBackend(IBackend inner, bool refuseNaN = true)
    {
        ArgumentNullException.ThrowIfNull(inner);
        (_inner, _refuseNaN) = (inner, refuseNaN);
    }

    /// <summary>The inner backend's description, and that it is checked.</summary>
    public string Description => $"{_inner.Description}, checked";

    /// <inheritdoc/>
    public int BytesPerNumber => _inner.BytesPerNumber;

    /// <summary>How many memories are allocated and not yet given back.</summary>
    public int LiveAllocations => _live.Count;

    /// <summary>The lengths, in numbers, of the memories that are not yet given back, oldest first.</summary>
    public IReadOnlyList<long> Leaks() => [.. _live.Select(memory => memory.Length)];

    /// <summary>Checks the guard zones of every live memory.</summary>
    /// <exception cref="InvalidOperationException">Something wrote outside a memory.</exception>
    public void Verify()
    {
        foreach (var memory in _live)
            if (!memory.IsIntact()) throw Overwritten(memory, "found by Verify");
    }

    /// <inheritdoc/>
    public DeviceMemory Allocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var memory = new CheckedMemory(this, _inner, length);
        _live.Add(memory);
        return memory;
    }

    /// <inheritdoc/>
    public StepCounter AllocateCounter() => _inner.AllocateCounter();

    /// <inheritdoc/>
    public void Advance(StepCounter counter) => _inner.Advance(counter);

    /// <inheritdoc/>
    public void Synchronize() => _inner.Synchronize();

    /// <summary>The program, interpreted primitive by primitive through this decorator.</summary>
    public IExecutable Lower(PlanProgram program, int capacity) => new Interpreter(this, program, capacity);

    /// <summary>Checks the guard zones of every live memory and gives the inner backend back.</summary>
    /// <exception cref="InvalidOperationException">Something wrote outside a memory.</exception>
    public void Dispose()
    {
        try
        {
            Verify();
        }
        finally
        {
            _inner.Dispose();
        }
    }

    internal void Forget(CheckedMemory memory) => _live.Remove(memory);

    internal static InvalidOperationException Overwritten(CheckedMemory memory, string where) =>
        new($"numbers before or after a memory of {memory.Length} were overwritten ({where})");

    /// <summary>One operation: what it reads and writes, checked before it is issued and after.</summary>
    private sealed class Call(CheckingBackend backend, string operation)
    {
        private readonly List<MatrixView> _reads = [], _writes = [];
        private bool _operandsHoldNaN;

        /// <summary>A scalar operand.</summary>
        public Call Scalar(double value)
        {
            _operandsHoldNaN |= double.IsNaN(value);
            return this;
        }

        /// <summary>An operand. Operands come before the destination.</summary>
        public Call Reads(in MatrixView view)
        {
            Inspect(view);
            _reads.Add(view);
            return this;
        }

        /// <summary>
        /// A destination; <paramref name="onto"/>: it may lie exactly on an operand; <paramref name="keeps"/>: its old values count.
        /// </summary>
        public Call Writes(in MatrixView view, bool onto = false, bool keeps = false)
        {
            if (keeps) Inspect(view);
            else Memory(view);
            foreach (var read in _reads) Separate(read, view, onto);
            foreach (var write in _writes) Separate(write, view, onto: false);
            _writes.Add(view);
            return this;
        }

        /// <summary>A condition on the shapes.</summary>
        public Call Requires(bool condition)
        {
            return condition ? this : throw new ArgumentException($"{operation}: the shapes {Shapes()} do not fit");
        }

        /// <summary>The operands must repeat to the destination.</summary>
        public Call RequiresBroadcast()
        {
            foreach (var read in _reads)
            {
                Requires((read.Rows == _writes[0].Rows || read.Rows == 1) && (read.Columns == _writes[0].Columns || read.Columns == 1));
            }

            return this;
        }

        /// <summary>The view in the inner backend's memory.</summary>
        public MatrixView this[in MatrixView view] => Memory(view).Translate(view);

        /// <summary>Checks what the operation left.</summary>
        public void Done()
        {
            foreach (var write in _writes)
            {
                if (!Memory(write).IsIntact()) throw Overwritten(Memory(write), $"found after {operation} {Shapes()}");
                if (!backend._refuseNaN || _operandsHoldNaN) continue;
                long at = FirstNaN(write);
                if (at < 0) continue;
                throw new ArithmeticException(
                    $"{operation} {Shapes()} made a NaN at ({at / write.Columns}, {at % write.Columns}) from operands without NaN");
            }
        }

        private void Inspect(in MatrixView view)
        {
            Memory(view);
            if (backend._refuseNaN && !_operandsHoldNaN) _operandsHoldNaN = FirstNaN(view) >= 0;
        }

        private CheckedMemory Memory(in MatrixView view)
        {
            if (view.Memory is not CheckedMemory memory || memory.Owner != backend)
                throw new ArgumentException($"{operation}: the matrix {view} lies in the memory of another backend");
            if (view.Rows < 0 || view.Columns < 0) throw new ArgumentException($"{operation}: the matrix {view} has a negative size");
            memory.CheckRange(view.Offset, view.Count);
            return memory;
        }

        private void Separate(in MatrixView one, in MatrixView other, bool onto)
        {
            bool overlap = one.Memory == other.Memory && one.Count > 0 && other.Count > 0
                && one.Offset < other.Offset + other.Count && other.Offset < one.Offset + one.Count;
            if (!overlap || (onto && one == other)) return;
            throw new ArgumentException(
                $"{operation}: the destination {other} at {other.Offset} overlaps the matrix {one} at {one.Offset} of the same memory");
        }

        private static long FirstNaN(in MatrixView view)
        {
            var values = new double[view.Count];
            view.Memory.Download(view.Offset, values);
            return Array.FindIndex(values, double.IsNaN);
        }

        private string Shapes() => $"({string.Join(", ", _reads)}) → {string.Join(", ", _writes)}";
    }
}
