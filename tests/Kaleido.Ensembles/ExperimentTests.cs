using Kaleido.Lab.Figures;
using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Ensembles;

/// <summary>
/// Every experiment of <c>kaleido figure</c> over its fixed seeds: the quick form, or the full one where <c>KALEIDO_ENSEMBLES=full</c>.
/// </summary>
public sealed class ExperimentTests(ITestOutputHelper output)
{
    private static readonly bool s_full = Environment.GetEnvironmentVariable("KALEIDO_ENSEMBLES") == "full";

    public static TheoryData<string> Synthetic => Names(null);

    public static TheoryData<string> Mnist => Names("mnist");

    public static TheoryData<string> Cifar10 => Names("cifar10");

    [Theory]
    [MemberData(nameof(Synthetic))]
    public void Every_acceptance_holds(string name) => Accept(name, null);

    [TheoryIfMnist]
    [MemberData(nameof(Mnist))]
    public void Every_acceptance_on_MNIST_holds(string name) => Accept(name, SharedData.Mnist);

    [TheoryIfCifar10]
    [MemberData(nameof(Cifar10))]
    public void Every_acceptance_on_CIFAR10_holds(string name) => Accept(name, Path.GetDirectoryName(SharedData.Cifar10));

    private static TheoryData<string> Names(string? set) => [.. Experiment.All.Where(it => it.DataSet == set).Select(it => it.Name)];

    private void Accept(string name, string? set)
    {
        var result = Experiment.Find(name)!.Run(new(Quick: !s_full) { Data = set is null ? null : Path.GetDirectoryName(set) });
        foreach (var verdict in result.Verdicts) output.WriteLine($"{verdict.Word}: {verdict.Statement} ({verdict.Seen})");
        Assert.Equal(name, result.Name);
        Assert.NotEmpty(result.Verdicts);
        Assert.All(result.Verdicts.Where(v => v.Kind == VerdictKind.Acceptance), v => Assert.True(v.Holds, $"{v.Statement}: {v.Seen}"));
        Assert.All(result.Tables, table => Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Length)));
    }
}

/// <summary>A theory about real MNIST; skipped, with the reason, where it is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryIfMnistAttribute : TheoryAttribute
{
    public TheoryIfMnistAttribute() =>
        Skip = SharedData.Mnist is null ? "No MNIST: set KALEIDO_DATA to a folder that holds mnist/." : null!;
}

/// <summary>A theory about real CIFAR-10; skipped, with the reason, where it is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryIfCifar10Attribute : TheoryAttribute
{
    public TheoryIfCifar10Attribute() =>
        Skip = SharedData.Cifar10 is null ? "No CIFAR-10: set KALEIDO_DATA to a folder that holds cifar10/." : null!;
}
