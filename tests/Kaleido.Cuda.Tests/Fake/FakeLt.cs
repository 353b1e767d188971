using System.Runtime.InteropServices;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>
/// The functions of cublasLt, over <see cref="FakeMachine.Current"/>. It offers what <see cref="FakeMachine.LtOffers"/> says, and checks
/// that a product is the one its algorithm was chosen for, aligned as was promised then.
/// </summary>
internal static unsafe class FakeLt
{
    private const int InvalidValue = 7, NotInitialized = 1, NotSupported = 15;

    private sealed record Handle
    {
        public override string ToString() => "cublasLt handle";
    }

    private sealed class Description(int compute)
    {
        public int Compute { get; } = compute;

        public int TransposeA { get; set; }

        public int TransposeB { get; set; }

        public int Epilogue { get; set; } = 1;

        public ulong Vector { get; set; }

        public override string ToString() => "cublasLt description";
    }

    private sealed record Layout(ulong Rows, ulong Columns, long Leading)
    {
        public override string ToString() => "cublasLt layout";
    }

    private sealed class Preference
    {
        public ulong Workspace { get; set; }

        public uint[] Alignments { get; } = [256, 256, 256, 256];

        public override string ToString() => "cublasLt preference";
    }

    /// <summary>For what an algorithm was offered.</summary>
    private sealed record Offer(int TransposeA, int TransposeB, int Epilogue, int Compute, Layout A, Layout B, Layout C, uint[] Alignments);

    /// <summary>Name and address of every function.</summary>
    public static IReadOnlyDictionary<string, nint> Table { get; } = new Dictionary<string, nint>
    {
        ["cublasLtCreate"] = (nint)(delegate* unmanaged<nint*, int>)&Create,
        ["cublasLtDestroy"] = (nint)(delegate* unmanaged<nint, int>)&Destroy,
        ["cublasLtMatmulDescCreate"] = (nint)(delegate* unmanaged<nint*, int, int, int>)&DescriptionCreate,
        ["cublasLtMatmulDescSetAttribute"] = (nint)(delegate* unmanaged<nint, int, void*, nuint, int>)&DescriptionSet,
        ["cublasLtMatmulDescDestroy"] = (nint)(delegate* unmanaged<nint, int>)&DescriptionDestroy,
        ["cublasLtMatrixLayoutCreate"] = (nint)(delegate* unmanaged<nint*, int, ulong, ulong, long, int>)&LayoutCreate,
        ["cublasLtMatrixLayoutDestroy"] = (nint)(delegate* unmanaged<nint, int>)&LayoutDestroy,
        ["cublasLtMatmulPreferenceCreate"] = (nint)(delegate* unmanaged<nint*, int>)&PreferenceCreate,
        ["cublasLtMatmulPreferenceSetAttribute"] = (nint)(delegate* unmanaged<nint, int, void*, nuint, int>)&PreferenceSet,
        ["cublasLtMatmulPreferenceDestroy"] = (nint)(delegate* unmanaged<nint, int>)&PreferenceDestroy,
        ["cublasLtMatmulAlgoGetHeuristic"] =
            (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, LtChoice*, int*, int>)&Heuristic,
        ["cublasLtMatmul"] = (nint)(delegate* unmanaged<
            nint, nint, float*, ulong, nint, ulong, nint, float*, ulong, nint, ulong, nint, LtAlgorithm*, ulong, nuint, nint, int>)
            &Multiply,
    };

    [UnmanagedCallersOnly]
    private static int Create(nint* handle) => FakeMachine.Call("cublasLtCreate", m => *handle = m.Add(new Handle()));

    [UnmanagedCallersOnly]
    private static int Destroy(nint handle) => FakeMachine.Call("cublasLtDestroy", m => m.Remove<Handle>(handle, NotInitialized));

    [UnmanagedCallersOnly]
    private static int DescriptionCreate(nint* description, int compute, int scale) => FakeMachine.Call("cublasLtMatmulDescCreate", m =>
    {
        // 32F and 32F_FAST_TF32; numbers and factors are CUDA_R_32F.
        if (compute is not (68 or 77) || scale != 0) throw new FakeException(InvalidValue);
        *description = m.Add(new Description(compute));
    });

    [UnmanagedCallersOnly]
    private static int DescriptionSet(nint description, int attribute, void* value, nuint bytes) =>
        FakeMachine.Call("cublasLtMatmulDescSetAttribute", m =>
        {
            var it = m.Get<Description>(description, InvalidValue);
            if (bytes != (attribute == 8 ? 8u : 4u)) throw new FakeException(InvalidValue);
            switch (attribute)
            {
                case 3: it.TransposeA = *(int*)value; break;
                case 4: it.TransposeB = *(int*)value; break;
                case 7: it.Epilogue = *(int*)value; break;
                case 8: it.Vector = *(ulong*)value; break;
                default: throw new FakeException(InvalidValue);
            }
        });

    [UnmanagedCallersOnly]
    private static int DescriptionDestroy(nint description) =>
        FakeMachine.Call("cublasLtMatmulDescDestroy", m => m.Remove<Description>(description, InvalidValue));

    [UnmanagedCallersOnly]
    private static int LayoutCreate(nint* layout, int type, ulong rows, ulong columns, long leading) =>
        FakeMachine.Call("cublasLtMatrixLayoutCreate", m =>
        {
            if (type != 0 || rows == 0 || columns == 0 || leading < (long)rows) throw new FakeException(InvalidValue);
            *layout = m.Add(new Layout(rows, columns, leading));
        });

    [UnmanagedCallersOnly]
    private static int LayoutDestroy(nint layout) =>
        FakeMachine.Call("cublasLtMatrixLayoutDestroy", m => m.Remove<Layout>(layout, InvalidValue));

    [UnmanagedCallersOnly]
    private static int PreferenceCreate(nint* preference) =>
        FakeMachine.Call("cublasLtMatmulPreferenceCreate", m => *preference = m.Add(new Preference()));

    [UnmanagedCallersOnly]
    private static int PreferenceSet(nint preference, int attribute, void* value, nuint bytes) =>
        FakeMachine.Call("cublasLtMatmulPreferenceSetAttribute", m =>
        {
            var it = m.Get<Preference>(preference, InvalidValue);
            if (bytes != (attribute == 1 ? 8u : 4u) || attribute is not (1 or (>= 5 and <= 8))) throw new FakeException(InvalidValue);
            if (attribute == 1) it.Workspace = *(ulong*)value;
            else it.Alignments[attribute - 5] = *(uint*)value;
        });

    [UnmanagedCallersOnly]
    private static int PreferenceDestroy(nint preference) =>
        FakeMachine.Call("cublasLtMatmulPreferenceDestroy", m => m.Remove<Preference>(preference, InvalidValue));

    [UnmanagedCallersOnly]
    private static int Heuristic(
        nint handle, nint description, nint a, nint b, nint c, nint d, nint preference, int most, LtChoice* choices, int* count) =>
        FakeMachine.Call("cublasLtMatmulAlgoGetHeuristic", m =>
        {
            m.Get<Handle>(handle, NotInitialized);
            var it = m.Get<Description>(description, InvalidValue);
            var (left, right, result) = Shapes(m, it, a, b, c, d);
            var wanted = m.Get<Preference>(preference, InvalidValue);
            *count = 0;
            if (most < 1) throw new FakeException(InvalidValue);
            if (!m.LtOffers(it.Epilogue)) throw new FakeException(NotSupported);
            var offer = new Offer(it.TransposeA, it.TransposeB, it.Epilogue, it.Compute, left, right, result, [.. wanted.Alignments]);
            m.LtAlgorithms.Add(offer);
            choices[0] = new() { WorkspaceBytes = (nuint)Math.Min(wanted.Workspace, 1 << 20) };
            choices[0].Algorithm[0] = (ulong)m.LtAlgorithms.Count;
            *count = 1;
        });

    // op(A) is rows of C × k, op(B) k × columns of C.
    private static (Layout A, Layout B, Layout C) Shapes(FakeMachine m, Description it, nint a, nint b, nint c, nint d)
    {
        Layout left = m.Get<Layout>(a, InvalidValue), right = m.Get<Layout>(b, InvalidValue), result = m.Get<Layout>(d, InvalidValue);
        var (rows, inner) = it.TransposeA == 0 ? (left.Rows, left.Columns) : (left.Columns, left.Rows);
        var (k, columns) = it.TransposeB == 0 ? (right.Rows, right.Columns) : (right.Columns, right.Rows);
        if (m.Get<Layout>(c, InvalidValue) == result && inner == k && result.Rows == rows && result.Columns == columns)
            return (left, right, result);
        m.Violate($"cublasLt: [{rows}, {inner}]·[{k}, {columns}] into {result.Rows} × {result.Columns}");
        throw new FakeException(InvalidValue);
    }

    [UnmanagedCallersOnly]
    private static int Multiply(
        nint handle, nint description, float* alpha, ulong a, nint layoutA, ulong b, nint layoutB, float* beta, ulong c, nint layoutC,
        ulong d, nint layoutD, LtAlgorithm* algorithm, ulong workspace, nuint bytes, nint stream)
    {
        var (factor, keep, number) = (*alpha, *beta, (int)(*algorithm)[0]);
        return FakeMachine.Call("cublasLtMatmul", m =>
        {
            m.Get<Handle>(handle, NotInitialized);
            var it = m.Get<Description>(description, InvalidValue);
            var (left, right, result) = Shapes(m, it, layoutA, layoutB, layoutC, layoutD);
            var now = new Offer(it.TransposeA, it.TransposeB, it.Epilogue, it.Compute, left, right, result, []);
            var offer = number >= 1 && number <= m.LtAlgorithms.Count ? (Offer)m.LtAlgorithms[number - 1] : null;
            ulong[] addresses = [a, b, c, d];
            if (offer is null || now != offer with { Alignments = now.Alignments }
                || !addresses.Zip(offer.Alignments).All(x => x.First % x.Second == 0) || workspace % 256 != 0
                || m.Memory.Find(workspace, (uint)bytes) is null || it.Vector % 4 != 0 || keep != 0)
            {
                m.Violate("cublasLtMatmul: not what its algorithm is for");
                throw new FakeException(InvalidValue);
            }

            var (epilogue, vector, plainA, plainB) = (it.Epilogue, it.Vector, it.TransposeA == 0, it.TransposeB == 0);
            m.UseWorkspace(workspace, stream);
            m.Launches.Add($"matmul {number} with epilogue {epilogue} in {workspace} on {stream}");
            m.Submit(stream, () =>
            {
                int rows = (int)result.Rows, columns = (int)result.Columns, k = (int)(plainA ? left.Columns : left.Rows);
                float* x = At(m, a, left), y = At(m, b, right), z = At(m, d, result);
                int leadingA = (int)left.Leading, leadingB = (int)right.Leading, leadingC = (int)result.Leading;
                FakeBlas.Multiply(plainA, plainB, rows, columns, k, factor, x, leadingA, y, leadingB, 0, z, leadingC);
                float* with = (float*)m.At(vector, sizeof(float) * (long)(epilogue == 512 ? columns : rows));
                switch (epilogue)
                {
                    case 256: Sum(with, x, leadingA, plainA, rows, k); break;
                    case 512: Sum(with, y, leadingB, !plainB, columns, k); break;
                    default: AddBias(with, z, leadingC, rows, columns, epilogue == 6); break;
                }
            });
        });
    }

    private static float* At(FakeMachine m, ulong address, Layout layout) =>
        (float*)m.At(address, sizeof(float) * (layout.Leading * ((long)layout.Columns - 1) + (long)layout.Rows));

    // Sums over k, in an order of its own.
    private static void Sum(float* sums, float* matrix, int leading, bool kIsColumn, int count, int k)
    {
        for (int i = 0; i < count; i++)
        {
            float sum = 0;
            for (int p = k - 1; p >= 0; p--) sum += kIsColumn ? matrix[i + (long)p * leading] : matrix[p + (long)i * leading];
            sums[i] = sum;
        }
    }

    private static void AddBias(float* bias, float* c, int leading, int rows, int columns, bool relu)
    {
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++)
            {
                float value = c[i + (long)j * leading] + bias[i];
                // Of a NaN and 0 the larger is 0 here, as a GPU's instruction has it.
                c[i + (long)j * leading] = relu ? value > 0 ? value : 0 : value;
            }
        }
    }
}
