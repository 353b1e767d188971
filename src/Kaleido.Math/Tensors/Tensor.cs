using System.Numerics.Tensors;

namespace Kaleido.Tensors;

/// <summary>
/// A dense row-major matrix on a device: float32 on the processor and on graphics cards, float64 on the reference device. A tensor
/// is a view: copying the reference shares the numbers.
/// </summary>
public sealed class Tensor : IDisposable
{
    private readonly bool _ownsMemory;

    /// <summary>A view of a memory; with <paramref name="ownsMemory"/> disposing the tensor gives the memory back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The matrix does not lie inside the memory.</exception>
    public Tensor(DeviceMemory memory, long offset, int rows, int columns, bool ownsMemory = false)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        memory.CheckRange(offset, (long)rows * columns);
        (Memory, Offset, Rows, Columns, _ownsMemory) = (memory, offset, rows, columns, ownsMemory);
    }

    /// <summary>The memory.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>Index of element (0, 0) in the memory.</summary>
    public long Offset { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Number of elements.</summary>
    public int Count => checked(Rows * Columns);

    /// <summary>The same as a view for backends.</summary>
    public MatrixView View => new(Memory, Offset, Rows, Columns);

    /// <summary>The elements themselves, without a copy, on a device that computes in host memory.</summary>
    /// <exception cref="InvalidOperationException">
    /// The device keeps its numbers elsewhere or in another precision: download them.
    /// </exception>
    public Span<float> Span => HostMemory.Span;

    private Memory<float> HostMemory => Memory.TryGetHostMemory(out var host)
        ? host.Slice(checked((int)Offset), Count)
        : throw new InvalidOperationException("Tensor.Span: the numbers do not lie in host memory as float32; use Download");

    /// <summary>The elements as a <see cref="TensorSpan{T}"/> of shape [rows, columns], without a copy.</summary>
    /// <exception cref="InvalidOperationException">The device keeps its numbers elsewhere.</exception>
    public TensorSpan<float> AsTensorSpan() => new(Span, [Rows, Columns], []);

    /// <summary>The elements as a <see cref="Tensor{T}"/> of shape [rows, columns], without a copy.</summary>
    /// <exception cref="InvalidOperationException">The device keeps its numbers elsewhere.</exception>
    public Tensor<float> ToNumericsTensor()
    {
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray<float>(HostMemory, out var segment))
            throw new InvalidOperationException("Tensor.ToNumericsTensor: the numbers do not lie in a managed array; use AsTensorSpan");
        return System.Numerics.Tensors.Tensor.Create(segment.Array!, segment.Offset, [Rows, Columns], []);
    }

    /// <summary>Copies values in, row by row.</summary>
    /// <exception cref="ArgumentException">The number of values is not rows × columns.</exception>
    public void Upload(ReadOnlySpan<float> values)
    {
        RequireCount(values.Length, nameof(Upload));
        Memory.Upload(Offset, values);
    }

    /// <inheritdoc cref="Upload(ReadOnlySpan{float})"/>
    public void Upload(ReadOnlySpan<double> values)
    {
        RequireCount(values.Length, nameof(Upload));
        Memory.Upload(Offset, values);
    }

    /// <summary>Copies values in from a tensor of any rank with the same number of elements, in its row-major order.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public void Upload(in ReadOnlyTensorSpan<float> values)
    {
        RequireCount((int)values.FlattenedLength, nameof(Upload));
        var flat = new float[Count];
        values.FlattenTo(flat);
        Memory.Upload(Offset, flat);
    }

    /// <summary>Copies the elements out, row by row.</summary>
    /// <exception cref="ArgumentException">The number of values is not rows × columns.</exception>
    public void Download(Span<float> values)
    {
        RequireCount(values.Length, nameof(Download));
        Memory.Download(Offset, values);
    }

    /// <inheritdoc cref="Download(Span{float})"/>
    public void Download(Span<double> values)
    {
        RequireCount(values.Length, nameof(Download));
        Memory.Download(Offset, values);
    }

    /// <summary>A copy of the elements, row by row.</summary>
    public float[] ToArray()
    {
        var values = new float[Count];
        Download(values);
        return values;
    }

    private void RequireCount(int given, string operation)
    {
        if (given != Count)
            throw new ArgumentException($"{operation}: [{Rows}, {Columns}] holds {Count} values, {given} were given");
    }

    /// <summary>Gives the memory back if this tensor owns it.</summary>
    public void Dispose()
    {
        if (_ownsMemory) Memory.Dispose();
    }

    /// <summary>For example "Tensor [1000, 784]".</summary>
    public override string ToString() => $"Tensor [{Rows}, {Columns}]";
}
