using FsCheck;
using FsCheck.Fluent;
using Kaleido.Numerics;

namespace Kaleido.Tests.Numerics;

public sealed class FeistelPermutationTests
{
    [Fact]
    public void Every_small_count_is_permuted()
    {
        for (int count = 1; count <= 300; count++) Assert.True(IsPermutation(count, 7, 3, (ulong)count), $"{count}");
    }

    [Fact]
    public void Any_count_seed_stream_and_step_give_a_permutation()
    {
        var parameters =
            from count in Gen.Choose(1, 70_000)
            from seed in ArbMap.Default.GeneratorFor<uint>()
            from stream in ArbMap.Default.GeneratorFor<uint>()
            from step in ArbMap.Default.GeneratorFor<ulong>()
            select (count, seed, stream, step);
        Check.One(
            Config.QuickThrowOnFailure.WithReplay(20_261_121, 1),
            Prop.ForAll(parameters.ToArbitrary(), p => IsPermutation(p.count, p.seed, p.stream, p.step)));
    }

    [Fact]
    public void Different_seeds_streams_and_steps_agree_no_more_than_by_chance()
    {
        const int count = 10_000;
        FeistelPermutation first = new(count, 1, 1, 1);
        FeistelPermutation[] others = [new(count, 2, 1, 1), new(count, 1, 2, 1), new(count, 1, 1, 2)];
        foreach (FeistelPermutation other in others)
        {
            // Fixed points of a random permutation are Poisson with mean 1: more than 15 has probability below 10⁻¹³.
            Assert.InRange(Enumerable.Range(0, count).Count(i => first[i] == other[i]), 0, 15);
        }
    }

    [Fact]
    public void Indices_and_counts_outside_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeistelPermutation(0, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeistelPermutation((1 << 30) + 1, 0, 0, 0));
        FeistelPermutation permutation = new(10, 0, 0, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => permutation[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => permutation[-1]);
    }

    private static bool IsPermutation(int count, uint seed, uint stream, ulong step)
    {
        FeistelPermutation permutation = new(count, seed, stream, step);
        bool[] hit = new bool[count];
        for (int i = 0; i < count; i++)
        {
            int to = permutation[i];
            if ((uint)to >= (uint)count || hit[to]) return false;
            hit[to] = true;
        }

        return true;
    }
}
