using System.Buffers;
using System.Runtime.InteropServices;
using Kaleido.Cuda.Sessions;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

/// <summary>float32 numbers in the memory of a GPU.</summary>
internal sealed class CudaMemory : DeviceMemory
{
    private readonly CudaSession _session;
    private readonly ulong _address;
    private readonly bool _isShared;

    public CudaMemory(CudaSession session, long length) : base(length)
    {
        _session = session;
        _address = session.Allocate(checked(length * sizeof(float)));
    }

    /// <summary>Numbers that somebody else has allocated in the same context, and frees.</summary>
    public CudaMemory(CudaSession session, ulong address, long length) : base(length)
    {
        (_session, _address, _isShared) = (session, address, true);
        GC.SuppressFinalize(this);
    }

    // A forgotten memory is freed later, by the device: a finaliser has no context, and the driver may be gone when it runs.
    ~CudaMemory()
    {
        if (_address == 0 || _isShared) return;
        var (session, address) = (_session, _address);
        session.Forget(() => session.Free(address));
    }

    /// <summary>The address of a matrix.</summary>
    /// <exception cref="ArgumentException">The matrix lies on another device.</exception>
    public static ulong AddressOf(in MatrixView view, CudaSession session)
    {
        if (view.Memory is not CudaMemory memory || memory._session != session)
        {
            throw new ArgumentException(
                $"the memory belongs to another device ({view.Memory.GetType().Name}); everything in a plan must lie on one");
        }

        return memory.At(view.Offset, view.Count);
    }

    /// <summary>The address of numbers of this memory.</summary>
    public ulong At(long offset, long count)
    {
        CheckRange(offset, count);
        return _address + (ulong)offset * sizeof(float);
    }

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<float> source) =>
        _session.Upload(At(offset, source.Length), MemoryMarshal.AsBytes(source));

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<double> source)
    {
        ulong destination = At(offset, source.Length);
        float[] rounded = ArrayPool<float>.Shared.Rent(source.Length);
        for (int i = 0; i < source.Length; i++) rounded[i] = (float)source[i];
        _session.Upload(destination, MemoryMarshal.AsBytes(rounded.AsSpan(0, source.Length)));
        ArrayPool<float>.Shared.Return(rounded);
    }

    /// <inheritdoc/>
    public override void Download(long offset, Span<float> destination) =>
        _session.Download(At(offset, destination.Length), MemoryMarshal.AsBytes(destination));

    /// <inheritdoc/>
    public override void Download(long offset, Span<double> destination)
    {
        ulong source = At(offset, destination.Length);
        float[] numbers = ArrayPool<float>.Shared.Rent(destination.Length);
        _session.Download(source, MemoryMarshal.AsBytes(numbers.AsSpan(0, destination.Length)));
        for (int i = 0; i < destination.Length; i++) destination[i] = numbers[i];
        ArrayPool<float>.Shared.Return(numbers);
    }

    /// <inheritdoc/>
    public override Readback CreateReadback(int capacity) => new CudaReadback(_session, this, capacity);

    /// <inheritdoc/>
    protected override void Release()
    {
        if (!_isShared) _session.Free(_address);
    }
}
