using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>One step of a CPU program: phases of independent tasks; all tasks of a phase end before the next phase begins.</summary>
internal abstract unsafe class CpuStep
{
    /// <summary>Slots that the step reads from memory.</summary>
    public abstract IEnumerable<int> Reads { get; }

    /// <summary>Slots that the step writes to memory.</summary>
    public abstract IEnumerable<int> Writes { get; }

    /// <summary>Number of phases. Phases before the last one read some slots and write the shared scratch.</summary>
    public virtual int Phases => 1;

    /// <summary>
    /// Slots that phases before the last one read; <paramref name="byRows"/> if <see cref="RunRows"/> may take the last one's place.
    /// </summary>
    public virtual IEnumerable<int> PackReads(bool byRows) => [];

    /// <summary>Floats of shared scratch for up to <paramref name="capacity"/> rows, alive during this step only.</summary>
    public virtual long SharedScratch(int capacity) => 0;

    /// <summary>Whether the shared scratch is the step's own and keeps what a run left there.</summary>
    public virtual bool KeepsScratch => false;

    /// <summary>Floats of scratch per worker.</summary>
    public virtual long WorkerScratch(int capacity) => 0;

    /// <summary>
    /// If each row of what the step writes depends on whole slots and on the same row of others: those others. Null if rows mix. Only steps
    /// over the run-time number of rows qualify; they can be run by <see cref="RunRows"/>.
    /// </summary>
    public virtual IEnumerable<int>? ReadByRows => null;

    /// <summary>Whether <see cref="RunRows"/> will take the place of the last phase. Set before <see cref="Prepare"/>.</summary>
    public bool ByRows { get; set; }

    /// <summary>Runs rows row0 … row1-1, after all tasks of earlier phases.</summary>
    public virtual void RunRows(int row0, int row1, float* scratch) =>
        throw new NotSupportedException($"{GetType().Name} does not run by rows");

    /// <summary>Computes sizes and tasks for a number of rows. Allocates nothing.</summary>
    public abstract void Prepare(StepBinding binding, int rows, int workers);

    /// <summary>Tasks of a phase, as prepared.</summary>
    public abstract int Tasks(int phase);

    /// <summary>Runs one task. <paramref name="scratch"/> is the worker's own.</summary>
    public abstract void Run(int phase, int task, float* scratch);

    /// <summary>Memory touched besides the slots and the shared scratch.</summary>
    public virtual IEnumerable<MemoryRange> OtherMemory => Updates.SelectMany(update => update.Memory);

    /// <summary>Whether the step can do the updates of parameters whose gradients it writes.</summary>
    public virtual bool CanUpdate => false;

    /// <summary>Those that it does.</summary>
    public List<GradientUpdate> Updates { get; } = [];

    /// <summary>To be called at the end of <see cref="Prepare"/> by steps that can update.</summary>
    protected void PrepareUpdates(StepBinding binding)
    {
        foreach (var update in Updates) update.Prepare(binding);
    }

    /// <summary>To be called when a rectangle of what the step writes is complete.</summary>
    protected void Update(int row0, int row1, int column0, int column1)
    {
        for (int i = 0; i < Updates.Count; i++) Updates[i].Run(row0, row1, column0, column1);
    }

    /// <summary>Rough cost in operations, to decide how many threads are worth waking.</summary>
    public abstract double Cost { get; }

    /// <summary>How many tasks a loop over rows makes: about <paramref name="grain"/> numbers each, and no more than needed.</summary>
    protected static int RowTasks(int rows, long columns, out int rowsPerTask, int grain = 16384)
    {
        rowsPerTask = (int)Math.Max(1, grain / Math.Max(1, columns));
        return (rows + rowsPerTask - 1) / rowsPerTask;
    }
}

/// <summary>
/// Numbers Start … End - 1 of a memory, and whether they are written. RowLength is not 0 if a block of rows touches only its own rows, each
/// of that many numbers.
/// </summary>
internal readonly record struct MemoryRange(DeviceMemory Memory, long Start, long End, bool Writes, int RowLength = 0);

/// <summary>What a step needs to know of its program: where slots lie and what its shared scratch is.</summary>
internal sealed unsafe class StepBinding(CpuProgram program, StepCounter counter)
{
    /// <summary>The counter, whose value is the current step.</summary>
    public StepCounter Counter { get; } = counter;

    /// <summary>The scratch of the step that is being prepared.</summary>
    public float* Scratch { get; private set; }

    /// <summary>Whether the next runs find in the scratch of steps that keep it what the last run left there.</summary>
    public bool Again { get; set; }

    /// <summary>To be called before a step is prepared.</summary>
    public void Use(CpuStep step) => Scratch = program.ScratchOf(step);

    public float* Pointer(int slot) => program.PointerOf(slot);

    public Shape Shape(int slot) => program.Program.Slots[slot].Shape;
}
