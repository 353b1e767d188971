using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class MemorizationTests
{
    [Fact]
    public void The_samples_themselves_are_memorised_and_evenly_spread()
    {
        var data = EmbeddedDigits.Create(40, 3);
        using var device = Device.Cpu(1);
        var found = Memorization.Measure(device, data.Values.Span, data);
        Assert.Equal((1.0, 0.0, 0.0), (found.MemorizedShare, found.MedianRatio, found.MedianDistance));
        Assert.Equal((40, 10), (found.DistinctSamples, found.ClassesThatOccur));
        Assert.Equal(Enumerable.Repeat(4, 10), found.ClassCounts);

        // Ten times -0.1 log2 0.1, each rounded a few times: 1e-14 is above 10·4·2⁻⁵³·log2(10).
        Assert.Equal(Math.Log2(10), found.ClassEntropy, 1e-14);
    }

    [Fact]
    public void A_point_half_way_between_two_samples_is_not_memorised()
    {
        using var device = Device.Cpu(1);
        var data = Dataset.FromRows("ends", [0f, 1f], 1, labels: [0, 1]);
        var found = Memorization.Measure(device, [0.5f, 0.25f, 0.25f], data);
        Assert.Equal(1.0, found.Neighbours[0].Ratio);
        Assert.Equal(2 / 3.0, found.MemorizedShare);
        Assert.Equal((1, 1, 0.0), (found.DistinctSamples, found.ClassesThatOccur, found.ClassEntropy));
    }

    [Fact]
    public void Without_labels_there_is_no_histogram()
    {
        using var device = Device.Cpu(1);
        var found = Memorization.Measure(device, [0f], Dataset.FromRows("ends", [0f, 1f], 1));
        Assert.Null(found.ClassCounts);
        Assert.True(double.IsNaN(found.ClassEntropy));
        Assert.Equal((1.0, 0), (found.MemorizedShare, found.ClassesThatOccur));
    }

    [Fact]
    public void Without_two_different_samples_nothing_counts_as_memorised()
    {
        using var device = Device.Cpu(1);
        var found = Memorization.Measure(device, [0f], Dataset.FromRows("same", [0f, 0f], 1));
        Assert.Equal(0.0, found.MemorizedShare);
        Assert.True(double.IsNaN(found.MedianRatio));
    }

    [Fact]
    public void No_point_is_refused()
    {
        using var device = Device.Cpu(1);
        Assert.Throws<ArgumentException>(() => { Memorization.Measure(device, [], Dataset.FromRows("one", [0f], 1)); });
    }
}
