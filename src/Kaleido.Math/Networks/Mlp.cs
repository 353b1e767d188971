using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Networks;

/// <summary>
/// A multi-layer perceptron f: h₀ = x, hₗ₊₁ = φ(hₗWₗᵀ + bₗ), f = ψ(h_L W_Lᵀ + b_L), samples in rows. Its parameters lie in one arena on a
/// device; plans for training, evaluation and sampling share them.
/// </summary>
/// <remarks>
/// <see cref="Evaluate(ReadOnlySpan{float}, Span{float})"/> may be called by several threads at once, but not while the network is trained.
/// </remarks>
public sealed class Mlp : IDisposable
{
    private readonly Lock _evaluation = new();
    private readonly int[] _sizes;
    private BatchEvaluator? _evaluator;

    private Mlp(Device device, MlpOptions options)
    {
        (Device, Options) = (device, options);
        _sizes = [.. options.Sizes()];
        Parameters = new ParameterSet(device, Enumerable.Range(0, Layers).SelectMany(layer => new[]
        {
            (WeightName(layer), _sizes[layer + 1], _sizes[layer]),
            (BiasName(layer), 1, _sizes[layer + 1]),
        }));
    }

    /// <summary>A network with freshly drawn parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public static Mlp Create(Device device, MlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        var network = new Mlp(device, options);
        foreach (var (parameter, values) in network.Parameters.Parameters.Zip(network.InitialParameters(options.Seed)))
            network.Parameters[parameter].Upload(values);
        return network;
    }

    /// <summary>The numbers that a network of this shape begins with, parameter by parameter.</summary>
    internal IEnumerable<float[]> InitialParameters(uint seed)
    {
        for (int layer = 0; layer < Layers; layer++)
        {
            int fanIn = _sizes[layer], fanOut = _sizes[layer + 1];
            uint stream = RandomStreams.Parameters + 2 * (uint)layer;
            yield return Initializer.Weight(Options.Initialization, fanIn, fanOut, seed, stream);
            yield return Initializer.Bias(Options.Initialization, fanIn, fanOut, seed, stream + 1);
        }
    }

    /// <summary>A network whose parameters the caller fills in; they are +0.</summary>
    internal static Mlp CreateEmpty(Device device, MlpOptions options) => new(device, options);

    /// <summary>The device that holds the parameters.</summary>
    public Device Device { get; }

    /// <summary>The shape.</summary>
    public MlpOptions Options { get; }

    /// <summary>The parameters.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Number of linear maps: hidden layers + 1.</summary>
    public int Layers => _sizes.Length - 1;

    /// <summary>Features of an input.</summary>
    public int Inputs => _sizes[0];

    /// <summary>Features of an output.</summary>
    public int Outputs => _sizes[^1];

    /// <summary>Number of parameters.</summary>
    public long ParameterCount => Parameters.Count;

    /// <summary>From the data's units to what the network sees; saved with the network.</summary>
    public DataScaling InputScaling { get; set; } = DataScaling.ToUnit;

    /// <summary>From the targets' units to what the network gives; saved with the network.</summary>
    public DataScaling OutputScaling { get; set; } = DataScaling.ToUnit;

    /// <summary>Multiply-adds ×2 of a forward pass, per sample.</summary>
    public double ForwardFlops => 2.0 * Enumerable.Range(0, Layers).Sum(l => (double)_sizes[l] * _sizes[l + 1]);

    /// <summary>The same of a training step: forward, weight gradients and, but for the first layer, input gradients.</summary>
    public double StepFlops => 3 * ForwardFlops - 2.0 * _sizes[0] * _sizes[1];

    /// <summary>The weight of a layer, [out, in], a view.</summary>
    public Tensor Weight(int layer) => Parameters[Parameters[WeightName(layer)]];

    /// <summary>The bias of a layer, [1, out], a view.</summary>
    public Tensor Bias(int layer) => Parameters[Parameters[BiasName(layer)]];

    private static string WeightName(int layer) => FormattableString.Invariant($"layer{layer}.weight");

    private static string BiasName(int layer) => FormattableString.Invariant($"layer{layer}.bias");

    /// <summary>The parameters as variables of a graph, in the order of <see cref="ParameterSet.Parameters"/>.</summary>
    public Node[] Variables(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return [.. Parameters.Parameters.Select(p => graph.Variable(p.Name, Parameters[p]))];
    }

    /// <summary>The network as nodes: its output and the pre-activation of the last layer, which cross entropies start from.</summary>
    /// <exception cref="ArgumentException">The input has another number of columns than the network has inputs.</exception>
    public (Node Output, Node Logits) Forward(Node input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Shape.Columns != (Extent)Inputs)
            throw new ArgumentException($"Forward: the input {input.Shape} does not have the network's {Inputs} columns");
        var variables = Variables(input.Graph);
        var h = input;
        Node z = h;
        for (int layer = 0; layer < Layers; layer++)
        {
            var (weightScale, biasScale) = Initializer.ForwardScale(Options.Initialization, _sizes[layer]);
            Node product = h.Product(variables[2 * layer], transposeRight: true), bias = variables[2 * layer + 1];
            z = Scaled(product, weightScale) + Scaled(bias, biasScale);
            if (layer == Layers - 1) break;
            var y = Options.HiddenActivation.Apply(z);
            bool skips = Options.Residual && _sizes[layer] == _sizes[layer + 1];
            h = skips ? h + (y - Options.HiddenActivation.Apply(input.Graph.Constant(0))) : y;
        }

        return (Options.Output.Apply(z), z);

        static Node Scaled(Node x, double factor) => factor == 1 ? x : factor * x;
    }

    /// <summary>
    /// f in the data's units: <see cref="InputScaling"/>, the network, <see cref="OutputScaling"/> undone. Rows are samples.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes are not whole and equal numbers of samples.</exception>
    public void Evaluate(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int rows = inputs.Length / Inputs;
        if (inputs.Length != rows * Inputs || outputs.Length != rows * Outputs)
        {
            throw new ArgumentException($"Evaluate: {inputs.Length} inputs and {outputs.Length} outputs are not equal numbers of samples "
                + $"of {Inputs} inputs and {Outputs} outputs");
        }

        lock (_evaluation)
        {
            _evaluator ??= new BatchEvaluator(this);
            _evaluator.Evaluate(inputs, outputs, rows);
        }
    }

    /// <summary>The same into a new array: one row of <see cref="Outputs"/> numbers for each sample.</summary>
    /// <exception cref="ArgumentException">The number of values is no multiple of <see cref="Inputs"/>.</exception>
    public float[] Evaluate(ReadOnlySpan<float> inputs)
    {
        int rows = inputs.Length / Inputs;
        if (inputs.Length != rows * Inputs)
        {
            throw new ArgumentException($"Evaluate: {inputs.Length} input values are not samples of {Inputs} features", nameof(inputs));
        }

        var outputs = new float[rows * Outputs];
        Evaluate(inputs, outputs);
        return outputs;
    }

    /// <summary>SHA-256 over the parameters (see <see cref="ParameterSet.Sha256()"/>).</summary>
    public string WeightsSha256() => Parameters.Sha256();

    /// <summary>Writes parameters, shape and scaling to a safetensors file; the file is complete or not there.</summary>
    public void Save(string path) => MlpFile.Save(this, path);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no network: one sentence says what is wrong with it.</exception>
    public static Mlp Load(Device device, string path) => MlpFile.Load(device, path);

    /// <summary>Gives the parameters back.</summary>
    public void Dispose()
    {
        _evaluator?.Dispose();
        Parameters.Dispose();
    }
}
