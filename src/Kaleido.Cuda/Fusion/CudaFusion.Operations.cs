using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Fusion;

// What merged instructions do: operands are their sources in order, of which the last may be a second destination.

/// <summary>destination = F(x + bias).</summary>
internal sealed record BiasOperation(string Kernel, double Alpha) : DeviceOperation
{
    public override string Name => Kernel;

    public bool IsRelu => Kernel == KernelNames.BiasRelu;

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
        ((CudaBackend)backend).Bias(Kernel, operands[0], operands[1], Alpha, destination);
}

/// <summary>destination = g where 0 &lt; y, else +0, and with a third operand the sums of its columns there.</summary>
internal sealed record ReluGradientOperation : DeviceOperation
{
    public override string Name => KernelNames.ReluGradient;

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination)
    {
        var cuda = (CudaBackend)backend;
        if (operands.Length == 2) cuda.ReluGradient(operands[0], operands[1], destination);
        else cuda.ReluGradientColumnSum(operands[0], operands[1], operands[2], destination);
    }
}

/// <summary>destination = op(A)·op(B) + bias, or the ReLU of that.</summary>
internal sealed record ProductBiasOperation(ProductOperation Product, bool IsRelu) : DeviceOperation
{
    public override string Name => IsRelu ? KernelNames.ProductBiasRelu : KernelNames.ProductBias;

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
        ((CudaBackend)backend).ProductBias(
            operands[0], Product.TransposeLeft, operands[1], Product.TransposeRight, operands[2], IsRelu, destination);
}

/// <summary>destination = op(A)·op(B) where 0 &lt; y, else +0.</summary>
internal sealed record ProductReluGradientOperation(ProductOperation Product) : DeviceOperation
{
    public override string Name => KernelNames.ProductReluGradient;

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
        ((CudaBackend)backend).ProductReluGradient(
            operands[0], Product.TransposeLeft, operands[1], Product.TransposeRight, operands[2], destination);
}

/// <summary>destination = Aᵀ·B, and the sums of A's or of B's columns in the third operand.</summary>
internal sealed record ProductColumnSumOperation(bool OfLeft) : DeviceOperation
{
    public override string Name => "product_column_sum";

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
        ((CudaBackend)backend).ProductColumnSum(operands[0], operands[1], OfLeft, operands[2], destination);
}

/// <summary>Several elementwise functions in one launch; operands are the kernel's sources, then its results but the first.</summary>
internal sealed record ElementwiseOperation(ElementwiseKernel Kernel) : DeviceOperation
{
    public override string Name => Kernel.Name;

    public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
        ((CudaBackend)backend).Elementwise(Kernel, operands, destination);
}
