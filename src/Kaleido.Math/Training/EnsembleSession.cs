using System.Diagnostics;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Backends.Cpu.Ensembles;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Tensors;

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
    private readonly List<EnsembleGroup> _groups = [];
    private readonly LaneContext[] _contexts;
    private readonly CpuMemory _shared, _workers;
    private readonly OptimizerRule _rule;
    private readonly OptimizerScalars[] _scalars = new OptimizerScalars[LongestStretch];
    private readonly FitResult?[] _results;
    private readonly double[][] _best;
    private readonly float[] _last;
    private readonly Tensor _hashed;
    private readonly int _threads;
    private readonly long _mostSteps;
    private int _active, _next, _stretch;
    private Evaluates _evaluates;
    private long _step;

    public EnsembleSession(Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options)
    {
        (_device, _shape, _members, _options) = (device, shape, members, options);
        _rule = options.EffectiveOptimizer.ToRule();
        _network = Mlp.Create(device, shape);
        _data = new EnsembleData(_network, members, loss, options);
        var norms = members.Select(m => EnsembleTrainer.OptionsOf(m, options).Clipping?.Norm).ToList();
        var common = norms[0] is { } norm ? (options.Clipping ?? new()) with { Norm = norm } : options.Clipping;
        bool ownClipNorms = norms.Distinct().Count() > 1;
        _programs = new EnsemblePrograms(_network, _data, loss, ownClipNorms ? options : options with { Clipping = common }, ownClipNorms);
        var layout = _programs.Layout;
        _shared = new CpuMemory(layout.Length(LaneSpace.Shared));
        long perWorker = (Math.Max(_programs.Step.WorkerLength, _programs.Evaluation.WorkerLength) + 31) / 16 * 16;
        _threads = Math.Min(((CpuBackend)device.Backend).Threads, (members.Count + Lanes - 1) / Lanes);
        _workers = new CpuMemory(perWorker * _threads);
        _contexts = [.. Enumerable.Range(0, _threads).Select(_ => new LaneContext())];
        for (int i = 0; i < _threads; i++)
        {
            _contexts[i].Bind(LaneSpace.Shared, _shared.Pointer);
            _contexts[i].Bind(LaneSpace.Worker, _workers.Pointer + i * perWorker);
        }

        (_results, _best) = (new FitResult?[members.Count], new double[members.Count][]);
        _last = new float[_network.Parameters.Arena.Count];
        _hashed = device.CreateTensor(1, _last.Length);
        for (int first = 0; first < members.Count; first += Lanes) _groups.Add(CreateGroup(first, norms));
        _active = _groups.Count;
        _mostSteps = members.Max(m => m.Steps ?? options.Steps);
    }

    private EnsembleGroup CreateGroup(int first, List<double?> norms)
    {
        var group = new EnsembleGroup(_programs.Layout, _programs.Sources);
        Span<nint> sources = stackalloc nint[_programs.Sources];
        for (int lane = 0; lane < Lanes; lane++)
        {
            // A lane without a member gathers the first one's data and throws the results away.
            int member = first + lane < _members.Count ? first + lane : 0;
            var data = _data[member];
            for (int s = 0; s < sources.Length; s++) sources[s] = (nint)CpuMemory.PointerOf((s == 0 ? data.Inputs : data.Targets).View);
            if (first + lane >= _members.Count)
            {
                group.SetMember(lane, null, 0, sources);
                continue;
            }

            var options = EnsembleTrainer.OptionsOf(_members[member], _options);
            group.SetMember(lane, new(member, options.Steps, new FitRecord(options, data.CanBeDead), _last.Length), options.Seed, sources);
            using var network = Mlp.Create(_device, _shape with { Seed = _members[member].WeightSeed });
            network.Parameters.Arena.Download(_last);
            group.CopyParameters(_network.Parameters, _programs.Parameters, lane, _last, toLane: true);
            group.Write(_programs.ClipNorm, lane, [(float)(norms[member] ?? 0)]);
            group.Write(_programs.Clips, lane, [norms[member] is null ? 0 : 1]);
            foreach (var (areTargets, place, count) in _programs.Data)
            {
                var values = (areTargets ? data.Targets : data.Inputs).Span[..count];
                if (place.Space == LaneSpace.Group) group.Write(place, lane, values);
                else if (member == 0) WriteShared(place, values);
            }
        }

        return group;
    }

    private void WriteShared(LanePlace place, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++) new Span<float>(_shared.Pointer + place.Offset + (long)i * Lanes, Lanes).Fill(values[i]);
    }

    public EnsembleResult Run(IProgress<EnsembleProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        double steps = 0;
        Dispatch(0, Evaluates.Due);
        Finish(TimeIsUp(clock), null, clock.Elapsed);
        while (_active > 0)
        {
            if (cancellation.IsCancellationRequested)
            {
                // A cancelled step count rarely falls on an evaluation: what was learned since then counts too.
                Dispatch(0, Evaluates.All);
                foreach (var lane in Running()) lane.Stop = lane.Stop == StopReason.Diverged ? lane.Stop : StopReason.Cancelled;
                Finish(null, null, clock.Elapsed);
                break;
            }

            Finish(null, StopReason.Completed, clock.Elapsed);
            if (_active == 0) break;
            long toEvaluation = Math.Min(_options.EvaluationInterval - _step % _options.EvaluationInterval, FewestSteps() - _step);
            int stretch = (int)Math.Min(toEvaluation, StretchLength());
            steps += (double)stretch * RunningCount();
            Dispatch(stretch, stretch == toEvaluation ? Evaluates.Due : Evaluates.None);
            if (stretch == toEvaluation) Finish(TimeIsUp(clock), null, clock.Elapsed);
            if (progress is null || clock.Elapsed - lastReport < _options.ReportInterval) continue;
            Report(progress, steps, clock.Elapsed, clock.Elapsed - lastReport);
            (lastReport, steps) = (clock.Elapsed, 0);
        }

        if (progress is not null) Report(progress, steps, clock.Elapsed, clock.Elapsed - lastReport);
        return new(_device, _shape, _members, _results!, _best, clock.Elapsed);
    }

    private StopReason? TimeIsUp(Stopwatch clock) => clock.Elapsed >= _options.TimeLimit ? StopReason.TimeLimit : null;

    // Long enough to make a dispatch worth its cost, short enough to hear a cancellation soon.
    private int StretchLength()
    {
        double flops = _network.StepFlops * _programs.Batch * Lanes * ((_active + _threads - 1) / _threads);
        return (int)Math.Clamp(StretchFlops / flops, 1, LongestStretch);
    }

    private void Dispatch(int stretch, Evaluates evaluates)
    {
        for (int i = 0; i < stretch; i++) _scalars[i] = _rule.At((ulong)(_step + i));
        (_stretch, _evaluates, _next) = (stretch, evaluates, 0);
        ThreadTeam.Shared.Run(this, Math.Min(_threads, _active));
        _step += stretch;
    }

    protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
    {
        for (int group; (group = Interlocked.Increment(ref _next) - 1) < _active;) Advance(_groups[group], _contexts[worker]);
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
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (group.Members[lane] is not { } member || !IsEvaluated(member, step)) continue;
            member.Stop = member.Record.Evaluate(step, loss[lane], spread[lane], reach[lane], out bool isBest);
            if (isBest) group.CopyParameters(_network.Parameters, _programs.Parameters, lane, member.Best, toLane: false);
        }
    }

    private bool IsDue(EnsembleLane member, long step) => step % _options.EvaluationInterval == 0 || step == member.Steps;

    private bool IsEvaluated(EnsembleLane member, long step) =>
        _evaluates == Evaluates.All ? member.Record.LastEvaluation.Step != step : IsDue(member, step);

    // The first step at which a member has made all its steps.
    private long FewestSteps()
    {
        long steps = long.MaxValue;
        for (int g = 0; g < _active; g++)
        {
            foreach (var member in _groups[g].Members) steps = Math.Min(steps, member?.Steps ?? long.MaxValue);
        }

        return steps;
    }

    private IEnumerable<EnsembleLane> Running() => _groups.Take(_active).SelectMany(g => g.Members).OfType<EnsembleLane>();

    private int RunningCount()
    {
        int count = 0;
        for (int g = 0; g < _active; g++)
        {
            foreach (var member in _groups[g].Members) count += member is null ? 0 : 1;
        }

        return count;
    }

    // Makes the results of those that stop by themselves, or for a reason for those just evaluated, or for those that have made all their
    // steps; then moves the others together.
    private void Finish(StopReason? ofEvaluated, StopReason? ofComplete, TimeSpan elapsed)
    {
        bool any = false;
        for (int g = 0; g < _active; g++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (_groups[g].Members[lane] is not { } member) continue;
                var reason = member.Stop ?? (IsDue(member, _step) ? ofEvaluated : null) ?? (member.Steps == _step ? ofComplete : null);
                if (reason is not { } stop) continue;
                Finish(_groups[g], lane, member, stop, elapsed);
                any = true;
            }
        }

        if (any) MoveTogether();
    }

    private void Finish(EnsembleGroup group, int lane, EnsembleLane member, StopReason stop, TimeSpan elapsed)
    {
        group.CopyParameters(_network.Parameters, _programs.Parameters, lane, _last, toLane: false);
        string last = Sha256(_last);
        var best = double.IsNaN(member.Record.BestLoss) ? _last : member.Best;
        _best[member.Member] = [.. best.Select(x => (double)x)];
        _results[member.Member] = member.Record.Finish(_step, stop, elapsed, last, Sha256(best));
        group.Clear(lane);
    }

    private string Sha256(float[] arena)
    {
        _hashed.Upload(arena);
        return _network.Parameters.Sha256(_hashed);
    }

    private void MoveTogether()
    {
        int needed = (RunningCount() + Lanes - 1) / Lanes, group = 0, free = 0;
        for (int g = needed; g < _active; g++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (_groups[g].Members[lane] is null) continue;
                while (_groups[group].Members[free] is not null) (group, free) = free == Lanes - 1 ? (group + 1, 0) : (group, free + 1);
                _groups[group].Take(free, _groups[g], lane);
            }
        }

        _active = needed;
    }

    private void Report(IProgress<EnsembleProgress> progress, double steps, TimeSpan elapsed, TimeSpan interval) => progress.Report(new(
        _step, _mostSteps, _members.Count, RunningCount(), elapsed, interval > TimeSpan.Zero ? steps / interval.TotalSeconds : 0));

    public void Dispose()
    {
        foreach (var group in _groups) group.Dispose();
        _programs.Dispose();
        _data.Dispose();
        _network.Dispose();
        _hashed.Dispose();
        _shared.Dispose();
        _workers.Dispose();
    }
}
