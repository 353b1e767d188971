using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Ensembles;

/// <summary>
/// The networks of Fig. 3 in any width and depth, seeds side by side: points .2 and .8, sigmoid output, Adam at 1e-3, 5000 steps. Those
/// that are constant or diverged are counted and left out.
/// </summary>
internal sealed class TwoPointNets : IDisposable
{
    /// <summary>Distance to the data that counts as there, as in Fig. 3.</summary>
    public const double Tolerance = 0.02;

    private const int Steps = 5000, GridPoints = 201, MostIterations = 500;

    // At rest: no point moves by more than a few units in the last place of 1.
    private const double Rest = 1e-6;

    private readonly SyntheticNets _nets;

    public TwoPointNets(int hidden, int layers, int seeds, FigureOptions options, CancellationToken cancellation)
    {
        (Hidden, Layers, Seeds) = (hidden, layers, seeds);
        _nets = new(Shape(hidden, layers), Points, Steps, seeds, options with
        {
            Report = options.Report is { } report ? text => report($"{layers} hidden × {hidden}: {text}") : null,
        }, cancellation);
        Alive = [.. _nets.Alive];
    }

    /// <summary>The data.</summary>
    public static float[] Points { get; } = [0.2f, 0.8f];

    public int Hidden { get; }

    public int Layers { get; }

    public int Seeds { get; }

    /// <summary>Seeds whose network is neither constant nor diverged.</summary>
    public IReadOnlyList<int> Alive { get; }

    public int Dead => Seeds - Alive.Count;

    /// <summary>Weights and biases of one network.</summary>
    public long Parameters => _nets.Nets[0].ParameterCount;

    public Mlp this[int seed] => _nets.Nets[seed];

    public double Loss(int seed) => _nets.Ensemble.Results[seed].Loss;

    public static MlpOptions Shape(int hidden, int layers) => new(1, hidden, layers) { Output = Activation.Sigmoid };

    /// <summary>OGR over [0, 1].</summary>
    public static double Ratio(Mlp network) => OverGeneralization.Measure(network, Points).Ratio;

    /// <summary>B90(.02) of a uniform grid over [0, 1]; infinite where it comes to rest before, or after 500 applications.</summary>
    public static double BurnIn(Mlp network)
    {
        var near = new BurnInMeasure(Points, 1, Tolerance, firstIteration: 1);
        float[] state = SyntheticNets.UnitGrid(GridPoints);
        for (int i = 1; i <= MostIterations && near.BurnIn is null; i++)
        {
            float[] next = network.Evaluate(state);
            near.Observe(next);
            if (next.Zip(state).All(pair => Math.Abs(pair.First - pair.Second) <= Rest)) break;
            state = next;
        }

        return near.BurnIn ?? double.PositiveInfinity;
    }

    public void Dispose() => _nets.Dispose();
}
