namespace Kaleido.Backends.Cpu;

/// <summary>
/// Where the workers of one dispatch wait for one another. It may be passed any number of times. What a worker wrote before
/// <see cref="Wait"/> is visible to all of them after it.
/// </summary>
public sealed class TeamBarrier
{
    /// <summary>The barrier of a worker that is alone: passes at once.</summary>
    internal static readonly TeamBarrier Alone = new() { _workers = 1 };

    private int _workers;
    private bool _crowded;
    private PaddedInt _arrived;
    private PaddedInt _epoch;
    private PaddedInt _poisoned;

    internal TeamBarrier()
    {
    }

    /// <summary>Waits until all workers of this dispatch have arrived.</summary>
    /// <exception cref="TeamPoisonedException">Another worker failed. Let it pass: the caller gets the worker's own exception.</exception>
    public void Wait()
    {
        if (_workers == 1)
            return;
        int epoch = Volatile.Read(ref _epoch.Value);
        if (Interlocked.Increment(ref _arrived.Value) == _workers)
        {
            _arrived.Value = 0;
            Volatile.Write(ref _epoch.Value, epoch + 1);
            return;
        }

        var spinner = new Spinner(_crowded);
        while (Volatile.Read(ref _epoch.Value) == epoch)
        {
            if (Volatile.Read(ref _poisoned.Value) != 0)
                throw new TeamPoisonedException();
            spinner.Wait();
        }
    }

    /// <summary>For workers that wait for something else than this barrier: between its turns they look whether somebody failed.</summary>
    internal Spinner NewSpinner() => new(_crowded);

    /// <summary>Leaves a wait that may never end.</summary>
    /// <exception cref="TeamPoisonedException">Another worker failed. Let it pass: the caller gets the worker's own exception.</exception>
    internal void ThrowIfPoisoned()
    {
        if (Volatile.Read(ref _poisoned.Value) != 0) throw new TeamPoisonedException();
    }

    /// <summary>Releases everybody who waits here, now or later in this dispatch, with a <see cref="TeamPoisonedException"/>.</summary>
    public void Poison()
    {
        if (_workers != 1)
            Volatile.Write(ref _poisoned.Value, 1);
    }

    /// <summary>Makes the barrier ready for a dispatch. Only while nobody uses it.</summary>
    internal void Reset(int workers, bool crowded)
    {
        _workers = workers;
        _crowded = crowded;
        _arrived.Value = 0;
        _poisoned.Value = 0;
    }
}

/// <summary>Thrown by <see cref="TeamBarrier.Wait"/> when another worker of the dispatch has failed.</summary>
public sealed class TeamPoisonedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TeamPoisonedException()
        : base("Another worker of this dispatch failed.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public TeamPoisonedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public TeamPoisonedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
