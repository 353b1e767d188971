namespace Kaleido.Cuda.Interop;

/// <summary>
/// The functions of cublasLt that are used, as in cublasLt.h; each returns a cublasStatus_t. They exist since cuBLAS 11.
/// </summary>
internal sealed unsafe class LtTable
{
    public readonly delegate* unmanaged<nint*, int> Create;
    public readonly delegate* unmanaged<nint, int> Destroy;

    // description, compute type, scale type
    public readonly delegate* unmanaged<nint*, int, int, int> DescriptionCreate;

    // description, attribute, value, bytes
    public readonly delegate* unmanaged<nint, int, void*, nuint, int> DescriptionSet;
    public readonly delegate* unmanaged<nint, int> DescriptionDestroy;

    // layout, type, rows, columns, leading dimension
    public readonly delegate* unmanaged<nint*, int, ulong, ulong, long, int> LayoutCreate;
    public readonly delegate* unmanaged<nint, int> LayoutDestroy;
    public readonly delegate* unmanaged<nint*, int> PreferenceCreate;
    public readonly delegate* unmanaged<nint, int, void*, nuint, int> PreferenceSet;
    public readonly delegate* unmanaged<nint, int> PreferenceDestroy;

    // handle, description, layouts of A, B, C and D, preference, how many, results, how many there are
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, LtChoice*, int*, int> Heuristic;

    // handle, description, alpha, A, layout, B, layout, beta, C, layout, D, layout, algorithm, workspace, its bytes, stream
    public readonly delegate* unmanaged<
        nint, nint, float*, ulong, nint, ulong, nint, float*, ulong, nint, ulong, nint, LtAlgorithm*, ulong, nuint, nint, int> Multiply;

    /// <summary>Fills the table.</summary>
    /// <exception cref="MissingExportException">A function is missing.</exception>
    public LtTable(Func<string, nint> find)
    {
        var lt = new Exports("cublasLt", find);
        Create = (delegate* unmanaged<nint*, int>)lt.Need("cublasLtCreate");
        Destroy = (delegate* unmanaged<nint, int>)lt.Need("cublasLtDestroy");
        DescriptionCreate = (delegate* unmanaged<nint*, int, int, int>)lt.Need("cublasLtMatmulDescCreate");
        DescriptionSet = (delegate* unmanaged<nint, int, void*, nuint, int>)lt.Need("cublasLtMatmulDescSetAttribute");
        DescriptionDestroy = (delegate* unmanaged<nint, int>)lt.Need("cublasLtMatmulDescDestroy");
        LayoutCreate = (delegate* unmanaged<nint*, int, ulong, ulong, long, int>)lt.Need("cublasLtMatrixLayoutCreate");
        LayoutDestroy = (delegate* unmanaged<nint, int>)lt.Need("cublasLtMatrixLayoutDestroy");
        PreferenceCreate = (delegate* unmanaged<nint*, int>)lt.Need("cublasLtMatmulPreferenceCreate");
        PreferenceSet = (delegate* unmanaged<nint, int, void*, nuint, int>)lt.Need("cublasLtMatmulPreferenceSetAttribute");
        PreferenceDestroy = (delegate* unmanaged<nint, int>)lt.Need("cublasLtMatmulPreferenceDestroy");
        Heuristic = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, LtChoice*, int*, int>)
            lt.Need("cublasLtMatmulAlgoGetHeuristic");
        Multiply = (delegate* unmanaged<
            nint, nint, float*, ulong, nint, ulong, nint, float*, ulong, nint, ulong, nint, LtAlgorithm*, ulong, nuint, nint, int>)
            lt.Need("cublasLtMatmul");
    }
}

/// <summary>cublasLtMatmulAlgo_t: an algorithm and its settings, not to be looked into.</summary>
[System.Runtime.CompilerServices.InlineArray(8)]
internal struct LtAlgorithm
{
    private ulong _first;
}

/// <summary>cublasLtMatmulHeuristicResult_t: 96 bytes.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
internal struct LtChoice
{
    public LtAlgorithm Algorithm;

    /// <summary>Bytes of workspace that it needs.</summary>
    public nuint WorkspaceBytes;

    /// <summary>A cublasStatus_t; only with success is the rest valid.</summary>
    public int State;

    /// <summary>How many waves of blocks the device runs.</summary>
    public float Waves;

    private readonly ulong _reserved1;
    private readonly ulong _reserved2;
}
