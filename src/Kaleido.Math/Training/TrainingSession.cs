using System.Diagnostics;
using Kaleido.Autodiff;
using Kaleido.Files;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>
/// One training: a plan for the step (minibatch, loss, gradients, update, loss record), a plan for the evaluation, and the loop around
/// them. What decides bits or stops happens at fixed steps; time only decides after which evaluation to stop and when to report.
/// </summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly Mlp _network;
    private readonly TrainingOptions _options;
    private readonly TrainingData _data;
    private readonly GradientDescent _descent;
    private readonly Plan _step, _evaluation;
    private readonly Node _evaluationLoss, _spread, _reach;
    private readonly Tensor _best;
    private readonly FitRecord _record;
    private readonly LossRing _losses;
    private readonly int _batch;
    private readonly double _flopsPerStep;
    private readonly Dictionary<string, string>? _settings;
    private readonly TimeSpan _elapsedBefore;
    private readonly long _firstStep;
    private TimeSpan _lastCheckpoint;
    private long _lastCheckpointStep = -1;

    public TrainingSession(Mlp network, TrainingData data, LossFunction loss, TrainingOptions options)
    {
        (_network, _data, _options) = (network, data, options);
        _batch = Math.Min(options.BatchSize, data.Samples);
        _flopsPerStep = network.StepFlops * _batch;
        _descent = new GradientDescent(network.Parameters, options.EffectiveOptimizer, options.Clipping);
        _best = network.Device.CreateTensor(1, network.Parameters.Arena.Count);
        _record = new FitRecord(options, data.CanBeDead);
        _losses = new LossRing(network.Device, _record);
        _step = CompileStep(loss);
        (_evaluation, _evaluationLoss, _spread, _reach) = CompileEvaluation(loss);
        if (options.Checkpoint is not null || options.Resume is not null)
            _settings = TrainingSettings.Describe(network, data, loss, options);
        if (options.Resume is not { } checkpoint) return;
        if (TrainingSettings.Difference(checkpoint, _settings!, options) is { } difference)
            throw new ArgumentException($"Fit: the checkpoint does not fit this training: {difference}", nameof(options));
        (_firstStep, _elapsedBefore) = (checkpoint.Step, checkpoint.Elapsed);
        Restore(checkpoint);
    }

    private void Restore(TrainingCheckpoint checkpoint)
    {
        Put(checkpoint.State.Parameters, _network.Parameters.Arena);
        Put(checkpoint.State.Moment1, _descent.Moment1);
        Put(checkpoint.State.Moment2, _descent.Moment2);
        Put(checkpoint.State.Best, _best);
        _step.Step = (ulong)checkpoint.Step;
        _record.Restore(checkpoint);
        _losses.Start();

        static void Put(SafetensorsTensor saved, Tensor arena)
        {
            if (saved.Count != arena.Count)
                throw new ArgumentException($"Fit: the checkpoint has {saved.Count} numbers where the training has {arena.Count}");
            if (saved.Type == SafetensorsType.F64) arena.Upload(saved.Doubles.Span);
            else arena.Upload(saved.Singles.Span);
        }
    }

    // The state after a step whose evaluation, if it has one, is made.
    private void Save(Checkpointing where, long step, TimeSpan elapsed)
    {
        if (step == _lastCheckpointStep) return;
        _losses.Complete(step);
        new TrainingCheckpoint(
            step, elapsed,
            new(Copy("parameters", _network.Parameters.Arena), Copy("moment1", _descent.Moment1), Copy("moment2", _descent.Moment2),
                Copy("best", _best)),
            _record.Losses, _record.Evaluations, _settings!, where.Notes).Save(where.Path);
        (_lastCheckpoint, _lastCheckpointStep) = (elapsed, step);

        SafetensorsTensor Copy(string name, Tensor arena)
        {
            if (_network.Device.Backend.BytesPerNumber == sizeof(float)) return new(name, [arena.Count], arena.ToArray());
            var values = new double[arena.Count];
            arena.Download(values);
            return new(name, [arena.Count], values);
        }
    }

    private void SaveIfDue(Checkpointing where, long step, StopReason? stop, TimeSpan elapsed)
    {
        bool due = stop is not null || (where.Steps is { } steps && step % steps == 0)
            || (where.Interval is { } interval && elapsed - _lastCheckpoint >= interval);
        if (due) Save(where, step, elapsed);
    }

    private Plan CompileStep(LossFunction loss)
    {
        var graph = new Graph();
        var value = TrainingGraphs.StepLoss(graph, _network, _data, _batch, loss, _options);
        var update = _descent.Minimize(value, _network.Variables(graph));
        return Plan.Compile(graph, _network.Device, _batch, [], [new Recording(value, _losses.Tensor), update]);
    }

    private (Plan Plan, Node Loss, Node Spread, Node Reach) CompileEvaluation(LossFunction loss)
    {
        var graph = new Graph();
        var (value, spread, reach) = TrainingGraphs.Evaluation(graph, _network, _data, loss);
        return (Plan.Compile(graph, _network.Device, _data.EvaluationSamples, [value, spread, reach]), value, spread, reach);
    }

    public FitResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        long step = _firstStep, reported = step;
        var stop = _options.Resume is null ? Evaluate(0, clock) : null;
        _lastCheckpoint = Elapsed(clock);
        while (stop is null)
        {
            if (cancellation.IsCancellationRequested)
            {
                stop = StopReason.Cancelled;
                break;
            }

            if (step == _options.Steps)
            {
                stop = StopReason.Completed;
                break;
            }

            _step.Run();
            step++;
            _losses.Note(step);
            if (step % _options.EvaluationInterval == 0 || step == _options.Steps) stop = Evaluate(step, clock);
            if (_options.Checkpoint is { } where && (stop is null or StopReason.TimeLimit)) SaveIfDue(where, step, stop, Elapsed(clock));
            if (progress is null || clock.Elapsed - lastReport < _options.ReportInterval) continue;
            _losses.Collect(step);
            Report(progress, step, step - reported, Elapsed(clock), clock.Elapsed - lastReport);
            (lastReport, reported) = (clock.Elapsed, step);
        }

        if (_options.Checkpoint is { } path && (stop is StopReason.Cancelled or StopReason.Completed)) Save(path, step, Elapsed(clock));

        // A cancelled step count rarely falls on an evaluation: what was learned since then counts too.
        if (stop == StopReason.Cancelled && _record.LastEvaluation.Step != step && Evaluate(step, clock) == StopReason.Diverged)
            stop = StopReason.Diverged;
        if (progress is not null) Report(progress, step, step - reported, Elapsed(clock), clock.Elapsed - lastReport);
        return Finish(step, stop.Value, Elapsed(clock));
    }

    private TimeSpan Elapsed(Stopwatch clock) => _elapsedBefore + clock.Elapsed;

    // Evaluates, keeps the best weights and says whether to stop.
    private StopReason? Evaluate(long step, Stopwatch clock)
    {
        _losses.Issue(step);
        _evaluation.Run();
        double loss = _evaluation.Scalar(_evaluationLoss), spread = _evaluation.Scalar(_spread), reach = _evaluation.Scalar(_reach);
        // Reading the evaluation waited for all that was issued before it, so this waits no more.
        _losses.Complete(step);
        var stop = _record.Evaluate(step, loss, spread, reach, out bool isBest);
        if (isBest) _network.Device.Backend.Broadcast(_network.Parameters.Arena.View, _best.View);
        return stop ?? (Elapsed(clock) >= _options.TimeLimit ? StopReason.TimeLimit : null);
    }

    private void Report(IProgress<TrainingProgress> progress, long step, long steps, TimeSpan elapsed, TimeSpan interval)
    {
        double rate = interval > TimeSpan.Zero ? steps / interval.TotalSeconds : 0;
        progress.Report(new(step, _options.Steps, _record.LastLoss, _record.LastEvaluation.Loss, _record.BestLoss,
            elapsed, rate, _flopsPerStep));
    }

    private FitResult Finish(long step, StopReason stop, TimeSpan elapsed)
    {
        string last = _network.WeightsSha256();
        if (!double.IsNaN(_record.BestLoss)) _network.Device.Backend.Broadcast(_best.View, _network.Parameters.Arena.View);
        return _record.Finish(step, stop, elapsed, last, _network.WeightsSha256());
    }

    public void Dispose()
    {
        _step.Dispose();
        _evaluation.Dispose();
        _descent.Dispose();
        _losses.Dispose();
        _best.Dispose();
    }
}
