using System.Diagnostics;
using System.Security.Cryptography;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>The kernels' sources in the repository.</summary>
internal static class Sources
{
    /// <summary>The folder of the sources.</summary>
    public static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kaleido.Native.sln"))) folder = folder.Parent;
            return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository"),
                "src", "Kaleido.Cuda", "Kernels");
        }
    }

    /// <summary>The first line that kernels.ptx must have.</summary>
    public static string Heading()
    {
        string[] files = ["prelude.h", "functions.h", "kernels.cu", "build.sh"];
        byte[] bytes = [.. files.SelectMany(file => File.ReadAllBytes(Path.Combine(Folder, file)))];
        return $"// sha256 of {string.Join(' ', files)}: {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }

    /// <summary>Why the sources cannot be compiled here, or null.</summary>
    public static string? WhyNoCompiler { get; } = FindCompiler();

    private static string? FindCompiler()
    {
        try
        {
            // Another version writes the same kernels with other names and another order.
            string version = Run("clang-14", "--version");
            return version.Contains("version 14.", StringComparison.Ordinal)
                ? null
                : $"clang-14 is another version: {version.Split('\n')[0]}";
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return "No clang-14 (Debian 12's package of that name) to compile the kernels with.";
        }
    }

    /// <summary>Runs a program and returns what it writes.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} failed with exit code {process.ExitCode}");
    }
}

/// <summary>A test that compiles the kernels; skipped, with the reason, where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactIfCompilerAttribute : FactAttribute
{
    /// <summary>Skips if there is no compiler.</summary>
    public FactIfCompilerAttribute() => Skip = Sources.WhyNoCompiler!;
}
