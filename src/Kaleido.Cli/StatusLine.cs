namespace Kaleido.Cli;

/// <summary>
/// Says what a long command is at: on a terminal in one line of the output that is rewritten, elsewhere in lines of their own on the error
/// stream, so that the output holds results alone: one after ten seconds, then at most one every ten seconds, later one a minute.
/// </summary>
/// <remarks>Elsewhere a timer writes them: also while nothing new is told, as inside one very long step.</remarks>
internal sealed class StatusLine : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100), Shortest = TimeSpan.FromSeconds(10),
        Longest = TimeSpan.FromMinutes(1);

    private readonly Terminal _terminal;
    private readonly bool _rewrites;
    private readonly long _start;
    private readonly ITimer? _timer;
    private readonly Lock _guard = new();
    private TimeSpan _last, _told;
    private string _subject = "", _text = "";
    private int _width;

    /// <param name="terminal">Where to.</param>
    /// <param name="json">Whether the output is kept for one JSON object.</param>
    public StatusLine(Terminal terminal, bool json = false)
    {
        (_terminal, _rewrites, _start) = (terminal, terminal.IsInteractive && !json, terminal.Time.GetTimestamp());
        _told = -Redraw;
        if (!_rewrites) _timer = terminal.Time.CreateTimer(_ => Tick(), null, Shortest, Shortest);
    }

    private TimeSpan Elapsed => _terminal.Time.GetElapsedTime(_start);

    // One line in ten seconds, after a hundred seconds in a tenth of the time so far, at last in a minute.
    private TimeSpan Interval => TimeSpan.FromTicks(Math.Clamp(Elapsed.Ticks / 10, Shortest.Ticks, Longest.Ticks));

    /// <summary>Whether a text would be shown now: for those that are told too often to be put into words each time.</summary>
    public bool IsDue => Elapsed - _told >= Redraw;

    /// <summary>What the next lines are about.</summary>
    public void Begin(string subject)
    {
        lock (_guard) (_subject, _text) = (subject, "");
    }

    /// <summary>Shows a few words, unless some were shown just now.</summary>
    /// <param name="text">The words.</param>
    /// <param name="always">On a terminal: even then.</param>
    public void Show(string text, bool always = false)
    {
        lock (_guard)
        {
            _text = text;
            var now = Elapsed;
            if (!_rewrites)
            {
                _told = now;
                WriteIfDue();
            }
            else if (always || now - _told >= Redraw)
            {
                _told = now;
                string line = Line();
                _terminal.Output.Write("\r" + line.PadRight(_width));
                _terminal.Output.Flush();
                _width = line.Length;
            }
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        lock (_guard)
        {
            _text = "";
            if (_width == 0) return;
            _terminal.Output.Write("\r" + new string(' ', _width) + "\r");
            _width = 0;
        }
    }

    /// <summary>Takes the line away and says no more.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        Clear();
    }

    private void Tick()
    {
        lock (_guard) WriteIfDue();
    }

    private void WriteIfDue()
    {
        var now = Elapsed;
        if (now - _last < Interval || _text.Length == 0) return;
        _last = now;
        _terminal.Error.WriteLine(Line());
        _terminal.Error.Flush();
    }

    private string Line() => _subject.Length == 0 ? _text : $"{_subject}: {_text}";
}
