using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Lab.Beyond;

/// <summary>What chains that start at an attractor on a line do under noise.</summary>
/// <param name="Seed">The network's seed.</param>
/// <param name="Point">The attractor.</param>
/// <param name="Left">The unstable fixed point on its left; NaN for none.</param>
/// <param name="Right">The one on its right.</param>
/// <param name="Margin">What it bears.</param>
internal sealed record NoisySink(int Seed, LinePoint Point, double Left, double Right, NoiseMargin Margin)
{
    /// <summary>Noise in units of the bound.</summary>
    public static readonly double[] Multiples = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16];

    /// <summary>Float32 may move a state by this much, for nets as small as these.</summary>
    public const double Rounding = 1e-5;

    /// <summary>For each multiple the farthest that any chain got from x* under uniform noise.</summary>
    public double[] Farthest { get; } = new double[Multiples.Length];

    /// <summary>The same where every step is pushed outwards with full strength.</summary>
    public double[] FarthestWorst { get; } = new double[Multiples.Length];

    /// <summary>For each multiple the share of chains that ever crossed an unstable fixed point.</summary>
    public double[] Escaped { get; } = new double[Multiples.Length];

    /// <summary>Mean shift of the state under centred noise, under the reference's, and that predicted for the latter.</summary>
    public double CentredShift { get; private set; } = double.NaN;

    /// <inheritdoc cref="CentredShift"/>
    public double ReferenceShift { get; private set; } = double.NaN;

    /// <summary>(1 - f')⁻¹·bias, f' on the side that the bias pushes to.</summary>
    public double PredictedShift { get; private set; } = double.NaN;

    /// <summary>The shift of the fixed point of f + bias.</summary>
    public double CurvedShift { get; private set; } = double.NaN;

    /// <summary>The stable fixed points of a network that bear noise of at least 1e-3.</summary>
    public static List<NoisySink> Of(int seed, Mlp network)
    {
        var map = new LineMap(network);
        var points = map.FixedPoints();
        var sinks = new List<NoisySink>();
        for (int i = 0; i < points.Count; i++)
        {
            if (!points[i].IsStable) continue;
            double left = i > 0 ? points[i - 1].X : double.NaN, right = i + 1 < points.Count ? points[i + 1].X : double.NaN;
            var margin = new NoiseMargin(map, points[i].X, left, right);
            if (margin.Bound >= 1e-3) sinks.Add(new(seed, points[i], left, right, margin));
        }

        return sinks;
    }

    /// <summary>Runs chains at every multiple of the bound.</summary>
    public void Run(Mlp network, int chains, int steps)
    {
        for (int m = 0; m < Multiples.Length; m++)
        {
            double noise = Multiples[m] * Margin.Bound;
            using var kaleidoscope = new Kaleidoscope(network, Options(chains, noise, Noise.Uniform(-1, 1)));
            var escaped = new bool[chains];
            for (int k = 0; k < steps; k++)
            {
                var states = kaleidoscope.Step().Noisy.Span;
                for (int i = 0; i < chains; i++)
                {
                    Farthest[m] = Math.Max(Farthest[m], Math.Abs(states[i] - Point.X));
                    escaped[i] |= states[i] < Left || states[i] > Right;
                }
            }

            Escaped[m] = escaped.Count(it => it) / (double)chains;
            FarthestWorst[m] = Worst(network, noise, 200);
        }
    }

    // From x* outwards on both sides, every noise pushing away with all its strength.
    private double Worst(Mlp network, double noise, int steps)
    {
        var (low, high) = network.Options.Output.Range!.Value;
        float[] states = [(float)(Point.X - noise), (float)(Point.X + noise)];
        double farthest = 0;
        for (int k = 0; k < steps; k++)
        {
            states = network.Evaluate(states);
            for (int i = 0; i < 2; i++)
            {
                states[i] = (float)Math.Clamp(states[i] + (states[i] < Point.X ? -noise : noise), low, high);
                farthest = Math.Max(farthest, Math.Abs(states[i] - Point.X));
            }
        }

        return farthest;
    }

    /// <summary>The shares of chains that crossed a neighbour under centred and under the reference's noise of one scale.</summary>
    public (double Centred, double Reference) Jumped { get; private set; }

    /// <summary>The scale of the noise that the shifts were measured with.</summary>
    public double ShiftEpsilon { get; private set; } = double.NaN;

    /// <summary>
    /// Counts jumps under centred and under the reference's noise of scale ε, and measures the mean of the state: with ε, or with less
    /// where that could cross a neighbour.
    /// </summary>
    public void MeasureShift(Mlp network, double epsilon, int chains, int steps)
    {
        var (low, high) = network.Options.Output.Range!.Value;
        var reference = Noise.Reference(low, high);
        Jumped = (Crossed(Noise.Uniform(-1, 1)), Crossed(reference));
        ShiftEpsilon = Math.Min(epsilon, 0.9 * Margin.Escape / reference.Second);
        var map = new LineMap(network);
        double bias = ShiftEpsilon * reference.Mean, shifted = Point.X;
        for (int k = 0; k < 5000; k++) shifted = Math.Min(high, map.Apply(shifted) + bias);
        CurvedShift = shifted - Point.X;
        PredictedShift = bias / (1 - map.Slope(Math.Min(high, Point.X + 1e-9)));
        CentredShift = States(network, ShiftEpsilon, Noise.Uniform(-1, 1), chains, steps).Average() - Point.X;
        ReferenceShift = States(network, ShiftEpsilon, reference, chains, steps).Average() - Point.X;

        double Crossed(Noise noise)
        {
            var crossed = new bool[chains];
            var states = States(network, epsilon, noise, chains, steps);
            for (int k = 0; k < states.Count; k++) crossed[k % chains] |= states[k] < Left || states[k] > Right;
            return crossed.Count(it => it) / (double)chains;
        }
    }

    /// <summary>States under noise, those of the first 100 steps left out.</summary>
    public List<double> States(Mlp network, double epsilon, Noise noise, int chains, int steps)
    {
        using var kaleidoscope = new Kaleidoscope(network, Options(chains, epsilon, noise));
        kaleidoscope.Advance(100);
        var states = new List<double>(chains * steps);
        for (int k = 0; k < steps; k++)
        {
            foreach (float state in kaleidoscope.Step().Noisy.Span) states.Add(state);
        }

        return states;
    }

    // Seed and streams of the noise are the sampler's; the attractor's number keeps two of one network apart.
    private KaleidoscopeOptions Options(int chains, double epsilon, Noise noise) => new()
    {
        Samples = chains, Start = Noise.Uniform(Point.X, Point.X), Epsilon = epsilon, Perturbation = noise,
        Seed = (uint)Seed * 64 + (uint)(32 * (Point.X + 1)),
    };
}
