using Kaleido.Backends.Cpu;
using Kaleido.Backends.Cpu.Ensembles;
using Kaleido.Networks;

namespace Kaleido.Training;

/// <summary>
/// All groups of an ensemble: made with the members' initial parameters and data, and kept dense: lanes whose member has stopped are filled
/// with members of the last groups, so that as few groups as possible run.
/// </summary>
internal sealed unsafe class EnsembleGroups : IDisposable
{
    private const int Lanes = LaneLayout.Lanes;

    private readonly Mlp _network;
    private readonly IReadOnlyList<EnsembleMember> _members;
    private readonly TrainingOptions _options;
    private readonly EnsembleData _data;
    private readonly EnsemblePrograms _programs;
    private readonly EnsembleGroup[] _groups;
    private readonly CpuMemory _shared;

    public EnsembleGroups(
        Mlp network, IReadOnlyList<EnsembleMember> members, TrainingOptions options, EnsembleData data, EnsemblePrograms programs,
        int threads)
    {
        (_network, _members, _options, _data, _programs) = (network, members, options, data, programs);
        _shared = new CpuMemory(programs.Layout.Length(LaneSpace.Shared));
        foreach (var (areTargets, place, count) in programs.Data)
        {
            if (place.Space == LaneSpace.Shared) WriteShared(place, (areTargets ? data[0].Targets : data[0].Inputs).Span[..count]);
        }

        _groups = new EnsembleGroup[(members.Count + Lanes - 1) / Lanes];
        TeamLoop.Run(threads, _groups.Length, g => _groups[g] = Create(g * Lanes));
        Active = _groups.Length;
    }

    /// <summary>The groups that have members: the first ones.</summary>
    public int Active { get; private set; }

    /// <summary>The memory that holds data of all members.</summary>
    public CpuMemory Shared => _shared;

    public EnsembleGroup this[int group] => _groups[group];

    private EnsembleGroup Create(int first)
    {
        var group = new EnsembleGroup(_programs.Layout, _programs.Sources);
        Span<nint> sources = stackalloc nint[_programs.Sources];
        for (int lane = 0; lane < Lanes; lane++)
        {
            // A lane without a member gathers the first one's data and throws the results away.
            bool isMember = first + lane < _members.Count;
            int member = isMember ? first + lane : 0;
            var data = _data[member];
            for (int s = 0; s < sources.Length; s++) sources[s] = (nint)CpuMemory.PointerOf((s == 0 ? data.Inputs : data.Targets).View);
            if (isMember) Fill(group, lane, member, data, sources);
            else group.SetMember(lane, null, 0, sources);
        }

        return group;
    }

    private void Fill(EnsembleGroup group, int lane, int member, TrainingData data, ReadOnlySpan<nint> sources)
    {
        var options = EnsembleTrainer.OptionsOf(_members[member], _options);
        var record = new FitRecord(options, data.CanBeDead);
        group.SetMember(lane, new(member, options.Steps, record), options.Seed, sources);
        var place = _programs.Parameters;
        foreach (float[] values in _network.InitialParameters(_members[member].WeightSeed))
        {
            group.Write(place, lane, values);
            place = place.Plus((long)values.Length * Lanes);
        }

        double? norm = options.Clipping?.Norm;
        group.Write(_programs.ClipNorm, lane, [(float)(norm ?? 0)]);
        group.Write(_programs.Clips, lane, [norm is null ? 0 : 1]);
        foreach (var (areTargets, at, count) in _programs.Data)
        {
            if (at.Space == LaneSpace.Group) group.Write(at, lane, (areTargets ? data.Targets : data.Inputs).Span[..count]);
        }
    }

    private void WriteShared(LanePlace place, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++) new Span<float>(_shared.Pointer + place.Offset + (long)i * Lanes, Lanes).Fill(values[i]);
    }

    /// <summary>How many members run.</summary>
    public int RunningCount()
    {
        int count = 0;
        for (int g = 0; g < Active; g++) count += _groups[g].Count;
        return count;
    }

    /// <summary>The first step at which a running member has made all its steps.</summary>
    public long FewestSteps()
    {
        long steps = long.MaxValue;
        for (int g = 0; g < Active; g++)
        {
            foreach (var member in _groups[g].Members) steps = Math.Min(steps, member?.Steps ?? long.MaxValue);
        }

        return steps;
    }

    /// <summary>Makes every running member stop as cancelled, unless it has diverged.</summary>
    public void Cancel()
    {
        for (int g = 0; g < Active; g++)
        {
            foreach (var member in _groups[g].Members)
            {
                if (member is not null && member.Stop != StopReason.Diverged) member.Stop = StopReason.Cancelled;
            }
        }
    }

    /// <summary>Moves running members into the first groups; fewer than sixteen lanes of these stay free.</summary>
    public void MoveTogether()
    {
        int needed = (RunningCount() + Lanes - 1) / Lanes, group = 0, free = 0;
        for (int g = needed; g < Active; g++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (_groups[g].Members[lane] is null) continue;
                while (_groups[group].Members[free] is not null) (group, free) = free == Lanes - 1 ? (group + 1, 0) : (group, free + 1);
                _groups[group].Take(free, _groups[g], lane);
            }
        }

        Active = needed;
        for (int g = 0; g < needed; g++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (_groups[g].Members[lane] is null) _groups[g].Clear(lane);
            }
        }
    }

    public void Dispose()
    {
        foreach (var group in _groups) group?.Dispose();
        _shared.Dispose();
    }
}
