using FsCheck;
using FsCheck.Fluent;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class ChamferTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(4711, 12345);

    private static Gen<(float[] A, float[] B, int Features)> Cases =>
        from features in Gen.Choose(1, 9)
        from first in Gen.Choose(1, 8)
        from second in Gen.Choose(1, 8)
        from a in Gen.ArrayOf(Gen.Choose(0, 8).Select(i => i / 4f), first * features)
        from b in Gen.ArrayOf(Gen.Choose(0, 8).Select(i => i / 4f), second * features)
        select (a, b, features);

    [Fact]
    public void Three_points_against_one_have_the_hand_computed_distance()
    {
        // d(a, B) = 5, 0, 1; d(b, A) = 0.
        var found = Chamfer.Measure([3f, 4f, 0f, 0f, 0f, 1f], [0f, 0f], 2);
        Assert.Equal(new Chamfer(2, 0, 26 / 3.0, 0), found);
        Assert.Equal((1.0, 26 / 3.0), (found.Symmetric, found.Squared));
    }

    [Fact]
    public void It_is_symmetric_zero_on_equal_sets_and_the_textbook_sum() => Check.One(Fixed, Prop.ForAll(Arb.From(Cases), c =>
    {
        Chamfer forth = Chamfer.Measure(c.A, c.B, c.Features), back = Chamfer.Measure(c.B, c.A, c.Features);
        Assert.Equal((forth.Symmetric, forth.Squared), (back.Symmetric, back.Squared));
        Assert.Equal(default, Chamfer.Measure([.. c.A, .. c.A], c.A, c.Features));

        // Quarters: squared distances are exact, and 8 roots are summed with at most 8 roundings each side, below 16·2⁻⁵³ of a mean ≤ 6.
        double expected = (Directed(c.A, c.B, c.Features) + Directed(c.B, c.A, c.Features)) / 2;
        Assert.Equal(expected, forth.Symmetric, 1e-14);
    }));

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        Refused("the points of the first set are empty", () => Chamfer.Measure([], [1f], 1));
        Refused("the 3 values of the points of the second set are not whole points of 2 features",
            () => Chamfer.Measure([1f, 2f], [1f, 2f, 3f], 2));
        Refused("value 0 of the points of the second set is Infinity", () => Chamfer.Measure([1f], [float.PositiveInfinity], 1));
        Refused("at least 1 feature", () => Chamfer.Measure([1f], [1f], 0));
    }

    private static void Refused(string sentence, Func<object> action) =>
        Assert.Contains(sentence, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static double Directed(float[] from, float[] to, int features) =>
        from.Chunk(features).Average(p => to.Chunk(features)
            .Min(q => Math.Sqrt(p.Zip(q).Sum(pair => Math.Pow((double)pair.First - pair.Second, 2)))));
}
