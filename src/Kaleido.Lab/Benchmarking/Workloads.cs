using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Optimizers;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Lab.Benchmarking;

/// <summary>A matrix product to measure: C[M×N] = op(A)·op(B), both operands row-major.</summary>
/// <param name="M">Rows of C.</param>
/// <param name="N">Columns of C.</param>
/// <param name="K">The common dimension.</param>
/// <param name="TransposeA">A is stored as its transpose.</param>
/// <param name="TransposeB">B is stored as its transpose.</param>
public readonly record struct ProductShape(int M, int N, int K, bool TransposeA, bool TransposeB)
{
    /// <summary>The products of the paper's MNIST network, square ones, thin ones and a tiny one.</summary>
    public static IReadOnlyList<ProductShape> All { get; } =
    [
        Parse("1000x500x500 NN"), Parse("1000x500x500 NT"), Parse("1000x500x500 TN"), Parse("1000x500x784 NN"), Parse("1000x784x500 NN"),
        Parse("1000x784x500 NT"), Parse("500x500x1000 TN"), Parse("784x500x1000 TN"), Parse("1024x1024x1024 NN"),
        Parse("2048x2048x2048 NN"), Parse("4096x4096x4096 NN"), Parse("32x500x500 NN"), Parse("2x10x10 NN"), Parse("1x500x500 NN"),
    ];

    /// <summary>Floating-point operations; a multiply-add is two.</summary>
    public double Flops => 2.0 * M * N * K;

    /// <summary>Reads "1000x500x784 NT".</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static ProductShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(' ', 'x');
        if (parts is not [var m, var n, var k, ['N' or 'T', 'N' or 'T'] transposes])
            throw new FormatException($"\"{text}\" is not like \"1000x500x784 NT\"");
        return new(Size(m), Size(n), Size(k), transposes[0] == 'T', transposes[1] == 'T');

        static int Size(string s) => int.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{M}x{N}x{K} {(TransposeA ? 'T' : 'N')}{(TransposeB ? 'T' : 'N')}");
}

/// <summary>Work that is measured: the same for every contender (see bench/peers).</summary>
public static class Workloads
{
    /// <summary>The network of the paper's MNIST figure: 784, 10 × 500 ReLU, 784 tanh.</summary>
    public static MlpOptions Mnist { get; } = new(784, 500, 10) { Output = Activation.Tanh };

    /// <summary>The smallest network of the paper: 1, 6 × 10 ReLU, 1 sigmoid.</summary>
    public static MlpOptions Tiny { get; } = new(1, 10, 6) { Output = Activation.Sigmoid };

    /// <summary>Rows of a step and of a sampling iteration with <see cref="Mnist"/>.</summary>
    public const int Batch = 1000;

    /// <summary>
    /// Operations of a training step of <see cref="Mnist"/>: three products a layer, but none for the gradient of the data.
    /// </summary>
    public static double StepFlops { get; } = Batch * (6.0 * (2 * 784 * 500 + 9 * 500 * 500) - 2.0 * 784 * 500);

    /// <summary>Operations of a sampling iteration of <see cref="Mnist"/>.</summary>
    public static double SamplingFlops { get; } = Batch * 2.0 * (2 * 784 * 500 + 9 * 500 * 500);

    /// <summary>A product as a plan of one instruction.</summary>
    public static Plan Product(Device device, ProductShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        var graph = new Graph();
        Node a = Filled("A", shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, 1);
        Node b = Filled("B", shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, 2);
        return Plan.Compile(graph, device, 0, [a.Product(b, shape.TransposeA, shape.TransposeB)]);

        Node Filled(string label, int rows, int columns, uint seed)
        {
            var tensor = device.CreateTensor(rows, columns);
            tensor.Upload(Uniform(tensor.Count, seed));
            return graph.Variable(label, tensor);
        }
    }

    /// <summary>
    /// A training step: minibatch draw (without replacement), forward, mean squared error against the input, gradients, optimiser, and the
    /// loss into a ring.
    /// </summary>
    public static Plan Step(Mlp network, GradientDescent descent, int samples, int batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(descent);
        var data = network.Device.CreateTensor(samples, network.Inputs);
        data.Upload(Uniform(data.Count, 3));
        return Step(network, descent, data, network.Device.CreateTensor(1, 1024), batch);
    }

    /// <summary>The same step on given data and with a given ring, which stay the caller's.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="descent">The optimiser of its parameters.</param>
    /// <param name="data">[samples, features], inputs and targets; with as many samples as the minibatch or fewer, all are taken.</param>
    /// <param name="losses">[1, length]: the loss of step t is element t mod length.</param>
    /// <param name="batch">Rows of a step.</param>
    public static Plan Step(Mlp network, GradientDescent descent, Tensor data, Tensor losses, int batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(descent);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(losses);
        var graph = new Graph();
        var inputs = batch < data.Rows
            ? graph.Variable("data", data).GatherRows(graph.MinibatchIndices(data.Rows, 1, RandomStreams.Minibatches))
            : graph.RowsVariable("data", data);
        var (output, logits) = network.Forward(inputs);
        var loss = LossFunction.SquaredError.Build(output, logits, inputs);
        return Plan.Compile(graph, network.Device, batch, [],
            [new Recording(loss, losses), descent.Minimize(loss, network.Variables(graph))]);
    }

    /// <summary>Members of an ensemble of <see cref="Tiny"/>, each with its own seeds, all with the same 20 samples.</summary>
    public static IReadOnlyList<EnsembleMember> TinyMembers(int count)
    {
        float[] data = TinyData();
        return [.. Enumerable.Range(0, count).Select(i => new EnsembleMember(data, data) { WeightSeed = (uint)i, TrainingSeed = (uint)i })];
    }

    /// <summary>20 numbers in [0, 1): a minibatch of 2 of them is drawn at each step.</summary>
    public static float[] TinyData() => Uniform(20, 4);

    /// <summary>Numbers uniform in [0, 1), the same for every contender.</summary>
    public static float[] Uniform(long count, uint seed) => MetricRandom.UniformFloats(seed, RandomStreams.DrawnData, 0, (int)count);
}
