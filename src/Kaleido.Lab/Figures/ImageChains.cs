using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Lab.Figures;

/// <summary>How a network is fitted to pictures and iterated, for Figs. 7 and 8.</summary>
internal sealed record ImageSettings(int Hidden, int HiddenLayers, int Steps, int BatchSize, double LearningRate, int Chains,
    int Iterations)
{
    /// <summary>Scale ε of the centred uniform noise between iterations, in the network's units.</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <summary>The first samples of the data at most.</summary>
    public int Samples { get; init; } = int.MaxValue;
}

/// <summary>
/// A network fitted to pictures (tanh output, the data in [-1, 1]) and chains iterated from uniform noise: what
/// <c>kaleido create</c> does, with measures of all iterations instead of files.
/// </summary>
internal sealed class ImageChains
{
    /// <summary>The losses, and when the training ended.</summary>
    public required FitResult Fit { get; init; }

    /// <summary>Weights and biases.</summary>
    public required long Parameters { get; init; }

    /// <summary>Chosen iterations, samples in the data's units; of all but the last only the chains that a picture shows.</summary>
    public required IReadOnlyList<(int Iteration, float[] Samples)> Frames { get; init; }

    /// <summary>When the chains had settled, told without the data, or null.</summary>
    public required int? BurnIn { get; init; }

    /// <summary>The first application's samples against the training samples.</summary>
    public required Memorization First { get; init; }

    /// <summary>The last samples against the training samples.</summary>
    public required Memorization Last { get; init; }

    /// <summary>Distinct ends of the chains: cosine above .99 in the data's units is one.</summary>
    public required Attractors Attractors { get; init; }

    /// <summary>
    /// ‖x_{t+1} - x_t‖/√D of every chain in every iteration of the last two thirds, in the data's units, ascending. x is what the network
    /// gives, before noise.
    /// </summary>
    public required double[] Jumps { get; init; }

    /// <summary>Fits, iterates, measures.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageChains Run(string name, Dataset data, ImageSettings settings, Device device, Action<string>? report,
        CancellationToken cancellation)
    {
        using var network = Mlp.Create(device, new(data.Features, settings.Hidden, settings.HiddenLayers) { Output = Activation.Tanh });
        var fit = ManifoldLearning.Fit(network, data, new()
        {
            BatchSize = Math.Min(settings.BatchSize, data.Samples), Steps = settings.Steps, LearningRate = settings.LearningRate,
        }, report is null ? null : new Told<TrainingProgress>(it => report(FormattableString.Invariant(
            $"{name}: step {it.Step} of {it.Steps}, loss {it.MinibatchLoss:g3}"))), cancellation);
        cancellation.ThrowIfCancellationRequested();

        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = settings.Chains, Epsilon = settings.Epsilon });
        var jumps = new JumpSizes(settings.Chains, data.Features, settings.Iterations / 3);
        int[] chosen = [.. KaleidoscopeSheet.Choose(settings.Iterations).Union(ImagePictures.Moments(settings.Iterations)).Order()];
        var frames = KaleidoscopeSheet.Collect(kaleidoscope, settings.Iterations, chosen, new Told<CreateProgress>(it =>
        {
            jumps.Observe(it.Iteration, kaleidoscope.Frame.Samples.Span);
            if (it.Iteration % 10 == 0) report?.Invoke($"{name}: iteration {it.Iteration} of {it.Iterations}");
        }), cancellation);
        cancellation.ThrowIfCancellationRequested();
        report?.Invoke($"{name}: measuring");
        float[] last = frames[^1].Samples;
        var memorization = Memorization.Measure(device, last, data, cancellation);
        return new()
        {
            Fit = fit,
            Parameters = network.ParameterCount,
            Frames = frames,
            BurnIn = kaleidoscope.Frame.BurnIn,
            First = Memorization.Measure(device, frames.First(frame => frame.Iteration == 1).Samples, data, cancellation),
            Last = memorization,
            // The nearest samples of the chains suffice to tell each attractor's nearest one.
            Attractors = Attractors.Find(last, data.Subset([.. memorization.Neighbours.Select(it =>
                it.First).Distinct().Order()]).Values.Span, data.Features),
            // From the network's [-1, 1] to the data's [0, 1].
            Jumps = jumps.Sorted(0.5),
        };
    }
}

/// <summary>Collects how far chains move from one iteration to the next.</summary>
internal sealed class JumpSizes(int chains, int features, int discarded)
{
    private readonly float[] _previous = new float[chains * features];
    private readonly List<double> _sizes = [];

    /// <summary>Takes the samples of iteration 1, 2, …, each once.</summary>
    public void Observe(int iteration, ReadOnlySpan<float> samples)
    {
        for (int chain = 0; chain < chains && iteration > 1 && iteration > discarded; chain++)
            _sizes.Add(PointSets.RootMeanSquare(samples.Slice(chain * features, features), _previous.AsSpan(chain * features, features)));
        samples.CopyTo(_previous);
    }

    /// <summary>All sizes times a factor, ascending.</summary>
    public double[] Sorted(double factor) => [.. _sizes.Select(size => size * factor).Order()];
}
