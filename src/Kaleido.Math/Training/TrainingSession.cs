using System.Diagnostics;
using Kaleido.Autodiff;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Optimizers;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>
/// One training: a plan for the step (minibatch, loss, gradients, update, loss record), a plan for the evaluation, and the loop around
/// them. What decides bits or stops happens at fixed steps; time only decides after which evaluation to stop and when to report.
/// </summary>
internal sealed class TrainingSession : IDisposable
{
    private const int RingLength = 1024, DeadEvaluations = 5;

    private readonly Mlp _network;
    private readonly TrainingOptions _options;
    private readonly TrainingData _data;
    private readonly GradientDescent _descent;
    private readonly Plan _step, _evaluation;
    private readonly Node _evaluationLoss, _spread, _reach;
    private readonly Tensor _ring, _best;
    private readonly float[] _losses, _ringCopy = new float[RingLength];
    private readonly List<Evaluation> _evaluations = [];
    private readonly int _batch;
    private readonly double _flopsPerStep;
    private long _read, _bestStep;
    private double _bestLoss = double.NaN;
    private long? _diverged;

    public TrainingSession(Mlp network, TrainingData data, LossFunction loss, TrainingOptions options)
    {
        (_network, _data, _options) = (network, data, options);
        _batch = Math.Min(options.BatchSize, data.Samples);
        _flopsPerStep = network.StepFlops * _batch;
        _descent = new GradientDescent(network.Parameters, options.EffectiveOptimizer, options.Clipping);
        _ring = network.Device.CreateTensor(1, RingLength);
        _best = network.Device.CreateTensor(1, network.Parameters.Arena.Count);
        _losses = new float[options.Steps];
        _evaluations.EnsureCapacity((int)Math.Min(options.Steps / options.EvaluationInterval + 2, 1 << 20));
        _step = CompileStep(loss);
        (_evaluation, _evaluationLoss, _spread, _reach) = CompileEvaluation(loss);
    }

    private Plan CompileStep(LossFunction loss)
    {
        var graph = new Graph();
        Node inputs, targets;
        if (_batch == _data.Samples)
        {
            (inputs, targets) = (graph.RowsVariable("inputs", _data.Inputs), graph.RowsVariable("targets", _data.Targets));
        }
        else
        {
            var rows = graph.MinibatchIndices(_data.Samples, _options.Seed, RandomStreams.Minibatches);
            inputs = graph.Variable("inputs", _data.Inputs).GatherRows(rows);
            targets = ReferenceEquals(_data.Inputs, _data.Targets) ? inputs : graph.Variable("targets", _data.Targets).GatherRows(rows);
        }

        if (_options.InputNoise > 0)
            inputs += graph.NormalNoise(inputs.Shape, 0, _options.InputNoise, _options.Seed, RandomStreams.InputNoise);
        var (output, logits) = _network.Forward(inputs);
        var value = loss.Build(output, logits, targets);
        var update = _descent.Minimize(value, _network.Variables(graph));
        return Plan.Compile(graph, _network.Device, _batch, [], [new Recording(value, _ring), update]);
    }

    private (Plan Plan, Node Loss, Node Spread, Node Reach) CompileEvaluation(LossFunction loss)
    {
        var graph = new Graph();
        int rows = _data.EvaluationSamples;
        Node inputs = First("inputs", _data.Inputs), targets = ReferenceEquals(_data.Inputs, _data.Targets) ? inputs : First("targets", _data.Targets);
        var (output, logits) = _network.Forward(inputs);
        var value = loss.Build(output, logits, targets);
        var first = output.Slice(0, 0, new Shape(1, output.Shape.Columns));
        Node spread = Largest(output - first), reach = Largest(logits);
        return (Plan.Compile(graph, _network.Device, rows, [value, spread, reach]), value, spread, reach);

        static Node Largest(Node x) => x.Abs().RowMaximum().Transpose().RowMaximum();

        Node First(string name, Tensor tensor) =>
            graph.Variable(name, new Tensor(tensor.Memory, tensor.Offset, rows, tensor.Columns));
    }

    public FitResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        long step = 0, reported = 0;
        var stop = Evaluate(0, clock);
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
            if (step % _options.EvaluationInterval == 0 || step == _options.Steps) stop = Evaluate(step, clock);
            else if (step - _read == RingLength) ReadLosses(step);
            if (progress is null || clock.Elapsed - lastReport < _options.ReportInterval) continue;
            ReadLosses(step);
            Report(progress, step, step - reported, clock.Elapsed, clock.Elapsed - lastReport);
            (lastReport, reported) = (clock.Elapsed, step);
        }

        // A cancelled step count rarely falls on an evaluation: what was learned since then counts too.
        if (stop == StopReason.Cancelled && _evaluations[^1].Step != step && Evaluate(step, clock) == StopReason.Diverged) stop = StopReason.Diverged;
        if (progress is not null) Report(progress, step, step - reported, clock.Elapsed, clock.Elapsed - lastReport);
        return Finish(step, stop.Value, clock.Elapsed);
    }

    // Evaluates, keeps the best weights and says whether to stop.
    private StopReason? Evaluate(long step, Stopwatch clock)
    {
        ReadLosses(step);
        _evaluation.Run();
        double loss = _evaluation.Scalar(_evaluationLoss), spread = _evaluation.Scalar(_spread);
        _evaluations.Add(new(step, loss, spread));
        // A bounded activation hides an overflow of what goes into it from the loss.
        bool finite = double.IsFinite(loss) && double.IsFinite(_evaluation.Scalar(_reach));
        if (finite && !(loss >= _bestLoss))
        {
            (_bestLoss, _bestStep) = (loss, step);
            _network.Device.Backend.Broadcast(_network.Parameters.Arena.View, _best.View);
        }

        if (_diverged is not null || !finite)
        {
            _diverged ??= step;
            return StopReason.Diverged;
        }

        if (loss <= _options.TargetLoss) return StopReason.TargetReached;
        if (_data.CanBeDead && _evaluations.Count > DeadEvaluations && IsConstantSince(DeadEvaluations)) return StopReason.Dead;
        if (_options.Patience is { } patience && EvaluationsSinceBest() >= patience) return StopReason.PatienceExhausted;
        return clock.Elapsed >= _options.TimeLimit ? StopReason.TimeLimit : null;
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
        for (int i = _evaluations.Count - 1; i >= 0 && _evaluations[i].Step > _bestStep; i--) count++;
        return count;
    }

    // Takes over the losses that the plan wrote into its ring since the last time.
    private void ReadLosses(long step)
    {
        if (step == _read) return;
        _ring.Download(_ringCopy);
        for (; _read < step; _read++)
        {
            float loss = _ringCopy[_read % RingLength];
            _losses[_read] = loss;
            if (!float.IsFinite(loss)) _diverged ??= _read + 1;
        }
    }

    private void Report(IProgress<TrainingProgress> progress, long step, long steps, TimeSpan elapsed, TimeSpan interval)
    {
        double rate = interval > TimeSpan.Zero ? steps / interval.TotalSeconds : 0;
        progress.Report(new(step, _options.Steps, step > 0 ? _losses[step - 1] : double.NaN, _evaluations[^1].Loss, _bestLoss,
            elapsed, rate, _flopsPerStep));
    }

    private FitResult Finish(long step, StopReason stop, TimeSpan elapsed)
    {
        string last = _network.WeightsSha256();
        if (!double.IsNaN(_bestLoss)) _network.Device.Backend.Broadcast(_best.View, _network.Parameters.Arena.View);
        double spread = _evaluations.Find(e => e.Step == _bestStep).Spread;
        return new FitResult
        {
            Loss = _bestLoss,
            BestStep = _bestStep,
            Steps = step,
            StopReason = stop,
            IsDead = _data.CanBeDead && spread == 0,
            DivergedAtStep = _diverged,
            MinibatchLosses = _losses.AsMemory(0, (int)step),
            Evaluations = _evaluations,
            LastWeightsSha256 = last,
            BestWeightsSha256 = _network.WeightsSha256(),
            Elapsed = elapsed,
        };
    }

    public void Dispose()
    {
        _step.Dispose();
        _evaluation.Dispose();
        _descent.Dispose();
        _ring.Dispose();
        _best.Dispose();
    }
}
