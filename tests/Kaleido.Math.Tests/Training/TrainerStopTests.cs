using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>When a training ends, and what it leaves.</summary>
public class TrainerStopTests
{
    [Fact]
    public void The_network_keeps_its_best_weights_with_their_own_loss()
    {
        using var it = new TrainingCase();
        // A rate at which the loss goes up and down.
        var fit = it.Fit(new() { Steps = 90, LearningRate = 0.1, EvaluationInterval = 7, BatchSize = 10 });
        Assert.Equal(StopReason.Completed, fit.StopReason);
        Assert.InRange(fit.BestStep, 1, fit.Steps - 1);
        Assert.Equal(fit.Evaluations.Min(e => e.Loss), fit.Loss);
        Assert.Equal(fit.Evaluations.First(e => e.Loss == fit.Loss).Step, fit.BestStep);
        Assert.Equal(fit.BestWeightsSha256, it.Network.WeightsSha256());
        Assert.NotEqual(fit.LastWeightsSha256, fit.BestWeightsSha256);
        // Evaluated again, the weights that were kept give the loss that was reported, to the bit.
        var again = it.Fit(new() { Steps = 0 });
        Assert.Equal(fit.Loss, again.Loss);
        Assert.Equal((0, 0, StopReason.Completed), (again.Steps, again.BestStep, again.StopReason));
        Assert.Equal(0, again.MinibatchLosses.Length);
        Assert.Equal(again.LastWeightsSha256, again.BestWeightsSha256);
    }

    [Fact]
    public void Evaluations_stand_at_fixed_steps_and_at_both_ends()
    {
        using var it = new TrainingCase();
        var fit = it.Fit(new() { Steps = 250, EvaluationInterval = 100 });
        Assert.Equal([0, 100, 200, 250], fit.Evaluations.Select(e => e.Step));
        Assert.Equal(250, fit.MinibatchLosses.Length);
        Assert.Equal(250, fit.Steps);
        // The whole data is batch and evaluation set, in one order: each loss before a step is the evaluation before it.
        Assert.Equal(fit.Evaluations.SkipLast(1).Select(e => e.Loss),
            new[] { 0, 100, 200 }.Select(step => (double)fit.MinibatchLosses.Span[step]));
    }

    [Fact]
    public void The_evaluation_set_is_the_first_samples()
    {
        using var it = new TrainingCase();
        var few = it.Fit(new() { Steps = 0, EvaluationSamples = 4 });
        (it.Inputs, it.Targets) = (it.Inputs[..(4 * 3)], it.Targets[..(4 * 2)]);
        Assert.Equal(it.Fit(new() { Steps = 0 }).Loss, few.Loss);
    }

    [Fact]
    public void A_target_ends_it_at_the_first_evaluation_that_reaches_it()
    {
        using var it = new TrainingCase();
        var all = it.Fit(new() { Steps = 200, EvaluationInterval = 10, LearningRate = 0.01 });
        using var other = new TrainingCase();
        var first = all.Evaluations.First(e => e.Loss <= all.Evaluations[10].Loss);
        var fit = other.Fit(new() { Steps = 200, EvaluationInterval = 10, LearningRate = 0.01, TargetLoss = all.Evaluations[10].Loss });
        Assert.Equal((StopReason.TargetReached, first.Step, first.Loss), (fit.StopReason, fit.Steps, fit.Loss));
    }

    [Fact]
    public void Patience_counts_evaluations_that_are_not_better()
    {
        // A linear identity fits the data exactly from the start: nothing is ever better.
        using var it = new TrainingCase(new(3, 0, 0) { Initialization = Initialization.Identity });
        it.Targets = it.Inputs;
        var fit = it.Fit(new() { Steps = 1000, EvaluationInterval = 5, Patience = 3 });
        Assert.Equal((StopReason.PatienceExhausted, 15, 0, 0.0), (fit.StopReason, fit.Steps, fit.BestStep, fit.Loss));
    }

    [Fact]
    public void No_time_ends_it_at_the_first_evaluation()
    {
        using var it = new TrainingCase();
        var fit = it.Fit(new() { Steps = 1000, TimeLimit = TimeSpan.Zero });
        Assert.Equal((StopReason.TimeLimit, 0), (fit.StopReason, fit.Steps));
        Assert.True(double.IsFinite(fit.Loss));
    }

    [Fact]
    public async Task Cancelling_returns_the_best_so_far_and_never_throws()
    {
        using var it = new TrainingCase();
        var before = await Trainer.FitAsync(it.Network, it.Inputs, it.Targets, LossFunction.SquaredError,
            new(), null, new CancellationToken(true));
        Assert.Equal((StopReason.Cancelled, 0), (before.StopReason, before.Steps));
        using var source = new CancellationTokenSource();
        var fit = await Trainer.FitAsync(it.Network, it.Inputs, it.Targets, LossFunction.SquaredError,
            new() { Steps = 1_000_000, ReportInterval = TimeSpan.Zero },
            new Listener(p => { if (p.Step == 37) source.Cancel(); }), source.Token);
        Assert.Equal((StopReason.Cancelled, 37), (fit.StopReason, fit.Steps));
        Assert.Equal([0, 37], fit.Evaluations.Select(e => e.Step));
        Assert.Equal(37, fit.MinibatchLosses.Length);
        Assert.True(fit.Loss < before.Loss);
        Assert.Equal(fit.Loss, it.Fit(new() { Steps = 0 }).Loss);
    }

    [Fact]
    public void Divergence_is_a_result_and_the_best_finite_weights_stay()
    {
        using var it = new TrainingCase(new(3, 12, 2) { Outputs = 2, Seed = 1 });
        var fit = it.Fit(new() { Steps = 500, EvaluationInterval = 50, Optimizer = new Sgd { LearningRate = 50 } });
        Assert.Equal(StopReason.Diverged, fit.StopReason);
        int step = (int)fit.DivergedAtStep!.Value;
        Assert.InRange(step, 2, 50);
        Assert.Equal(50, fit.Steps);
        Assert.False(float.IsFinite(fit.MinibatchLosses.Span[step - 1]));
        foreach (float loss in fit.MinibatchLosses.Span[..(step - 1)]) Assert.True(float.IsFinite(loss));
        Assert.True(double.IsFinite(fit.Loss));
        Assert.All(it.Network.Parameters.Arena.ToArray(), w => Assert.True(float.IsFinite(w)));
        Assert.Equal(fit.Loss, it.Fit(new() { Steps = 0 }).Loss);
    }

    [Fact]
    public void Weights_that_are_not_finite_diverge_before_the_first_step()
    {
        using var it = new TrainingCase();
        it.Network.Bias(0).Upload([.. Enumerable.Repeat(float.NaN, 12)]);
        var fit = it.Fit(new() { Steps = 10 });
        Assert.Equal((StopReason.Diverged, 0L, 0L), (fit.StopReason, fit.Steps, fit.DivergedAtStep));
        Assert.True(double.IsNaN(fit.Loss));
        Assert.False(fit.IsDead);
    }

    [Fact]
    public void An_overflow_that_a_bounded_output_hides_is_divergence()
    {
        using var it = new TrainingCase(new(3, 0, 0) { Outputs = 2, Output = Activation.Sigmoid });
        it.Network.Weight(0).Upload([.. Enumerable.Repeat(float.MaxValue, 6)]);
        var fit = it.Fit(new() { Steps = 10 });
        Assert.True(double.IsFinite(fit.Evaluations[0].Loss));
        Assert.Equal((StopReason.Diverged, 0L), (fit.StopReason, fit.DivergedAtStep));
    }

    [Fact]
    public void A_dead_network_is_told_from_one_that_has_nothing_to_tell_apart()
    {
        var options = new TrainingOptions { Steps = 100, EvaluationInterval = 10 };
        using var dead = Dead();
        var fit = dead.Fit(options);
        Assert.Equal((StopReason.Dead, true, 50), (fit.StopReason, fit.IsDead, fit.Steps));
        Assert.All(fit.Evaluations, e => Assert.Equal(0, e.Spread));
        AssertNotDead(Dead(samples: 1), options);
        AssertNotDead(Dead(sameInputs: true), options);
        AssertNotDead(Dead(sameTargets: true), options);
        // One evaluation sample tells nothing.
        AssertNotDead(Dead(), options with { EvaluationSamples = 1 });
        using var alive = new TrainingCase();
        Assert.False(alive.Fit(options).IsDead);

        static void AssertNotDead(TrainingCase it, TrainingOptions options)
        {
            using (it)
            {
                var fit = it.Fit(options);
                Assert.Equal((StopReason.Completed, false), (fit.StopReason, fit.IsDead));
            }
        }
    }

    // All hidden units of the first layer are off for inputs in [0, 1].
    private static TrainingCase Dead(int samples = 50, bool sameInputs = false, bool sameTargets = false)
    {
        var it = new TrainingCase(samples: samples);
        it.Network.Bias(0).Upload([.. Enumerable.Repeat(-100f, 12)]);
        if (sameInputs) it.Inputs = [.. Enumerable.Repeat(0.5f, it.Inputs.Length)];
        if (sameTargets) it.Targets = [.. Enumerable.Repeat(0.5f, it.Targets.Length)];
        return it;
    }
}
