using System.Runtime.InteropServices;
using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>
/// The functions of cuBLAS, over <see cref="FakeMachine.Current"/>: everything column by column, leading dimensions checked.
/// </summary>
internal static unsafe class FakeBlas
{
    private const int InvalidValue = 7, NotInitialized = 1, AllocationFailed = 3;

    private sealed class Handle
    {
        public nint Stream { get; set; }

        public ulong Workspace { get; set; }

        public override string ToString() => "cuBLAS handle";
    }

    /// <summary>Name and address of every function.</summary>
    public static IReadOnlyDictionary<string, nint> Table { get; } = new Dictionary<string, nint>
    {
        ["cublasCreate_v2"] = (nint)(delegate* unmanaged<nint*, int>)&Create,
        ["cublasDestroy_v2"] = (nint)(delegate* unmanaged<nint, int>)&Destroy,
        ["cublasGetVersion_v2"] = (nint)(delegate* unmanaged<nint, int*, int>)&GetVersion,
        ["cublasSetStream_v2"] = (nint)(delegate* unmanaged<nint, nint, int>)&SetStream,
        ["cublasSetWorkspace_v2"] = (nint)(delegate* unmanaged<nint, ulong, nuint, int>)&SetWorkspace,
        ["cublasSetMathMode"] = (nint)(delegate* unmanaged<nint, int, int>)&SetMathMode,
        ["cublasSgemm_v2"] =
            (nint)(delegate* unmanaged<nint, int, int, int, int, int, float*, ulong, int, ulong, int, float*, ulong, int, int>)&Sgemm,
    };

    [UnmanagedCallersOnly]
    private static int Create(nint* handle) => FakeMachine.Call("cublasCreate_v2", m => *handle = m.Add(new Handle()));

    [UnmanagedCallersOnly]
    private static int Destroy(nint handle) => FakeMachine.Call("cublasDestroy_v2", m => m.Remove<Handle>(handle, NotInitialized));

    [UnmanagedCallersOnly]
    private static int GetVersion(nint handle, int* version) => FakeMachine.Call("cublasGetVersion_v2", m =>
    {
        m.Get<Handle>(handle, NotInitialized);
        *version = 120405;
    });

    [UnmanagedCallersOnly]
    private static int SetStream(nint handle, nint stream) => FakeMachine.Call("cublasSetStream_v2", m =>
    {
        m.Get<FakeStream>(stream, InvalidValue);
        var it = m.Get<Handle>(handle, NotInitialized);
        (it.Stream, it.Workspace) = (stream, 0);
    });

    [UnmanagedCallersOnly]
    private static int SetWorkspace(nint handle, ulong address, nuint bytes) => FakeMachine.Call("cublasSetWorkspace_v2", m =>
    {
        if (address % 256 != 0 || m.Memory.Find(address, (uint)bytes) is null) throw new FakeException(InvalidValue);
        m.Get<Handle>(handle, NotInitialized).Workspace = address;
    });

    [UnmanagedCallersOnly]
    private static int SetMathMode(nint handle, int mode) => FakeMachine.Call("cublasSetMathMode", m =>
    {
        m.Get<Handle>(handle, NotInitialized);
        if (mode is not (0 or 2 or 3)) throw new FakeException(InvalidValue);
        m.MathModes.Add(mode);
    });

    [UnmanagedCallersOnly]
    private static int Sgemm(
        nint handle, int transposeA, int transposeB, int m, int n, int k, float* alpha, ulong a, int lda, ulong b, int ldb, float* beta,
        ulong c, int ldc)
    {
        var (factor, keep) = (*alpha, *beta);
        return FakeMachine.Call("cublasSgemm_v2", machine =>
        {
            var it = machine.Get<Handle>(handle, NotInitialized);
            bool plainA = transposeA == 0, plainB = transposeB == 0;
            if (transposeA is not (0 or 1) || transposeB is not (0 or 1) || m < 0 || n < 0 || k < 0
                || lda < Math.Max(1, plainA ? m : k) || ldb < Math.Max(1, plainB ? k : n) || ldc < Math.Max(1, m))
            {
                machine.Violate($"sgemm {transposeA} {transposeB} m {m} n {n} k {k} lda {lda} ldb {ldb} ldc {ldc}");
                throw new FakeException(InvalidValue);
            }

            if (it.Workspace == 0)
            {
                machine.Violate("sgemm without a workspace of its own");
                throw new FakeException(AllocationFailed);
            }

            machine.UseWorkspace(it.Workspace, it.Stream);
            machine.Launches.Add($"sgemm with {handle} on {it.Stream}");
            machine.Submit(it.Stream, () => Multiply(
                plainA, plainB, m, n, k, factor,
                Matrix(machine, a, lda, plainA ? m : k, plainA ? k : m), lda,
                Matrix(machine, b, ldb, plainB ? k : n, plainB ? n : k), ldb, keep, Matrix(machine, c, ldc, m, n), ldc));
        });
    }

    /// <summary>A matrix column by column must lie inside its allocation up to its last number.</summary>
    private static float* Matrix(FakeMachine machine, ulong address, int leading, int rows, int columns)
    {
        if (address % sizeof(float) != 0) throw new PtxException($"a matrix at 0x{address:X}");
        return rows == 0 || columns == 0 ? null : (float*)machine.At(address, sizeof(float) * ((long)leading * (columns - 1) + rows));
    }

    /// <summary>
    /// In float32 like cuBLAS and, like it, in an order of its own: four chains over descending k, added pairwise.
    /// </summary>
    public static void Multiply(
        bool plainA, bool plainB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc)
    {
        float* sums = stackalloc float[4];
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < m; i++)
            {
                (sums[0], sums[1], sums[2], sums[3]) = (0, 0, 0, 0);
                for (int p = k - 1; p >= 0; p--)
                {
                    float x = plainA ? a[i + (long)p * lda] : a[p + (long)i * lda];
                    float y = plainB ? b[p + (long)j * ldb] : b[j + (long)p * ldb];
                    sums[p & 3] = MathF.FusedMultiplyAdd(x, y, sums[p & 3]);
                }

                float sum = alpha * ((sums[0] + sums[1]) + (sums[2] + sums[3]));
                // Without accumulation C is not read, as BLAS has it.
                c[i + (long)j * ldc] = beta == 0 ? sum : sum + beta * c[i + (long)j * ldc];
            }
        }
    }
}
