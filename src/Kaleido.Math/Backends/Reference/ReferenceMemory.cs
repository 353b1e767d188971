using Kaleido.Tensors;

namespace Kaleido.Backends.Reference;

/// <summary>Memory of the reference device: an array of double.</summary>
internal sealed class ReferenceMemory : DeviceMemory
{
    private double[] _numbers;

    public ReferenceMemory(long length) : base(length) => _numbers = new double[length];

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<float> source)
    {
        var destination = Range(offset, source.Length);
        for (int i = 0; i < source.Length; i++) destination[i] = source[i];
    }

    /// <inheritdoc/>
    public override void Upload(long offset, ReadOnlySpan<double> source) => source.CopyTo(Range(offset, source.Length));

    /// <inheritdoc/>
    public override void Download(long offset, Span<float> destination)
    {
        var source = Range(offset, destination.Length);
        for (int i = 0; i < source.Length; i++) destination[i] = (float)source[i];
    }

    /// <inheritdoc/>
    public override void Download(long offset, Span<double> destination) => Range(offset, destination.Length).CopyTo(destination);

    /// <summary>The numbers [offset, offset + count).</summary>
    public Span<double> Range(long offset, long count)
    {
        CheckRange(offset, count);
        return _numbers.AsSpan((int)offset, (int)count);
    }

    /// <summary>The elements of a matrix on this device, row by row.</summary>
    /// <exception cref="ArgumentException">The matrix lies on another device.</exception>
    public static Span<double> Elements(in MatrixView view) => view.Memory is ReferenceMemory memory
        ? memory.Range(view.Offset, view.Count)
        : throw new ArgumentException($"the matrix {view} does not lie on the reference device but in a {view.Memory.GetType().Name}");

    /// <inheritdoc/>
    protected override void Release() => _numbers = [];
}
