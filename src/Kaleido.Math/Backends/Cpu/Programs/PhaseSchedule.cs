namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Sorts the phases of a program into waves: phases of one wave depend on nothing in it, so their tasks run in any order and the team meets
/// only between waves. Two steps depend on each other if one writes memory that the other touches; phases of one step follow each other.
/// </summary>
/// <remarks>Waves are formed anew for each number of rows, since phases without tasks take no time. That allocates nothing.</remarks>
internal sealed class PhaseSchedule
{
    private readonly CpuStep[] _steps;
    private readonly int[][] _dependencies;
    private readonly int[] _lastWave;
    private readonly Entry[] _entries;
    private readonly Wave[] _waves;
    private int _count;

    /// <summary>One phase that has tasks.</summary>
    public readonly record struct Entry(CpuStep Step, int Phase, int Tasks, int Wave);

    /// <summary>Entries Start … End - 1, with their tasks in all, and whether the team must meet afterwards.</summary>
    public readonly record struct Wave(int Start, int End, int Tasks, bool Meet);

    /// <param name="steps">The steps in an order in which they could run one by one.</param>
    /// <param name="ranges">What memory each of them touches.</param>
    public PhaseSchedule(CpuStep[] steps, IReadOnlyList<MemoryRange>[] ranges)
    {
        _steps = steps;
        _dependencies = new int[steps.Length][];
        for (int i = 0; i < steps.Length; i++)
        {
            int step = i;
            _dependencies[i] = [.. Enumerable.Range(0, i).Where(earlier => Conflict(ranges[earlier], ranges[step]))];
        }

        _lastWave = new int[steps.Length];
        _entries = new Entry[steps.Sum(s => s.Phases)];
        _waves = new Wave[_entries.Length];
    }

    /// <summary>The phases in order of their waves.</summary>
    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, _count);

    /// <summary>The waves.</summary>
    public ReadOnlySpan<Wave> Waves => _waves.AsSpan(0, WaveCount);

    /// <summary>Number of waves.</summary>
    public int WaveCount { get; private set; }

    /// <summary>The most tasks of a wave.</summary>
    public int MostTasks { get; private set; }

    private static bool Conflict(IReadOnlyList<MemoryRange> first, IReadOnlyList<MemoryRange> second)
    {
        foreach (var a in first)
        {
            foreach (var b in second)
            {
                if ((a.Writes || b.Writes) && ReferenceEquals(a.Memory, b.Memory) && a.Start < b.End && b.Start < a.End) return true;
            }
        }

        return false;
    }

    /// <summary>Forms the waves from the tasks that the steps have prepared.</summary>
    public void Prepare()
    {
        _count = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            int wave = 0;
            foreach (int dependency in _dependencies[i]) wave = Math.Max(wave, _lastWave[dependency] + 1);
            _lastWave[i] = wave - 1;
            for (int phase = 0; phase < _steps[i].Phases; phase++)
            {
                int tasks = _steps[i].Tasks(phase);
                if (tasks == 0) continue;
                Insert(new Entry(_steps[i], phase, tasks, wave));
                _lastWave[i] = wave++;
            }
        }

        FormWaves();
    }

    // Within a wave products come first: their tasks are long, and short ones fill the gaps at its end.
    private void Insert(Entry entry)
    {
        int at = _count++;
        for (; at > 0 && Follows(_entries[at - 1], entry); at--) _entries[at] = _entries[at - 1];
        _entries[at] = entry;

        static bool Follows(in Entry earlier, in Entry entry) =>
            earlier.Wave > entry.Wave || (earlier.Wave == entry.Wave && entry.Step is ProductStep && earlier.Step is not ProductStep);
    }

    private void FormWaves()
    {
        (WaveCount, MostTasks) = (0, 1);
        for (int start = 0, end; start < _count; start = end)
        {
            int tasks = 0;
            for (end = start; end < _count && _entries[end].Wave == _entries[start].Wave; end++) tasks += _entries[end].Tasks;
            MostTasks = Math.Max(MostTasks, tasks);
            _waves[WaveCount++] = new Wave(start, end, tasks, Meet: false);
        }

        // Worker 0 runs waves of a single task one after the other: nobody waits for anybody between them.
        for (int i = 0; i + 1 < WaveCount; i++)
            _waves[i] = _waves[i] with { Meet = _waves[i].Tasks > 1 || _waves[i + 1].Tasks > 1 };
    }
}
