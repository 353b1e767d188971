using Kaleido.Backends;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

// Products of cublasLt that end with more than a product. For each kind of product its heuristic is asked once, and what it answered serves
// single launches and captures alike.
internal sealed unsafe partial class CudaSession
{
    /// <summary>How many kinds of products are kept at most.</summary>
    internal const int MostMatmuls = 256;

    private const int NotSupported = 15, Float32 = 0;

    // cublasComputeType_t. Not the pedantic one, which NVIDIA means for debugging and which forbids what keeps float32 too: every order of
    // float32 additions is within the bound of a product.
    private const int ComputeFloat32 = 68, ComputeTensorFloat32 = 77;

    // cublasLtMatmulDescAttributes_t, cublasLtMatmulPreferenceAttributes_t (alignments of A, B, C and D follow each other)
    private const int TransposeAttribute = 3, EpilogueAttribute = 7, VectorAttribute = 8, MostWorkspace = 1, LeastAlignment = 5;

    private readonly LtTable? _lt;
    private readonly Dictionary<MatmulKey, Matmul> _matmuls = [];
    private nint _ltHandle;

    /// <summary>Whether products can be asked to end with more.</summary>
    public bool HasEpilogues => _ltHandle != 0;

    /// <summary>What the answer of the heuristic may depend on; at last the alignments, in bytes.</summary>
    private readonly record struct MatmulKey(
        Epilogue Epilogue, bool TransposeA, bool TransposeB, int M, int N, int K, uint OfA, uint OfB, uint OfC, uint OfVector)
    {
        public static MatmulKey Of(in BlasProduct it, Epilogue epilogue, ulong vector) => new(
            epilogue, it.TransposeA, it.TransposeB, it.M, it.N, it.K, Alignment(it.A), Alignment(it.B), Alignment(it.C), Alignment(vector));

        // Algorithms may need up to 256 bytes; tensors lie in arenas at any multiple of 4.
        private static uint Alignment(ulong address) => (uint)Math.Min(256, address & (0 - address));
    }

    /// <summary>A product described to cublasLt, and the algorithm for it.</summary>
    private sealed class Matmul
    {
        public LtAlgorithm Algorithm;

        public nint Description { get; set; }

        /// <summary>Of A, B and C.</summary>
        public nint[] Layouts { get; } = new nint[3];

        public bool IsOffered { get; set; }
    }

    private void OpenLt()
    {
        if (_lt is null) return;
        nint handle;
        DemandBlas(_lt.Create(&handle), "cublasLtCreate");
        _ltHandle = handle;
    }

    /// <summary>
    /// C = op(A)·op(B) with an ending, if cublasLt has an algorithm for it; else nothing happens, and the answer is false. The vector is
    /// the bias, or where the sums go.
    /// </summary>
    public bool TryProduct(in BlasProduct it, Epilogue epilogue, ulong vector)
    {
        if (_ltHandle == 0 || it.M == 0 || it.N == 0 || it.K == 0) return false;
        var key = MatmulKey.Of(it, epilogue, vector);
        if (!_matmuls.TryGetValue(key, out var matmul)) _matmuls.Add(key, matmul = Choose(it, epilogue, vector));
        if (!matmul.IsOffered) return false;
        float one = 1, zero = 0;
        Set(matmul, VectorAttribute, &vector, sizeof(ulong));
        bool aside = GoesAside(it);
        if (aside) Fork();
        fixed (LtAlgorithm* algorithm = &matmul.Algorithm)
        {
            var (workspace, stream, layouts) = (aside ? _sideWorkspace : _workspace, aside ? _side : _stream, matmul.Layouts);
            DemandBlas(_lt!.Multiply(
                _ltHandle, matmul.Description, &one, it.A, layouts[0], it.B, layouts[1], &zero, it.C, layouts[2], it.C, layouts[2],
                algorithm, workspace, (nuint)WorkspaceBytes, stream), "cublasLtMatmul");
        }

        if (!aside) return true;
        NoteAside(it);
        NoteAside(vector, epilogue == Epilogue.SumsOfLeft ? it.N : it.M, written: epilogue is Epilogue.SumsOfLeft or Epilogue.SumsOfRight);
        return true;
    }

    private Matmul Choose(in BlasProduct it, Epilogue epilogue, ulong vector)
    {
        if (_matmuls.Count == MostMatmuls)
        {
            // A graph needs no description any more once it is captured, and the heuristic gives the same answer again.
            foreach (var known in _matmuls.Values) GiveBack(known);
            _matmuls.Clear();
        }

        var made = new Matmul();
        try
        {
            Describe(made, it, epilogue, vector);
            return made;
        }
        catch (DeviceException)
        {
            GiveBack(made);
            throw;
        }
    }

    private void Describe(Matmul made, in BlasProduct it, Epilogue epilogue, ulong vector)
    {
        nint handle;
        int compute = Options.AllowTensorFloat32 ? ComputeTensorFloat32 : ComputeFloat32;
        DemandBlas(_lt!.DescriptionCreate(&handle, compute, Float32), "cublasLtMatmulDescCreate");
        made.Description = handle;
        int transposeA = it.TransposeA ? 1 : 0, transposeB = it.TransposeB ? 1 : 0;
        Set(made, TransposeAttribute, &transposeA, sizeof(int));
        Set(made, TransposeAttribute + 1, &transposeB, sizeof(int));
        Set(made, EpilogueAttribute, &epilogue, sizeof(int));
        // What is offered may depend on whether there is a vector and how it is aligned.
        Set(made, VectorAttribute, &vector, sizeof(ulong));
        made.Layouts[0] = Layout(it.RowsOfA, it.ColumnsOfA);
        made.Layouts[1] = Layout(it.RowsOfB, it.ColumnsOfB);
        made.Layouts[2] = Layout(it.M, it.N);
        DemandBlas(_lt.PreferenceCreate(&handle), "cublasLtMatmulPreferenceCreate");
        try
        {
            Ask(made, MatmulKey.Of(it, epilogue, vector), handle);
        }
        finally
        {
            int status = _lt.PreferenceDestroy(handle);
            if (status != 0) _ = _lt.PreferenceDestroy(handle);
            DemandBlas(status, "cublasLtMatmulPreferenceDestroy");
        }
    }

    private void Set(Matmul made, int attribute, void* value, int bytes) =>
        DemandBlas(_lt!.DescriptionSet(made.Description, attribute, value, (nuint)bytes), "cublasLtMatmulDescSetAttribute");

    private nint Layout(int rows, int columns)
    {
        nint layout;
        DemandBlas(_lt!.LayoutCreate(&layout, Float32, (ulong)rows, (ulong)columns, rows), "cublasLtMatrixLayoutCreate");
        return layout;
    }

    private void Ask(Matmul made, in MatmulKey key, nint preference)
    {
        ulong most = (ulong)WorkspaceBytes;
        DemandBlas(_lt!.PreferenceSet(preference, MostWorkspace, &most, sizeof(ulong)), "cublasLtMatmulPreferenceSetAttribute");
        uint* alignments = stackalloc uint[4] { key.OfA, key.OfB, key.OfC, key.OfC };
        for (int i = 0; i < 4; i++)
        {
            DemandBlas(
                _lt.PreferenceSet(preference, LeastAlignment + i, alignments + i, sizeof(uint)), "cublasLtMatmulPreferenceSetAttribute");
        }

        LtChoice choice = default;
        nint[] layouts = made.Layouts;
        int count = 0, status = _lt.Heuristic(
            _ltHandle, made.Description, layouts[0], layouts[1], layouts[2], layouts[2], preference, 1, &choice, &count);
        if (status != NotSupported) DemandBlas(status, "cublasLtMatmulAlgoGetHeuristic");
        made.IsOffered = status == 0 && count > 0 && choice.State == 0 && choice.WorkspaceBytes <= (nuint)WorkspaceBytes;
        made.Algorithm = choice.Algorithm;
    }

    /// <summary>What gives the parts of a described product back.</summary>
    private List<(Func<int> Call, string Name)> Releases(Matmul made)
    {
        List<(Func<int>, string)> releases = [];
        if (made.Description != 0) releases.Add((() => _lt!.DescriptionDestroy(made.Description), "cublasLtMatmulDescDestroy"));
        foreach (nint layout in made.Layouts)
        {
            if (layout != 0) releases.Add((() => _lt!.LayoutDestroy(layout), "cublasLtMatrixLayoutDestroy"));
        }

        return releases;
    }

    private void GiveBack(Matmul made)
    {
        foreach (var (call, _) in Releases(made))
        {
            // Twice, as everywhere. It was made on the way to something else, which decides what is told.
            if (call() != 0) _ = call();
        }
    }

    /// <summary>Gives all of cublasLt back through what tries twice.</summary>
    private void ReleaseLt(Action<Action> attempt)
    {
        foreach (var (call, name) in _matmuls.Values.SelectMany(Releases)) attempt(() => DemandBlas(call(), name));
        if (_ltHandle != 0) attempt(() => DemandBlas(_lt!.Destroy(_ltHandle), "cublasLtDestroy"));
        _matmuls.Clear();
        _ltHandle = 0;
    }
}
