using Kaleido.Autodiff;
using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>
/// A network as a map of a space to itself, in the network's units (no data scaling, as the states of a kaleidoscope), numbers in double:
/// exact on the float64 reference device, rounded to float32 elsewhere.
/// </summary>
internal sealed class NetworkMap : IDisposable
{
    private const int Capacity = 256;
    private readonly Plan _plan;
    private readonly Node _input, _output;

    public NetworkMap(string metric, Mlp network)
    {
        ArgumentNullException.ThrowIfNull(network);
        RequireSelfMap(metric, network);
        Features = network.Inputs;
        var graph = new Graph();
        _input = graph.Input("x", Features);
        _output = network.Forward(_input).Output;
        _plan = Plan.Compile(graph, network.Device, Capacity, [_output]);
    }

    public int Features { get; }

    public static void RequireSelfMap(string metric, Mlp network)
    {
        if (network.Inputs != network.Outputs)
            throw new ArgumentException($"{metric}: the network maps {network.Inputs} features to {network.Outputs}; they must be equal",
                nameof(network));
    }

    /// <summary>f of each row of [rows, features]; the destination may be the source.</summary>
    public void Apply(ReadOnlySpan<double> source, Span<double> destination)
    {
        for (int at = 0; at < source.Length; at += Capacity * Features)
        {
            int count = Math.Min(Capacity * Features, source.Length - at);
            _plan.Upload(_input, source.Slice(at, count));
            _plan.Run(count / Features);
            _plan.Download(_output, destination.Slice(at, count));
        }
    }

    public void Dispose() => _plan.Dispose();
}
