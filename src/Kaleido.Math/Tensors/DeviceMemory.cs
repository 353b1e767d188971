namespace Kaleido.Tensors;

/// <summary>
/// Memory of one device, an opaque handle to <see cref="Length"/> numbers. Values cross to the host only by upload, download and,
/// where the device computes in the host's own float32 memory, by <see cref="TryGetHostMemory"/>.
/// </summary>
public abstract class DeviceMemory : IDisposable
{
    /// <summary>A handle to <paramref name="length"/> numbers.</summary>
    protected DeviceMemory(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
    }

    /// <summary>How many numbers the memory holds.</summary>
    public long Length { get; }

    /// <summary>True once the memory was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Copies host numbers in, starting at <paramref name="offset"/> (in numbers).</summary>
    public abstract void Upload(long offset, ReadOnlySpan<float> source);

    /// <summary>Copies host numbers in, rounding to the device's precision.</summary>
    public abstract void Upload(long offset, ReadOnlySpan<double> source);

    /// <summary>Copies numbers out, rounding to float32 where the device holds more.</summary>
    public abstract void Download(long offset, Span<float> destination);

    /// <summary>Copies numbers out.</summary>
    public abstract void Download(long offset, Span<double> destination);

    /// <summary>A way to copy up to <paramref name="capacity"/> numbers at a time out without waiting for the device.</summary>
    public virtual Readback CreateReadback(int capacity) => new HostReadback(this, capacity);

    /// <summary>The memory itself, without a copy, if it lies in the host's address space as float32.</summary>
    public virtual bool TryGetHostMemory(out Memory<float> memory)
    {
        memory = default;
        return false;
    }

    /// <summary>Refuses a range outside the memory.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range [offset, offset + count) does not lie inside.</exception>
    protected internal void CheckRange(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (offset < 0 || count < 0 || offset > Length - count)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"{count} numbers from {offset} do not lie inside a device memory of {Length}");
        }
    }

    /// <summary>Gives the memory back. Using it afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the device holds. Called once.</summary>
    protected abstract void Release();
}
