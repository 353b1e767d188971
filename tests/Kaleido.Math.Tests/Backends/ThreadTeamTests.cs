using System.Collections.Concurrent;
using Kaleido.Backends.Cpu;

namespace Kaleido.Tests.Backends;

public sealed class ThreadTeamTests
{
    private static readonly ThreadTeam Team = ThreadTeam.Shared;

    /// <summary>Several phases: in each, every worker writes its cell, and after the barrier sees all the others'.</summary>
    private sealed class Phases(int phases) : TeamWork
    {
        private readonly int[] _cells = new int[ThreadTeam.Limit * 32];
        private int _violations;

        public int Ran;
        public int LastWorkers;

        public int Violations => _violations;

        protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
        {
            Interlocked.Increment(ref Ran);
            LastWorkers = workers;
            int start = _cells[worker * 32];
            for (int phase = 1; phase <= phases; phase++)
            {
                _cells[worker * 32] = start + phase;
                barrier.Wait();
                for (int other = 0; other < workers; other++)
                    if (_cells[other * 32] != start + phase)
                        Interlocked.Increment(ref _violations);
                barrier.Wait();
            }

            _cells[worker * 32] = 0;
        }
    }

    private sealed class Act(Action<int, int, TeamBarrier> act) : TeamWork
    {
        protected internal override void Execute(int worker, int workers, TeamBarrier barrier) => act(worker, workers, barrier);
    }

    [Fact]
    public void Every_dispatch_runs_each_worker_once_and_its_barrier_holds()
    {
        var failures = new ConcurrentQueue<string>();
        var callers = Enumerable.Range(0, 3).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            var work = new Phases(2);
            for (int i = 0; i < 34_000; i++)
            {
                int asked = random.Next(1, 5);
                work.Ran = 0;
                Team.Run(work, asked);
                if (work.Ran != work.LastWorkers || (work.LastWorkers != asked && work.LastWorkers != 1) || work.Violations != 0)
                    failures.Enqueue($"{asked} asked, {work.LastWorkers} workers, {work.Ran} ran, {work.Violations} violations");
                if (random.Next(2000) == 0)
                    Thread.Sleep(1); // long enough for the team to park
            }
        })).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());
        Assert.Empty(failures);
    }

    [Fact]
    public void More_workers_than_cores_make_progress()
    {
        foreach (int workers in new[] { 8, 33, ThreadTeam.Limit, 1000 })
        {
            var work = new Phases(20);
            UntilAll(work, workers, () => work.LastWorkers);
            Assert.Equal(Math.Min(workers, ThreadTeam.Limit), work.Ran);
            Assert.Equal(0, work.Violations);
        }
    }

    [Fact]
    public void An_exception_of_any_worker_reaches_the_caller_and_the_team_stays_usable()
    {
        for (int culprit = 0; culprit < 4; culprit++)
        {
            int released = 0, workersSeen = 0;
            Exception? caught = null;
            while (workersSeen != 4)
            {
                released = 0;
                caught = Record.Exception(() => Team.Run(
                    new Act((worker, workers, barrier) =>
                    {
                        workersSeen = workers;
                        if (worker == culprit % workers)
                            throw new InvalidOperationException($"worker {culprit}");
                        try
                        {
                            barrier.Wait();
                        }
                        finally
                        {
                            Interlocked.Increment(ref released);
                        }
                    }),
                    4));
            }

            Assert.Equal($"worker {culprit}", Assert.IsType<InvalidOperationException>(caught).Message);
            Assert.Equal(3, released);

            var work = new Phases(3);
            UntilAll(work, 4, () => work.LastWorkers);
            Assert.Equal(0, work.Violations);
        }
    }

    [Fact]
    public void One_worker_runs_on_the_calling_thread_with_a_barrier_that_passes()
    {
        int caller = Environment.CurrentManagedThreadId;
        bool same = false;
        Team.Run(
            new Act((worker, workers, barrier) =>
            {
                barrier.Wait();
                barrier.Wait();
                same = Environment.CurrentManagedThreadId == caller && worker == 0 && workers == 1;
            }),
            1);
        Assert.True(same);
        Assert.Throws<NotSupportedException>(() => Team.Run(new Act((_, _, _) => throw new NotSupportedException()), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Team.Run(new Phases(1), 0));
        Assert.Throws<ArgumentNullException>(() => Team.Run(null!, 1));
    }

    [Fact]
    public void A_nested_dispatch_runs_alone()
    {
        int inner = 0, outer = 0, widest = 0;
        var nested = new Act((_, workers, barrier) =>
        {
            barrier.Wait();
            Interlocked.Increment(ref inner);
            if (workers > 1)
                Interlocked.Increment(ref widest);
        });
        Team.Run(
            new Act((_, _, barrier) =>
            {
                barrier.Wait();
                Team.Run(nested, 4);
                Interlocked.Increment(ref outer);
                barrier.Wait();
            }),
            2);
        Assert.Equal(outer, inner);
        if (outer == 2)
            Assert.Equal(0, widest);
    }

    [Fact]
    public void A_dispatch_allocates_nothing()
    {
        var work = new Phases(1);
        for (int i = 0; i < 2000; i++)
            Team.Run(work, 1 + i % 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Team.Run(work, 1 + i % 4);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // The workers' own threads: each measures itself across its last dispatches.
        long[] first = new long[4], last = new long[4];
        var measure = new Act((worker, workers, barrier) =>
        {
            barrier.Wait();
            if (workers == 4 && first[worker] == 0)
                first[worker] = GC.GetAllocatedBytesForCurrentThread() + 1;
            else if (workers == 4)
                last[worker] = GC.GetAllocatedBytesForCurrentThread() + 1;
        });
        for (int i = 0; i < 1000 || last[3] == 0; i++)
        {
            Team.Run(measure, 4);
            if (i % 200 == 100)
                Thread.Sleep(2); // waking up is part of it
        }

        for (int worker = 1; worker < 4; worker++)
            Assert.Equal(0, last[worker] - first[worker]);
    }

    /// <summary>Runs until nothing else held the team: other tests of this process may dispatch at the same time.</summary>
    private static void UntilAll(Phases work, int workers, Func<int> got)
    {
        do
        {
            work.Ran = 0;
            Team.Run(work, workers);
        }
        while (got() != Math.Min(workers, ThreadTeam.Limit));
    }
}
