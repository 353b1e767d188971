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

    /// <summary>What the answer of the heuristic may depend on.</summary>
    private readonly record struct MatmulKey(
        Epilogue Epilogue, bool TransposeA, bool TransposeB, int Rows, int Columns, int Inner,
        uint AlignmentOfA, uint AlignmentOfB, uint AlignmentOfC, uint AlignmentOfVector);

    /// <summary>A product described to cublasLt, and the algorithm for it.</summary>
    private sealed class Matmul
    {
        public LtAlgorithm Algorithm;

        public nint Description { get; set; }

        /// <summary>Of what cublasLt calls A, B and C.</summary>
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
    /// C [rows, columns] = op(A)·op(B) with an ending, all row by row, if cublasLt has an algorithm for it; else nothing happens, and the
    /// answer is false. The vector is the bias [1, columns], or where the sums go.
    /// </summary>
    /// <remarks>
    /// As in <see cref="Product"/> cublasLt is asked for Cᵀ = op(B)ᵀ·op(A)ᵀ: its A is our B. A bias has an element for each row of Cᵀ,
    /// which is a column of C; and the sums over its A, which it calls gradient of a bias, are sums of our B.
    /// </remarks>
    public bool TryProduct(
        Epilogue epilogue, ulong vector, ulong a, bool transposeA, ulong b, bool transposeB, ulong c, int rows, int columns, int inner)
    {
        if (_ltHandle == 0 || rows == 0 || columns == 0 || inner == 0) return false;
        var key = new MatmulKey(
            epilogue, transposeA, transposeB, rows, columns, inner, Alignment(a), Alignment(b), Alignment(c), Alignment(vector));
        if (!_matmuls.TryGetValue(key, out var matmul)) _matmuls.Add(key, matmul = Choose(key, vector));
        if (!matmul.IsOffered) return false;
        float one = 1, zero = 0;
        Set(matmul, VectorAttribute, &vector, sizeof(ulong));
        bool aside = GoesAside(transposeA);
        if (aside) Fork();
        fixed (LtAlgorithm* algorithm = &matmul.Algorithm)
        {
            var (workspace, stream, layouts) = (aside ? _sideWorkspace : _workspace, aside ? _side : _stream, matmul.Layouts);
            DemandBlas(_lt!.Multiply(
                _ltHandle, matmul.Description, &one, b, layouts[0], a, layouts[1], &zero, c, layouts[2], c, layouts[2],
                algorithm, workspace, (nuint)WorkspaceBytes, stream), "cublasLtMatmul");
        }

        if (!aside) return true;
        NoteAside(a, (long)rows * inner, written: false);
        NoteAside(b, (long)inner * columns, written: false);
        NoteAside(vector, epilogue == Epilogue.ColumnSumsOfA ? rows : columns,
            written: epilogue is Epilogue.ColumnSumsOfA or Epilogue.ColumnSumsOfB);
        NoteAside(c, (long)rows * columns, written: true);
        return true;
    }

    // Algorithms may need up to 256 bytes; tensors lie in arenas at any multiple of 4.
    private static uint Alignment(ulong address) => (uint)Math.Min(256, address & (0 - address));

    private Matmul Choose(MatmulKey key, ulong vector)
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
            Describe(made, key, vector);
            return made;
        }
        catch (DeviceException)
        {
            GiveBack(made);
            throw;
        }
    }

    private void Describe(Matmul made, in MatmulKey key, ulong vector)
    {
        nint handle;
        int compute = Options.AllowTensorFloat32 ? ComputeTensorFloat32 : ComputeFloat32;
        DemandBlas(_lt!.DescriptionCreate(&handle, compute, Float32), "cublasLtMatmulDescCreate");
        made.Description = handle;
        int first = key.TransposeB ? 1 : 0, second = key.TransposeA ? 1 : 0, epilogue = (int)key.Epilogue;
        Set(made, TransposeAttribute, &first, sizeof(int));
        Set(made, TransposeAttribute + 1, &second, sizeof(int));
        Set(made, EpilogueAttribute, &epilogue, sizeof(int));
        // What is offered may depend on whether there is a vector and how it is aligned.
        Set(made, VectorAttribute, &vector, sizeof(ulong));
        made.Layouts[0] = Layout(key.TransposeB ? key.Columns : key.Inner, key.TransposeB ? key.Inner : key.Columns);
        made.Layouts[1] = Layout(key.TransposeA ? key.Inner : key.Rows, key.TransposeA ? key.Rows : key.Inner);
        made.Layouts[2] = Layout(key.Rows, key.Columns);
        DemandBlas(_lt.PreferenceCreate(&handle), "cublasLtMatmulPreferenceCreate");
        try
        {
            Ask(made, key, handle);
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

    /// <summary>A matrix that lies row by row, as cublasLt sees it: column by column, its transpose.</summary>
    private nint Layout(int rows, int columns)
    {
        nint layout;
        DemandBlas(_lt!.LayoutCreate(&layout, Float32, (ulong)columns, (ulong)rows, columns), "cublasLtMatrixLayoutCreate");
        return layout;
    }

    private void Ask(Matmul made, in MatmulKey key, nint preference)
    {
        ulong most = (ulong)WorkspaceBytes;
        DemandBlas(_lt!.PreferenceSet(preference, MostWorkspace, &most, sizeof(ulong)), "cublasLtMatmulPreferenceSetAttribute");
        uint* alignments = stackalloc uint[4] { key.AlignmentOfB, key.AlignmentOfA, key.AlignmentOfC, key.AlignmentOfC };
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

/// <summary>cublasLtEpilogue_t: with what a product ends.</summary>
internal enum Epilogue
{
    /// <summary>A vector is added.</summary>
    Bias = 4,

    /// <summary>A vector is added, and the ReLU applied.</summary>
    BiasRelu = 6,

    /// <summary>The sums over k of our B, which cublasLt calls A, are stored too.</summary>
    ColumnSumsOfB = 256,

    /// <summary>The sums over k of our A, which cublasLt calls B, are stored too.</summary>
    ColumnSumsOfA = 512,
}
