namespace Kaleido.Cuda;

/// <summary>What cublasLt may do in the launch of a product, where its heuristic offers it; elsewhere kernels of our own do it.</summary>
[Flags]
public enum CudaEpilogues
{
    /// <summary>Nothing: every product is cuBLAS's sgemm, all else has the bits of the CPU.</summary>
    None = 0,

    /// <summary>
    /// A bias where no activation follows: one rounded addition after the product. (Where one follows, a kernel of our own adds the bias
    /// and applies it in the same pass.)
    /// </summary>
    Bias = 1,

    /// <summary>
    /// A bias and a ReLU. NVIDIA documents max(x, 0) and not that a NaN stays NaN, so a training whose numbers have become NaN may go on
    /// with zeros unnoticed.
    /// </summary>
    BiasRelu = 2,

    /// <summary>
    /// The gradient of a bias with that of its weight: sums of columns, in an order of additions that NVIDIA does not tell, where all
    /// other sums of columns have the bits of the CPU.
    /// </summary>
    BiasGradient = 4,
}
