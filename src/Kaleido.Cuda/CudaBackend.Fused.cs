using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

// The kernels that do the work of several primitives, with their bits.
public sealed partial class CudaBackend
{
    /// <summary>destination = F(x + bias), the bias [1, columns].</summary>
    internal void Bias(string kernel, in MatrixView x, in MatrixView bias, double alpha, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x), with = Address(bias), to = Target(destination);
        if (destination.Count == 0) return;
        _session.Launch(kernel, _session.Flat(destination.Count), from, with, alpha, to, (long)destination.Rows, (long)destination.Columns);
    }

    /// <summary>destination = gradient where 0 &lt; y, else +0; all of one shape.</summary>
    internal void ReluGradient(in MatrixView y, in MatrixView gradient, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(y), g = Address(gradient), to = Target(destination);
        if (destination.Count == 0) return;
        _session.Launch(KernelNames.ReluGradient, _session.Flat(destination.Count), from, g, to, destination.Count);
    }

    /// <summary>The same, and sums [1, columns] = the sums of the destination's columns.</summary>
    internal void ReluGradientColumnSum(in MatrixView y, in MatrixView gradient, in MatrixView sums, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(y), g = Address(gradient), total = Target(sums), to = Target(destination);
        if (destination.Columns == 0) return;
        _session.Launch(KernelNames.ReluGradientColumnSum, new(Tiles(destination.Columns, 32), 1, 32, 16),
            from, g, to, total, (long)destination.Rows, (long)destination.Columns);
    }
}
