using System.Runtime.CompilerServices;
using Kaleido.Backends.Cpu;
using Kaleido.Backends.Cpu.Ensembles;
using Kaleido.Networks;
using Kaleido.Numerics;

namespace Kaleido.Training;

/// <summary>A member while it is trained.</summary>
internal sealed class EnsembleLane(int member, long steps, FitRecord record)
{
    /// <summary>Its number in the ensemble.</summary>
    public int Member { get; } = member;

    /// <summary>Its steps at most.</summary>
    public long Steps { get; } = steps;

    /// <summary>Losses and evaluations.</summary>
    public FitRecord Record { get; } = record;

    /// <summary>Why it is to stop, once that is known.</summary>
    public StopReason? Stop { get; set; }
}

/// <summary>Up to sixteen members, one per lane, and the memory that is theirs: parameters, moments, data.</summary>
internal sealed unsafe class EnsembleGroup(LaneLayout layout, int sources) : IDisposable
{
    private const int Lanes = LaneLayout.Lanes;

    private readonly CpuMemory _memory = new(layout.Length(LaneSpace.Group));
    private readonly uint[] _seeds = new uint[Lanes];
    private readonly nint[] _sources = new nint[sources * Lanes];

    /// <summary>The members; null where a lane has none.</summary>
    public EnsembleLane?[] Members { get; } = new EnsembleLane?[Lanes];

    /// <summary>Lanes with a member.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (var member in Members) count += member is null ? 0 : 1;
            return count;
        }
    }

    /// <summary>Makes a worker's context point to this group.</summary>
    public void Bind(LaneContext context)
    {
        context.Bind(LaneSpace.Group, _memory.Pointer);
        (context.Seeds, context.Sources) = (_seeds, _sources);
        context.Minibatches.Steps = 0;
    }

    /// <summary>A member's seed and the data whose rows it gathers.</summary>
    public void SetMember(int lane, EnsembleLane? member, uint seed, ReadOnlySpan<nint> data)
    {
        (Members[lane], _seeds[lane]) = (member, seed);
        for (int s = 0; s < data.Length; s++) _sources[s * Lanes + lane] = data[s];
    }

    /// <summary>Writes values of a lane at a place of the group's space.</summary>
    public void Write(LanePlace place, int lane, ReadOnlySpan<float> values)
    {
        float* target = _memory.Pointer + place.Offset + lane;
        for (int i = 0; i < values.Length; i++) target[(long)i * Lanes] = values[i];
    }

    /// <summary>The sixteen values of a number at a place of the group's space.</summary>
    public ReadOnlySpan<float> Block(LanePlace place, long index) => new(_memory.Pointer + place.Offset + index * Lanes, Lanes);

    /// <summary>A lane's parameters, at this place of the group's space, as a network's arena.</summary>
    public float[] Arena(ParameterSet parameters, LanePlace place, int lane)
    {
        var arena = new float[parameters.Arena.Count];
        float* at = _memory.Pointer + place.Offset + lane;
        foreach (var parameter in parameters.Parameters)
        {
            for (int i = 0; i < parameter.Count; i++, at += Lanes) arena[parameter.Offset + i] = *at;
        }

        return arena;
    }

    /// <summary>Copies the numbers of lanes whose element of <paramref name="selected"/> is 1, not 0, to another place.</summary>
    public void Copy(LanePlace from, LanePlace to, long count, ReadOnlySpan<float> selected)
    {
        fixed (float* mask = selected)
            BlockLoop.Run(new SelectedBody(_memory.Pointer + from.Offset, mask, _memory.Pointer + to.Offset), count * Lanes);
    }

    private readonly struct SelectedBody(float* source, float* selected, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var isSelected = TLane.LessThan(TLane.Create(0f), BlockLoop.Load<TLane>(selected + i % Lanes));
            TLane.Select(isSelected, BlockLoop.Load<TLane>(source + i), BlockLoop.Load<TLane>(destination + i)).Store(ref destination[i]);
        }
    }

    /// <summary>
    /// Zeros in a lane without a member. What it computes is thrown away, but NaN and subnormal numbers would cost more than others.
    /// </summary>
    public void Clear(int lane)
    {
        for (long i = lane; i < _memory.Length; i += Lanes) _memory.Pointer[i] = 0;
    }

    /// <summary>Moves a member of another group with all that is its own into a free lane.</summary>
    public void Take(int lane, EnsembleGroup other, int from)
    {
        for (long i = 0; i < _memory.Length; i += Lanes) _memory.Pointer[i + lane] = other._memory.Pointer[i + from];
        (Members[lane], _seeds[lane]) = (other.Members[from], other._seeds[from]);
        for (int s = 0; s < _sources.Length; s += Lanes) _sources[s + lane] = other._sources[s + from];
        other.Members[from] = null;
    }

    public void Dispose() => _memory.Dispose();
}
