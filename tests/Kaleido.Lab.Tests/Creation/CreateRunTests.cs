using System.Text.Json;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Tests.Support;
using Kaleido.Networks;
using Kaleido.Tests.Support;
using Kaleido.Training;

namespace Kaleido.Lab.Tests.Creation;

public sealed class CreateRunTests
{
    private static CreateOptions Small(string folder) => CreateOptions.ForEmbeddedDigits with
    {
        Samples = 20,
        Hidden = 24,
        HiddenLayers = 2,
        Steps = 150,
        BatchSize = 12,
        Chains = 9,
        Iterations = 6,
        Seed = 3,
        Threads = 1,
        Output = folder,
    };

    private static JsonElement Report(string folder) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, OutputFolder.Report))).RootElement;

    private static void AssertOnlyTheFiles(string folder, bool unfinished = false) =>
        Assert.Equal(
            OutputFolder.Files.Concat(unfinished ? [OutputFolder.Checkpoint] : Array.Empty<string>()).Order(StringComparer.Ordinal),
            Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);

    [Fact]
    public void All_files_are_written_and_agree_with_the_result()
    {
        using var folder = new TemporaryFolder();
        var result = CreateRun.Execute(Small(folder.Path));
        AssertOnlyTheFiles(folder.Path);
        Assert.Equal(StopReason.Completed, result.StopReason);
        Assert.Equal([0, 1, 2, 3, 4, 6], result.Frames);

        using var device = Device.Cpu(1);
        using var network = Mlp.Load(device, Path.Combine(folder.Path, OutputFolder.Network));
        Assert.Equal(result.Fit.BestWeightsSha256, network.WeightsSha256());
        Assert.Equal(DataScaling.ToSymmetric, network.OutputScaling);

        var json = Report(folder.Path);
        Assert.Equal("completed", json.GetProperty("stop_reason").GetString());
        Assert.Equal(result.Fit.LastWeightsSha256, json.GetProperty("weights_sha256").GetString());
        Assert.Equal(result.Fit.BestWeightsSha256, json.GetProperty("best_weights_sha256").GetString());
        Assert.Equal(2, json.GetProperty("numerics_version").GetInt32());
        Assert.Equal(result.Data.Fingerprint, json.GetProperty("data").GetProperty("fingerprint").GetString());
        Assert.Equal(result.Memorization!.MemorizedShare, json.GetProperty("memorization").GetProperty("memorized_share").GetDouble());
        Assert.Equal(result.Memorization.ClassesThatOccur, json.GetProperty("memorization").GetProperty("classes_that_occur").GetInt32());
        Assert.Equal(result.Fit.Loss, json.GetProperty("training").GetProperty("best_loss").GetDouble());
        Assert.Equal(9, json.GetProperty("memorization").GetProperty("ratios").GetArrayLength());
        foreach (string name in (string[])["os", "runtime", "processor", "cores", "threads", "instruction_set", "vector512", "device"])
            Assert.True(json.GetProperty("environment").TryGetProperty(name, out _), name);
        Assert.Equal(152, File.ReadAllLines(Path.Combine(folder.Path, OutputFolder.Losses)).Length);
    }

    [Fact]
    public void Every_setting_stands_in_the_report()
    {
        using var folder = new TemporaryFolder();
        CreateRun.Execute(Small(folder.Path));
        var settings = Report(folder.Path).GetProperty("settings");
        Assert.Equal(
            ["data", "samples", "device", "hidden", "layers", "steps", "batch", "lr", "schedule", "noise", "epsilon", "iterations",
                "chains", "seed", "threads", "out"],
            settings.EnumerateObject().Select(p => p.Name));
        Assert.Equal((24, 2, 150, 12), (settings.GetProperty("hidden").GetInt32(), settings.GetProperty("layers").GetInt32(),
            settings.GetProperty("steps").GetInt32(), settings.GetProperty("batch").GetInt32()));
    }

    [Fact]
    public void Threads_never_change_a_bit()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        var first = CreateRun.Execute(Small(one.Path));
        var second = CreateRun.Execute(Small(two.Path) with { Threads = 2 });
        Assert.Equal(first.Fit.LastWeightsSha256, second.Fit.LastWeightsSha256);
        Assert.Equal(first.Memorization!.Neighbours, second.Memorization!.Neighbours);
        Assert.Equal(Pixels(one.Path), Pixels(two.Path));
        Assert.Equal(File.ReadAllBytes(Path.Combine(one.Path, OutputFolder.Losses)),
            File.ReadAllBytes(Path.Combine(two.Path, OutputFolder.Losses)));
        Assert.NotEqual(first.Fit.LastWeightsSha256, CreateRun.Execute(Small(two.Path) with { Seed = 4 }).Fit.LastWeightsSha256);

        static byte[] Pixels(string folder) => new PngReader(File.ReadAllBytes(Path.Combine(folder, OutputFolder.Picture))).Pixels;
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(0)]
    public void A_cancelled_training_leaves_what_was_reached_and_what_it_makes_of_noise(double allowance)
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var options = Small(folder.Path) with
        {
            Steps = 1_000_000, Iterations = 40, ReportInterval = TimeSpan.FromMilliseconds(1),
            SamplingAfterCancel = TimeSpan.FromSeconds(allowance),
        };
        var result = CreateRun.Execute(options, new Watcher(p => { if (p.Training.Step > 0) source.Cancel(); }), source.Token);
        AssertOnlyTheFiles(folder.Path, unfinished: true);
        Assert.Equal(StopReason.Cancelled, result.StopReason);
        Assert.InRange(result.Fit.Steps, 1, 999_999);
        var json = Report(folder.Path);
        Assert.Equal("cancelled", json.GetProperty("stop_reason").GetString());
        int iterations = allowance > 0 ? 40 : 1;
        Assert.Equal((iterations, iterations), (result.Iterations, result.Frames[^1]));
        Assert.Equal(iterations, json.GetProperty("sampling").GetProperty("iterations").GetInt32());
        Assert.Equal(result.Fit.Steps, json.GetProperty("training").GetProperty("steps").GetInt64());
    }

    [Fact]
    public void A_cancelled_sampling_leaves_a_trained_network_and_the_frames_so_far()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var result = CreateRun.Execute(Small(folder.Path) with { Iterations = 1_000_000 },
            new Watcher(p => { if (p.Iteration == 4) source.Cancel(); }), source.Token);
        AssertOnlyTheFiles(folder.Path, unfinished: true);
        Assert.Equal((StopReason.Cancelled, StopReason.Completed), (result.StopReason, result.Fit.StopReason));
        Assert.Equal((5, 5), (result.Iterations, result.Frames[^1]));
        Assert.Equal(JsonValueKind.Null, Report(folder.Path).GetProperty("memorization").ValueKind);
    }

    [Fact]
    public void A_diverged_training_is_a_result_with_valid_files()
    {
        using var folder = new TemporaryFolder();
        var result = CreateRun.Execute(Small(folder.Path) with { LearningRate = 1e38, Cosine = false });
        AssertOnlyTheFiles(folder.Path);
        Assert.Equal(StopReason.Diverged, result.StopReason);
        var training = Report(folder.Path).GetProperty("training");
        Assert.Equal("diverged", training.GetProperty("stop_reason").GetString());
        Assert.Equal(result.Fit.DivergedAtStep, training.GetProperty("diverged_at_step").GetInt64());
        Assert.Equal(JsonValueKind.Null, training.GetProperty("last_evaluation_loss").ValueKind);
        Assert.Contains(training.GetProperty("last_evaluation_loss_text").GetString(), (string[])["NaN", "+infinity"]);
    }

    [Fact]
    public void What_does_not_fit_into_memory_is_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        foreach (var (options, culprit) in ((CreateOptions, string)[])
        [
            (Small(folder.Path) with { Chains = int.MaxValue }, "for 2147483647 chains"),
            (Small(folder.Path) with { Hidden = 1_000_000 }, "for a network of 2 hidden layers of 1000000"),
        ])
        {
            var error = Assert.Throws<InsufficientMemoryException>(() => CreateRun.Execute(options));
            Assert.Contains(culprit, error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        }
    }

    [Fact]
    public void The_defaults_end_at_many_different_digits()
    {
        using var folder = new TemporaryFolder();
        var found = CreateRun.Execute(CreateOptions.ForEmbeddedDigits with { Seed = 1, Output = folder.Path }).Memorization!;
        Assert.InRange(found.MemorizedShare, 0.8, 1);
        Assert.InRange(found.ClassesThatOccur, 5, 10);
    }

    [FactIfMnist]
    public void Real_digits_go_the_same_way()
    {
        using var folder = new TemporaryFolder();
        var options = CreateOptions.ForData with
        {
            Data = SharedData.Mnist, Samples = 300, Hidden = 32, HiddenLayers = 2, Steps = 20, BatchSize = 50, Iterations = 3,
                Chains = 4, Output = folder.Path,
        };
        var result = CreateRun.Execute(options);
        Assert.Equal((300, 784, 10), (result.Data.Samples, result.Data.Features, result.Data.Classes));
        Assert.Equal(StopReason.Completed, result.StopReason);
        AssertOnlyTheFiles(folder.Path);
    }

    private sealed class Watcher(Action<CreateProgress> see) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value) => see(value);
    }
}
