using System.Diagnostics;

namespace Kaleido.Tests;

/// <summary>Starts tests/Kaleido.Probe as a process of its own.</summary>
internal static class Probe
{
    /// <summary>The lines that the probe writes.</summary>
    public static string[] Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        // The same folder of the neighbouring project: bin/<configuration>/<framework>.
        string tests = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string project = Path.GetFullPath(Path.Combine(tests, "..", "..", ".."));
        string probe = Path.Combine(project, "..", "Kaleido.Probe", Path.GetRelativePath(project, tests), "Kaleido.Probe.dll");
        Assert.True(File.Exists(probe), $"{probe} was not built");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.GetFullPath(probe));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string name in start.Environment.Keys.Where(IsSwitch).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"the probe returned {process.ExitCode}: {errors.Result}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static bool IsSwitch(string name) =>
        name.StartsWith("KALEIDO_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_Enable", StringComparison.OrdinalIgnoreCase);
}
