using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Data;

namespace Kaleido.Lab.Metrics;

/// <summary>The nearest sample of a data set to a point, and the nearest one that differs from it.</summary>
/// <param name="First">The nearest sample; the lowest index among equally near ones.</param>
/// <param name="FirstDistance">d₁, its Euclidean distance; NaN where the point is not finite.</param>
/// <param name="Second">The nearest sample whose values differ from those of <paramref name="First"/>; -1 where all are equal.</param>
/// <param name="SecondDistance">d₂; NaN where there is none.</param>
public readonly record struct Neighbours(int First, double FirstDistance, int Second, double SecondDistance)
{
    /// <summary>
    /// d₁/d₂ in [0, 1]: near 0 for a copy of a sample, near 1 for a point no sample explains better; NaN where undefined.
    /// </summary>
    public double Ratio => FirstDistance / SecondDistance;
}

/// <summary>
/// Nearest neighbours by Euclidean distance. d₁/d₂ tells whether a generated point is a copy of one training sample: the distance ratio of
/// D. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004, section 7.1, asked of images as in T. Yoon et al.,
/// "Diffusion probabilistic models generalize when they fail to memorize", 2023. An affine map of all values leaves it alone.
/// </summary>
/// <remarks>
/// Candidates come from float32 products, ‖p - s‖² = ‖p‖² + 2(½‖s‖² - p·s), on the device; the eight best of each point are then measured
/// again in double, feature by feature, and ranked by that. So distances are exact to double rounding, the same on every processor, and the
/// choice is exact unless more than six samples lie within float32 rounding of the second one. Where all eight are copies of one sample,
/// every sample is measured.
/// </remarks>
public static class NearestNeighbours
{
    private const int Candidates = 8, Block = 512;

    /// <summary>The neighbours of each point.</summary>
    /// <param name="device">Where the products are computed.</param>
    /// <param name="points">Row-major [points, features], in the units of the data.</param>
    /// <param name="data">The samples to search.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>One entry per point, in order.</returns>
    /// <exception cref="ArgumentException">The points are not whole rows of the data's features.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public static Neighbours[] Find(Device device, ReadOnlySpan<float> points, Dataset data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(data);
        int features = data.Features, count = points.Length / features;
        if (points.Length != count * features)
            throw new ArgumentException($"NearestNeighbours: {points.Length} values are not whole points of {features} features",
                nameof(points));
        var found = new Neighbours[count];
        if (count == 0) return found;
        int[] candidates = FindCandidates(device, points, data, cancellation);
        int width = candidates.Length / count;
        for (int i = 0; i < count; i++)
        {
            var point = points.Slice(i * features, features);
            found[i] = Rank(point, data, candidates.AsSpan(i * width, width));
            if (found[i].Second < 0 && width < data.Samples) found[i] = Rank(point, data, [.. Enumerable.Range(0, data.Samples)]);
        }

        return found;
    }

    // For each point the indices of the samples with the least ½‖s‖² - p·s.
    private static int[] FindCandidates(Device device, ReadOnlySpan<float> points, Dataset data, CancellationToken cancellation)
    {
        int features = data.Features, count = points.Length / features, width = Math.Min(Candidates, data.Samples);
        int capacity = Math.Min(Block, data.Samples);
        using var all = device.CreateTensor(count, features, points);
        var graph = new Graph();
        var samples = graph.Input("samples", features);
        var products = samples.Product(graph.Variable("points", all), transposeRight: true);
        using var plan = Plan.Compile(graph, device, capacity, [products]);
        var scores = new float[capacity * count];
        var best = new float[count * width];
        var indices = new int[count * width];
        best.AsSpan().Fill(float.PositiveInfinity);
        for (int start = 0; start < data.Samples; start += capacity)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(capacity, data.Samples - start);
            plan.Upload(samples, data.Values.Span.Slice(start * features, rows * features));
            plan.Run(rows);
            plan.Download(products, scores.AsSpan(0, rows * count));
            for (int row = 0; row < rows; row++)
            {
                float half = (float)(SquaredNorm(data.Row(start + row)) / 2);
                var line = scores.AsSpan(row * count, count);
                for (int i = 0; i < count; i++)
                {
                    float score = half - line[i];
                    int at = i * width;
                    if (score < best[at + width - 1]) Insert(best.AsSpan(at, width), indices.AsSpan(at, width), score, start + row);
                }
            }
        }

        return indices;
    }

    private static void Insert(Span<float> best, Span<int> indices, float score, int index)
    {
        int place = best.Length - 1;
        for (; place > 0 && score < best[place - 1]; place--) (best[place], indices[place]) = (best[place - 1], indices[place - 1]);
        (best[place], indices[place]) = (score, index);
    }

    private static Neighbours Rank(ReadOnlySpan<float> point, Dataset data, ReadOnlySpan<int> candidates)
    {
        var distances = new double[candidates.Length];
        int first = 0;
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = PointSets.SquaredDistance(point, data.Row(candidates[i]));
            if (double.IsNaN(distances[i])) return new(0, double.NaN, -1, double.NaN);
            if (distances[i] < distances[first] || (distances[i] == distances[first] && candidates[i] < candidates[first])) first = i;
        }

        int second = -1;
        for (int i = 0; i < distances.Length; i++)
        {
            if ((second < 0 || distances[i] < distances[second])
                && !data.Row(candidates[i]).SequenceEqual(data.Row(candidates[first]))) second = i;
        }

        return second < 0
            ? new(candidates[first], Math.Sqrt(distances[first]), -1, double.NaN)
            : new(candidates[first], Math.Sqrt(distances[first]), candidates[second], Math.Sqrt(distances[second]));
    }

    // Products of floats are exact in double.
    private static double SquaredNorm(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x) sum += (double)value * value;
        return sum;
    }
}
