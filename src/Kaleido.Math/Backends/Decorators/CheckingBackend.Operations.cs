using Kaleido.Tensors;

namespace Kaleido.Backends.Decorators;

// The primitives: each states what it reads and writes and which shapes fit, then forwards.
public sealed partial class CheckingBackend
{
    /// <inheritdoc/>
    public void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination)
    {
        var call = new Call(this, nameof(Product)).Reads(left).Reads(right).Writes(destination, keeps: accumulate);
        var (rows, inner) = transposeLeft ? (left.Columns, left.Rows) : (left.Rows, left.Columns);
        var (otherInner, columns) = transposeRight ? (right.Columns, right.Rows) : (right.Rows, right.Columns);
        call.Requires(inner == otherInner && destination.Rows == rows && destination.Columns == columns);
        _inner.Product(call[left], transposeLeft, call[right], transposeRight, accumulate, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination)
    {
        var call = new Call(this, function.ToString()).Scalar(alpha).Reads(x).Writes(destination, onto: true).RequiresBroadcast();
        _inner.Unary(call[x], function, alpha, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination)
    {
        var call = new Call(this, function.ToString()).Reads(x).Reads(y).Writes(destination, onto: true).RequiresBroadcast();
        _inner.Binary(call[x], call[y], function, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination)
    {
        var call = new Call(this, function.ToString()).Reads(x).Reads(y).Reads(z).Writes(destination, onto: true).RequiresBroadcast();
        _inner.Ternary(call[x], call[y], call[z], function, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Broadcast(in MatrixView x, in MatrixView destination)
    {
        var call = new Call(this, nameof(Broadcast)).Reads(x).Writes(destination, onto: true).RequiresBroadcast();
        _inner.Broadcast(call[x], call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Fill(double value, in MatrixView destination)
    {
        var call = new Call(this, nameof(Fill)).Scalar(value).Writes(destination);
        _inner.Fill(value, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination)
    {
        var call = new Call(this, function.ToString()).Reads(x).Writes(destination);
        int rows = function is ReduceOperation.ColumnSum or ReduceOperation.FullSum ? 1 : x.Rows;
        call.Requires(destination.Rows == rows && destination.Columns == (function == ReduceOperation.ColumnSum ? x.Columns : 1));
        _inner.Reduce(call[x], function, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Transpose(in MatrixView x, in MatrixView destination)
    {
        var call = new Call(this, nameof(Transpose)).Reads(x).Writes(destination);
        call.Requires(x.Rows == destination.Columns && x.Columns == destination.Rows);
        _inner.Transpose(call[x], call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination)
    {
        var call = new Call(this, nameof(GatherRows)).Reads(source).Reads(indices).Writes(destination);
        call.Requires(indices.Count == destination.Rows && source.Columns == destination.Columns);
        _inner.GatherRows(call[source], call[indices], call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination)
    {
        var call = new Call(this, nameof(ScatterAddRows)).Reads(values).Reads(indices).Writes(destination);
        call.Requires(indices.Count == values.Rows && values.Columns == destination.Columns);
        _inner.ScatterAddRows(call[values], call[indices], call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Slice(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var call = new Call(this, nameof(Slice)).Reads(x).Writes(destination).Requires(Holds(x, row, column, destination));
        _inner.Slice(call[x], row, column, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Place(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var call = new Call(this, nameof(Place)).Reads(x).Writes(destination, keeps: true).Requires(Holds(destination, row, column, x));
        _inner.Place(call[x], row, column, call[destination]);
        call.Done();
    }

    private static bool Holds(in MatrixView outer, int row, int column, in MatrixView rectangle) =>
        row >= 0 && column >= 0 && row <= outer.Rows - rectangle.Rows && column <= outer.Columns - rectangle.Columns;

    /// <inheritdoc/>
    public void OneHot(in MatrixView indices, in MatrixView destination)
    {
        var call = new Call(this, nameof(OneHot)).Reads(indices).Writes(destination).Requires(indices.Count == destination.Rows);
        _inner.OneHot(call[indices], call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination)
    {
        var call = new Call(this, nameof(Noise)).Scalar(noise.First).Scalar(noise.Second).Writes(destination);
        _inner.Noise(counter, noise, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination)
    {
        var call = new Call(this, nameof(MinibatchIndices)).Writes(destination).Requires(destination.Columns == 1);
        _inner.MinibatchIndices(counter, minibatch, call[destination]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2)
    {
        var call = new Call(this, $"{rule.Kind} update").Reads(gradients);
        call.Writes(parameters, keeps: true).Writes(moment1, keeps: true);
        // Only these two use the second moment; elsewhere it may be the memory of the first.
        if (rule.Kind is OptimizerKind.Adam or OptimizerKind.RmsProp) call.Writes(moment2, keeps: true);
        long count = parameters.Count;
        call.Requires(gradients.Count == count && moment1.Count == count && moment2.Count == count);
        _inner.Update(counter, rule, call[gradients], call[parameters], call[moment1], call[moment2]);
        call.Done();
    }

    /// <inheritdoc/>
    public void Record(StepCounter counter, in MatrixView x, in MatrixView ring)
    {
        var call = new Call(this, nameof(Record)).Reads(x).Writes(ring, keeps: true).Requires(x.Count == 1 && ring.Count > 0);
        _inner.Record(counter, call[x], call[ring]);
        call.Done();
    }
}
