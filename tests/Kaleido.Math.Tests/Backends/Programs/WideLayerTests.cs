using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>Widths whose products copy the left operand: from 1024 columns on, or rows whose length is a multiple of 256.</summary>
public sealed class WideLayerTests
{
    [Theory]
    [InlineData(1, 70, 20, 256, 256, 30)]
    [InlineData(1, 100, 256, 512, 40, 256)]
    [InlineData(1, 65, 30, 1030, 1040, 20)]
    [InlineData(2, 70, 20, 256, 256, 30)]
    [InlineData(4, 300, 20, 512, 1030, 256)]
    public void Layers_of_any_width_give_what_their_products_give_one_by_one(int threads, int rows, params int[] widths)
    {
        using var device = Device.Cpu(threads);
        using Tensor input = Drawn(device, rows, widths[0], 1);
        var graph = new Graph();
        Node y = graph.RowsVariable("x", input);
        var expected = input.ToArray();
        for (int layer = 1; layer < widths.Length; layer++)
        {
            Tensor weight = Drawn(device, widths[layer], widths[layer - 1], layer + 1);
            y = y.Product(graph.Variable($"w{layer}", weight), false, true).Relu();
            expected = Textbook(expected, weight.ToArray(), rows, widths[layer], widths[layer - 1]);
        }

        using var plan = Plan.Compile(graph, device, rows, [y]);
        plan.Run(rows);
        var seen = new float[expected.Length];
        plan.Download(y, seen);
        Bits.Equal(expected, seen, $"{string.Join(" → ", widths)}, {rows} rows, {threads} threads");
    }

    [Theory]
    [InlineData(256, 100)]
    [InlineData(512, 66)]
    [InlineData(1030, 65)]
    public void Training_wide_layers_gives_the_same_bits_on_any_number_of_threads(int width, int batch)
    {
        var hashes = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = Device.Cpu(threads);
            using var network = Mlp.Create(device, new(20, width, 2) { Output = Activation.Tanh, Seed = 7 });
            using Tensor data = Drawn(device, 2 * batch, 20, 7);
            return Trainer.Fit(network, data.ToArray(), data.ToArray(), LossFunction.SquaredError,
                new() { BatchSize = batch, Steps = 3, EvaluationInterval = 3, Seed = 7 }).LastWeightsSha256;
        });
        Assert.Single(hashes.Distinct());
    }

    private static float[] Textbook(float[] x, float[] weight, int rows, int columns, int depth)
    {
        var result = new float[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                float sum = 0;
                for (int k = 0; k < depth; k++) sum = MathF.FusedMultiplyAdd(x[i * depth + k], weight[j * depth + k], sum);
                result[i * columns + j] = MathF.Max(sum, 0);
            }
        }

        return result;
    }

    private static Tensor Drawn(Device device, int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var tensor = device.CreateTensor(rows, columns);
        foreach (ref float value in tensor.Span) value = random.NextSingle() - 0.5f;
        return tensor;
    }
}
