namespace Kaleido.Cuda;

/// <summary>How a CUDA device is opened.</summary>
public sealed record CudaOptions
{
    /// <summary>Which of the devices that the driver shows (CUDA_VISIBLE_DEVICES chooses and orders them), from 0 on.</summary>
    public int Ordinal { get; init; }

    /// <summary>
    /// True: matrix products round their operands to TF32 (10 bits of mantissa) and run on tensor cores, several times as fast and with
    /// relative errors around 2⁻¹¹ instead of 2⁻²⁴ per factor. False (the default): strict float32.
    /// </summary>
    public bool AllowTensorFloat32 { get; init; }

    /// <summary>
    /// True: matrix products have the bits of the CPU (docs/numerics.md, rule 1) and so has everything else; a kernel of our own computes
    /// them, slower than cuBLAS. False (the default): cuBLAS computes them, in an order of additions of its own.
    /// </summary>
    public bool ExactProducts { get; init; }

    /// <summary>
    /// What cublasLt may do together with a product, where it is found beside cuBLAS and its heuristic offers an algorithm. Nothing by
    /// default: each of the endings gives up something that holds without it. No meaning with <see cref="ExactProducts"/>.
    /// </summary>
    public CudaEpilogues Epilogues { get; init; }

    /// <summary>
    /// True (the default): from the second run with a number of rows on, a plan is captured as a CUDA graph and replayed. False: every
    /// run launches its kernels one by one. The bits are the same.
    /// </summary>
    public bool CaptureGraphs { get; init; } = true;

    /// <summary>A stream of the device's primary context, of somebody else, to issue work on; 0 for one of its own.</summary>
    internal nint SharedStream { get; init; }
}
