namespace Kaleido.Backends.Cpu;

/// <summary>One piece of parallel work: the same method, run once by every worker of a <see cref="ThreadTeam"/> dispatch.</summary>
public abstract class TeamWork
{
    /// <summary>Runs this worker's share.</summary>
    /// <param name="worker">This worker's number, 0 ≤ worker &lt; workers. Worker 0 is the calling thread.</param>
    /// <param name="workers">How many workers take part; it may be fewer than asked for, down to 1.</param>
    /// <param name="barrier">
    /// Where the workers meet between phases. Every worker must call <see cref="TeamBarrier.Wait"/> equally often.
    /// </param>
    protected internal abstract void Execute(int worker, int workers, TeamBarrier barrier);
}
