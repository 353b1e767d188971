using Kaleido.Tensors;

namespace Kaleido.Backends.Decorators;

// The primitives, each forwarded as it is between two readings of the clock.
public sealed partial class TimingBackend
{
    /// <inheritdoc/>
    public void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination)
    {
        var entry = Begin(nameof(Product), 0, destination.Count);
        _inner.Product(left, transposeLeft, right, transposeRight, accumulate, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination)
    {
        var entry = Begin(nameof(Unary), (int)function, destination.Count);
        _inner.Unary(x, function, alpha, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination)
    {
        var entry = Begin(nameof(Binary), (int)function, destination.Count);
        _inner.Binary(x, y, function, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination)
    {
        var entry = Begin(nameof(Ternary), (int)function, destination.Count);
        _inner.Ternary(x, y, z, function, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Broadcast(in MatrixView x, in MatrixView destination)
    {
        var entry = Begin(nameof(Broadcast), 0, destination.Count);
        _inner.Broadcast(x, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Fill(double value, in MatrixView destination)
    {
        var entry = Begin(nameof(Fill), 0, destination.Count);
        _inner.Fill(value, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination)
    {
        var entry = Begin(nameof(Reduce), (int)function, x.Count);
        _inner.Reduce(x, function, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Transpose(in MatrixView x, in MatrixView destination)
    {
        var entry = Begin(nameof(Transpose), 0, destination.Count);
        _inner.Transpose(x, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination)
    {
        var entry = Begin(nameof(GatherRows), 0, destination.Count);
        _inner.GatherRows(source, indices, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination)
    {
        var entry = Begin(nameof(ScatterAddRows), 0, values.Count);
        _inner.ScatterAddRows(values, indices, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Slice(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var entry = Begin(nameof(Slice), 0, destination.Count);
        _inner.Slice(x, row, column, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Place(in MatrixView x, int row, int column, in MatrixView destination)
    {
        var entry = Begin(nameof(Place), 0, x.Count);
        _inner.Place(x, row, column, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void OneHot(in MatrixView indices, in MatrixView destination)
    {
        var entry = Begin(nameof(OneHot), 0, destination.Count);
        _inner.OneHot(indices, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination)
    {
        var entry = Begin(nameof(Noise), (int)noise.Distribution, destination.Count);
        _inner.Noise(counter, noise, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination)
    {
        var entry = Begin(nameof(MinibatchIndices), 0, destination.Count);
        _inner.MinibatchIndices(counter, minibatch, destination);
        End(entry);
    }

    /// <inheritdoc/>
    public void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2)
    {
        var entry = Begin(nameof(Update), (int)rule.Kind, parameters.Count);
        _inner.Update(counter, rule, gradients, parameters, moment1, moment2);
        End(entry);
    }

    /// <inheritdoc/>
    public void Record(StepCounter counter, in MatrixView x, in MatrixView ring)
    {
        var entry = Begin(nameof(Record), 0, x.Count);
        _inner.Record(counter, x, ring);
        End(entry);
    }
}
