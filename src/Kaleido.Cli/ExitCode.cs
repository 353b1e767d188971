namespace Kaleido.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0, Failed = 1, Usage = 2, Cancelled = 130;
}
