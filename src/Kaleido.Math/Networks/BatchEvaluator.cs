using Kaleido.Autodiff;

namespace Kaleido.Networks;

/// <summary>Evaluates a network on any number of rows through one plan of bounded capacity. Not for two threads at once.</summary>
internal sealed class BatchEvaluator : IDisposable
{
    private const int Capacity = 256;
    private readonly Mlp _network;
    private readonly Node _input, _output;
    private readonly Plan _plan;
    private readonly float[] _scaled;

    public BatchEvaluator(Mlp network)
    {
        _network = network;
        var graph = new Graph();
        _input = graph.Input("x", network.Inputs);
        _output = network.Forward(_input).Output;
        _plan = Plan.Compile(graph, network.Device, Capacity, [_output]);
        _scaled = new float[Capacity * Math.Max(network.Inputs, network.Outputs)];
    }

    public void Evaluate(ReadOnlySpan<float> inputs, Span<float> outputs, int rows)
    {
        for (int row = 0; row < rows; row += Capacity)
        {
            int count = Math.Min(Capacity, rows - row);
            var x = _scaled.AsSpan(0, count * _network.Inputs);
            _network.InputScaling.Apply(inputs.Slice(row * _network.Inputs, x.Length), x);
            _plan.Upload(_input, x);
            _plan.Run(count);
            var y = _scaled.AsSpan(0, count * _network.Outputs);
            _plan.Download(_output, y);
            _network.OutputScaling.Invert(y, outputs.Slice(row * _network.Outputs, y.Length));
        }
    }

    public void Dispose() => _plan.Dispose();
}
