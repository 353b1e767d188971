using System.Diagnostics;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>The census of one network and its checks.</summary>
internal sealed record CensusRow(int Seed, Census Census, int Data, double Seconds)
{
    /// <summary>Training points with a sink within the tolerance.</summary>
    public int AttractingData => Census.Points.Where(point => point.Class == FixedPointClass.Sink && point.IsDatum)
        .Select(point => point.NearestDatum).Distinct().Count();

    public int Spurious => Census.Points.Count(point => point.IsSpurious);

    public double ShareAtData => Census.Points.Where(point => point.IsDatum).Sum(point => point.BasinShare);

    public double ShareAtSpurious => Census.Points.Where(point => !point.IsDatum).Sum(point => point.BasinShare);

    public int BruteForce { get; private init; }

    public int MissingInCensus { get; private init; }

    public int MissingInGrid { get; private init; }

    /// <summary>On a line, starts that end elsewhere than the exact basins say.</summary>
    public int Strays { get; private init; }

    /// <summary>Whether the polygons fill the domain.</summary>
    public bool Fills => Census.Pieces is PolygonPieces pieces && pieces.EulerCharacteristic == 1 && pieces.IrregularCount == 0
        && Math.Abs(pieces.TotalArea - (1 - Census.Low) * (1 - Census.Low)) <= pieces.AreaErrorBound;

    /// <summary>Neighbours on a line have opposite indices, so two sinks are never neighbours.</summary>
    public bool Alternates => Enumerable.Range(0, Census.Points.Count).All(k => Census.Points[k].Index == (k % 2 == 0 ? 1 : -1))
        && Census.Points.Count >= 2 * Census.Points.Count(point => point.Class == FixedPointClass.Sink) - 1;

    public double[] Numbers =>
    [
        Seed, Census.Pieces.Count, Census.SearchedPieces, Census.Points.Count, Count(FixedPointClass.Sink), Count(FixedPointClass.Saddle),
        Count(FixedPointClass.Repeller), Spurious, AttractingData, ShareAtData, ShareAtSpurious, Census.Cycles.Sum(cycle => cycle.BasinShare),
        Census.Undecided.Count, Census.IndexSum, BruteForce, MissingInCensus, MissingInGrid, Census.Points.Count(point => point.Kinks > 0),
        Statistics.Median(Census.Points.Where(point => point.Class == FixedPointClass.Sink).Select(point => point.CertifiedRadius)),
    ];

    public IEnumerable<double[]> PointRows() => Census.Points.Select(point => new[]
    {
        Seed, point.Location[0], point.Location.Length > 1 ? point.Location[1] : double.NaN, (int)point.Class, point.Index,
        point.SpectralRadius.Low, point.SpectralRadius.High, point.NearestDatum, point.DatumDistance, point.BasinShare, point.BasinInterval.Low,
        point.BasinInterval.High, point.CertifiedRadius, point.Kinks, point.Enclosure.Max(side => side.Width),
    });

    public static CensusRow Of(int seed, Mlp network, float[] data, int side, double match, double nearBorder, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var census = Census.Of(network, data);
        double seconds = watch.Elapsed.TotalSeconds;
        var found = GridSearch.Find(network, census.Low, 1, side, cancellation);
        bool Near(double[] x, double[] y) => x.Zip(y, (a, b) => Math.Abs(a - b)).Max() <= match;
        return new(seed, census, data.Length / network.Inputs, seconds)
        {
            BruteForce = found.Count,
            MissingInCensus = found.Count(x => !census.Points.Any(point => Near(point.Location, x))),
            MissingInGrid = census.Points.Count(point => !found.Any(x => Near(point.Location, x))),
            Strays = network.Inputs == 1 ? StraysOf(census, network, nearBorder) : 0,
        };
    }

    private static int StraysOf(Census census, Mlp network, double nearBorder)
    {
        const int Starts = 2001;
        double[] starts = [.. Enumerable.Range(0, Starts).Select(i => census.Low + (1 - census.Low) * i / (Starts - 1.0))];
        int[] ends = census.Destinations(network, starts);
        int strays = 0;
        for (int i = 0; i < Starts; i++)
        {
            var basin = census.Basins.Where(it => it.Low + nearBorder <= starts[i] && starts[i] <= it.High - nearBorder);
            if (basin.Any(it => it.Point != ends[i])) strays++;
        }

        return strays;
    }

    private int Count(FixedPointClass of) => Census.Points.Count(point => point.Class == of);
}
