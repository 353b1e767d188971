using System.Diagnostics;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>Tab in a real shell.</summary>
public sealed class CompletionTests
{
    private static (string Output, string Error) Bash(string script)
    {
        using var folder = new TemporaryFolder();
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        string wrapper = folder.File("kaleido");
        File.WriteAllText(wrapper, $"#!/bin/sh\nexec '{dotnet}' '{Path.Combine(AppContext.BaseDirectory, "kaleido.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(folder.File("numbers.npy"), "");
        var info = new ProcessStartInfo("bash", ["--norc", "-c", script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path,
        };
        info.Environment["PATH"] = folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        return (output, error.Result);
    }

    [BashFact]
    public void Bash_completes_commands_flags_values_and_files()
    {
        // As bash calls it: the words typed, the index of the current one, the line, and where the cursor stands.
        var (output, error) = Bash("""
            set -e
            eval "$(kaleido completion bash)"
            complete -p kaleido
            try() {
              COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
              read -ra COMP_WORDS <<< "$1"
              if [[ $1 == *' ' ]]; then COMP_WORDS+=(''); fi
              COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
              _kaleido || true
              echo "$1> $(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | xargs)"
            }
            try 'kaleido cre'
            try 'kaleido create --ch'
            try 'kaleido create --chains 3 --dev'
            try 'kaleido create --device '
            try 'kaleido completion z'
            try 'kaleido info num'
            try 'kaleido sample '
            try 'kaleido create --schedule '
            try 'kaleido figure li'
            try 'kaleido figure all --js'
            """);
        Assert.Equal("", error);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal(
        [
            "complete -o filenames -F _kaleido kaleido",
            "kaleido cre> create",
            "kaleido create --ch> --chains --checkpoint-seconds --checkpoint-steps",
            "kaleido create --chains 3 --dev> --device",
            "kaleido create --device > auto cpu cuda reference",
            "kaleido completion z> zsh",
            "kaleido info num> numbers.npy",
            "kaleido sample > kaleido numbers.npy",
            "kaleido create --schedule > constant cosine",
            "kaleido figure li> list",
            "kaleido figure all --js> --json",
        ], lines);
    }

    [Theory]
    [InlineData("bash", "complete -o filenames -F _kaleido kaleido")]
    [InlineData("zsh", "compdef _kaleido kaleido")]
    [InlineData("fish", "complete -c kaleido")]
    public void Every_shell_has_a_script_that_asks_the_program(string shell, string part)
    {
        var run = Session.Run("completion", shell);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(part, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }
}

/// <summary>A fact about bash; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BashFactAttribute : FactAttribute
{
    public BashFactAttribute() => Skip = !OperatingSystem.IsWindows() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "bash"))) ? null! : "There is no bash.";
}
