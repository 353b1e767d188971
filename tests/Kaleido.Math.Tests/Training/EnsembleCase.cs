using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>An ensemble whose members are also trained one by one, and the comparison of both to the bit.</summary>
internal sealed record EnsembleCase(MlpOptions Shape, TrainingOptions Options, IReadOnlyList<EnsembleMember> Members)
{
    public LossFunction Loss { get; init; } = LossFunction.SquaredError;

    public int Threads { get; init; } = 1;

    /// <summary>The smallest network of the paper.</summary>
    public static MlpOptions Tiny { get; } = new(1, 10, 6) { Output = Activation.Sigmoid };

    /// <summary>Members with their own seeds, all on the same data.</summary>
    public static IReadOnlyList<EnsembleMember> Sharing(int count, MlpOptions shape, int samples)
    {
        float[] inputs = TrainingCase.Uniform(samples * shape.Inputs, 1), targets = TrainingCase.Uniform(samples * shape.Sizes()[^1], 2);
        return [.. Enumerable.Range(0, count)
            .Select(i => new EnsembleMember(inputs, targets) { WeightSeed = (uint)(100 + i), TrainingSeed = (uint)(7 * i) })];
    }

    /// <summary>Members with their own seeds and their own data.</summary>
    public static IReadOnlyList<EnsembleMember> Separate(int count, MlpOptions shape, int samples) =>
        [.. Enumerable.Range(0, count).Select(i => new EnsembleMember(
            TrainingCase.Uniform(samples * shape.Inputs, 10 + i), TrainingCase.Uniform(samples * shape.Sizes()[^1], 1010 + i))
        {
            WeightSeed = (uint)(100 + i),
            TrainingSeed = (uint)(7 * i),
        })];

    /// <summary>Trains the ensemble, and each member alone, and compares everything that is not time.</summary>
    public EnsembleResult AssertSameBits()
    {
        using var device = Device.Cpu(Threads);
        var ensemble = EnsembleTrainer.Fit(device, Shape, Members, Loss, Options);
        Assert.Equal(Members.Count, ensemble.Results.Count);
        for (int i = 0; i < Members.Count; i++) AssertSame(i, device, ensemble);
        return ensemble;
    }

    private void AssertSame(int i, Device device, EnsembleResult ensemble)
    {
        var (member, fit) = (Members[i], ensemble.Results[i]);
        using var network = Mlp.Create(device, Shape with { Seed = member.WeightSeed });
        (network.InputScaling, network.OutputScaling) = (member.InputScaling, member.OutputScaling);
        var clipping = member.ClipNorm is { } norm ? (Options.Clipping ?? new()) with { Norm = norm } : Options.Clipping;
        var alone = Trainer.Fit(network, member.Inputs, member.Targets, Loss, Options with
        {
            Seed = member.TrainingSeed,
            Clipping = clipping,
            Steps = member.Steps ?? Options.Steps,
            TargetLoss = member.TargetLoss ?? Options.TargetLoss,
        });
        Assert.Equal(Losses(alone), Losses(fit));
        Assert.Equal(alone.Evaluations, fit.Evaluations);
        Assert.Equal(
            (alone.StopReason, alone.Steps, alone.BestStep, alone.DivergedAtStep, alone.IsDead, alone.Loss),
            (fit.StopReason, fit.Steps, fit.BestStep, fit.DivergedAtStep, fit.IsDead, fit.Loss));
        Assert.Equal(alone.LastWeightsSha256, fit.LastWeightsSha256);
        Assert.Equal(alone.BestWeightsSha256, fit.BestWeightsSha256);
        using var extracted = ensemble.Network(i);
        Assert.Equal(network.WeightsSha256(), extracted.WeightsSha256());
        Assert.Equal((network.Options, network.InputScaling), (extracted.Options, extracted.InputScaling));
    }

    private static uint[] Losses(FitResult fit) => [.. fit.MinibatchLosses.ToArray().Select(Bits.Of)];
}
