using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Figures;

/// <summary>Networks of one shape fitted to map a few points to themselves, one for each seed, trained side by side.</summary>
internal sealed class SyntheticNets : IDisposable
{
    private readonly Device _device;

    /// <summary>Trains seeds 0 … seeds-1 by Adam at 1e-3 on all points at once, as the paper's notebooks do.</summary>
    public SyntheticNets(
        MlpOptions shape, float[] points, long steps, int seeds, FigureOptions options,
        CancellationToken cancellation, double inputNoise = 0)
        : this(shape, _ => points, steps, seeds, options, cancellation, inputNoise)
    {
    }

    /// <summary>The same with points for each seed; of more than 1000 each step sees 1000, drawn without replacement.</summary>
    public SyntheticNets(
        MlpOptions shape, Func<int, float[]> points, long steps, int seeds, FigureOptions options, CancellationToken cancellation,
        double inputNoise = 0)
    {
        _device = Device.Cpu(options.Threads);
        var members = Enumerable.Range(0, seeds).Select(seed =>
        {
            float[] data = points(seed);
            return new EnsembleMember(data, data) { WeightSeed = (uint)seed, TrainingSeed = (uint)seed };
        }).ToArray();
        Ensemble = EnsembleTrainer.Fit(_device, shape, members, LossFunction.SquaredError,
            new() { Steps = steps, LearningRate = 1e-3, EvaluationInterval = 100, InputNoise = inputNoise },
            options.Report is { } report
                ? new Told<EnsembleProgress>(it => report(FormattableString.Invariant(
                    $"step {it.Step} of {it.Steps}, ") + (it.Running == 0 ? "all networks are done"
                        : FormattableString.Invariant($"{it.Running} of {it.Members} networks"))))
                : null,
            cancellation);
        cancellation.ThrowIfCancellationRequested();
        Nets = [.. Enumerable.Range(0, seeds).Select(seed => Ensemble.Network(seed))];
    }

    public EnsembleResult Ensemble { get; }

    public IReadOnlyList<Mlp> Nets { get; }

    /// <summary>Seeds whose network neither diverged nor gives the same output for all points.</summary>
    public IEnumerable<int> Alive =>
        Enumerable.Range(0, Nets.Count).Where(i => !Ensemble.Results[i].IsDead && Ensemble.Results[i].StopReason != StopReason.Diverged);

    /// <summary>Equally spaced points from 0 to 1, both ends included.</summary>
    public static float[] UnitGrid(int count) => [.. Enumerable.Range(0, count).Select(i => (float)(i / (count - 1.0)))];

    /// <summary>
    /// The midpoints of equal parts of an interval. With 1000 parts of [-1, 1] or [0, 1] none is a multiple of .1, so that a start never
    /// lies on a datum: on one that repels it would stay, and pass for a basin.
    /// </summary>
    public static float[] Midpoints(int count, double low, double high) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(low + (high - low) * (i + 0.5) / count))];

    /// <summary>The points after so many applications of a network.</summary>
    public static float[] Iterate(Mlp network, float[] points, int times)
    {
        for (int i = 0; i < times; i++) points = network.Evaluate(points);
        return points;
    }

    /// <summary>All points of a square grid over the unit square, both ends included: rows of two numbers.</summary>
    public static float[] UnitSquare(int side) =>
        [.. Enumerable.Range(0, side * side).SelectMany(i => new[] { (float)(i / side / (side - 1.0)), (float)(i % side / (side - 1.0)) })];

    /// <summary>The Euclidean distance of each row to the nearest datum, and which one that is.</summary>
    public static (double Distance, int Nearest)[] Nearest(float[] rows, float[] data, int features)
    {
        var found = new (double, int)[rows.Length / features];
        for (int i = 0; i < found.Length; i++)
        {
            var (best, nearest) = (double.PositiveInfinity, -1);
            for (int j = 0; j < data.Length / features; j++)
            {
                double square = PointSets.SquaredDistance(rows.AsSpan(i * features, features), data.AsSpan(j * features, features));
                if (square < best) (best, nearest) = (square, j);
            }

            found[i] = (Math.Sqrt(best), nearest);
        }

        return found;
    }

    /// <summary>The share of rows within τ, a Euclidean distance, of one of the data.</summary>
    public static double ShareWithin(float[] rows, float[] data, int features, double tolerance)
    {
        var nearest = Nearest(rows, data, features);
        return nearest.Count(it => it.Distance <= tolerance) / (double)nearest.Length;
    }

    public void Dispose()
    {
        foreach (var net in Nets) net.Dispose();
        _device.Dispose();
    }
}
