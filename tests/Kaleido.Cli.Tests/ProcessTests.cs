using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>The program as its users meet it: a process of its own.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static Process Start(params string[] args) => StartWith(null, args);

    private static Process StartWith((string Name, string Value)? variable, params string[] args)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        string[] command = [dotnet, Path.Combine(AppContext.BaseDirectory, "kaleido.dll"), .. args];

        // A test run in the background of a shell inherits an ignored SIGINT; env gives the child its default back.
        if (OperatingSystem.IsLinux()) command = ["env", "--default-signal=INT", .. command];
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["KALEIDO_THREADS"] = "";
        if (variable is var (name, value)) info.Environment[name] = value;
        return Process.Start(info)!;
    }

    private static (int Code, string Output, string Error) Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Patience), "the process did not end");
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void A_process_creates_and_tells()
    {
        using var folder = new TemporaryFolder();
        using var create = Start(Session.SmallCreate(folder.Path));
        var (code, output, error) = Finish(create);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("trained 120 steps", output, StringComparison.Ordinal);
        using var info = Start("info", Path.Combine(folder.Path, "network.safetensors"));
        Assert.Contains("sizes: 784-24-24-784", Finish(info).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_reports_usage_and_failure_by_its_exit_code()
    {
        using var usage = Start("create", "--hidden", "0");
        Assert.Equal((2, ""), (Finish(usage).Code, ""));
        using var failure = Start("create", "--data", "/there/is/nothing");
        var (code, output, error) = Finish(failure);
        Assert.Equal((1, ""), (code, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Contains("/there/is/nothing", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_told_in_the_same_sentence_by_info_and_by_what_needs_it()
    {
        const string Why = "no CUDA driver was found (looked for /there/is/no/driver)";
        var variable = ("KALEIDO_CUDA_DRIVER", "/there/is/no/driver");
        using var folder = new TemporaryFolder();
        using var info = StartWith(variable, "info", "--devices");
        var told = Finish(info);
        Assert.Equal((0, ""), (told.Code, told.Error));
        Assert.Contains($"no cuda: {Why}", told.Output, StringComparison.Ordinal);
        string path = folder.File("out");
        foreach (string[] command in (string[][])[["create", "--out", path], ["sample", folder.File("net.safetensors")]])
        {
            using var failure = StartWith(variable, [.. command, "--device", "cuda"]);
            Assert.Equal((1, "", $"kaleido: --device cuda failed: {Why}.{Environment.NewLine}"), Finish(failure));
        }

        Assert.False(Directory.Exists(path));
        using var auto = StartWith(variable, [.. Session.SmallCreate(path), "--device", "auto"]);
        Assert.Equal(0, Finish(auto).Code);
        using var report = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "run.json")));
        Assert.StartsWith("CPU", report.RootElement.GetProperty("environment").GetProperty("device").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_result_for_every_thread_count_and_instruction_set()
    {
        using var verify = Start("verify");
        var (code, output, error) = Finish(verify);
        Assert.Equal(0, code);
        // On a slow machine it is told there how far it is.
        Assert.DoesNotContain("kaleido: ", error, StringComparison.Ordinal);
        string[] lines = output.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("all equal", lines[^1]);
        Assert.Equal(4 * Lab.Verification.VerificationRun.ThreadCounts.Count + 1, lines.Length);
        Assert.Single(lines[..^1].Select(line => line[^64..]).Distinct());
        Assert.Contains(lines, line => line.Contains("intrinsics off  scalar, no FMA", StringComparison.Ordinal));
    }

    [SignalTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_cancels_with_130_and_saves_what_was_reached(string signal)
    {
        using var folder = new TemporaryFolder();
        string[] args = Session.SmallCreate(folder.Path);
        args[Array.IndexOf(args, "--steps") + 1] = "100000000";
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();

        // The first line says that the data are loaded: from then on it trains, for hours if nobody stops it.
        Assert.NotNull(await process.StandardOutput.ReadLineAsync().WaitAsync(Patience));
        using (var kill = Process.Start("kill", [$"-{signal}",
            process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(130, process.ExitCode);
        // On a slow machine it is told before that the signal was heard.
        var lines = (await error).TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("stopping: ", StringComparison.Ordinal));
        Assert.StartsWith("kaleido: cancelled after ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(Lab.Creation.OutputFolder.Files.Append(Lab.Creation.OutputFolder.Checkpoint).Order(StringComparer.Ordinal),
            Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "run.json")));
        Assert.Equal("cancelled", report.RootElement.GetProperty("stop_reason").GetString());
    }
}

/// <summary>A theory about signals; skipped, with the reason, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SignalTheoryAttribute : TheoryAttribute
{
    public SignalTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no signals to send." : null!;
}
