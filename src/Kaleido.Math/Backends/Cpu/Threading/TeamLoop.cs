namespace Kaleido.Backends.Cpu;

/// <summary>Independent tasks 0 … count-1, taken in turn by the workers of a dispatch.</summary>
internal sealed class TeamLoop : TeamWork
{
    private readonly Action<int> _task;
    private readonly int _count;
    private int _next;

    private TeamLoop(int count, Action<int> task) => (_count, _task) = (count, task);

    /// <summary>Runs them on up to <paramref name="threads"/> threads; returns when all are done.</summary>
    public static void Run(int threads, int count, Action<int> task)
    {
        if (count > 0) ThreadTeam.Shared.Run(new TeamLoop(count, task), Math.Min(threads, count));
    }

    protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
    {
        for (int i; (i = Interlocked.Increment(ref _next) - 1) < _count;) _task(i);
    }
}
