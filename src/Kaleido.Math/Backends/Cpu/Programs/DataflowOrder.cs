namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// The phases of all steps in the order in which their tasks are taken, and what each must wait for: a phase depends on an earlier one if
/// one of them writes memory that the other touches. Only what does not follow from other dependencies is kept.
/// </summary>
internal sealed class DataflowOrder
{
    private readonly List<(CpuStep Step, int Phase)> _phases = [];
    private readonly List<IReadOnlyList<MemoryRange>> _touched = [];
    private readonly List<int[]> _whole = [], _aligned = [];

    /// <param name="steps">The steps in an order in which they could run one by one.</param>
    /// <param name="touched">What memory each of their phases touches.</param>
    /// <param name="byRows">Whether steps in which rows do not mix run by blocks of rows.</param>
    public DataflowOrder(CpuStep[] steps, Func<CpuStep, int, bool, IReadOnlyList<MemoryRange>> touched, bool byRows)
    {
        foreach (var step in steps)
        {
            for (int phase = 0; phase < step.Phases; phase++) Insert(step, phase, touched(step, phase, byRows), byRows);
        }

        FindDependencies(byRows);
    }

    /// <summary>The phases.</summary>
    public IReadOnlyList<(CpuStep Step, int Phase)> Phases => _phases;

    /// <summary>For each phase those that must be complete.</summary>
    public IReadOnlyList<int[]> Whole => _whole;

    /// <summary>For each phase those that must be done with the same block of rows.</summary>
    public IReadOnlyList<int[]> Aligned => _aligned;

    // Packing the operands of a product can go before the product that precedes it: so it is done when the one ends and the other begins.
    private void Insert(CpuStep step, int phase, IReadOnlyList<MemoryRange> ranges, bool byRows)
    {
        int at = _phases.Count;
        if (phase < step.Phases - 1)
        {
            int earlier = _phases.FindLastIndex(p => p.Step is ProductStep && p.Phase == p.Step.Phases - 1);
            if (earlier >= 0 && !Enumerable.Range(earlier, at - earlier).Any(i => Conflict(_touched[i], ranges, byRows) != Link.None))
                at = earlier;
        }

        _phases.Insert(at, (step, phase));
        _touched.Insert(at, ranges);
    }

    private enum Link
    {
        None,
        Aligned,
        Whole,
    }

    // Rows only flow from block to block where both sides see the same rows in the same place.
    private static Link Conflict(IReadOnlyList<MemoryRange> first, IReadOnlyList<MemoryRange> second, bool byRows)
    {
        var link = Link.None;
        foreach (var a in first)
        {
            foreach (var b in second)
            {
                if (!(a.Writes || b.Writes) || !ReferenceEquals(a.Memory, b.Memory) || a.Start >= b.End || b.Start >= a.End) continue;
                if (!byRows || a.RowLength == 0 || a.RowLength != b.RowLength || a.Start != b.Start) return Link.Whole;
                link = Link.Aligned;
            }
        }

        return link;
    }

    private void FindDependencies(bool byRows)
    {
        int count = _phases.Count;
        // What follows for phase i: row j is set if j is complete (whole) or at least done with the block (any).
        BitRow[] whole = new BitRow[count], any = new BitRow[count];
        var touches = new MemoryTouches(_touched);
        var before = new SortedSet<int>();
        for (int i = 0; i < count; i++)
        {
            (whole[i], any[i]) = (new(i), new(i));
            List<int> keptWhole = [], keptAligned = [];
            touches.FindBefore(_touched[i], before);
            foreach (int j in before.Reverse())
            {
                var link = Conflict(_touched[j], _touched[i], byRows);
                if (link == Link.Whole && !whole[i][j]) keptWhole.Add(j);
                else if (link == Link.Aligned && !any[i][j]) keptAligned.Add(j);
                else continue;
                whole[i].Add(whole[j]);
                if (link == Link.Whole) whole[i].Add(any[j], j);
                any[i].Add(any[j], j);
            }

            touches.Note(i, _touched[i]);
            _whole.Add([.. keptWhole]);
            _aligned.Add([.. keptAligned]);
        }
    }

    // A set of numbers below a limit.
    private readonly struct BitRow(int limit)
    {
        private readonly ulong[] _words = new ulong[(limit + 63) / 64];

        public bool this[int i] => (_words[i / 64] >> (i % 64) & 1) != 0;

        /// <summary>Adds those of a set with a lower limit.</summary>
        public void Add(BitRow other)
        {
            for (int i = 0; i < other._words.Length; i++) _words[i] |= other._words[i];
        }

        /// <summary>Adds those of a set with a lower limit, and one more.</summary>
        public void Add(BitRow other, int one)
        {
            Add(other);
            _words[one / 64] |= 1ul << (one % 64);
        }
    }
}
