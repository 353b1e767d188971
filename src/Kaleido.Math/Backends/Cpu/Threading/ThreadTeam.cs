using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The process's one team of worker threads. A dispatch hands the same work to several of them and returns when all are done.
/// Idle threads spin for some tens of microseconds, then park until they are needed; they never keep the process alive.
/// </summary>
/// <remarks>
/// A dispatch allocates nothing (threads are started when first needed). Results must not depend on how many workers there
/// are: a dispatch made while the team is busy, from another thread or from inside a running dispatch, runs on the calling
/// thread alone.
/// </remarks>
public sealed class ThreadTeam
{
    /// <summary>The most workers a dispatch can have.</summary>
    public const int Limit = 64;

    private readonly TeamBarrier _barrier = new();
    private readonly Member[] _members = new Member[Limit];
    private int _started = 1;
    private int _busy;
    private int _workers;
    private TeamWork? _work;
    private Exception? _failure;
    private PaddedInt _remaining;

    private ThreadTeam()
    {
        string? asked = Environment.GetEnvironmentVariable("KALEIDO_THREADS");
        MaximumWorkers = int.TryParse(asked, NumberStyles.Integer, CultureInfo.InvariantCulture, out int count) && count > 0
            ? Math.Min(count, Limit)
            : Math.Min(Environment.ProcessorCount, Limit);
    }

    /// <summary>The team of this process.</summary>
    public static ThreadTeam Shared { get; } = new();

    /// <summary>
    /// The number of workers a program should ask for: the processors this process may use, or the environment variable
    /// <c>KALEIDO_THREADS</c>. <see cref="Run"/> accepts more, up to <see cref="Limit"/>.
    /// </summary>
    public int MaximumWorkers { get; }

    /// <summary>Runs <paramref name="work"/> on <paramref name="workers"/> workers, the caller being worker 0, and waits for all.</summary>
    /// <param name="work">The work. One object must not be in two dispatches at once.</param>
    /// <param name="workers">
    /// How many workers, at least 1; values above <see cref="Limit"/> mean <see cref="Limit"/>. With 1 the work runs on the calling
    /// thread and no lock is taken. The work may be run by fewer: by one when the team is busy.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is less than 1.</exception>
    /// <remarks>The first exception of any worker is rethrown here after all workers have left; the team stays usable.</remarks>
    public void Run(TeamWork work, int workers)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (workers == 1 || Volatile.Read(ref _busy) != 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            work.Execute(0, 1, TeamBarrier.Alone);
            return;
        }

        Exception? failure;
        try
        {
            workers = Math.Min(workers, Limit);
            if (workers > _started)
                workers = Grow(workers);
            Dispatch(work, workers);
            failure = _failure;
            _failure = null;
        }
        finally
        {
            _work = null;
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private void Dispatch(TeamWork work, int workers)
    {
        bool crowded = workers > Environment.ProcessorCount;
        _work = work;
        _workers = workers;
        _barrier.Reset(workers, crowded);
        _remaining.Value = workers - 1;
        for (int i = 1; i < workers; i++)
            _members[i].Call();

        // The tickets must be visible before the sleepers are counted; a member counts itself asleep before it looks at its
        // ticket for the last time. So one of the two always sees the other.
        Interlocked.MemoryBarrier();
        for (int i = 1; i < workers; i++)
            _members[i].WakeIfAsleep();

        Share(work, 0, workers);
        var spinner = new Spinner(crowded);
        while (Volatile.Read(ref _remaining.Value) != 0)
            spinner.Wait();
    }

    private void Share(TeamWork work, int worker, int workers)
    {
        try
        {
            work.Execute(worker, workers, _barrier);
        }
#pragma warning disable CA1031 // Whatever it is, the caller of Run gets it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            _barrier.Poison();
        }
    }

    /// <summary>Starts threads until there are <paramref name="workers"/>, the caller included; returns how many there are.</summary>
    private int Grow(int workers)
    {
        while (_started < workers)
        {
            var member = new Member(this, _started);
            try
            {
                member.Start();
            }
            catch (OutOfMemoryException)
            {
                break; // The system refuses more threads: go on with those there are.
            }

            _members[_started++] = member;
        }

        return _started;
    }

    /// <summary>One thread of the team.</summary>
#pragma warning disable CA1001 // The team lives as long as the process.
    private sealed class Member(ThreadTeam team, int worker)
#pragma warning restore CA1001
    {
        private readonly AutoResetEvent _wake = new(false);
        private PaddedInt _ticket;
        private PaddedInt _asleep;

        public void Start()
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = $"Kaleido worker {worker}" };
            thread.UnsafeStart();
        }

        public void Call() => Volatile.Write(ref _ticket.Value, _ticket.Value + 1);

        public void WakeIfAsleep()
        {
            if (Volatile.Read(ref _asleep.Value) != 0)
                _wake.Set();
        }

        private void Loop()
        {
            int seen = 0;
            while (true)
            {
                AwaitTicket(seen);
                seen++;
                team.Share(team._work!, worker, team._workers);
                Interlocked.Decrement(ref team._remaining.Value);
            }
        }

        private void AwaitTicket(int seen)
        {
            var spinner = new Spinner(worker >= Environment.ProcessorCount);
            do
            {
                if (Volatile.Read(ref _ticket.Value) != seen)
                    return;
            }
            while (spinner.Spin());

            Interlocked.Exchange(ref _asleep.Value, 1);
            while (Volatile.Read(ref _ticket.Value) == seen)
                _wake.WaitOne(); // A left-over signal wakes it once too often; hence the loop.
            Volatile.Write(ref _asleep.Value, 0);
        }
    }
}
