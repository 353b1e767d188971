using System.Diagnostics;
using System.Globalization;
using Kaleido.Tests.Support;
using Kaleido.Training;
using Xunit.Abstractions;

namespace Kaleido.Cli.Tests;

/// <summary>Nothing is lost: whenever the program is killed, what is on the disk is whole, and going on ends with the same bits.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>How many times to kill: some in every run, 200 with <c>KALEIDO_CRASHES=200</c>.</summary>
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("KALEIDO_CRASHES"), NumberStyles.None, CultureInfo.InvariantCulture, out int kills)
            ? kills : 10;

    // Checkpoints all the time, so that many kills fall into one being written.
    private static readonly string[] s_settings =
    [
        "--samples", "30", "--hidden", "64", "--layers", "3", "--steps", "1500", "--batch", "10", "--chains", "9", "--iterations", "6",
        "--threads", "1",
    ];

    private static readonly string[] s_often = ["--checkpoint-steps", "7"];

    private static Process Start(params string[] args)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        string[] all = [Path.Combine(AppContext.BaseDirectory, "kaleido.dll"), .. args];
        return Process.Start(new ProcessStartInfo(dotnet, all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static (int Code, string Error) Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Patience), "the process did not end");
        return (process.ExitCode, error.Result);
    }

    [Fact]
    public void A_run_that_is_killed_at_random_moments_and_resumed_ends_with_the_bits_of_one_that_was_not()
    {
        using var folder = new TemporaryFolder();
        string whole = Path.Combine(folder.Path, "whole"), killed = Path.Combine(folder.Path, "killed"),
            checkpoint = Path.Combine(killed, "checkpoint.safetensors");
        var clock = Stopwatch.StartNew();
        using (var process = Start(["create", .. s_settings, .. s_often, "--out", whole])) Assert.Equal((0, ""), Finish(process));
        double seconds = clock.Elapsed.TotalSeconds;
        var random = new Random(7);
        int kills = 0, resumes = 0, finished = 0, beforeTheFirst = 0, whileWriting = 0;
        while (kills < Kills)
        {
            bool resume = File.Exists(checkpoint);
            using var process = Start(
                resume ? ["create", "--resume", killed, .. s_often] : ["create", .. s_settings, .. s_often, "--out", killed]);
            resumes += resume ? 1 : 0;
            if (!process.WaitForExit(TimeSpan.FromSeconds(seconds * (0.2 + random.NextDouble()))))
            {
                process.Kill();
                process.WaitForExit();
                kills++;
            }
            else
            {
                Assert.Equal((0, ""), Finish(process));
            }

            if (Directory.Exists(killed)) whileWriting += Directory.EnumerateFiles(killed, ".checkpoint*.tmp").Any() ? 1 : 0;
            if (File.Exists(checkpoint)) Assert.InRange(TrainingCheckpoint.Load(checkpoint).Step, 7, 1500);
            else if (!File.Exists(Path.Combine(killed, "run.json"))) beforeTheFirst++;
            else Compare();
        }

        if (File.Exists(checkpoint))
        {
            using var last = Start("create", "--resume", killed);
            Assert.Equal((0, ""), Finish(last));
            resumes++;
            Compare();
        }

        // Seen with: dotnet test --logger "console;verbosity=detailed".
        output.WriteLine(FormattableString.Invariant(
            $"{kills} kills ({beforeTheFirst} before the first checkpoint, {whileWriting} while one was being written), ")
            + FormattableString.Invariant($"{resumes} resumes, {finished} complete runs, all equal"));

        void Compare()
        {
            foreach (string name in new[] { "network.safetensors", "loss.csv", "kaleidoscope.png" })
                Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(killed, name)));
            finished++;
            Directory.Delete(killed, recursive: true);
        }
    }

    [MountFact]
    public void A_full_disk_ends_it_with_one_sentence_and_leaves_the_last_checkpoint()
    {
        using var disk = new Mount("tmpfs", "size=2600k");
        string folder = Path.Combine(disk.Path, "run");
        // The first checkpoint (1.8 MB) fits, a second one beside it does not.
        using (var process = Start(["create", .. s_settings, "--checkpoint-steps", "700", "--checkpoint-seconds", "0", "--out", folder]))
        {
            var (code, error) = Finish(process);
            Assert.Equal(1, code);
            Assert.StartsWith("kaleido: ", error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }

        Assert.Equal(700, TrainingCheckpoint.Load(Path.Combine(folder, "checkpoint.safetensors")).Step);
        Assert.Empty(Directory.EnumerateFiles(folder, ".*.tmp"));
        disk.Remount("size=20m");
        using (var process = Start("create", "--resume", folder)) Assert.Equal((0, ""), Finish(process));
    }

    [MountFact]
    public void A_read_only_folder_is_refused_before_any_work()
    {
        using var disk = new Mount("tmpfs", "ro");
        using var process = Start(["create", .. s_settings, "--out", Path.Combine(disk.Path, "run")]);
        var clock = Stopwatch.StartNew();
        var (code, error) = Finish(process);
        Assert.Equal(1, code);
        Assert.Contains("cannot be written to", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}

/// <summary>A file system of its own, for as long as the object lives.</summary>
internal sealed class Mount : IDisposable
{
    public Mount(string type, string options)
    {
        Path = Directory.CreateTempSubdirectory("kaleido-mount-").FullName;
        if (Run("mount", "-t", type, "-o", options, "kaleido", Path) != 0) throw new IOException($"{Path} could not be mounted");
    }

    public string Path { get; }

    /// <summary>Whether this process may mount at all.</summary>
    public static bool IsPossible { get; } = Try();

    public void Remount(string options) => Assert.Equal(0, Run("mount", "-o", $"remount,{options}", Path));

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static bool Try()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            new Mount("tmpfs", "size=64k").Dispose();
            return true;
        }
        catch (Exception error) when (error is IOException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static int Run(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}

/// <summary>A fact that needs the right to mount a small file system.</summary>
internal sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = Mount.IsPossible ? null! : "Mounting a small file system of its own needs Linux and root.";
}
