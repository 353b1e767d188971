namespace Kaleido.Tests.Training;

/// <summary>No allocation in a steady step (docs/numerics.md, rule 19), each measured in a process of its own.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData("1", "64")]
    [InlineData("3", "64")]
    [InlineData("2", "300")]
    public void A_training_step_allocates_nothing(string threads, string batch) => NothingIn("alloc-fit", threads, batch);

    [Theory]
    [InlineData("1", "2")]
    [InlineData("3", "2")]
    [InlineData("2", "20")]
    public void A_step_of_an_ensemble_allocates_nothing(string threads, string batch) => NothingIn("alloc-ensemble", threads, batch);

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public void A_sampling_iteration_allocates_nothing(string threads) => NothingIn("alloc-sample", threads);

    [Fact]
    public void An_evaluation_allocates_nothing() => NothingIn("alloc-evaluate", "2");

    // Without tiers of compilation, whose own work would be counted.
    private static void NothingIn(params string[] arguments) =>
        Assert.Equal(["0"], Probe.Run(arguments, ("DOTNET_TieredCompilation", "0")));
}
