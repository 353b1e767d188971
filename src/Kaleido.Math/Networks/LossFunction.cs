using Kaleido.Autodiff;
using Kaleido.Tensors;

namespace Kaleido.Networks;

/// <summary>What training makes small. Means are over this run's rows (and features), as in PyTorch's reduction "mean".</summary>
public enum LossFunction
{
    /// <summary>Mean over samples and features of (f(x) - t)² (PyTorch's MSELoss).</summary>
    SquaredError,
    /// <summary>
    /// Mean over samples and features of softplus(z) - t·z, with z the pre-activation of the last layer (PyTorch's BCEWithLogitsLoss).
    /// </summary>
    BinaryCrossEntropy,
    /// <summary>
    /// Mean over samples of -Σ tⱼ ln softmax(z)ⱼ, with z the pre-activation of the last layer (PyTorch's CrossEntropyLoss). Targets are
    /// probabilities [rows, classes], or class numbers in a column [rows, 1].
    /// </summary>
    CrossEntropy,
}

/// <summary>Losses as nodes.</summary>
public static class Losses
{
    /// <summary>The loss of a network's output: a scalar.</summary>
    /// <param name="loss">Which.</param>
    /// <param name="output">The output after the last activation, for the squared error.</param>
    /// <param name="logits">The pre-activation of the last layer, for the cross entropies.</param>
    /// <param name="targets">The targets.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Node Build(this LossFunction loss, Node output, Node logits, Node targets)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        bool classes = loss == LossFunction.CrossEntropy && targets.Shape.Columns.IsOne && !logits.Shape.Columns.IsOne;
        if (classes) targets = targets.OneHot(logits.Shape.Columns.Size);
        if (output.Shape != targets.Shape)
        {
            throw new ArgumentException(
                $"{loss}: the network's output {output.Shape} and the targets {targets.Shape} have different shapes");
        }
        return loss switch
        {
            LossFunction.SquaredError => (output - targets).Square().Mean(),
            LossFunction.BinaryCrossEntropy => (logits.Softplus() - targets * logits).Mean(),
            LossFunction.CrossEntropy => (targets * (logits.RowLogSumExp() - logits)).Sum()
                / logits.Graph.Count(new Shape(logits.Shape.Rows, 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "unknown loss"),
        };
    }
}
