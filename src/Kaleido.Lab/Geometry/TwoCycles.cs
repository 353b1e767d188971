namespace Kaleido.Lab.Geometry;

/// <summary>Two different points with f(x) = y and f(y) = x, proved to be there.</summary>
/// <param name="First">The lower one, in float64.</param>
/// <param name="Second">The upper one.</param>
/// <param name="Multiplier">Bounds of f'(x)f'(y); the cycle attracts if all of it lies within ±1.</param>
public sealed record TwoCycle(double First, double Second, Interval Multiplier)
{
    /// <summary>Whether it attracts, proved.</summary>
    public bool IsAttracting => Multiplier.Magnitude < 1;
}

/// <summary>f∘f with its Jacobian J(f(x))·J(x), for maps of a line.</summary>
internal sealed class TwiceEnclosure(NetworkEnclosure network) : MapEnclosure
{
    public override void Enclose(ReadOnlySpan<double> middle, ReadOnlySpan<double> radius)
    {
        network.Enclose(middle, radius);
        var (value, slope, kinks) = (network.Value[0], network.Jacobian[0], network.Straddling);
        // f of the box, by the mean value theorem; then the same from its middle.
        var image = value + slope * new Interval(-radius[0], radius[0]);
        double centre = image.Midpoint;
        network.Enclose([centre], [Math.Max(Interval.Up(image.High - centre), Interval.Up(centre - image.Low))]);
        Value = [network.Value[0] + network.Jacobian[0] * (value - centre)];
        Jacobian = [network.Jacobian[0] * slope];
        Straddling = kinks + network.Straddling;
    }

    /// <summary>
    /// All 2-cycles of a map of a line, proved; null where a box stays undecided or a fixed point of f∘f cannot be told apart.
    /// </summary>
    public static List<TwoCycle>? Find(IntervalPieces pieces, OutputCurve curve, IReadOnlyList<CensusPoint> points)
    {
        var twice = new TwiceEnclosure(new(pieces.Map, curve));
        var search = new FixedPointSearch(pieces, curve, twice);
        search.Run();
        if (search.Undecided.Count > 0) return null;
        var cycles = new List<TwoCycle>();
        foreach (var point in search.Points.OrderBy(it => it.X[0]))
        {
            // A fixed point of f is one of f∘f: it is this one if it lies in the box where that is alone.
            if (points.Any(it => point.Alone[0].Contains(it.Enclosure[0]))) continue;
            if (points.Any(it => it.Enclosure[0].Intersect(point.Enclosure[0]) is not null)) return null;
            var network = new NetworkEnclosure(pieces.Map, curve);
            network.Enclose([point.X[0]], [0]);
            double partner = network.Value[0].Midpoint;
            if (partner < point.X[0]) continue;
            double middle = point.Enclosure[0].Midpoint;
            twice.Enclose([middle], [point.Enclosure[0].Width]);
            cycles.Add(new(point.X[0], partner, twice.Jacobian[0]));
        }

        return cycles;
    }
}
