using System.Diagnostics;

namespace Kaleido.Tests.Support;

/// <summary>A python3 that can import what a test needs: the one found first, or Debian's own.</summary>
internal static class Python
{
    private static readonly Lazy<string?> NumpyPath = new(() => Find("numpy")), TorchPath = new(() => Find("torch"));

    public static string? WithNumpy => NumpyPath.Value;

    public static string? WithTorch => TorchPath.Value;

    /// <summary>Runs a script with arguments and returns what it printed; fails with its errors.</summary>
    public static string Run(string python, string script, params string[] arguments)
    {
        (int code, string output, string errors) = Start(python, ["-c", script, .. arguments]);
        Assert.True(code == 0, errors);
        return output.Trim();
    }

    private static string? Find(string module)
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                if (Start(python, ["-c", $"import {module}"]).Code == 0) return python;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program.
            }
        }

        return null;
    }

    private static (int Code, string Output, string Errors) Start(string python, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}

/// <summary>A fact judged by NumPy; skipped, with the reason, where python3 cannot import it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfNumpyAttribute : FactAttribute
{
    public FactIfNumpyAttribute() => Skip = Python.WithNumpy is null ? "No python3 that can import numpy." : null!;
}

/// <summary>A fact judged by PyTorch; skipped, with the reason, where python3 cannot import it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfTorchAttribute : FactAttribute
{
    public FactIfTorchAttribute() => Skip = Python.WithTorch is null ? "No python3 that can import torch." : null!;
}
