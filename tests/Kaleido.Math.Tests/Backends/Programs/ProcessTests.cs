namespace Kaleido.Tests.Backends.Programs;

/// <summary>What needs a process of its own: allocations of all threads (contract rule 19), other instruction sets (rule 8).</summary>
public sealed class ProcessTests
{
    // Without tiers: the runtime's own compiler thread allocates 12336 bytes once, at a time of its choice, when it begins a second tier.
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void A_thousand_training_steps_allocate_nothing(string threads) =>
        Assert.Equal(["0"], Probe.Run(["alloc-plan", threads], ("DOTNET_TieredCompilation", "0")));

    [Theory]
    [InlineData("hash-small")]
    [InlineData("hash-ensemble")]
    public void Weights_have_the_same_hash_on_every_instruction_set_and_number_of_threads(string probe)
    {
        var plain = Seen.Of(probe);
        Assert.True(plain.Has("Vector128"), "this processor has no vectors: there is nothing to compare");
        var without512 = Seen.Of(probe, ("DOTNET_EnableAVX512", "0"));
        var without256 = Seen.Of(probe, ("DOTNET_EnableAVX2", "0"));
        var scalar = Seen.Of(probe, ("DOTNET_EnableHWIntrinsic", "0"));

        // A switch must have an effect where the hardware has the set.
        Assert.False(without512.Has("Avx512F") || without512.Has("Vector512"));
        Assert.Equal(plain.Has("Avx2"), without512.Has("Avx2"));
        Assert.False(without256.Has("Avx2") || without256.Has("Fma") || without256.Has("Vector256"));
        Assert.True(without256.Has("Vector128"));
        Assert.False(scalar.Has("Vector128") || scalar.Has("Fma"));

        Seen[] all =
        [
            plain, without512, without256, scalar, Seen.Of(probe, ("KALEIDO_VECTOR", "256")),
            Seen.Of(probe, ("KALEIDO_VECTOR", "128")), Seen.Of(probe, ("KALEIDO_VECTOR", "scalar")),
        ];
        Assert.All(all, seen => Assert.Equal(4, seen.Hashes.Length));
        Assert.Single(all.SelectMany(seen => seen.Hashes).Distinct());
    }

    [Theory]
    [InlineData("in-place", "InPlace", "Panels")]
    [InlineData("pieces", "Pieces", "Pieces")]
    [InlineData("panels", "Panels", "Panels")]
    [InlineData("panels-and-rows", "PanelsAndRows", "PanelsAndRows")]
    public void A_path_of_products_can_be_forced_and_the_weights_keep_their_hash(string name, string rowMajor, string transposed)
    {
        string[] forced = Probe.Run(["product-paths"], ("KALEIDO_PRODUCT", name));
        Assert.Equal([$"row-major {rowMajor}", $"transposed {transposed}"], forced);
        Assert.Equal(Hashes(), Hashes(("KALEIDO_PRODUCT", name)));

        // Some paths leave too few tasks for more threads.
        static string[] Hashes(params (string, string)[] environment) =>
            [.. Probe.Run(["hash-small", "1", "2"], environment).Where(line => line.StartsWith("hash", StringComparison.Ordinal))];
    }

    [Theory]
    [InlineData("KALEIDO_PRODUCT", "in-place, pieces, panels or panels-and-rows")]
    [InlineData("KALEIDO_VECTOR", "512, 256, 128 or scalar")]
    public void A_misspelt_switch_is_refused(string variable, string values)
    {
        var refused = Assert.ThrowsAny<Exception>(() => Probe.Run(["hash-small", "1"], (variable, "panel")));
        Assert.Contains($"reading {variable} failed: it must be {values}, not \"panel\"", refused.Message, StringComparison.Ordinal);
    }

    private sealed record Seen(string[] Lines)
    {
        public string[] Hashes => [.. Lines.Select(line => line.Split(' ')).Where(words => words[0] == "hash").Select(words => words[2])];

        public bool Has(string set) => Lines.Contains($"{set} yes") || (Lines.Contains($"{set} no") ? false
            : throw new InvalidOperationException($"the probe did not say whether it has {set}"));

        public static Seen Of(string probe, params (string, string)[] environment) =>
            new(Probe.Run([probe, "1", "2", "3", "4"], environment));
    }
}
