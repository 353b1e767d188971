using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;
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
        _session.Launch(KernelNames.ReluGradientColumnSum, ColumnTiles(destination.Rows, destination.Columns),
            from, g, to, total, (long)destination.Rows, (long)destination.Columns);
    }

    /// <summary>A kernel of several elementwise functions; operands are its sources, then its results but the first.</summary>
    internal void Elementwise(ElementwiseKernel kernel, ReadOnlySpan<MatrixView> operands, in MatrixView destination)
    {
        using var scope = _session.Enter();
        Span<KernelArgument> arguments = stackalloc KernelArgument[ElementwiseKernel.MostOperands + 2];
        int count = 0, sources = kernel.Sources.Count;
        foreach (var source in operands[..sources]) arguments[count++] = Address(source);
        arguments[count++] = Target(destination);
        foreach (var result in operands[sources..]) arguments[count++] = Target(result);
        arguments[count++] = destination.Count;
        arguments[count++] = destination.Columns;
        if (destination.Count == 0) return;
        _session.Launch(kernel, _session.Flat(destination.Count), arguments[..count]);
    }

    /// <summary>How products can end in the same launch.</summary>
    internal ProductEndings Endings
    {
        get
        {
            if (Options.ExactProducts) return ProductEndings.Bias | ProductEndings.BiasRelu | ProductEndings.ReluGradient;
            if (!_session.HasEpilogues) return ProductEndings.None;
            return (Options.Epilogues.HasFlag(CudaEpilogues.Bias) ? ProductEndings.Bias : 0)
                | (Options.Epilogues.HasFlag(CudaEpilogues.BiasRelu) ? ProductEndings.BiasRelu : 0)
                | (Options.Epilogues.HasFlag(CudaEpilogues.BiasGradient) ? ProductEndings.ColumnSum : 0);
        }
    }

    /// <summary>destination = op(left)·op(right) + bias, the bias [1, columns], or the ReLU of that.</summary>
    internal void ProductBias(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, in MatrixView bias, bool isRelu,
        in MatrixView destination)
    {
        using var scope = _session.Enter();
        if (Options.ExactProducts)
        {
            string kernel = isRelu ? KernelNames.ProductBiasRelu : KernelNames.ProductBias;
            EndedProduct(kernel, left, transposeLeft, right, transposeRight, bias, destination);
            return;
        }

        ulong a = Address(left), b = Address(right), with = Address(bias), c = Target(destination);
        int inner = transposeLeft ? left.Rows : left.Columns;
        var epilogue = isRelu ? Epilogue.BiasRelu : Epilogue.Bias;
        var it = BlasProduct.OfRows(a, transposeLeft, b, transposeRight, c, destination.Rows, destination.Columns, inner);
        if (_session.TryProduct(it, epilogue, with)) return;
        Product(left, transposeLeft, right, transposeRight, false, destination);
        Bias(isRelu ? KernelNames.BiasRelu : KernelNames.BiasIdentity, destination, bias, 0, destination);
    }

    /// <summary>destination = op(left)·op(right) where 0 &lt; y, else +0; y has the destination's shape.</summary>
    internal void ProductReluGradient(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, in MatrixView y, in MatrixView destination)
    {
        using var scope = _session.Enter();
        EndedProduct(KernelNames.ProductReluGradient, left, transposeLeft, right, transposeRight, y, destination);
    }

    private void EndedProduct(
        string kernel, in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, in MatrixView other,
        in MatrixView destination)
    {
        ulong a = Address(left), b = Address(right), with = Address(other), c = Target(destination);
        if (destination.Count == 0) return;
        var (p, q) = (Operand(left, transposeLeft), Operand(right, transposeRight));
        _session.Launch(kernel, ProductTiles(destination), a, p.Row, p.Column, b, q.Row, q.Column, with, c,
            (long)destination.Rows, (long)destination.Columns, (long)(transposeLeft ? left.Rows : left.Columns));
    }

    /// <summary>destination = leftᵀ·right, and sums = the sums of left's or of right's columns.</summary>
    internal void ProductColumnSum(in MatrixView left, in MatrixView right, bool ofLeft, in MatrixView sums, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong a = Address(left), b = Address(right), total = Target(sums), c = Target(destination);
        var it = BlasProduct.OfRows(a, true, b, false, c, destination.Rows, destination.Columns, left.Rows);
        if (_session.TryProduct(it, ofLeft ? Epilogue.SumsOfLeft : Epilogue.SumsOfRight, total)) return;
        Product(left, true, right, false, false, destination);
        Reduce(ofLeft ? left : right, ReduceOperation.ColumnSum, sums);
    }
}
