using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Which memory a number of an ensemble lies in.</summary>
internal enum LaneSpace
{
    /// <summary>One copy per group of networks: parameters, moments, its own data.</summary>
    Group,
    /// <summary>One copy for all groups: data that all networks share.</summary>
    Shared,
    /// <summary>One copy per worker, overwritten by each group: gradients and intermediate values.</summary>
    Worker,
    /// <summary>Constants of one program.</summary>
    Constants,
}

/// <summary>Where numbers lie: floats from the beginning of a space.</summary>
internal readonly record struct LanePlace(LaneSpace Space, long Offset)
{
    /// <summary>The place some floats further.</summary>
    public LanePlace Plus(long floats) => this with { Offset = Offset + floats };
}

/// <summary>
/// Maps the memories that a program of one network is bound to into the memories of an ensemble. There each number is a block of
/// <see cref="Lanes"/> floats, one per network of a group, so a matrix [r, c] is r·c·16 contiguous floats: every vector width divides a
/// block.
/// </summary>
internal sealed class LaneLayout
{
    /// <summary>Networks in a group.</summary>
    public const int Lanes = 16;

    private readonly Dictionary<DeviceMemory, Region> _regions = [];
    private readonly List<DeviceMemory> _sources = [];
    private readonly long[] _lengths = new long[4];

    private sealed record Region(LanePlace Place, long Count, IReadOnlyDictionary<long, long>? Compacted);

    /// <summary>Floats of a space.</summary>
    public long Length(LaneSpace space) => _lengths[(int)space];

    /// <summary>Gives a memory a place.</summary>
    /// <param name="memory">The memory of one network.</param>
    /// <param name="space">The space that holds it for an ensemble.</param>
    /// <param name="count">How many numbers are kept.</param>
    /// <param name="compacted">Where what lies at an offset goes, if not everything is kept; null to keep the offsets.</param>
    public LanePlace Add(DeviceMemory memory, LaneSpace space, long count, IReadOnlyDictionary<long, long>? compacted = null)
    {
        var place = new LanePlace(space, _lengths[(int)space]);
        _regions.Add(memory, new(place, count, compacted));
        _lengths[(int)space] += count * Lanes;
        return place;
    }

    /// <summary>Names a memory whose rows are gathered: each network reads them in its own copy, as they are, by this index.</summary>
    public void AddSource(DeviceMemory memory) => _sources.Add(memory);

    /// <summary>The index of a gathered memory.</summary>
    public int Source(DeviceMemory memory) => _sources.IndexOf(memory) is >= 0 and int index
        ? index
        : throw new NotSupportedException("an ensemble gathers rows of its data alone");

    /// <summary>Where the number at an offset of a memory lies.</summary>
    public LanePlace Find(DeviceMemory memory, long offset)
    {
        if (!_regions.TryGetValue(memory, out var region))
            throw new InvalidOperationException("a memory of the program has no place in the ensemble");
        return region.Place.Plus((region.Compacted?[offset] ?? offset) * Lanes);
    }

    /// <summary>Where a memory begins, and how many numbers of it are kept.</summary>
    public (LanePlace Place, long Count) Whole(DeviceMemory memory) => (_regions[memory].Place, _regions[memory].Count);
}
