using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>Every member of an ensemble ends where it would end alone, and its neighbours do not notice.</summary>
public class EnsembleStopTests
{
    private static readonly MlpOptions s_shape = new(3, 7, 2) { Outputs = 2, Output = Activation.Sigmoid };

    private static TrainingOptions Options { get; } = new() { Steps = 90, EvaluationInterval = 20, BatchSize = 4, LearningRate = 0.01 };

    [Fact]
    public void Members_stop_at_their_own_steps_on_and_between_evaluations()
    {
        long?[] steps = [0, 1, 20, 37, 64, 65, null, 100, 90];
        var members = EnsembleCase.Separate(20, s_shape, 11).Select((m, i) => m with { Steps = steps[i % steps.Length] }).ToArray();
        var result = new EnsembleCase(s_shape, Options, members) { Threads = 2 }.AssertSameBits();
        Assert.Equal(members.Select(m => m.Steps ?? 90), result.Results.Select(r => r.Steps));
        Assert.All(result.Results, r => Assert.Equal(StopReason.Completed, r.StopReason));
        Assert.Equal([0, 20, 37], result.Results[3].Evaluations.Select(e => e.Step));
    }

    [Fact]
    public void Members_stop_at_their_own_targets()
    {
        var members = EnsembleCase.Separate(18, s_shape, 11);
        using var device = Device.Cpu(1);
        var free = EnsembleTrainer.Fit(device, s_shape, members, LossFunction.SquaredError, Options);
        // The target of member i is what it reaches alone at its evaluation i % 5.
        var aimed = members.Select((m, i) => m with { TargetLoss = free.Results[i].Evaluations[i % 5].Loss }).ToArray();
        var result = new EnsembleCase(s_shape, Options, aimed) { Threads = 2 }.AssertSameBits();
        for (int i = 0; i < members.Count; i++)
        {
            long first = free.Results[i].Evaluations.First(e => e.Loss <= aimed[i].TargetLoss).Step;
            Assert.Equal((StopReason.TargetReached, first), (result.Results[i].StopReason, result.Results[i].Steps));
        }

        Assert.True(result.Results.Select(r => r.Steps).Distinct().Count() > 2);
    }

    [Fact]
    public void The_options_target_and_steps_hold_for_members_without_their_own()
    {
        var members = EnsembleCase.Separate(4, s_shape, 11).ToArray();
        members[1] = members[1] with { TargetLoss = 0 };
        var result = new EnsembleCase(s_shape, Options with { TargetLoss = 1e9 }, members).AssertSameBits();
        Assert.Equal([0L, 90L, 0L, 0L], result.Results.Select(r => r.Steps));
    }

    [Fact]
    public void Patience_ends_each_member_by_its_own_evaluations()
    {
        var result = new EnsembleCase(s_shape, Options with { Steps = 400, EvaluationInterval = 5, Patience = 2, LearningRate = 0.1 },
            EnsembleCase.Separate(17, s_shape, 11)).AssertSameBits();
        // One of them dies before.
        Assert.True(result.Results.Count(r => r.StopReason == StopReason.PatienceExhausted) > 12);
        Assert.True(result.Results.Select(r => r.Steps).Distinct().Count() > 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void A_diverging_member_reports_its_step_and_leaves_its_neighbours_alone(int wild)
    {
        var shape = s_shape with { Output = Activation.Identity };
        var options = Options with { Optimizer = new Sgd { LearningRate = 0.05 }, EvaluationInterval = 50, Steps = 120 };
        var calm = EnsembleCase.Separate(16, shape, 11).ToArray();
        var members = calm.ToArray();
        // Targets of this size make the steps grow until they overflow.
        members[wild] = members[wild] with { Targets = calm[wild].Targets.ToArray().Select(x => 1e12f * x).ToArray() };
        var result = new EnsembleCase(shape, options, members).AssertSameBits();
        var diverged = result.Results[wild];
        Assert.Equal((StopReason.Diverged, 50L), (diverged.StopReason, diverged.Steps));
        Assert.InRange(diverged.DivergedAtStep!.Value, 2, 49);
        using var device = Device.Cpu(1);
        var without = EnsembleTrainer.Fit(device, shape, calm, LossFunction.SquaredError, options);
        for (int i = 0; i < calm.Length; i++)
        {
            if (i == wild) continue;
            Assert.Equal((StopReason.Completed, without.Results[i].LastWeightsSha256),
                (result.Results[i].StopReason, result.Results[i].LastWeightsSha256));
        }
    }

    [Fact]
    public void Some_members_clip_by_their_own_norm_and_some_do_not_clip()
    {
        double?[] norms = [null, 1e-3, 0.05, 1e6];
        var members = EnsembleCase.Sharing(17, s_shape, 11)
            .Select((m, i) => m with { ClipNorm = norms[i % 4], WeightSeed = 5, TrainingSeed = 6 }).ToArray();
        var sgd = Options with { Optimizer = new Sgd { LearningRate = 0.5 } };
        var result = new EnsembleCase(s_shape, sgd, members).AssertSameBits();
        var hashes = result.Results.Select(r => r.LastWeightsSha256).ToArray();
        // The norms decide: equal ones give equal weights, small ones others; and one that is never reached is none.
        Assert.Equal(hashes[0], hashes[3]);
        Assert.Equal(3, hashes.Distinct().Count());
        // Beside a limit on each element; members without a norm take that of the options.
        new EnsembleCase(s_shape, sgd with { Clipping = new(Value: 0.02, Norm: 0.01) }, members).AssertSameBits();
        // One norm for all.
        new EnsembleCase(s_shape, sgd, [.. members.Select(m => m with { ClipNorm = 0.01 })]).AssertSameBits();
    }

    [Fact]
    public void Each_member_keeps_its_own_best_weights()
    {
        var members = EnsembleCase.Separate(19, s_shape, 11).ToArray();
        var result = new EnsembleCase(s_shape, Options with { LearningRate = 0.2, EvaluationInterval = 7 }, members).AssertSameBits();
        Assert.True(result.Results.Select(r => r.BestStep).Distinct().Count() > 2);
        using var device = Device.Cpu(1);
        for (int i = 0; i < members.Length; i++)
        {
            // Evaluated again, the weights that were kept give the loss that was reported, to the bit.
            using var network = result.Network(i);
            var again = Trainer.Fit(network, members[i].Inputs, members[i].Targets, LossFunction.SquaredError, new() { Steps = 0 });
            Assert.Equal((result.Results[i].Loss, result.Results[i].BestWeightsSha256), (again.Loss, again.LastWeightsSha256));
        }
    }

    [Fact]
    public void Cancelling_ends_those_that_run_and_keeps_what_they_reached()
    {
        var shape = EnsembleCase.Tiny;
        var members = EnsembleCase.Sharing(40, shape, 9).Select((m, i) => m with { Steps = i % 2 == 0 ? 30 : 100_000_000 }).ToArray();
        using var device = Device.Cpu(2);
        using var source = new CancellationTokenSource();
        var options = new TrainingOptions { BatchSize = 2, EvaluationInterval = 1000, ReportInterval = TimeSpan.Zero };
        var result = EnsembleTrainer.Fit(device, shape, members, LossFunction.SquaredError, options,
            new EnsembleListener(p => { if (p.Step > 100) source.Cancel(); }), source.Token);
        long steps = result.Results[1].Steps;
        Assert.InRange(steps, 101, 10_000);
        for (int i = 0; i < members.Length; i++)
        {
            var fit = result.Results[i];
            Assert.Equal(i % 2 == 0 ? (StopReason.Completed, 30L) : (StopReason.Cancelled, steps), (fit.StopReason, fit.Steps));
            Assert.Equal(fit.Steps, fit.MinibatchLosses.Length);
            Assert.Equal(fit.Steps, fit.Evaluations[^1].Step);
            Assert.Equal(fit.Evaluations.Min(e => e.Loss), fit.Loss);
        }

        // A cancelled training is the first part of a longer one.
        var part = EnsembleTrainer.Fit(device, shape, [.. members.Select(m => m with { Steps = Math.Min(steps, m.Steps!.Value) })],
            LossFunction.SquaredError, options);
        Assert.Equal(part.Results.Select(r => (r.LastWeightsSha256, r.BestWeightsSha256)),
            result.Results.Select(r => (r.LastWeightsSha256, r.BestWeightsSha256)));
    }

    [Fact]
    public async Task Cancelled_before_it_begins_it_returns_the_initial_networks()
    {
        using var device = Device.Cpu(1);
        var members = EnsembleCase.Sharing(3, s_shape, 5);
        var result = await EnsembleTrainer.FitAsync(device, s_shape, members, LossFunction.SquaredError, Options, null,
            new CancellationToken(true));
        for (int i = 0; i < members.Count; i++)
        {
            using var initial = Mlp.Create(device, s_shape with { Seed = members[i].WeightSeed });
            Assert.Equal((StopReason.Cancelled, 0L, initial.WeightsSha256()),
                (result.Results[i].StopReason, result.Results[i].Steps, result.Results[i].BestWeightsSha256));
        }
    }

    [Fact]
    public void No_time_ends_it_at_the_first_evaluation()
    {
        using var device = Device.Cpu(1);
        var result = EnsembleTrainer.Fit(device, s_shape, EnsembleCase.Sharing(3, s_shape, 5), LossFunction.SquaredError,
            Options with { TimeLimit = TimeSpan.Zero });
        Assert.All(result.Results, r => Assert.Equal((StopReason.TimeLimit, 0L), (r.StopReason, r.Steps)));
    }

    [Fact]
    public void Progress_counts_those_that_run()
    {
        using var device = Device.Cpu(1);
        var members = EnsembleCase.Sharing(18, s_shape, 5).Select((m, i) => m with { Steps = i < 5 ? 20 : 60 }).ToArray();
        var listener = new EnsembleListener();
        EnsembleTrainer.Fit(device, s_shape, members, LossFunction.SquaredError, Options with { ReportInterval = TimeSpan.Zero }, listener);
        Assert.Equal([(20L, 13), (40, 13), (60, 0), (60, 0)], listener.Reports.Select(r => (r.Step, r.Running)));
        Assert.All(listener.Reports, r => Assert.Equal((60L, 18), (r.Steps, r.Members)));
    }

    private sealed class EnsembleListener(Action<EnsembleProgress>? heard = null) : IProgress<EnsembleProgress>
    {
        public List<EnsembleProgress> Reports { get; } = [];

        public void Report(EnsembleProgress value)
        {
            Reports.Add(value);
            heard?.Invoke(value);
        }
    }
}
