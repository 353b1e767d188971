using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// Attempts to leave a sink's basin: starts placed on spheres about it, iterated in the precision of the network's device. What it finds is
/// an upper bound of the radius within which every start converges, as a certificate is a lower one.
/// </summary>
public sealed class BasinAttack
{
    /// <summary>The Philox stream of directions and radii.</summary>
    public const uint Stream = 0x4345_5254;

    private const int Check = 8;
    private const double Growth = 1.2, Room = 0.97;
    private readonly Mlp _network;
    private readonly double[] _centre;
    private readonly int _iterations;
    private readonly uint _seed;
    private ulong _drawn;

    /// <summary>An attack on a sink.</summary>
    /// <param name="network">f; as many outputs as inputs D, applied without its data scaling.</param>
    /// <param name="centre">[D], the sink.</param>
    /// <param name="spectralRadius">ρ(J) there: it sets how long chains are given to come back.</param>
    /// <param name="seed">The seed of directions.</param>
    public BasinAttack(Mlp network, double[] centre, double spectralRadius, uint seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(centre);
        (_network, _centre, _seed) = (network, centre, seed);
        double rate = Math.Clamp(spectralRadius, 0.1, 0.99);
        _iterations = (int)Math.Clamp(Math.Log(1e-6) / Math.Log(rate) + 20, 30, 500);
    }

    /// <summary>Starts with a radius in [.99 r, r] in directions drawn uniformly: how many do not converge to the sink.</summary>
    /// <param name="radius">r, a Euclidean distance in the network's own units; above 0.</param>
    /// <param name="starts">How many; at least 0.</param>
    /// <returns>From 0 to <paramref name="starts"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    /// <remarks>Each call draws further directions; the radii are those of the call before.</remarks>
    public int EscapesNear(double radius, int starts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(starts);
        if (!(radius > 0)) throw new ArgumentOutOfRangeException(nameof(radius), radius, "not above 0");
        var rows = new List<(double[] Direction, double Radius)>(starts);
        for (int i = 0; i < starts; i++)
            rows.Add((Direction(), radius * (0.99 + 0.01 * MetricRandom.Uniform(_seed, Stream + 1, 0, (ulong)i))));
        return Escapes(rows).Count(escaped => escaped);
    }

    /// <summary>
    /// The smallest radius at which a start was seen to escape: rays in drawn directions and towards the targets, finer along those that
    /// escape first, then directions drawn about the best one. +∞ where none escapes within <paramref name="most"/>.
    /// </summary>
    /// <param name="least">Where the rays begin, a Euclidean distance from the sink in the network's own units; above 0.</param>
    /// <param name="most">Where they end, likewise; where it is not above <paramref name="least"/> there is no ray.</param>
    /// <param name="rays">How many directions are drawn; in two dimensions they are equally spaced. At least 0.</param>
    /// <param name="targets">[D] each, points to aim at as well: other sinks, training points. The sink itself is passed over.</param>
    /// <returns>A Euclidean distance from the sink in the network's own units, or +∞.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="targets"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="least"/> is not above 0, or <paramref name="rays"/> is negative.
    /// </exception>
    public double SmallestEscape(double least, double most, int rays, IEnumerable<double[]> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegative(rays);
        // From 0 on the radii would never grow.
        if (!(least > 0)) throw new ArgumentOutOfRangeException(nameof(least), least, "not above 0");
        var directions = new List<double[]>();
        foreach (double[] target in targets)
        {
            double[] towards = [.. target.Zip(_centre, (a, b) => a - b)];
            double norm = DenseDouble.Norm(towards);
            if (!(norm > 1e-6)) continue;
            DenseDouble.Scale(1 / norm, towards);
            directions.Add(towards);
        }

        for (int i = 0; i < rays; i++) directions.Add(_centre.Length == 2
            ? [Math.Cos(2 * Math.PI * i / rays), Math.Sin(2 * Math.PI * i / rays)] : Direction());
        var ladder = new List<double>();
        for (double radius = least; radius < most; radius *= Growth) ladder.Add(radius);
        if (ladder.Count == 0) return double.PositiveInfinity;
        bool[] escapes = Escapes([.. directions.SelectMany(direction => ladder.Select(radius => (direction, radius)))]);
        var first = directions.Select((direction, i) => (direction,
            Rung: Enumerable.Range(0, ladder.Count).FirstOrDefault(j => escapes[i * ladder.Count + j], -1)))
            .Where(ray => ray.Rung >= 0).OrderBy(ray => ray.Rung).Take(8).ToList();
        if (first.Count == 0) return double.PositiveInfinity;
        double best = ladder[first[0].Rung];
        double[] along = first[0].direction;
        foreach (var (direction, rung) in first)
        {
            double below = rung == 0 ? 0 : ladder[rung - 1], above = ladder[rung];
            for (int i = 0; i < 8 && below < best; i++)
            {
                double middle = (below + above) / 2;
                if (Escapes([(direction, middle)])[0]) above = middle;
                else below = middle;
            }

            if (above < best) (best, along) = (above, direction);
        }

        return Refine(best, along);
    }

    // Nearby directions at a slightly smaller radius, as long as one of them escapes.
    private double Refine(double best, double[] along)
    {
        const int Tries = 48;
        double spread = 0.3;
        for (int round = 0; round < 12; round++)
        {
            var rows = new List<(double[] Direction, double Radius)>();
            for (int i = 0; i < Tries; i++)
            {
                double[] direction = (double[])along.Clone();
                DenseDouble.AddScaled(spread, Direction(), direction);
                DenseDouble.Scale(1 / DenseDouble.Norm(direction), direction);
                rows.Add((direction, best * Room));
            }

            int escaped = Array.IndexOf(Escapes(rows), true);
            if (escaped >= 0) (best, along) = (best * Room, rows[escaped].Direction);
            else spread /= 2;
        }

        return best;
    }

    private bool[] Escapes(List<(double[] Direction, double Radius)> rows)
    {
        int features = _centre.Length;
        var states = new float[rows.Count * features];
        for (int i = 0; i < rows.Count; i++)
            for (int k = 0; k < features; k++) states[i * features + k] = (float)(_centre[k] + rows[i].Radius * rows[i].Direction[k]);
        // Float32 rounding, drawn out by slow convergence, stays far below this.
        double tolerance = 1e-4 * Math.Sqrt(features);
        var escapes = new bool[rows.Count];
        int[] running = [.. Enumerable.Range(0, rows.Count)];
        for (int done = 0; done < _iterations && running.Length > 0; done += Check)
        {
            for (int i = 0; i < Check; i++) states = _network.Evaluate(states);
            // What has come a tenth of the tolerance near has converged; the rest runs on.
            int[] kept = [.. Enumerable.Range(0, running.Length).Where(i => !(Away(states, i) <= 0.1 * tolerance))];
            if (kept.Length < running.Length) states = [.. kept.SelectMany(i => new ArraySegment<float>(states, i * features, features))];
            running = [.. kept.Select(i => running[i])];
        }

        for (int i = 0; i < running.Length; i++) escapes[running[i]] = !(Away(states, i) <= tolerance);
        return escapes;
    }

    private double Away(float[] states, int row)
    {
        double sum = 0;
        for (int k = 0; k < _centre.Length; k++)
        {
            double difference = states[row * _centre.Length + k] - _centre[k];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    private double[] Direction() => MetricRandom.UnitVector(_seed, Stream, _drawn++, _centre.Length);
}
