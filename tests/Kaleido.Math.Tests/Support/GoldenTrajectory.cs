using System.Globalization;
using System.Text.Json;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Tensors;

namespace Kaleido.Tests.Support;

/// <summary>A training that other code computed, and a network of ours that begins with its weights.</summary>
internal sealed class GoldenTrajectory : IDisposable
{
    private readonly GoldenFile _file;
    private readonly bool _doubles;

    public GoldenTrajectory(string path, Device device)
    {
        _file = GoldenFile.Open(path);
        _doubles = path.Contains("_f64", StringComparison.Ordinal);
        int[] sizes = JsonSerializer.Deserialize<int[]>(_file.Metadata["sizes"])!;
        Network = Mlp.Create(device, new(sizes[0], 0, 0)
        {
            HiddenWidths = sizes[1..^1],
            Outputs = sizes[^1],
            HiddenActivation = Activation.Parse(_file.Metadata["hidden"]),
            Output = Activation.Parse(_file.Metadata["output"]),
        });
        double[] betas = [.. _file.Metadata["betas"].Split(',').Select(b => double.Parse(b, CultureInfo.InvariantCulture))];
        Adam = new()
        {
            LearningRate = double.Parse(_file.Metadata["lr"], CultureInfo.InvariantCulture),
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = double.Parse(_file.Metadata["eps"], CultureInfo.InvariantCulture),
        };
        Losses = _file.Float64("loss");
        Input = Values("step0.input");
        Restart();
    }

    public Mlp Network { get; }

    public Adam Adam { get; }

    public double[] Losses { get; }

    public double[] Input { get; }

    public float[] Input32 => [.. Input.Select(x => (float)x)];

    public bool Has(int steps) => _file.Names.Contains($"after{steps}.layer0.weight");

    public double[] Values(string name) => _doubles ? _file.Float64(name) : [.. _file.Float32(name).Select(x => (double)x)];

    /// <summary>Puts the initial weights back.</summary>
    public void Restart()
    {
        foreach (var parameter in Network.Parameters.Parameters)
        {
            double[] values = Values("init." + parameter.Name);
            Assert.Equal(parameter.Count, values.Length);
            Network.Parameters[parameter].Upload(values);
        }
    }

    /// <summary>The largest ‖difference‖/‖golden‖ over the weights after that many steps.</summary>
    public double WeightError(int steps) => Error($"after{steps}.", Network.Parameters.Arena);

    /// <summary>The same of the first step's gradients.</summary>
    public double GradientError(Tensor gradients) => Error("step0.gradient.", gradients);

    private double Error(string prefix, Tensor arena)
    {
        double worst = 0;
        foreach (var parameter in Network.Parameters.Parameters)
        {
            double[] golden = Values(prefix + parameter.Name), ours = new double[parameter.Count];
            arena.Memory.Download(arena.Offset + parameter.Offset, ours);
            double difference = Math.Sqrt(golden.Zip(ours, (g, o) => (g - o) * (g - o)).Sum()), norm = Math.Sqrt(golden.Sum(g => g * g));
            // A gradient of exact zeros, that of a layer behind dead units, must be met exactly.
            worst = Math.Max(worst, difference == 0 ? 0 : difference / norm);
        }

        return worst;
    }

    public void Dispose() => Network.Dispose();
}

/// <summary>A step of training by hand: a graph with an input, the squared error to the input itself, and an update.</summary>
internal sealed class ManualTraining : IDisposable
{
    private readonly GradientDescent _descent;
    private readonly Plan _plan;
    private readonly Node _input, _loss, _output;
    private readonly int _features;

    public ManualTraining(Mlp network, Optimizer optimizer, int rows)
    {
        var graph = new Graph();
        _features = network.Inputs;
        _descent = new GradientDescent(network.Parameters, optimizer);
        _input = graph.Input("x", network.Inputs);
        (_output, var logits) = network.Forward(_input);
        _loss = LossFunction.SquaredError.Build(_output, logits, _input);
        _plan = Plan.Compile(graph, network.Device, rows, [_loss, _output], [_descent.Minimize(_loss, network.Variables(graph))]);
    }

    public Tensor Gradients => _descent.Gradients;

    public double[] Output
    {
        get
        {
            var values = new double[_plan.OutputView(_output).Count];
            _plan.Download(_output, values);
            return values;
        }
    }

    /// <summary>One step; returns the loss before the update.</summary>
    public double Step(ReadOnlySpan<double> input)
    {
        _plan.Upload(_input, input);
        _plan.Run(input.Length / _features);
        return _plan.Scalar(_loss);
    }

    public void Dispose()
    {
        _plan.Dispose();
        _descent.Dispose();
    }
}
