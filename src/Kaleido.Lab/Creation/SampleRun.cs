using System.Globalization;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Creation;

/// <summary>What to sample from a trained network.</summary>
public sealed record SampleOptions
{
    /// <summary>The network's file.</summary>
    public required string Network { get; init; }

    /// <summary>How often the network is applied.</summary>
    public int Iterations { get; init; } = 300;

    /// <summary>Number of chains.</summary>
    public int Chains { get; init; } = 100;

    /// <summary>Scale ε of the uniform noise between iterations; 0 for none.</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <summary>The seed of starts and noise.</summary>
    public uint Seed { get; init; }

    /// <summary>The shape of a sample; null to guess it from the number of features.</summary>
    public ImageShape? Shape { get; init; }

    /// <summary>
    /// Which frames to keep: those of <see cref="KaleidoscopeSheet.ChooseForAnimation"/>, or of <see cref="KaleidoscopeSheet.Choose"/>.
    /// </summary>
    public bool ForAnimation { get; init; }
}

/// <summary>What was sampled.</summary>
/// <param name="Options">The options.</param>
/// <param name="Shape">The shape of a sample.</param>
/// <param name="Frames">Iterations with the samples [chains, features] of each, in the data's units.</param>
/// <param name="BurnIn">The iteration at which the chains had settled, or null.</param>
/// <param name="IsCycle">True if they settled on cycles of period two.</param>
/// <param name="MedianStep">The median over the chains of the root mean square change per feature in the last iteration.</param>
/// <param name="WeightsSha256">The hash of the network's weights.</param>
public sealed record SampleResult(
    SampleOptions Options, ImageShape Shape, IReadOnlyList<(int Iteration, float[] Samples)> Frames, int? BurnIn, bool IsCycle,
    double MedianStep, string WeightsSha256)
{
    /// <summary>Iterations made.</summary>
    public int Iterations => Frames[^1].Iteration;
}

/// <summary>Applies a trained network again and again to noise.</summary>
public static class SampleRun
{
    /// <summary>Samples; cancelling ends it after the current iteration with the frames so far.</summary>
    /// <exception cref="InvalidDataException">The file is no network, no map
    /// of a space to itself, or its samples do not have the shape.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InsufficientMemoryException">The memory does not suffice for the chains.</exception>
    public static SampleResult Execute(
        SampleOptions options, Device device, IProgress<CreateProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        NetworkFile.Demand(options.Network);
        using var network = Mlp.Load(device, options.Network);
        if (network.Inputs != network.Outputs || network.Options.Output.Range is null)
        {
            throw new InvalidDataException(
                $"{options.Network}: the network maps {network.Inputs} features to {network.Outputs} through {network.Options.Output}; "
                + "a kaleidoscope needs as many outputs as inputs and a bounded output activation, such as sigmoid or tanh.");
        }

        var shape = options.Shape ?? NetworkFile.ShapeBeside(options.Network, network.Inputs)
            ?? KaleidoscopeSheet.GuessShape(network.Inputs);
        if (shape.Features != network.Inputs)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{options.Network}: its samples have {network.Inputs} features, "
                + $"but {shape.Width} x {shape.Height} x {shape.Channels} is {shape.Features}."));
        }

        MemoryNeed.Check(options.Chains, network.Inputs, network.Options.Hidden);
        using var kaleidoscope = new Kaleidoscope(network,
            new() { Samples = options.Chains, Epsilon = options.Epsilon, Seed = options.Seed });
        var frames = KaleidoscopeSheet.Collect(kaleidoscope, options.Iterations,
            options.ForAnimation ? KaleidoscopeSheet.ChooseForAnimation(options.Iterations) : KaleidoscopeSheet.Choose(options.Iterations),
            progress, cancellation);
        var last = kaleidoscope.Frame;
        return new(options, shape, frames, last.BurnIn, last.IsCycle, last.MedianStep, network.WeightsSha256());
    }
}
