using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class NearestNeighboursTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(4711, 12345);

    // Few different values, so that equal samples and equal distances occur.
    private static Gen<(float[] Points, float[] Samples, int Features)> Cases =>
        from features in Gen.Choose(1, 4)
        from points in Gen.Choose(1, 6)
        from samples in Gen.Choose(1, 40)
        from p in Gen.ArrayOf(Gen.Choose(0, 4).Select(i => i / 4f), points * features)
        from s in Gen.ArrayOf(Gen.Choose(0, 2).Select(i => i / 2f), samples * features)
        select (p, s, features);

    [Fact]
    public void Distances_equal_those_of_a_textbook_search() => Check.One(Fixed, Prop.ForAll(Arb.From(Cases), c =>
    {
        using var device = Device.Cpu(1);
        var data = Dataset.FromRows("points", c.Samples, c.Features);
        var found = NearestNeighbours.Find(device, c.Points, data);
        for (int i = 0; i < found.Length; i++)
        {
            var (first, second) = Textbook(c.Points.AsSpan(i * c.Features, c.Features), data);
            Assert.Equal(first, found[i].FirstDistance);
            Assert.Equal(second, found[i].SecondDistance);
            Assert.Equal(first, Distance(c.Points.AsSpan(i * c.Features, c.Features), data.Row(found[i].First)));
            if (double.IsNaN(second)) Assert.Equal(-1, found[i].Second);
            else Assert.Equal(second, Distance(c.Points.AsSpan(i * c.Features, c.Features), data.Row(found[i].Second)));
        }
    }));

    [Fact]
    public void A_copy_of_the_nearest_sample_is_not_the_second_nearest()
    {
        // Twenty copies fill all candidates: the second nearest must be found among all samples.
        float[] samples = [.. Enumerable.Repeat(0.25f, 20), 1f];
        using var device = Device.Cpu(1);
        var found = NearestNeighbours.Find(device, [0f], Dataset.FromRows("copies", samples, 1))[0];
        Assert.Equal((0, 0.25, 20, 1.0, 0.25), (found.First, found.FirstDistance, found.Second, found.SecondDistance, found.Ratio));
    }

    [Fact]
    public void A_point_that_is_not_finite_has_no_neighbours()
    {
        using var device = Device.Cpu(1);
        var found = NearestNeighbours.Find(device, [0f, float.NaN], Dataset.FromRows("two", [0f, 0f, 1f, 1f], 2))[0];
        Assert.True(double.IsNaN(found.Ratio) && double.IsNaN(found.FirstDistance));
        Assert.Equal(-1, found.Second);
    }

    [Fact]
    public void Threads_and_block_edges_change_nothing()
    {
        var data = EmbeddedDigits.Create(1030, 5);
        var points = EmbeddedDigits.Create(7, 6).Values.Span;
        using var one = Device.Cpu(1);
        using var three = Device.Cpu(3);
        var found = NearestNeighbours.Find(one, points, data);
        Assert.Equal(found, NearestNeighbours.Find(three, points, data));
        for (int i = 0; i < found.Length; i++)
        {
            var (first, second) = Textbook(points.Slice(i * data.Features, data.Features), data);
            Assert.Equal((first, second), (found[i].FirstDistance, found[i].SecondDistance));
        }
    }

    [Fact]
    public void Values_that_are_no_whole_points_are_refused()
    {
        using var device = Device.Cpu(1);
        var error = Assert.Throws<ArgumentException>(() => { NearestNeighbours.Find(device, [0f, 0f, 0f],
            Dataset.FromRows("two", [0f, 1f], 2)); });
        Assert.Contains("3 values are not whole points of 2 features", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_search_ends()
    {
        using var device = Device.Cpu(1);
        Assert.Throws<OperationCanceledException>(
            () => { NearestNeighbours.Find(device, [0f], Dataset.FromRows("one", [0f], 1), new CancellationToken(true)); });
    }

    private static (double First, double Second) Textbook(ReadOnlySpan<float> point, Dataset data)
    {
        int nearest = 0;
        for (int i = 1; i < data.Samples; i++)
        {
            if (Distance(point, data.Row(i)) < Distance(point, data.Row(nearest))) nearest = i;
        }

        double second = double.NaN;
        for (int i = 0; i < data.Samples; i++)
        {
            double distance = Distance(point, data.Row(i));
            if (!data.Row(i).SequenceEqual(data.Row(nearest)) && !(distance >= second)) second = distance;
        }

        return (Distance(point, data.Row(nearest)), second);
    }

    private static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += Math.Pow((double)x[i] - y[i], 2);
        return Math.Sqrt(sum);
    }
}
