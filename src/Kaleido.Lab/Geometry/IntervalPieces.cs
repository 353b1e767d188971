using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>The pieces of an interval on which the pre-activation of a ReLU network with one input is affine, in ascending order.</summary>
public sealed class IntervalPieces : LinearPieces
{
    private IntervalPieces(ReluMap map, double[] borders)
        : base(map, borders, [.. Enumerable.Range(0, borders.Length).Select(i => 2 * i)], Pairs(borders.Length))
    {
    }

    /// <summary>The ends of the pieces, one more than pieces, strictly ascending.</summary>
    public ReadOnlySpan<double> Borders => Points;

    /// <summary>The pieces of [low, high].</summary>
    /// <param name="network">A network with one input and plain ReLU layers, in its own units; any output activation.</param>
    /// <param name="low">The lower end, finite.</param>
    /// <param name="high">The upper end, finite, above <paramref name="low"/>.</param>
    /// <exception cref="ArgumentException">The network or the interval is of the wrong kind.</exception>
    public static IntervalPieces Of(Mlp network, double low, double high)
    {
        var map = ReluMap.Of(nameof(IntervalPieces), network);
        if (map.Inputs != 1)
            throw new ArgumentException($"IntervalPieces: the network has {map.Inputs} inputs, an interval has one", nameof(network));
        if (!(low < high) || !double.IsFinite(low) || !double.IsFinite(high))
            throw new ArgumentException(FormattableString.Invariant($"IntervalPieces: [{low}, {high}] is no interval"));
        return new(map, Split(map, low, high));
    }

    /// <summary>The pieces of the segment origin + s·axis, s from low to high, of a network with any number of inputs.</summary>
    /// <param name="network">Plain ReLU layers.</param>
    /// <param name="origin">[inputs].</param>
    /// <param name="axis">[inputs].</param>
    /// <param name="low">The least s.</param>
    /// <param name="high">The greatest s.</param>
    /// <exception cref="ArgumentException">A size or the range is wrong.</exception>
    public static IntervalPieces OfSegment(Mlp network, ReadOnlySpan<double> origin, double[] axis, double low, double high)
    {
        ArgumentNullException.ThrowIfNull(axis);
        var map = ReluMap.Of(nameof(IntervalPieces), network);
        if (origin.Length != map.Inputs || axis.Length != map.Inputs || !(low < high))
            throw new ArgumentException($"IntervalPieces: a segment needs an origin and an axis of {map.Inputs} numbers, and low < high");
        var slice = map.OnSlice(origin, axis);
        return new(slice, Split(slice, low, high));
    }

    private static double[] Split(ReluMap map, double low, double high)
    {
        var borders = new List<double> { low, high };
        var found = new SortedSet<double>();
        for (int layer = 0; layer < map.Layers - 1; layer++)
        {
            int width = map.Width(layer);
            // Between neighbours z is affine, so its zeros come from its values at both ends.
            double[] left = new double[width], right = new double[width];
            found.Clear();
            map.PreActivation([borders[0]], layer, left);
            for (int k = 1; k < borders.Count; k++)
            {
                map.PreActivation([borders[k]], layer, right);
                for (int i = 0; i < width; i++)
                {
                    double tolerance = 8 * ReluMap.Roundoff * (Math.Abs(left[i]) + Math.Abs(right[i]));
                    if (Math.Abs(left[i]) <= tolerance || Math.Abs(right[i]) <= tolerance || left[i] > 0 == right[i] > 0) continue;
                    double x = Math.FusedMultiplyAdd(left[i] / (left[i] - right[i]), borders[k] - borders[k - 1], borders[k - 1]);
                    if (x > borders[k - 1] && x < borders[k]) found.Add(x);
                }

                (left, right) = (right, left);
            }

            borders = [.. borders.Concat(found).Order()];
        }

        return [.. borders];
    }

    private static int[] Pairs(int borders) => [.. Enumerable.Range(0, borders - 1).SelectMany(i => new[] { i, i + 1 })];
}
