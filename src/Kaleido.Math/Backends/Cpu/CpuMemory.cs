using System.Numerics.Tensors;
using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// float32 numbers in a pinned managed array, aligned to 64 bytes: their address never changes and nothing native is held.
/// </summary>
internal sealed unsafe class CpuMemory : DeviceMemory
{
    private const int Alignment = 16;
    private float[] _array;
    private readonly int _start;

    public CpuMemory(long length) : base(length)
    {
        if (length > Array.MaxLength - Alignment)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"one memory holds at most {Array.MaxLength - Alignment} numbers");
        }
        _array = GC.AllocateArray<float>((int)length + Alignment, pinned: true);
        fixed (float* first = _array)
        {
            int misaligned = (int)((nuint)first / sizeof(float) % Alignment);
            _start = misaligned == 0 ? 0 : Alignment - misaligned;
            Pointer = first + _start;
        }
    }

    /// <summary>The first number; valid until the memory is disposed.</summary>
    public float* Pointer { get; private set; }

    private Span<float> Part(long offset, int count)
    {
        CheckRange(offset, count);
        return _array.AsSpan(_start + (int)offset, count);
    }

    public override void Upload(long offset, ReadOnlySpan<float> source) => source.CopyTo(Part(offset, source.Length));

    public override void Upload(long offset, ReadOnlySpan<double> source)
    {
        var destination = Part(offset, source.Length);
        for (int i = 0; i < source.Length; i++) destination[i] = (float)source[i];
    }

    public override void Download(long offset, Span<float> destination) => Part(offset, destination.Length).CopyTo(destination);

    public override void Download(long offset, Span<double> destination)
    {
        var source = Part(offset, destination.Length);
        for (int i = 0; i < source.Length; i++) destination[i] = source[i];
    }

    public override bool TryGetHostMemory(out Memory<float> memory)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        memory = _array.AsMemory(_start, (int)Length);
        return true;
    }

    protected override void Release()
    {
        _array = [];
        Pointer = null;
    }

    /// <summary>The first number of a view; the view must be of this device.</summary>
    public static float* PointerOf(in MatrixView view) => PointerOf(view.Memory, view.Offset, view.Count);

    public static float* PointerOf(DeviceMemory memory, long offset, long count)
    {
        if (memory is not CpuMemory cpu)
        {
            throw new ArgumentException(
                $"the memory belongs to another device ({memory.GetType().Name}); everything in a plan must lie on one");
        }
        cpu.CheckRange(offset, count);
        return cpu.Pointer + offset;
    }
}
