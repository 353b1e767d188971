using System.Runtime.InteropServices;

namespace Kaleido.Cli;

/// <summary>
/// Ctrl-C (SIGINT) and SIGTERM cancel; a second one ends the process at once, as if nobody listened. Where the end is long in coming, as
/// behind a very large step or a large file, it is told that it was heard.
/// </summary>
internal sealed class Signals : IDisposable
{
    /// <summary>When it is told.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt, _terminate;
    private readonly Terminal _terminal;
    private ITimer? _timer;

    public Signals(Terminal terminal)
    {
        _terminal = terminal;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
    }

    public CancellationToken Token => _source.Token;

    private void Hear(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        Cancel();
    }

    /// <summary>What the first signal does.</summary>
    public void Cancel()
    {
        _timer = _terminal.Time.CreateTimer(_ => Tell(), null, Patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    private void Tell() => _terminal.Error.WriteLine((_terminal.IsInteractive ? Environment.NewLine : "")
        + "stopping: what is being done is brought to its end and what was reached is saved; another Ctrl-C ends it at once");

    public void Dispose()
    {
        _timer?.Dispose();
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }
}
