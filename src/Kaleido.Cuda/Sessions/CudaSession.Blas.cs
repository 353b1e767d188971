using Kaleido.Backends;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

// cuBLAS: a handle for each of the two streams, with a workspace of its own, so that a capture allocates nothing.
internal sealed unsafe partial class CudaSession
{
    private const int DefaultMath = 0, TensorFloat32Math = 3;

    private readonly BlasTable _blas;
    private nint _handle;
    private nint _sideHandle;
    private ulong _workspace;
    private ulong _sideWorkspace;

    /// <summary>The version of cuBLAS as it counts itself.</summary>
    public int BlasVersion { get; private set; }

    // What NVIDIA recommends: 32 MiB from Hopper on, 4 MiB before.
    private long WorkspaceBytes => (Properties.Major >= 9 ? 32L : 4L) << 20;

    private void OpenBlas()
    {
        OpenHandle(ref _handle, ref _workspace, _stream);
        OpenHandle(ref _sideHandle, ref _sideWorkspace, _side);
        int version;
        DemandBlas(_blas.GetVersion(_handle, &version), "cublasGetVersion_v2");
        BlasVersion = version;
    }

    private void OpenHandle(ref nint to, ref ulong workspace, nint stream)
    {
        nint handle;
        DemandBlas(_blas.Create(&handle), "cublasCreate_v2");
        to = handle;
        // In this order: a change of stream takes the workspace away.
        DemandBlas(_blas.SetStream(handle, stream), "cublasSetStream_v2");
        workspace = AllocateZeros(WorkspaceBytes);
        DemandBlas(_blas.SetWorkspace(handle, workspace, (nuint)WorkspaceBytes), "cublasSetWorkspace_v2");
        DemandBlas(_blas.SetMathMode(handle, Options.AllowTensorFloat32 ? TensorFloat32Math : DefaultMath), "cublasSetMathMode");
    }

    private static void DemandBlas(int status, string call)
    {
        if (status != CudaStatus.Success) throw new DeviceException(call, CudaStatus.BlasText(status));
    }

    /// <summary>C = op(A)·op(B), or with <paramref name="accumulate"/> + C.</summary>
    public void Product(in BlasProduct it, bool accumulate)
    {
        float one = 1, beta = accumulate ? 1 : 0;
        bool aside = GoesAside(it);
        if (aside) Fork();
        DemandBlas(_blas.Sgemm(aside ? _sideHandle : _handle, it.TransposeA ? 1 : 0, it.TransposeB ? 1 : 0, it.M, it.N, it.K,
            &one, it.A, it.RowsOfA, it.B, it.RowsOfB, &beta, it.C, it.M), "cublasSgemm_v2");
        if (aside) NoteAside(it);
    }
}
