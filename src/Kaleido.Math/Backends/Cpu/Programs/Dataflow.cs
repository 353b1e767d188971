namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// The order in which workers take the tasks of a program, and what each task waits for. Tasks are numbered through all phases of all
/// steps and taken in turn; a task begins when the phases that its own depends on are complete or, where rows flow from step to step, when
/// they are done with its block of rows. So the team never meets within a run, and a task waits only for tasks that are already taken.
/// </summary>
internal sealed class Dataflow
{
    private const int MostAside = 8;

    private readonly CpuStep[] _steps;
    private readonly bool[] _keepsRows;
    private readonly DataflowOrder _byRowsOrder, _order;
    private readonly Entry[] _entries;
    private int[] _progress = [];
    private int _rows, _rowsPerBlock, _blocks, _total;
    private PaddedInt _taken;
    private bool _byRows;

    /// <summary>
    /// One phase of a step: tasks First … First + Tasks - 1 of the run, progress from Progress on. A phase with nothing to do is still one
    /// task, since others may rely on what it waits for.
    /// </summary>
    private struct Entry
    {
        public CpuStep Step;
        public int Phase, First, Tasks, Progress;
        public bool ByRows, Empty;
        public int[] Whole, Aligned;
    }

    /// <param name="steps">The steps in an order in which they could run one by one.</param>
    /// <param name="touched">What memory each of their phases touches.</param>
    public Dataflow(CpuStep[] steps, Func<CpuStep, int, bool, IReadOnlyList<MemoryRange>> touched)
    {
        _steps = steps;
        _keepsRows = [.. steps.Select(step => step.ReadByRows is not null)];
        _byRowsOrder = new(steps, touched, byRows: true);
        _order = new(steps, touched, byRows: false);
        _entries = new Entry[_order.Phases.Count];
    }

    /// <summary>How many workers could ever be busy at once.</summary>
    public int MostTasks { get; private set; }

    /// <summary>
    /// Prepares the steps for a number of rows, with rows in blocks if there are enough of them to keep all workers busy.
    /// </summary>
    public void Prepare(StepBinding binding, int rows, int workers)
    {
        _rows = rows;
        _rowsPerBlock = RowBlocks.Choose(rows, workers);
        _byRows = _rowsPerBlock > 0;
        _blocks = _byRows ? (rows + _rowsPerBlock - 1) / _rowsPerBlock : 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            var step = _steps[i];
            step.ByRows = _byRows && _keepsRows[i];
            binding.Use(step);
            step.Prepare(binding, rows, workers);
        }

        var order = _byRows ? _byRowsOrder : _order;
        (_total, MostTasks) = (0, 1);
        int progress = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            var (step, phase) = order.Phases[i];
            bool byRows = step.ByRows && phase == step.Phases - 1;
            int work = byRows ? _blocks : step.Tasks(phase), tasks = Math.Max(1, work);
            _entries[i] = new Entry
            {
                Step = step, Phase = phase, First = _total, Tasks = tasks, Progress = progress, ByRows = byRows, Empty = work == 0,
                Whole = order.Whole[i], Aligned = order.Aligned[i],
            };
            _total += tasks;
            progress += Stride(byRows ? tasks + 1 : 1);
            MostTasks = Math.Max(MostTasks, tasks);
        }

        if (_progress.Length < progress) _progress = new int[progress];
    }

    // Counters of different entries lie on different cache lines.
    private static int Stride(int count) => (count + 15) / 16 * 16;

    /// <summary>To be called before each run by several workers.</summary>
    public void Reset()
    {
        Array.Clear(_progress);
        _taken.Value = 0;
    }

    /// <summary>Runs everything on the calling thread.</summary>
    public unsafe void RunAlone(float* scratch)
    {
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            for (int task = 0; task < entry.Tasks; task++) Run(entry, task, scratch);
        }
    }

    /// <summary>
    /// A worker's share of a run. A task that cannot begin for a while is put aside and the next one taken: if another worker is held up,
    /// by the
    /// system or by a slower core, only what needs its rows waits. Of all unfinished tasks the lowest can always run, so somebody always
    /// gets on.
    /// </summary>
    public unsafe void RunShared(float* scratch, TeamBarrier team)
    {
        int* aside = stackalloc int[MostAside], entries = stackalloc int[MostAside];
        int current = 0, count = 0;
        var spinner = team.NewSpinner();
        while (true)
        {
            if (RunAside(aside, entries, ref count, scratch)) spinner = team.NewSpinner();
            if (count > 0)
            {
                team.ThrowIfPoisoned();
                if (count == MostAside)
                {
                    spinner.Wait();
                    continue;
                }

                if (spinner.Spin()) continue;
                spinner = team.NewSpinner();
            }

            int task = Interlocked.Increment(ref _taken.Value) - 1;
            if (task < _total)
            {
                while (task >= _entries[current].First + _entries[current].Tasks) current++;
                if (IsReady(_entries[current], task)) RunAndTell(_entries[current], task, scratch);
                else (aside[count], entries[count++]) = (task, current);
            }
            else if (count == 0)
            {
                return;
            }
            else
            {
                spinner.Wait();
            }
        }
    }

    // Runs those tasks that can begin by now, the oldest first; whether there was any.
    private unsafe bool RunAside(int* aside, int* entries, ref int count, float* scratch)
    {
        bool any = false;
        for (int i = 0; i < count; i++)
        {
            if (!IsReady(_entries[entries[i]], aside[i])) continue;
            RunAndTell(_entries[entries[i]], aside[i], scratch);
            count--;
            for (int k = i; k < count; k++) (aside[k], entries[k]) = (aside[k + 1], entries[k + 1]);
            any = true;
            i = -1;
        }

        return any;
    }

    private bool IsReady(in Entry entry, int task)
    {
        foreach (int before in entry.Whole)
        {
            if (Volatile.Read(ref _progress[_entries[before].Progress]) < _entries[before].Tasks) return false;
        }

        int number = task - entry.First;
        foreach (int before in entry.Aligned)
        {
            if (Volatile.Read(ref _progress[_entries[before].Progress + 1 + number]) == 0) return false;
        }

        return true;
    }

    private unsafe void RunAndTell(in Entry entry, int task, float* scratch)
    {
        int number = task - entry.First;
        Run(entry, number, scratch);
        if (entry.ByRows) Volatile.Write(ref _progress[entry.Progress + 1 + number], 1);
        Interlocked.Increment(ref _progress[entry.Progress]);
    }

    private unsafe void Run(in Entry entry, int task, float* scratch)
    {
        if (entry.Empty) return;
        if (entry.ByRows) entry.Step.RunRows(task * _rowsPerBlock, Math.Min(_rows, (task + 1) * _rowsPerBlock), scratch);
        else entry.Step.Run(entry.Phase, task, scratch);
    }
}

/// <summary>Blocks of rows that go through a program one after the other.</summary>
internal static class RowBlocks
{
    // Multiples of the kernels' groups of rows; each block fetches all weights of a layer, which pays from some dozens of rows on.
    private const int Group = 12, Least = 36, Most = 144, PerWorker = 3;

    /// <summary>Rows of a block, or 0 where there are too few rows for blocks or nobody to share them with.</summary>
    public static int Choose(int rows, int workers)
    {
        if (workers == 1 || rows < Least * workers) return 0;
        int share = (rows + PerWorker * workers - 1) / (PerWorker * workers);
        return Math.Clamp((share + Group - 1) / Group * Group, Least, Most);
    }
}
