using System.Diagnostics;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Backends.Cpu.Ensembles;
using Kaleido.Networks;
using Kaleido.Optimizers;

namespace Kaleido.Training;

/// <summary>
/// The training of an ensemble on the processor. A dispatch of the thread team takes all groups from one evaluation to the next, or a
/// part of the way; groups are independent tasks, so their parameters stay in a core's cache for many steps. Between dispatches members
/// that have stopped are finished, and the others moved together into as few groups as hold them.
/// </summary>
internal sealed unsafe class EnsembleSession : TeamWork, IDisposable
{
    private const int Lanes = LaneLayout.Lanes, LongestStretch = 1024;
    private const double StretchFlops = 2e8;

    // Who is evaluated after a stretch: nobody, those whose evaluation falls on this step, or everybody.
    private enum Evaluates
    {
        None,
        Due,
        All,
    }

    private readonly Device _device;
    private readonly MlpOptions _shape;
    private readonly IReadOnlyList<EnsembleMember> _members;
    private readonly TrainingOptions _options;
    private readonly Mlp _network;
    private readonly EnsembleData _data;
    private readonly EnsemblePrograms _programs;
    private readonly EnsembleGroups _groups;
    private readonly LaneContext[] _contexts;
    private readonly CpuMemory _workers;
    private readonly OptimizerRule _rule;
    private readonly OptimizerScalars[] _scalars = new OptimizerScalars[LongestStretch];
    private readonly FitResult?[] _results;
    private readonly float[][] _best;
    private readonly int _threads;
    private readonly long _mostSteps;
    private readonly double _flopsPerGroup;
    private int _next, _stretch;
    private Evaluates _evaluates;
    private long _step;

    public EnsembleSession(
        Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options)
    {
        (_device, _shape, _members, _options) = (device, shape, members, options);
        _rule = options.EffectiveOptimizer.ToRule();
        _network = Mlp.Create(device, shape);
        _data = new EnsembleData(_network, members, loss, options);
        var norms = members.Select(m => EnsembleTrainer.OptionsOf(m, options).Clipping?.Norm).ToList();
        var common = norms[0] is { } norm ? (options.Clipping ?? new()) with { Norm = norm } : options.Clipping;
        bool ownClipNorms = norms.Distinct().Count() > 1;
        _programs = new EnsemblePrograms(_network, _data, loss, ownClipNorms ? options : options with { Clipping = common }, ownClipNorms);
        long perWorker = (Math.Max(_programs.Step.WorkerLength, _programs.Evaluation.WorkerLength) + 31) / 16 * 16;
        _threads = Math.Min(((CpuBackend)device.Backend).Threads, (members.Count + Lanes - 1) / Lanes);
        _workers = new CpuMemory(perWorker * _threads);
        _groups = new EnsembleGroups(_network, members, options, _data, _programs, _threads);
        _contexts = [.. Enumerable.Range(0, _threads).Select(_ => new LaneContext())];
        for (int i = 0; i < _threads; i++)
        {
            _contexts[i].Bind(LaneSpace.Shared, _groups.Shared.Pointer);
            _contexts[i].Bind(LaneSpace.Worker, _workers.Pointer + i * perWorker);
            _contexts[i].Minibatches.Reserve(_programs.Batch);
        }

        (_results, _best) = (new FitResult?[members.Count], new float[members.Count][]);
        _flopsPerGroup = _network.StepFlops * _programs.Batch * Lanes;
        _mostSteps = members.Max(m => m.Steps ?? options.Steps);
    }

    public EnsembleResult Run(IProgress<EnsembleProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        double steps = 0;
        Dispatch(0, Evaluates.Due);
        Finish(clock, cancellation);
        while (_groups.Active > 0)
        {
            if (cancellation.IsCancellationRequested)
            {
                // A cancelled step count rarely falls on an evaluation: what was learned since then counts too.
                Dispatch(0, Evaluates.All);
                _groups.Cancel();
                Finish(clock, cancellation);
                break;
            }

            long toEvaluation = Math.Min(_options.EvaluationInterval - _step % _options.EvaluationInterval, _groups.FewestSteps() - _step);
            int stretch = (int)Math.Min(toEvaluation, StretchLength());
            steps += (double)stretch * _groups.RunningCount();
            Dispatch(stretch, stretch == toEvaluation ? Evaluates.Due : Evaluates.None);
            if (stretch == toEvaluation) Finish(clock, cancellation);
            if (progress is null || clock.Elapsed - lastReport < _options.ReportInterval) continue;
            Report(progress, steps, clock.Elapsed, clock.Elapsed - lastReport);
            (lastReport, steps) = (clock.Elapsed, 0);
        }

        if (progress is not null) Report(progress, steps, clock.Elapsed, clock.Elapsed - lastReport);
        return new(_device, _shape, _members, _results!, (member, arena) => arena.Upload(_best[member]), clock.Elapsed);
    }

    // Long enough to make a dispatch worth its cost, short enough to hear a cancellation soon.
    private int StretchLength()
    {
        double flops = _flopsPerGroup * ((_groups.Active + _threads - 1) / _threads);
        return (int)Math.Clamp(StretchFlops / flops, 1, LongestStretch);
    }

    private void Dispatch(int stretch, Evaluates evaluates)
    {
        for (int i = 0; i < stretch; i++) _scalars[i] = _rule.At((ulong)(_step + i));
        (_stretch, _evaluates, _next) = (stretch, evaluates, 0);
        ThreadTeam.Shared.Run(this, Math.Min(_threads, _groups.Active));
        _step += stretch;
    }

    protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
    {
        for (int group; (group = Interlocked.Increment(ref _next) - 1) < _groups.Active;) Advance(_groups[group], _contexts[worker]);
    }

    private void Advance(EnsembleGroup group, LaneContext context)
    {
        group.Bind(context);
        context.LastStep = (ulong)(_step + _stretch - 1);
        for (int i = 0; i < _stretch; i++)
        {
            long step = _step + i;
            (context.Step, context.Scalars) = ((ulong)step, _scalars[i]);
            _programs.Step.Run(context);
            if ((step + 1) % EnsemblePrograms.RingLength == 0 || i == _stretch - 1) ReadLosses(group, step + 1);
        }

        if (_evaluates != Evaluates.None) Evaluate(group, context, _step + _stretch);
    }

    private void ReadLosses(EnsembleGroup group, long step)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (group.Members[lane] is not { } member) continue;
            while (member.Record.LossCount < step)
                member.Record.AddLoss(group.Block(_programs.Ring, member.Record.LossCount % EnsemblePrograms.RingLength)[lane]);
        }
    }

    private void Evaluate(EnsembleGroup group, LaneContext context, long step)
    {
        bool any = false;
        foreach (var member in group.Members) any |= member is not null && IsEvaluated(member, step);
        if (!any) return;
        _programs.Evaluation.Run(context);
        float* loss = context.Pointer(_programs.Loss), spread = context.Pointer(_programs.Spread), reach = context.Pointer(_programs.Reach);
        Span<float> improved = stackalloc float[Lanes];
        improved.Clear();
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (group.Members[lane] is not { } member || !IsEvaluated(member, step)) continue;
            member.Stop = member.Record.Evaluate(step, loss[lane], spread[lane], reach[lane], out bool isBest);
            improved[lane] = isBest ? 1 : 0;
        }

        group.Copy(_programs.Parameters, _programs.Best, _programs.ParameterCount, improved);
    }

    private bool IsDue(EnsembleLane member, long step) => step % _options.EvaluationInterval == 0 || step == member.Steps;

    private bool IsEvaluated(EnsembleLane member, long step) =>
        _evaluates == Evaluates.All ? member.Record.LastEvaluation.Step != step : IsDue(member, step);

    // After an evaluation: makes the results of those that stop by themselves, or because the time is up, or with their last step; then
    // moves the others together.
    private void Finish(Stopwatch clock, CancellationToken cancellation)
    {
        var elapsed = clock.Elapsed;
        StopReason? ofEvaluated = elapsed >= _options.TimeLimit ? StopReason.TimeLimit : null;
        var ofComplete = cancellation.IsCancellationRequested ? StopReason.Cancelled : StopReason.Completed;
        // Steps without an end allocate nothing, not even what the loop over groups needs.
        if (AnyStops(ofEvaluated, ofComplete)) FinishThem(ofEvaluated, ofComplete, elapsed);
    }

    private void FinishThem(StopReason? ofEvaluated, StopReason ofComplete, TimeSpan elapsed)
    {
        TeamLoop.Run(_threads, _groups.Active, g =>
        {
            var group = _groups[g];
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (group.Members[lane] is { } member && ReasonOf(member, ofEvaluated, ofComplete) is { } stop)
                    Finish(group, lane, member, stop, elapsed);
            }
        });
        _groups.MoveTogether();
    }

    private bool AnyStops(StopReason? ofEvaluated, StopReason ofComplete)
    {
        for (int g = 0; g < _groups.Active; g++)
        {
            foreach (var member in _groups[g].Members)
            {
                if (member is not null && ReasonOf(member, ofEvaluated, ofComplete) is not null) return true;
            }
        }

        return false;
    }

    private StopReason? ReasonOf(EnsembleLane member, StopReason? ofEvaluated, StopReason ofComplete) =>
        member.Stop ?? (IsDue(member, _step) ? ofEvaluated : null) ?? (member.Steps == _step ? ofComplete : null);

    private void Finish(EnsembleGroup group, int lane, EnsembleLane member, StopReason stop, TimeSpan elapsed)
    {
        float[] last = group.Arena(_network.Parameters, _programs.Parameters, lane);
        float[] best = double.IsNaN(member.Record.BestLoss) ? last : group.Arena(_network.Parameters, _programs.Best, lane);
        _best[member.Member] = best;
        _results[member.Member] = member.Record.Finish(
            _step, stop, elapsed, _network.Parameters.Sha256(last.AsSpan()), _network.Parameters.Sha256(best.AsSpan()));
        group.Members[lane] = null;
    }

    private void Report(IProgress<EnsembleProgress> progress, double steps, TimeSpan elapsed, TimeSpan interval) => progress.Report(new(
        _step, _mostSteps, _members.Count, _groups.RunningCount(), elapsed, interval > TimeSpan.Zero ? steps / interval.TotalSeconds : 0));

    public void Dispose()
    {
        _groups.Dispose();
        _programs.Dispose();
        _data.Dispose();
        _network.Dispose();
        _workers.Dispose();
    }
}
