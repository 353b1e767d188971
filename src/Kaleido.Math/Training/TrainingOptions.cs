using Kaleido.Optimizers;

namespace Kaleido.Training;

/// <summary>How to train. Everything that decides a bit is here; the time limit, reports and checkpoints decide none.</summary>
public sealed record TrainingOptions
{
    /// <summary>
    /// Rows of a step, drawn without replacement; at or above the number of samples every step sees all of them, in order.
    /// </summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>Optimiser steps at most. (The kaleidoscope paper's code calls a step an epoch.)</summary>
    public long Steps { get; init; } = 10_000;

    /// <summary>The learning rate of the default optimiser, Adam.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Another optimiser; then <see cref="LearningRate"/> is not used.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>Limits on gradients.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>The seed of minibatches and input noise.</summary>
    public uint Seed { get; init; }

    /// <summary>
    /// Standard deviation σ of normal noise added to the inputs in each step, in the network's units; 0 for none (denoising training).
    /// </summary>
    public double InputNoise { get; init; }

    /// <summary>Steps between evaluations; the loss before the first step and after the last one are evaluated too.</summary>
    public int EvaluationInterval { get; init; } = 100;

    /// <summary>
    /// How many of the training samples, the first ones, make the fixed evaluation set. It is seen in training: its loss, without noise on
    /// the inputs, tells how well the samples are fitted, not how the network does on others.
    /// </summary>
    public int EvaluationSamples { get; init; } = 1000;

    /// <summary>Stop when the evaluation loss is at most this.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>Stop after this many evaluations in a row that are not better than the best.</summary>
    public int? Patience { get; init; }

    /// <summary>Stop at the first evaluation after this much time.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Where and how often the training writes itself down; null for never.</summary>
    public Checkpointing? Checkpoint { get; init; }

    /// <summary>
    /// A checkpoint to go on from: its settings and data must be those of this training, but for <see cref="Steps"/>: a training can be
    /// made longer, also a completed one, unless its schedule or its last evaluation depends on their number. The result is, to the bit,
    /// that of a training that was never stopped.
    /// </summary>
    public TrainingCheckpoint? Resume { get; init; }

    /// <summary>Time between progress reports.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The given optimiser, or Adam.</summary>
    internal Optimizer EffectiveOptimizer => Optimizer ?? new Adam { LearningRate = LearningRate };

    /// <summary>Refuses values outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Steps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Steps, Array.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluationInterval, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluationSamples, 1);
        EffectiveOptimizer.ToRule();
        Clipping?.Validate();
        Checkpoint?.Validate();
        if (TargetLoss is { } target && double.IsNaN(target))
            throw new ArgumentOutOfRangeException(nameof(TargetLoss), target, "must be a number");
        if (Patience is { } patience) ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1, nameof(Patience));
        if (!(InputNoise >= 0) || !double.IsFinite(InputNoise))
            throw new ArgumentOutOfRangeException(nameof(InputNoise), InputNoise, "must be a number not below 0");
    }
}

/// <summary>Why a training ended.</summary>
public enum StopReason
{
    /// <summary>All steps were made.</summary>
    Completed,
    /// <summary>The target loss was reached.</summary>
    TargetReached,
    /// <summary>The evaluation loss did not improve for long enough.</summary>
    PatienceExhausted,
    /// <summary>The time was up.</summary>
    TimeLimit,
    /// <summary>The caller cancelled.</summary>
    Cancelled,
    /// <summary>A loss, or what goes into the last activation, was NaN or infinite.</summary>
    Diverged,
    /// <summary>The output was the same for all evaluation samples, several evaluations in a row, although their targets differ.</summary>
    Dead,
}

/// <summary>One evaluation.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">The loss on the evaluation set.</param>
/// <param name="Spread">
/// The largest difference of an output between the first evaluation sample and another; 0 for a constant network.
/// </param>
public readonly record struct Evaluation(long Step, double Loss, double Spread);

/// <summary>A sample of a running training.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Steps">Steps at most.</param>
/// <param name="MinibatchLoss">
/// The loss of the last step, before its update; on a device that works while the host goes on, of the last step whose loss has arrived
/// (NaN before any).
/// </param>
/// <param name="EvaluationLoss">The last evaluation loss.</param>
/// <param name="BestLoss">The best evaluation loss.</param>
/// <param name="Elapsed">Time since the start, with that before a checkpoint from which it goes on.</param>
/// <param name="StepsPerSecond">Steps per second since the previous report.</param>
/// <param name="FlopsPerStep">Multiply-adds ×2 of the matrix products of a step.</param>
public readonly record struct TrainingProgress(
    long Step, long Steps, double MinibatchLoss, double EvaluationLoss, double BestLoss, TimeSpan Elapsed,
    double StepsPerSecond, double FlopsPerStep)
{
    /// <summary>For example "step 200 of 1000: loss 0.01234, evaluated 0.0125, 5.1e+03 steps a second"; the same in every culture.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Step} of {Steps}: loss {MinibatchLoss:g4}, evaluated {EvaluationLoss:g4}, {StepsPerSecond:g3} steps a second");
}

/// <summary>What a training came to. The network holds its best weights (those of <see cref="Loss"/>).</summary>
public sealed record FitResult
{
    /// <summary>The best evaluation loss; NaN if every loss was NaN.</summary>
    public required double Loss { get; init; }

    /// <summary>Completed steps at the best evaluation.</summary>
    public required long BestStep { get; init; }

    /// <summary>Completed steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Why it ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>
    /// True if the returned network gives the same output for all evaluation samples, although their inputs and their targets differ.
    /// </summary>
    public required bool IsDead { get; init; }

    /// <summary>
    /// The step (from 1) whose loss was the first NaN or infinity, or after which an evaluation was (0: that of the weights given); null if
    /// none.
    /// </summary>
    public required long? DivergedAtStep { get; init; }

    /// <summary>The loss of each step's minibatch, before its update.</summary>
    public required ReadOnlyMemory<float> MinibatchLosses { get; init; }

    /// <summary>All evaluations, the first before any step.</summary>
    public required IReadOnlyList<Evaluation> Evaluations { get; init; }

    /// <summary>SHA-256 over the last weights, those after <see cref="Steps"/> steps.</summary>
    public required string LastWeightsSha256 { get; init; }

    /// <summary>SHA-256 over the best weights, those the network holds now.</summary>
    public required string BestWeightsSha256 { get; init; }

    /// <summary>Time taken.</summary>
    public required TimeSpan Elapsed { get; init; }
}
