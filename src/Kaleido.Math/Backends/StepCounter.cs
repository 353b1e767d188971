namespace Kaleido.Backends;

/// <summary>
/// The step number of a plan, device state that the plan itself advances: random numbers, minibatches and learning rates follow
/// from it, so that a replayed (captured) plan has nothing frozen in.
/// </summary>
public abstract class StepCounter : IDisposable
{
    /// <summary>Number of completed runs. Setting it moves the plan to another step, as a resumed training does.</summary>
    public abstract ulong Value { get; set; }

    /// <summary>Gives device memory back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the device holds.</summary>
    protected virtual void Dispose(bool disposing) { }
}

/// <summary>A step counter in host memory.</summary>
public sealed class HostStepCounter : StepCounter
{
    /// <inheritdoc/>
    public override ulong Value { get; set; }
}
