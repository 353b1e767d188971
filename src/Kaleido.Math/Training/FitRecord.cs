namespace Kaleido.Training;

/// <summary>What is known of one network's training: losses, evaluations, the best of them; and when it is to stop.</summary>
internal sealed class FitRecord
{
    private const int DeadEvaluations = 5;

    private readonly TrainingOptions _options;
    private readonly bool _canBeDead;
    private readonly float[] _losses;
    private readonly List<Evaluation> _evaluations = [];
    private long? _diverged;

    public FitRecord(TrainingOptions options, bool canBeDead)
    {
        (_options, _canBeDead) = (options, canBeDead);
        _losses = new float[options.Steps];
        _evaluations.EnsureCapacity((int)Math.Min(options.Steps / options.EvaluationInterval + 2, 1 << 20));
    }

    /// <summary>The losses of the steps so far.</summary>
    public ReadOnlyMemory<float> Losses => _losses.AsMemory(0, (int)LossCount);

    /// <summary>The evaluations so far.</summary>
    public IReadOnlyList<Evaluation> Evaluations => _evaluations;

    /// <summary>Takes over what a checkpoint knew.</summary>
    public void Restore(TrainingCheckpoint checkpoint)
    {
        foreach (float loss in checkpoint.MinibatchLosses.Span) AddLoss(loss);
        foreach (var evaluation in checkpoint.Evaluations)
        {
            _evaluations.Add(evaluation);
            if (double.IsFinite(evaluation.Loss) && !(evaluation.Loss >= BestLoss))
                (BestLoss, BestStep) = (evaluation.Loss, evaluation.Step);
        }
    }

    /// <summary>How many steps' losses are known.</summary>
    public long LossCount { get; private set; }

    /// <summary>The last known loss of a step; NaN before any.</summary>
    public double LastLoss => LossCount > 0 ? _losses[LossCount - 1] : double.NaN;

    /// <summary>The last evaluation.</summary>
    public Evaluation LastEvaluation => _evaluations[^1];

    /// <summary>The best evaluation loss; NaN if there is none.</summary>
    public double BestLoss { get; private set; } = double.NaN;

    /// <summary>Completed steps at the best evaluation.</summary>
    public long BestStep { get; private set; }

    /// <summary>Takes the loss of the next step.</summary>
    public void AddLoss(float loss)
    {
        _losses[LossCount++] = loss;
        if (!float.IsFinite(loss)) _diverged ??= LossCount;
    }

    /// <summary>Takes an evaluation and says whether to stop.</summary>
    /// <param name="step">Completed steps, whose losses are all known.</param>
    /// <param name="loss">The loss on the evaluation samples.</param>
    /// <param name="spread">See <see cref="Evaluation.Spread"/>.</param>
    /// <param name="reach">The largest magnitude that goes into the last activation.</param>
    /// <param name="isBest">Whether these weights are the best so far.</param>
    public StopReason? Evaluate(long step, double loss, double spread, double reach, out bool isBest)
    {
        _evaluations.Add(new(step, loss, spread));
        // A bounded activation hides an overflow of what goes into it from the loss.
        bool finite = double.IsFinite(loss) && double.IsFinite(reach);
        isBest = finite && !(loss >= BestLoss);
        if (isBest) (BestLoss, BestStep) = (loss, step);
        if (_diverged is not null || !finite)
        {
            _diverged ??= step;
            return StopReason.Diverged;
        }

        if (loss <= _options.TargetLoss) return StopReason.TargetReached;
        if (_canBeDead && _evaluations.Count > DeadEvaluations && IsConstantSince(DeadEvaluations)) return StopReason.Dead;
        return _options.Patience is { } patience && EvaluationsSinceBest() >= patience ? StopReason.PatienceExhausted : null;
    }

    private bool IsConstantSince(int evaluations)
    {
        for (int i = 1; i <= evaluations; i++)
        {
            if (_evaluations[^i].Spread != 0) return false;
        }

        return true;
    }

    private int EvaluationsSinceBest()
    {
        int count = 0;
        for (int i = _evaluations.Count - 1; i >= 0 && _evaluations[i].Step > BestStep; i--) count++;
        return count;
    }

    /// <summary>The result after <paramref name="step"/> steps.</summary>
    public FitResult Finish(long step, StopReason stop, TimeSpan elapsed, string lastWeights, string bestWeights)
    {
        double spread = _evaluations.Find(e => e.Step == BestStep).Spread;
        return new FitResult
        {
            Loss = BestLoss,
            BestStep = BestStep,
            Steps = step,
            StopReason = stop,
            IsDead = _canBeDead && spread == 0,
            DivergedAtStep = _diverged,
            MinibatchLosses = _losses.AsMemory(0, (int)step),
            Evaluations = _evaluations,
            LastWeightsSha256 = lastWeights,
            BestWeightsSha256 = bestWeights,
            Elapsed = elapsed,
        };
    }
}
