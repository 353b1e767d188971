namespace Kaleido.Cuda.Sessions;

/// <summary>
/// A product of dense matrices as cuBLAS takes it, everything column by column: C [M, N] = op(A)·op(B), K numbers in a sum.
/// </summary>
internal readonly record struct BlasProduct(ulong A, bool TransposeA, ulong B, bool TransposeB, ulong C, int M, int N, int K)
{
    /// <summary>The product left·right into destination [rows, columns], all row by row.</summary>
    /// <remarks>
    /// Column by column each of our matrices is its transpose, so cuBLAS is asked for Cᵀ = op(right)ᵀ·op(left)ᵀ. This is the one place where
    /// operands are exchanged (and, with them, the sums of <see cref="Epilogue"/>).
    /// </remarks>
    public static BlasProduct OfRows(
        ulong left, bool transposeLeft, ulong right, bool transposeRight, ulong destination, int rows, int columns, int inner) =>
        new(right, transposeRight, left, transposeLeft, destination, columns, rows, inner);

    /// <summary>Rows of A as it lies, which is its leading dimension.</summary>
    public int RowsOfA => TransposeA ? K : M;

    /// <summary>Columns of A as it lies.</summary>
    public int ColumnsOfA => TransposeA ? M : K;

    /// <summary>Rows of B as it lies, which is its leading dimension.</summary>
    public int RowsOfB => TransposeB ? N : K;

    /// <summary>Columns of B as it lies.</summary>
    public int ColumnsOfB => TransposeB ? K : N;
}

/// <summary>cublasLtEpilogue_t: with what a product ends.</summary>
internal enum Epilogue
{
    /// <summary>A vector is added to each column of C: to each row of ours.</summary>
    Bias = 4,

    /// <summary>A vector is added, and the ReLU applied.</summary>
    BiasRelu = 6,

    /// <summary>The sums over k of A, our right operand, are stored too.</summary>
    SumsOfRight = 256,

    /// <summary>The sums over k of B, our left operand, are stored too.</summary>
    SumsOfLeft = 512,
}
