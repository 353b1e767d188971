using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Cpu.Programs;
using Kaleido.Tensors;

namespace Kaleido.Probe;

/// <summary>
/// A training step by hand: a minibatch with noise goes through layers of several activations, the mean square and its gradients, the
/// loss into a ring, Adam over flat arenas.
/// </summary>
internal sealed class TrainingPlan : IDisposable
{
    private readonly Device _device;
    private readonly List<Tensor> _tensors = [];
    private readonly List<(int Offset, int Rows, int Columns)> _places = [];

    /// <summary>Layers of these widths, for up to <paramref name="capacity"/> rows of a data set of <paramref name="samples"/>.</summary>
    public TrainingPlan(int threads, int capacity, int samples, params int[] widths)
    {
        _device = Device.Cpu(threads);
        int length = 0;
        for (int layer = 1; layer < widths.Length; layer++)
        {
            _places.Add((length, widths[layer], widths[layer - 1]));
            length += (widths[layer] * widths[layer - 1] + 15) / 16 * 16;
            _places.Add((length, 1, widths[layer]));
            length += (widths[layer] + 15) / 16 * 16;
        }

        Tensor parameters = Create(1, length, 0.15), gradients = Create(1, length, 0);
        Tensor first = Create(1, length, 0), second = Create(1, length, 0);
        Parameters = parameters;
        var graph = new Graph();
        var nodes = _places.Select((p, i) => graph.Variable($"p{i}", new Tensor(parameters.Memory, p.Offset, p.Rows, p.Columns))).ToArray();
        var x = graph.Variable("data", Create(samples, widths[0], 1)).GatherRows(graph.MinibatchIndices(samples, 1, 0));
        var y = x + graph.NormalNoise(x.Shape, 0, 0.1, 1, 1);
        Func<Node, Node>[] activations = [n => n.Relu(), n => n.Gelu(), n => n.Sigmoid(), n => n.Elu(), n => n.Softplus(), n => n.Sin()];
        for (int layer = 0; layer < widths.Length - 1; layer++)
        {
            y = y.Product(nodes[2 * layer], false, true) + nodes[2 * layer + 1];
            y = layer == widths.Length - 2 ? y.Tanh() : activations[layer % activations.Length](y);
        }

        var loss = (y - x).Square().Mean();
        var rule = new OptimizerRule(OptimizerKind.Adam, LearningRateSchedule.Cosine(1e-2, 50).WithWarmUp(2));
        Plan = Plan.Compile(graph, _device, capacity, [loss],
        [
            new Recording(loss, Create(1, 16, 0)),
            new ParameterUpdate(rule, parameters, gradients, first, second,
                [.. loss.Differentiate(nodes).Zip(_places, (g, p) => (g, (long)p.Offset))]),
        ]);
        Loss = loss;
    }

    public Plan Plan { get; }

    public Node Loss { get; }

    public Tensor Parameters { get; }

    /// <summary>Offset, rows and columns of each layer's weight and bias in turn.</summary>
    public IReadOnlyList<(int Offset, int Rows, int Columns)> Places => _places;

    /// <summary>How many threads the last step asked for.</summary>
    public int Workers => Program.Workers;

    private CpuProgram Program => (CpuProgram)Plan.Executable;

    /// <summary>Lets all threads take part even where the work is small.</summary>
    public void ShareAlways() => Program.WorthSharing = 0;

    // Numbers between -scale and scale from integers alone, so that no function of the platform takes part.
    private Tensor Create(int rows, int columns, double scale)
    {
        var values = new float[rows * columns];
        uint state = 12345;
        for (int i = 0; i < values.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            values[i] = (float)(((state >> 8) / 8388608.0 - 1) * scale);
        }

        var tensor = _device.CreateTensor(rows, columns, values);
        _tensors.Add(tensor);
        return tensor;
    }

    public void Dispose()
    {
        Plan.Dispose();
        _tensors.ForEach(t => t.Dispose());
        _device.Dispose();
    }
}
