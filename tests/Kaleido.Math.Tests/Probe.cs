using System.Diagnostics;
using Kaleido.Tests.Support;

namespace Kaleido.Tests;

/// <summary>Starts tests/Kaleido.Probe as a process of its own.</summary>
internal static class Probe
{
    /// <summary>The lines that the probe writes.</summary>
    public static string[] Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        Start([Host, Assembly, .. arguments], environment).Check();

    /// <summary>What the probe writes and returns where another program, such as an emulator, runs it.</summary>
    public static Answer RunUnder(
        IEnumerable<string> launcher, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        string host = Host.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Host : Executable.Find(Host) ?? Host;
        host = File.ResolveLinkTarget(host, returnFinalTarget: true)?.FullName ?? host;
        return Start([.. launcher, host, Assembly, .. arguments], environment);
    }

    /// <summary>What a program answers, without the variables that choose instruction sets but for those given.</summary>
    public static Answer Start(string[] command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(IsSwitch).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new(Path.GetFileName(command[0]), process.ExitCode, lines, errors.Result);
    }

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    private static string Assembly
    {
        get
        {
            // The same folder of the neighbouring project: bin/<configuration>/<framework>.
            string tests = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
            string project = Path.GetFullPath(Path.Combine(tests, "..", "..", ".."));
            string probe = Path.GetFullPath(
                Path.Combine(project, "..", "Kaleido.Probe", Path.GetRelativePath(project, tests), "Kaleido.Probe.dll"));
            Assert.True(File.Exists(probe), $"{probe} was not built");
            return probe;
        }
    }

    /// <summary>How a process ended and what it said.</summary>
    internal sealed record Answer(string Program, int ExitCode, string[] Lines, string Errors)
    {
        /// <summary>The lines of a process that succeeded.</summary>
        public string[] Check()
        {
            Assert.True(ExitCode == 0, $"{Program} returned {ExitCode}: {Errors}");
            return Lines;
        }
    }

    private static bool IsSwitch(string name) =>
        name.StartsWith("KALEIDO_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_Enable", StringComparison.OrdinalIgnoreCase);
}
