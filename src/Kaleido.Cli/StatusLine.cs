using System.Diagnostics;

namespace Kaleido.Cli;

/// <summary>
/// Says what a long command is at: on a terminal in one line that is
/// rewritten, elsewhere in a line of its own, at most one every ten seconds.
/// </summary>
internal sealed class StatusLine(Terminal terminal)
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100), Lines = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private string _subject = "";
    private TimeSpan _last = -Lines;
    private int _width;

    /// <summary>What the next lines are about.</summary>
    public void Begin(string subject)
    {
        _subject = subject;
        if (!terminal.IsInteractive) _last = _clock.Elapsed;
    }

    /// <summary>Shows a few words, unless some were shown just now.</summary>
    public void Show(string text)
    {
        if (_clock.Elapsed - _last < (terminal.IsInteractive ? Redraw : Lines)) return;
        _last = _clock.Elapsed;
        string line = $"{_subject}: {text}";
        if (terminal.IsInteractive) terminal.Output.Write("\r" + line.PadRight(_width));
        else terminal.Output.WriteLine(line);
        terminal.Output.Flush();
        _width = line.Length;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (!terminal.IsInteractive || _width == 0) return;
        terminal.Output.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }
}
