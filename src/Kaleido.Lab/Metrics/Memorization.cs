using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Numerics;

namespace Kaleido.Lab.Metrics;

/// <summary>How far generated points are copies of training samples, and how varied they are.</summary>
public sealed class Memorization
{
    /// <summary>A point with d₁/d₂ at most this counts as memorised: the threshold of D. Lowe, IJCV 2004, section 7.1.</summary>
    public const double Threshold = 0.8;

    private Memorization(Neighbours[] neighbours, int[]? classCounts)
    {
        Neighbours = neighbours;
        ClassCounts = classCounts;
        double[] ratios = [.. neighbours.Select(n => n.Ratio).Where(double.IsFinite)];
        Array.Sort(ratios);
        MemorizedShare = ratios.Count(ratio => ratio <= Threshold) / (double)neighbours.Length;
        MedianRatio = ratios.Length > 0 ? ratios[(ratios.Length - 1) / 2] : double.NaN;
        double[] distances = [.. neighbours.Select(n => n.FirstDistance)];
        Array.Sort(distances);
        MedianDistance = distances[(distances.Length - 1) / 2];
        DistinctSamples = neighbours.Where(n => n.Ratio <= Threshold).Select(n => n.First).Distinct().Count();
    }

    /// <summary>The neighbours of each point.</summary>
    public IReadOnlyList<Neighbours> Neighbours { get; }

    /// <summary>The share of the points with d₁/d₂ ≤ <see cref="Threshold"/>; points without a ratio count as not memorised.</summary>
    public double MemorizedShare { get; }

    /// <summary>The (lower) median of d₁/d₂; NaN where no point has one.</summary>
    public double MedianRatio { get; }

    /// <summary>The (lower) median of d₁, in the data's units.</summary>
    public double MedianDistance { get; }

    /// <summary>How many different training samples the memorised points are copies of.</summary>
    public int DistinctSamples { get; }

    /// <summary>Per class, how many points have a nearest training sample of it; null where the data have no labels.</summary>
    public IReadOnlyList<int>? ClassCounts { get; }

    /// <summary>How many classes occur; 0 without labels.</summary>
    public int ClassesThatOccur => ClassCounts?.Count(count => count > 0) ?? 0;

    /// <summary>Entropy of the class histogram, -Σ p log₂ p, in bits (C. Shannon, 1948); NaN without labels.</summary>
    public double ClassEntropy
    {
        get
        {
            if (ClassCounts is null) return double.NaN;
            double total = ClassCounts.Sum(), entropy = 0;
            foreach (int count in ClassCounts.Where(count => count > 0)) entropy -= count / total * Elementary.Log(count / total);
            return Math.Abs(entropy / Elementary.Log(2.0));
        }
    }

    /// <summary>Measures points against the samples a network was trained on.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="points">Row-major [points, features], at least one point, in the data's units.</param>
    /// <param name="data">The training samples.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">The points are not whole rows of the data's features, or there is none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Memorization Measure(Device device, ReadOnlySpan<float> points, Dataset data, CancellationToken cancellation = default)
    {
        var neighbours = NearestNeighbours.Find(device, points, data, cancellation);
        if (neighbours.Length == 0) throw new ArgumentException("Memorization: at least one point is needed", nameof(points));
        int[]? counts = null;
        if (data.Labels is { } labels)
        {
            counts = new int[data.Classes];
            foreach (var neighbour in neighbours.Where(n => !double.IsNaN(n.FirstDistance))) counts[labels.Span[neighbour.First]]++;
        }

        return new(neighbours, counts);
    }
}
