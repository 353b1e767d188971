using Kaleido.Backends;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Metrics;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 4 for D ≤ 2, where the census is complete and certified: f maps the cube into itself, so Σ sign det(I - J(x*)) = +1 over its
/// fixed points, if all are non-degenerate. And the census against this suite's own searches.
/// </summary>
/// <remarks>No tolerance: signs. Where the census leaves a box undecided (a fixed point on a kink, say) the case is passed over.</remarks>
public sealed class FixedPointsInThePlaneTests
{
    private static readonly CensusOptions s_options = new() { Samples = 0 };

    [Fact]
    public void The_indices_of_a_complete_census_add_up_to_one()
    {
        using var device = Device.Cpu(1);
        int complete = 0, several = 0, tried = 0;
        Law.Holds(Nets.Of(2, 8, 3, ["relu"], 1, 3, 8), it =>
        {
            tried++;
            using var network = Fitted(it, device);
            if (network is null) return;
            var census = Census.Of(network, [], s_options);
            if (!census.IsComplete) return;
            complete++;
            if (census.Points.Count > 1) several++;
            Assert.Equal(1, census.IndexSum);
            // Each sign once more from J in float64, where that is not nearly singular.
            var exact = ExactNet.Of(network);
            foreach (var point in census.Points.Where(point => point.Kinks == 0))
            {
                double determinant = Determinant(Dense.IdentityMinus(exact.Jacobian(point.Location)));
                if (Math.Abs(determinant) > 1e-9) Assert.Equal(Math.Sign(determinant), point.Index);
            }
        }, Nets.Cases(80));
        Assert.True(complete >= 0.5 * tried, $"only {complete} of {tried} censuses were complete");
        Assert.True(several > 0, "no case had more than one fixed point");
    }

    [Fact]
    public void On_a_line_the_census_finds_what_the_signs_of_x_minus_f_tell()
    {
        using var device = Device.Cpu(1);
        int compared = 0;
        Law.Holds(Nets.Of(1, 12, 4, ["relu"], 1, 3, 8), it =>
        {
            using var network = Fitted(it, device);
            if (network is null) return;
            var census = Census.Of(network, [], s_options);
            var own = new LineCensus(ExactNet.Of(network), it.Low, it.Sigmoid);
            if (!census.IsComplete || own.IsDegenerate) return;
            compared++;
            Assert.Equal(own.Points.Count, census.Points.Count);
            for (int i = 0; i < own.Points.Count; i++)
            {
                Assert.Equal(own.Points[i].Index, census.Points[i].Index);
                // float64's zero of x - f(x) is off by the error of f over |1 - f'|; the true one lies in the census's box.
                double error = 2 * ExactNet.Of(network).Bounded([own.Points[i].X], 0,
                    ExactNet.Double).Error[0] / Math.Abs(1 - own.Points[i].Slope) + 1e-12;
                var box = census.Points[i].Enclosure[0];
                Assert.InRange(own.Points[i].X, box.Low - error, box.High + error);
            }
        }, Nets.Cases(100));
        Assert.True(compared > 0, "nothing was compared");
    }

    [Fact]
    public void Whatever_Newton_finds_in_the_plane_the_census_has()
    {
        using var device = Device.Cpu(1);
        int found = 0;
        Law.Holds(Nets.Of(2, 8, 3, ["relu"], 1, 3), it =>
        {
            using var network = Fitted(it, device);
            if (network is null || it.Features == 1) return;
            var census = Census.Of(network, [], s_options);
            if (!census.IsComplete) return;
            var exact = ExactNet.Of(network);
            foreach (double[] start in it.Points(20, it.Random(3)))
            {
                if (SmoothFixedPoint.Newton(exact, start, it.Low) is not { } point || !point.X.All(x => x >= it.Low && x <= 1)) continue;
                double s = Dense.SmallestSingularValue(Dense.IdentityMinus(point.Jacobian));
                // Newton's point is within about residual/σ_min of a true one, if the curvature leaves room for it.
                double error = 2 * (point.Residual + Dense.Norm(exact.Bounded(point.X, 0, ExactNet.Double).Error)) / s;
                if (s < 1e-3 || error * point.Curvature > s / 4) continue;
                found++;
                Assert.Contains(census.Points, other => Dense.Distance(other.Location, point.X) <= error + 1e-9);
            }
        }, Nets.Cases(40));
        Assert.True(found > 0, "Newton found nothing");
    }

    // Half of the cases are fitted to points of their own choice, which makes several fixed points likely.
    private static Networks.Mlp? Fitted(NetCase it, Device device)
    {
        var random = it.Random(1);
        double[][] data = it.Points(4, random, 0.1);
        return random.Next(2) == 0 ? it.Create(device) : it.Interpolate(device, data, data) ?? it.Create(device);
    }

    private static double Determinant(double[,] a) => a.GetLength(0) == 1 ? a[0, 0] : a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0];
}
