namespace Kaleido.Cuda.Interop;

/// <summary>The functions of cuBLAS that are used, as in cublas_v2.h; each returns a cublasStatus_t.</summary>
internal sealed unsafe class BlasTable
{
    public readonly delegate* unmanaged<nint*, int> Create;
    public readonly delegate* unmanaged<nint, int> Destroy;
    public readonly delegate* unmanaged<nint, int*, int> GetVersion;
    public readonly delegate* unmanaged<nint, nint, int> SetStream;
    public readonly delegate* unmanaged<nint, ulong, nuint, int> SetWorkspace;
    public readonly delegate* unmanaged<nint, int, int> SetMathMode;

    // handle, transpose a, transpose b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc; everything column by column
    public readonly delegate* unmanaged<nint, int, int, int, int, int, float*, ulong, int, ulong, int, float*, ulong, int, int> Sgemm;

    /// <summary>Fills the table.</summary>
    /// <exception cref="MissingExportException">A function is missing.</exception>
    public BlasTable(Func<string, nint> find)
    {
        var blas = new Exports("cuBLAS", find);
        Create = (delegate* unmanaged<nint*, int>)blas.Need("cublasCreate_v2");
        Destroy = (delegate* unmanaged<nint, int>)blas.Need("cublasDestroy_v2");
        GetVersion = (delegate* unmanaged<nint, int*, int>)blas.Need("cublasGetVersion_v2");
        SetStream = (delegate* unmanaged<nint, nint, int>)blas.Need("cublasSetStream_v2");
        SetWorkspace = (delegate* unmanaged<nint, ulong, nuint, int>)blas.Need("cublasSetWorkspace_v2");
        SetMathMode = (delegate* unmanaged<nint, int, int>)blas.Need("cublasSetMathMode");
        Sgemm = (delegate* unmanaged<nint, int, int, int, int, int, float*, ulong, int, ulong, int, float*, ulong, int, int>)
            blas.Need("cublasSgemm_v2");
    }
}
