using Kaleido.Tensors;

namespace Kaleido.Backends.Decorators;

/// <summary>
/// A memory with a guard zone before and after it. The zones hold a pattern that no operation has a reason to write; whoever writes
/// outside the memory changes it.
/// </summary>
internal sealed class CheckedMemory : DeviceMemory
{
    /// <summary>Numbers in each guard zone: 64 bytes of float32, so that the alignment of the memory stays what the device chose.</summary>
    private const int Guard = 16;

    private static readonly float Canary = BitConverter.Int32BitsToSingle(0x6B8A_5C13); // an unlikely finite number, exact in double too

    private readonly DeviceMemory _inner;

    public CheckedMemory(CheckingBackend owner, IBackend backend, long length) : base(length)
    {
        Owner = owner;
        _inner = backend.Allocate(checked(length + 2 * Guard));
        Span<float> pattern = stackalloc float[Guard];
        pattern.Fill(Canary);
        _inner.Upload(0, pattern);
        _inner.Upload(Guard + length, pattern);
    }

    /// <summary>The decorator that made it.</summary>
    public CheckingBackend Owner { get; }

    /// <summary>The same matrix in the memory of the inner backend.</summary>
    public MatrixView Translate(in MatrixView view) => view with { Memory = _inner, Offset = view.Offset + Guard };

    /// <summary>True if both guard zones still hold their pattern.</summary>
    public bool IsIntact() => IsIntact(0) && IsIntact(Guard + Length);

    private bool IsIntact(long offset)
    {
        Span<float> zone = stackalloc float[Guard];
        _inner.Download(offset, zone);
        return zone.IndexOfAnyExcept(Canary) < 0;
    }

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<float> source)
    {
        CheckRange(offset, source.Length);
        _inner.Upload(offset + Guard, source);
    }

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<double> source)
    {
        CheckRange(offset, source.Length);
        _inner.Upload(offset + Guard, source);
    }

    /// <inheritdoc/>
    public override void Download(long offset, Span<float> destination)
    {
        CheckRange(offset, destination.Length);
        _inner.Download(offset + Guard, destination);
    }

    /// <inheritdoc/>
    public override void Download(long offset, Span<double> destination)
    {
        CheckRange(offset, destination.Length);
        _inner.Download(offset + Guard, destination);
    }

    /// <inheritdoc/>
    public override Readback CreateReadback(int capacity) => new CheckedReadback(this, capacity);

    /// <summary>The readback of the inner memory, behind the guard zone.</summary>
    private sealed class CheckedReadback(CheckedMemory memory, int capacity) : Readback(capacity)
    {
        private readonly Readback _copy = memory._inner.CreateReadback(capacity);

        /// <inheritdoc/>
        public override bool IsReady => _copy.IsReady;

        /// <inheritdoc/>
        protected override void Issue(long offset, int count)
        {
            memory.CheckRange(offset, count);
            _copy.Begin(offset + Guard, count);
        }

        /// <inheritdoc/>
        protected override void Take(Span<float> destination) => _copy.Read(destination);

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            if (disposing) _copy.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <inheritdoc/>
    public override bool TryGetHostMemory(out Memory<float> memory)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (!_inner.TryGetHostMemory(out memory)) return false;
        memory = memory.Slice(Guard, checked((int)Length));
        return true;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        bool intact = IsIntact();
        _inner.Dispose();
        Owner.Forget(this);
        if (!intact) throw CheckingBackend.Overwritten(this, "found when the memory was given back");
    }
}
