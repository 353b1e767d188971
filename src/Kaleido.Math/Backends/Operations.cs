using Kaleido.Tensors;

namespace Kaleido.Backends;

/// <summary>
/// What one node of a graph and one instruction of a program computes, apart from its operands. Operations are values: two equal
/// operations on the same operands are the same node.
/// </summary>
public abstract record Operation
{
    /// <summary>The name in messages and profiles.</summary>
    public abstract string Name { get; }

    /// <summary>True if element (r, c) of the result depends on the operands' elements (r, c), after broadcasting, alone.</summary>
    public virtual bool IsElementwise => false;

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}

/// <summary>A value that each run brings.</summary>
public sealed record InputOperation(string Label, int Index) : Operation
{
    /// <inheritdoc/>
    public override string Name => $"Input {Label}";
}

/// <summary>
/// A value that stays on the device between runs: a parameter, a data set, the state of a sampler. Its memory has room for
/// the shape at the plan's capacity, that is at most <paramref name="Rows"/> rows.
/// </summary>
public sealed record VariableOperation(string Label, DeviceMemory Memory, long Offset, int Rows = int.MaxValue) : Operation
{
    /// <inheritdoc/>
    public override string Name => $"Variable {Label}";
}

/// <summary>One number, given in double and rounded once: [1, 1].</summary>
public sealed record ConstantOperation(double Value) : Operation
{
    /// <summary>True for the same bits: 0 and -0 are different constants.</summary>
    public bool Equals(ConstantOperation? other) =>
        other is not null && BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"Constant {Value}");
}

/// <summary>The number of elements of a shape in this run, as a number: [1, 1].</summary>
public sealed record CountOperation(Shape Counted) : Operation
{
    /// <inheritdoc/>
    public override string Name => "Count";
}

/// <summary>op(A)·op(B), each element the fused chain over ascending k from +0 (docs/numerics.md, rule 1).</summary>
public sealed record ProductOperation(bool TransposeLeft, bool TransposeRight) : Operation
{
    /// <inheritdoc/>
    public override string Name => "Product";
}

/// <summary>An elementwise function of one operand.</summary>
public sealed record UnaryElementwise(UnaryOperation Function, double Alpha = 0) : Operation
{
    /// <summary>True for the same function with the same bits of alpha.</summary>
    public bool Equals(UnaryElementwise? other) => other is not null && Function == other.Function
        && BitConverter.DoubleToInt64Bits(Alpha) == BitConverter.DoubleToInt64Bits(other.Alpha);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Function, Alpha);

    /// <inheritdoc/>
    public override string Name => Function.ToString();

    /// <inheritdoc/>
    public override bool IsElementwise => true;
}

/// <summary>An elementwise function of two operands.</summary>
public sealed record BinaryElementwise(BinaryOperation Function) : Operation
{
    /// <inheritdoc/>
    public override string Name => Function.ToString();

    /// <inheritdoc/>
    public override bool IsElementwise => true;
}

/// <summary>An elementwise function of three operands.</summary>
public sealed record TernaryElementwise(TernaryOperation Function) : Operation
{
    /// <inheritdoc/>
    public override string Name => Function.ToString();

    /// <inheritdoc/>
    public override bool IsElementwise => true;
}

/// <summary>Repeats the operand along rows, columns or both to the result's shape.</summary>
public sealed record BroadcastOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "Broadcast";

    /// <inheritdoc/>
    public override bool IsElementwise => true;
}

/// <summary>A draw from a distribution. Element (r, c) is element r·columns + c of the Philox draw (seed, stream) at this step.</summary>
public sealed record NoiseOperation(NoiseDistribution Distribution, double First, double Second, uint Seed, uint Stream) : Operation
{
    /// <inheritdoc/>
    public override string Name => $"{Distribution} noise";

    /// <inheritdoc/>
    public override bool IsElementwise => true;
}

/// <summary>A reduction.</summary>
public sealed record Reduction(ReduceOperation Function) : Operation
{
    /// <inheritdoc/>
    public override string Name => Function.ToString();
}

/// <summary>The transposed matrix.</summary>
public sealed record TransposeOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "Transpose";
}

/// <summary>Row i of the result is row index[i] of the source; operands: source, indices [r, 1].</summary>
public sealed record GatherRowsOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "GatherRows";
}

/// <summary>
/// Row j of the result is the sum, in ascending i from +0, of the operand's rows i with index[i] = j; operands: values, indices [r, 1].
/// </summary>
public sealed record ScatterAddRowsOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "ScatterAddRows";
}

/// <summary>A rectangle of the operand that begins at (Row, Column) and has the result's shape.</summary>
public sealed record SliceOperation(int Row, int Column) : Operation
{
    /// <inheritdoc/>
    public override string Name => "Slice";
}

/// <summary>Zeros, with the operand placed at (Row, Column).</summary>
public sealed record PlaceOperation(int Row, int Column) : Operation
{
    /// <inheritdoc/>
    public override string Name => "Place";
}

/// <summary>Several matrices side by side (along columns) or one below the other (along rows).</summary>
public sealed record ConcatenateOperation(bool AlongRows) : Operation
{
    /// <inheritdoc/>
    public override string Name => "Concatenate";
}

/// <summary>Element (r, c) is 1 where index[r] = c, else 0; operand: indices [r, 1].</summary>
public sealed record OneHotOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "OneHot";
}

/// <summary>
/// The rows of this step's minibatch out of <paramref name="Samples"/>, [r, 1]: element i is π(i) for the keyed permutation π of this
/// step (<see cref="Numerics.FeistelPermutation"/>), or i where the batch has at least as many rows as there are samples.
/// </summary>
public sealed record MinibatchIndicesOperation(int Samples, uint Seed, uint Stream) : Operation
{
    /// <inheritdoc/>
    public override string Name => "MinibatchIndices";
}

/// <summary>The operand, with no derivative. It lives in graphs only: the compiler drops it and backends never see it.</summary>
public sealed record StopGradientOperation : Operation
{
    /// <inheritdoc/>
    public override string Name => "StopGradient";
}

/// <summary>
/// An operation of one device's own, which that device puts in the place of others when it lowers a program. Graphs never hold one.
/// </summary>
public abstract record DeviceOperation : Operation
{
    /// <summary>Computes it on the device that made it. Operands may be results too: what is written follows from the operation.</summary>
    public abstract void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination);
}
