using Kaleido.Lab.Figures;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>Networks of one shape, and what <see cref="GradientStudy"/> measures on each.</summary>
internal sealed class GradientFamily
{
    // "GSTA": uniform starts; the step is the network's seed.
    private const uint Stream = 0x4753_5441;

    /// <summary>Distances of starts from a datum.</summary>
    public static readonly double[] Radii = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

    /// <summary>T of p ∝ e^(-‖x - f(x)‖²/T).</summary>
    public static readonly double[] Temperatures = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

    /// <summary>One network's figures.</summary>
    /// <param name="Seed">Its seed.</param>
    /// <param name="Iteration">Shares of uniform starts at each kind of end under iteration.</param>
    /// <param name="Flow">The same under gradient flow.</param>
    /// <param name="IterationUnstable">The share at unstable fixed points, data among them, under iteration.</param>
    /// <param name="FlowUnstable">The same under gradient flow.</param>
    /// <param name="IterationYield">By start radius the share within τ of the data under iteration.</param>
    /// <param name="FlowYield">The same under gradient flow.</param>
    /// <param name="Unstable">Unstable fixed points with no stable one within .01, in one dimension; -1 in two.</param>
    /// <param name="DataMass">By temperature the mass of p within τ of the data, in one dimension.</param>
    /// <param name="UnstableMass">The same within τ of unstable fixed points farther than 2τ from the data.</param>
    public sealed record Row(
        int Seed, double[] Iteration, double[] Flow, double IterationUnstable, double FlowUnstable, double[] IterationYield,
        double[] FlowYield, int Unstable, double[] DataMass, double[] UnstableMass);

    private GradientFamily(string name, string key, float[] data, double tolerance, SyntheticNets nets, Row[] rows) =>
        (Name, Key, Data, Tolerance, Nets, Rows) = (name, key, data, tolerance, nets.Nets, rows);

    public string Name { get; }

    public string Key { get; }

    public float[] Data { get; }

    /// <summary>τ.</summary>
    public double Tolerance { get; }

    public IReadOnlyList<Mlp> Nets { get; }

    /// <summary>One for each network that is alive.</summary>
    public Row[] Rows { get; }

    /// <summary>Measures all networks that neither died nor diverged.</summary>
    public static GradientFamily Of(
        string name, string key, float[] data, double tolerance, SyntheticNets nets, int starts, FigureOptions options,
        CancellationToken cancellation)
    {
        int[] alive = [.. nets.Alive];
        var rows = new Row[alive.Length];
        Parallel.For(0, alive.Length, SideBySide.Of(options, cancellation), i =>
            rows[i] = Measure(alive[i], nets.Nets[alive[i]], data, tolerance, starts));
        return new(name, key, data, tolerance, nets, rows);
    }

    /// <summary>Uniform starts of a network.</summary>
    public static float[] Uniform(Mlp network, int seed, int count)
    {
        double low = network.Options.Output.Range!.Value.Low;
        return [.. Enumerable.Range(0, count * network.Inputs).Select(i =>
            (float)(low + (1 - low) * MetricRandom.Uniform(0, Stream, (ulong)seed, (ulong)i)))];
    }

    private static Row Measure(int seed, Mlp network, float[] data, double tolerance, int count)
    {
        using var flow = new LossFlow(network);
        var ends = new FlowEnds(network, data, tolerance);
        float[] starts = Uniform(network, seed, count);
        (double[] Kinds, double Unstable) Shares(float[] at)
        {
            var sorted = ends.Sort(flow, at);
            return ([.. Enum.GetValues<FlowEnd>().Select(kind => sorted.Count(it => it == kind) / (double)count)],
                ends.AreUnstable(flow, at).Count(it => it) / (double)count);
        }

        var (iterated, flowed) = (Shares(ends.Iterate(starts)), Shares(FlowEnds.Flow(flow, starts)));
        var around = Radii.Select(radius => Around(network, data, radius)).ToArray();
        bool line = network.Inputs == 1;
        var (dataMass, unstableMass, unstable) = line ? Masses(network, data, tolerance) : ([], [], -1);
        return new(seed, iterated.Kinds, flowed.Kinds, iterated.Unstable, flowed.Unstable,
            [.. around.Select(at => ends.Yield(ends.Iterate(at)))], [.. around.Select(at => ends.Yield(FlowEnds.Flow(flow, at)))],
            unstable, dataMass, unstableMass);
    }

    // Points at one distance from each datum, as far as they lie in the range: 2 on a line, 24 in the plane.
    private static float[] Around(Mlp network, float[] data, double radius)
    {
        int features = network.Inputs, directions = features == 1 ? 2 : 24;
        double low = network.Options.Output.Range!.Value.Low;
        var points = new List<float>();
        for (int i = 0; i < data.Length; i += features)
        {
            for (int k = 0; k < directions; k++)
            {
                double angle = 2 * Math.PI * k / directions;
                double[] x = features == 1 ? [data[i] + radius * (1 - 2 * k)]
                    : [data[i] + radius * Math.Cos(angle), data[i + 1] + radius * Math.Sin(angle)];
                if (x.All(value => value >= low && value <= 1)) points.AddRange(x.Select(value => (float)value));
            }
        }

        return [.. points];
    }

    /// <summary>p on a fine grid, by the trapezoid rule, near the data and near unstable fixed points that are no data.</summary>
    public static (double[] Data, double[] Unstable, int Count) Masses(Mlp network, float[] data, double tolerance)
    {
        const int Points = 20_001;
        var map = new LineMap(network);
        var points = map.FixedPoints();
        var unstable = points.Where(point => !point.IsStable).ToList();
        double[] far = [.. unstable.Select(point => point.X).Where(x => data.All(datum => Math.Abs(datum - x) > 2 * tolerance))];
        double[] x = [.. Enumerable.Range(0, Points).Select(i => map.Low + (1 - map.Low) * i / (Points - 1.0))];
        double[] square = [.. x.Select(at => Math.Pow(at - map.Apply(at), 2))];
        var (nearData, nearUnstable) = (new double[Temperatures.Length], new double[Temperatures.Length]);
        for (int t = 0; t < Temperatures.Length; t++)
        {
            double sum = 0;
            for (int i = 0; i < Points; i++)
            {
                double weight = Math.Exp(-square[i] / Temperatures[t]) * (i == 0 || i == Points - 1 ? 0.5 : 1);
                sum += weight;
                if (data.Any(datum => Math.Abs(datum - x[i]) <= tolerance)) nearData[t] += weight;
                else if (far.Any(at => Math.Abs(at - x[i]) <= tolerance)) nearUnstable[t] += weight;
            }

            (nearData[t], nearUnstable[t]) = (nearData[t] / sum, nearUnstable[t] / sum);
        }

        // Unstable ones beside a sink cannot be told from it: starts beside them do not get .01 away.
        return (nearData, nearUnstable, unstable.Count(point =>
            points.All(other => !other.IsStable || Math.Abs(other.X - point.X) > 0.01)));
    }
}
