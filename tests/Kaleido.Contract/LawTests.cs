using Kaleido.Tests;

namespace Kaleido.Contract;

public sealed class LawTests
{
    [Fact]
    public void A_law_that_fails_is_shown_with_the_smallest_sizes()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Law.Holds(Law.Sizes(2), it => it.Sizes[0] < 5 || it.Sizes[1] < 2));
        Assert.Contains("sizes [5, 2]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("KALEIDO_SEED=", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_biased_to_nothing_one_and_the_edges_of_tiles()
    {
        var seen = new HashSet<int>();
        Law.Holds(Law.Sizes(3), it => seen.UnionWith(it.Sizes), 200);
        Assert.Superset(new HashSet<int> { 0, 1, 15, 16, 17, 63, 64, 65 }, seen);
        Assert.All(seen, size => Assert.InRange(size, 0, 130));
    }
}
