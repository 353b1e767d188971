using FsCheck;
using FsCheck.Fluent;

namespace Kaleido.Tests;

/// <summary>Checks laws over generated cases. The seed is fixed, so a failure is seen again; KALEIDO_SEED sets another.</summary>
internal static class Law
{
    private static readonly ulong Seed =
        ulong.TryParse(Environment.GetEnvironmentVariable("KALEIDO_SEED"), out ulong seed) ? seed : 20261121;

    /// <summary>The law must hold for every case. One for which it throws or is false is made smaller and shown, with the seed.</summary>
    public static void Holds<T>(Arbitrary<T> arbitrary, Func<T, bool> law, int cases = 100)
    {
        // The second word of a replay must be odd.
        var config = Config.QuickThrowOnFailure.WithReplay(Seed, 0x9E3779B97F4A7C15).WithMaxTest(cases);
        try
        {
            Check.One(config, Prop.ForAll(arbitrary, law));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"KALEIDO_SEED={Seed}: {failure.Message}", failure);
        }
    }

    /// <summary>The law, written as assertions, must hold for every case.</summary>
    public static void Holds<T>(Arbitrary<T> arbitrary, Action<T> law, int cases = 100) => Holds(arbitrary, it =>
    {
        law(it);
        return true;
    }, cases);

    /// <summary>
    /// Cases made of sizes and a seed for everything else. Shrinking makes the sizes smaller, first dimension first, and keeps the seed.
    /// </summary>
    public static Arbitrary<SizedCase> Sizes(int dimensions, int largest = 130)
    {
        int[] edges = [.. new[] { 0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129 }.Where(size => size <= largest)];
        var size = Gen.Frequency((3, Gen.Elements(edges)), (2, Gen.Choose(0, Math.Min(largest, 20))), (1, Gen.Choose(0, largest)));
        var cases =
            from sizes in Gen.ArrayOf(size, dimensions)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select new SizedCase(sizes, seed);
        return Arb.From(cases, Shrink);
    }

    private static IEnumerable<SizedCase> Shrink(SizedCase it)
    {
        for (int dimension = 0; dimension < it.Sizes.Length; dimension++)
        {
            int size = it.Sizes[dimension];
            foreach (int smaller in new[] { 0, 1, size / 2, size - 1 }.Where(smaller => smaller >= 0 && smaller < size).Distinct())
            {
                int[] sizes = [.. it.Sizes];
                sizes[dimension] = smaller;
                yield return it with { Sizes = sizes };
            }
        }
    }
}

/// <summary>Sizes, and a seed from which a test draws all else.</summary>
internal sealed record SizedCase(int[] Sizes, int Seed)
{
    /// <summary>The generator of everything but the sizes.</summary>
    public Random Random() => new(Seed);

    public override string ToString() => $"sizes [{string.Join(", ", Sizes)}], seed {Seed}";
}
