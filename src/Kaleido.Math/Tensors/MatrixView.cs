namespace Kaleido.Tensors;

/// <summary>A dense row-major matrix inside a device memory: element (r, c) is number offset + r·columns + c.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Offset">Index of element (0, 0).</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
public readonly record struct MatrixView(DeviceMemory Memory, long Offset, int Rows, int Columns)
{
    /// <summary>Number of elements.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>For example "[1000, 784]".</summary>
    public override string ToString() => $"[{Rows}, {Columns}]";
}
