using Kaleido.Autodiff;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>The computations of a training, the same for one network and for an ensemble.</summary>
internal static class TrainingGraphs
{
    /// <summary>The loss of a step's minibatch: drawn rows, or all rows in order.</summary>
    public static Node StepLoss(Graph graph, Mlp network, TrainingData data, int batch, LossFunction loss, TrainingOptions options)
    {
        Node inputs, targets;
        if (batch == data.Samples)
        {
            (inputs, targets) = (graph.RowsVariable("inputs", data.Inputs), graph.RowsVariable("targets", data.Targets));
        }
        else
        {
            var rows = graph.MinibatchIndices(data.Samples, options.Seed, RandomStreams.Minibatches);
            inputs = graph.Variable("inputs", data.Inputs).GatherRows(rows);
            targets = ReferenceEquals(data.Inputs, data.Targets) ? inputs : graph.Variable("targets", data.Targets).GatherRows(rows);
        }

        if (options.InputNoise > 0)
            inputs += graph.NormalNoise(inputs.Shape, 0, options.InputNoise, options.Seed, RandomStreams.InputNoise);
        var (output, logits) = network.Forward(inputs);
        return loss.Build(output, logits, targets);
    }

    /// <summary>
    /// Of the evaluation samples: the loss, the largest difference of an output between the first sample and another, and the largest
    /// magnitude of what goes into the last activation.
    /// </summary>
    public static (Node Loss, Node Spread, Node Reach) Evaluation(Graph graph, Mlp network, TrainingData data, LossFunction loss)
    {
        int rows = data.EvaluationSamples;
        Node inputs = First("inputs", data.Inputs),
            targets = ReferenceEquals(data.Inputs, data.Targets) ? inputs : First("targets", data.Targets);
        var (output, logits) = network.Forward(inputs);
        var first = output.Slice(0, 0, new Shape(1, output.Shape.Columns));
        return (loss.Build(output, logits, targets), Largest(output - first), Largest(logits));

        static Node Largest(Node x) => x.Abs().RowMaximum().Transpose().RowMaximum();

        Node First(string name, Tensor tensor) =>
            graph.Variable(name, new Tensor(tensor.Memory, tensor.Offset, rows, tensor.Columns));
    }
}
