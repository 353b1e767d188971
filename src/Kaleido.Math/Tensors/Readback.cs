namespace Kaleido.Tensors;

/// <summary>
/// Numbers on their way from a device's memory to the host, for which nobody has to wait: a copy is issued behind the work that is under
/// way, and what it brought can be taken when it has arrived. Made by <see cref="DeviceMemory.CreateReadback"/>; used again and again.
/// </summary>
/// <remarks>An index out of range that the device found meanwhile is not told here, but where one waits for the device.</remarks>
public abstract class Readback : IDisposable
{
    /// <summary>A place on the host for <paramref name="capacity"/> numbers.</summary>
    protected Readback(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
    }

    /// <summary>How many numbers one copy may bring.</summary>
    public int Capacity { get; }

    /// <summary>How many numbers the last copy brings.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Issues a copy of the numbers [offset, offset + count) as they will be when all work issued so far is done, and returns at once.
    /// What the copy before brought is lost.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the memory, or is longer than the capacity.</exception>
    public void Begin(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        Issue(offset, count);
        Count = count;
    }

    /// <summary>True if the last copy has arrived. Never waits.</summary>
    public abstract bool IsReady { get; }

    /// <summary>Takes the <see cref="Count"/> numbers of the last copy; waits for them if they are still on their way.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void Read(Span<float> destination)
    {
        if (destination.Length < Count)
            throw new ArgumentException($"Read: {Count} numbers do not fit into {destination.Length}", nameof(destination));
        if (Count > 0) Take(destination[..Count]);
    }

    /// <summary>Issues the copy. The count is not above the capacity.</summary>
    protected abstract void Issue(long offset, int count);

    /// <summary>Takes the numbers, waiting for them if need be. There is at least one.</summary>
    protected abstract void Take(Span<float> destination);

    /// <summary>Gives the place on the host back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the device holds for it.</summary>
    protected virtual void Dispose(bool disposing) { }
}

/// <summary>For a memory whose downloads wait for nothing: the copy is made when it is asked for.</summary>
internal sealed class HostReadback(DeviceMemory memory, int capacity) : Readback(capacity)
{
    private readonly float[] _numbers = new float[capacity];

    /// <inheritdoc/>
    public override bool IsReady => true;

    /// <inheritdoc/>
    protected override void Issue(long offset, int count) => memory.Download(offset, _numbers.AsSpan(0, count));

    /// <inheritdoc/>
    protected override void Take(Span<float> destination) => _numbers.AsSpan(0, destination.Length).CopyTo(destination);
}
