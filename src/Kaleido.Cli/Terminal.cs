namespace Kaleido.Cli;

/// <summary>Where a command writes to.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Failures, one sentence each, and how far a long command is (<see cref="StatusLine"/>).</param>
/// <param name="IsInteractive">True if a line of the output may be rewritten in place. (Nothing here is ever coloured.)</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsInteractive)
{
    /// <summary>The time by which it is told how far a command is.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// The process's own streams: rewritten in place only on a terminal that can do so (TERM is not "dumb"), and where NO_COLOR does not
    /// ask for plain text.
    /// </summary>
    public static Terminal Standard() => new(Console.Out, Console.Error,
        !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    /// <summary>"kaleido: sentence" on the error stream.</summary>
    public void Fail(string sentence) => Error.WriteLine($"kaleido: {sentence}");
}
