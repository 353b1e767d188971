using Kaleido.Backends;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class AttractorsTests
{
    [Fact]
    public void The_two_point_oracle_has_two_attractors_with_half_the_chains_each()
    {
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, 1);
        float[] starts = [.. Enumerable.Range(0, 20).Select(i => (i + 0.5f) / 20)];
        var options = new AttractorOptions { DistanceTolerance = 0.01, BasinTolerance = 1e-6 };
        var found = Attractors.Find(network, starts, [.. TwoPointOracle.Data, 0.5f], 200, options);
        Assert.Equal((2, 0.1, 2 / 3.0), (found.Count, found.DistinctShare, found.Coverage));
        Assert.Equal([true, true, false], found.HasBasin);
        Assert.Equal([.. Enumerable.Repeat(0, 10), .. Enumerable.Repeat(1, 10)], found.OfChain);
        Assert.Equal((0, 10, 0), (found.Items[0].Chain, found.Items[0].Chains, found.Items[0].NearestDatum));
        Assert.Equal((10, 10, 1), (found.Items[1].Chain, found.Items[1].Chains, found.Items[1].NearestDatum));
        // The data are the nearest float32 numbers to the fixed points, which is up to 2⁻²⁵ off below 1.
        Assert.All(found.Items, item => Assert.True(item.Distance < Math.ScaleB(1, -25) + 1e-12 && item.Cosine == 1));
    }

    [Fact]
    public void Cosine_joins_what_differs_in_length_alone()
    {
        // Angles 0°, 5°, 10°: cos 5° = .9962 > .99, cos 10° = .9848 < .99. The third is no match for the first and begins a new one.
        float[] ends = [1f, 0f, 0.1f * 0.99619470f, 0.1f * 0.08715574f, 0.98480775f, 0.17364818f, -1f, 0f, 0f, 0f, 0f, 0f];
        var found = Attractors.Find(ends, [2f, 0f, 0f, 0.01f], 2);
        Assert.Equal([0, 0, 1, 2, 3, 3], found.OfChain);
        Assert.Equal((4, 4 / 6.0, 0.5), (found.Count, found.DistinctShare, found.Coverage));
        Assert.Equal((1.0, 0, 1.0), (found.Items[0].Distance, found.Items[0].NearestDatum, found.Items[0].Cosine));
        Assert.Equal(1, found.Items[2].NearestDatum);
        Assert.Equal(0.0, found.Items[2].Cosine);
        Assert.True(double.IsNaN(found.Items[3].Cosine));
    }

    [Fact]
    public void A_distance_tolerance_takes_the_place_of_the_cosine()
    {
        float[] ends = [1f, 0f, 2f, 0f, 1.1f, 0f];
        Assert.Equal(1, Attractors.Find(ends, [0f, 1f], 2).Count);
        Assert.Equal([0, 1, 0], Attractors.Find(ends, [0f, 1f], 2, new() { DistanceTolerance = 0.2 }).OfChain);
    }

    [Fact]
    public void The_data_themselves_cover_all_with_cosine_one()
    {
        float[] data = [1f, 0f, 0f, 1f, -1f, 0f];
        var found = Attractors.Find([.. data, .. data], data, 2);
        Assert.Equal((3, 1.0, 0.5), (found.Count, found.Coverage, found.DistinctShare));
        Assert.All(found.Items, item => Assert.Equal((2, 0.0, 1.0), (item.Chains, item.Distance, item.Cosine)));
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        Refused("the ends are empty", () => Attractors.Find([], [1f, 2f], 2));
        Refused("value 1 of the data is NaN", () => Attractors.Find([1f, 2f], [1f, float.NaN], 2));
        Refused("not whole points of 2", () => Attractors.Find([1f], [1f, 2f], 2));
        Refused("no more than a sign", () => Attractors.Find([1f], [1f], 1));
        Refused("CosineThreshold", () => Attractors.Find([1f, 2f], [1f, 2f], 2, new() { CosineThreshold = 1 }));
        Refused("BasinTolerance", () => Attractors.Find([1f, 2f], [1f, 2f], 2, new() { BasinTolerance = 0 }));
    }

    private static void Refused(string sentence, Func<object> action) =>
        Assert.Contains(sentence, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
