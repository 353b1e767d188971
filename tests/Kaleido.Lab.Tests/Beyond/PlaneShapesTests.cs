using Kaleido.Lab.Beyond;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class PlaneShapesTests
{
    [Theory]
    [InlineData(PlaneShapes.Circle)]
    [InlineData(PlaneShapes.Segment)]
    [InlineData(PlaneShapes.Spiral)]
    [InlineData(PlaneShapes.Moons)]
    [InlineData(PlaneShapes.Blobs)]
    public void Shapes_lie_in_the_unit_square_and_the_first_points_of_more_are_those_of_fewer(string shape)
    {
        float[] many = PlaneShapes.Draw(shape, 500, 3);
        Assert.Equal(1000, many.Length);
        Assert.All(many, v => Assert.InRange(v, 0f, 1f));
        Assert.Equal(many[..40], PlaneShapes.Draw(shape, 20, 3));
        Assert.NotEqual(many[..40], PlaneShapes.Draw(shape, 20, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(0.8)]
    public void Arcs_leave_out_four_gaps_of_the_circle(double gaps)
    {
        float[] points = PlaneShapes.Arcs(gaps, 2000, 0);
        var turns = new List<double>();
        for (int i = 0; i < points.Length; i += 2)
        {
            double x = points[i] - 0.5, y = points[i + 1] - 0.5;
            Assert.Equal(0.35, Math.Sqrt(x * x + y * y), 1e-6);
            turns.Add((Math.Atan2(y, x) / (2 * Math.PI) + 1) % 1 * 4 % 1);
        }

        // Within a quarter turn: the gap is half at each end; 2000 draws leave no more than 2 % open beside it (chance e^-40).
        Assert.InRange(turns.Min(), gaps / 2 - 1e-5, gaps / 2 + 0.02);
        Assert.InRange(turns.Max(), 1 - gaps / 2 - 0.02, 1 - gaps / 2 + 1e-5);
    }

    [Fact]
    public void Blobs_have_their_centres_and_deviation()
    {
        float[] points = PlaneShapes.Draw(PlaneShapes.Blobs, 8000, 1);
        double[] offsets = [.. points.Select(v => v < 0.5 ? v - 0.25 : v - 0.75)];
        double mean = offsets.Average(), deviation = Math.Sqrt(offsets.Average(d => (d - mean) * (d - mean)));

        // Standard errors: .03/√16000 = 2.4e-4 and .03/√32000 = 1.7e-4; five of them.
        Assert.Equal(0, mean, 1.2e-3);
        Assert.Equal(0.03, deviation, 8.5e-4);
    }
}
