using Kaleido.Cli.Tests.Support;
using Kaleido.Lab.Creation;
using Kaleido.Tests.Support;
using Kaleido.Training;

namespace Kaleido.Cli.Tests;

/// <summary>create --resume; <see cref="CrashTests"/> kills.</summary>
public sealed class ResumeTests
{
    private static readonly string[] s_compared =
        ["network.safetensors", "loss.csv", "kaleidoscope.png", "kaleidoscope.gif", "kaleidoscope.apng"];

    // Cancels at the first report of progress at or after a step. Reports come as fast as the trainer can make them.
    private sealed class CancelAt(long step, CancellationTokenSource source) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value)
        {
            if (value.Phase == CreatePhase.Training && value.Training.Step >= step) source.Cancel();
        }
    }

    private sealed class CancelAtIteration(int iteration, CancellationTokenSource source) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value)
        {
            if (value.Iteration == iteration) source.Cancel();
        }
    }

    private static CreateOptions Options(string folder) => CreateOptions.ForEmbeddedDigits with
    {
        Samples = 20, Hidden = 24, HiddenLayers = 2, Steps = 400, BatchSize = 12, Chains = 6, Iterations = 5, Threads = 1, Output = folder,
        ReportInterval = TimeSpan.Zero,
    };

    private static string[] Flags(string folder) =>
    [
        "create", "--samples", "20", "--hidden", "24", "--layers", "2", "--steps", "400", "--batch", "12", "--chains", "6",
        "--iterations", "5", "--threads", "1", "--out", folder,
    ];

    private static string Unfinished(TemporaryFolder folder, long step)
    {
        string path = folder.File("unfinished");
        using var source = new CancellationTokenSource();
        CreateRun.Execute(Options(path), new CancelAt(step, source), source.Token);
        return path;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(137)]
    [InlineData(399)]
    public void A_run_that_is_cancelled_and_resumed_leaves_the_files_of_one_that_was_not(long step)
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), unfinished = Unfinished(folder, step);
        Assert.Equal(0, Session.Run(Flags(whole)).Code);
        Assert.InRange(TrainingCheckpoint.Load(Path.Combine(unfinished, OutputFolder.Checkpoint)).Step, step, 400);
        var run = Session.Run("create", "--resume", unfinished, "--threads", "2");
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (string name in s_compared)
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(unfinished, name)));
        Assert.False(File.Exists(Path.Combine(unfinished, OutputFolder.Checkpoint)));
    }

    [Fact]
    public void A_run_that_is_cancelled_while_it_samples_is_resumed_too()
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), unfinished = folder.File("unfinished");
        Assert.Equal(0, Session.Run(Flags(whole)).Code);
        using var source = new CancellationTokenSource();
        var result = CreateRun.Execute(Options(unfinished), new CancelAtIteration(2, source), source.Token);
        Assert.Equal((StopReason.Cancelled, 400, 3), (result.StopReason, result.Fit.Steps, result.Iterations));
        Assert.Equal(0, Session.Run("create", "--resume", unfinished).Code);
        foreach (string name in s_compared)
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(unfinished, name)));
    }

    private static string[] Constant(string folder, int steps, params string[] more) =>
        [.. Flags(folder).Select(word => word == "400" ? $"{steps}" : word), "--schedule", "constant", .. more];

    [Theory]
    [InlineData(400, 700)]
    [InlineData(200, 350)]
    [InlineData(400, 400)]
    public void A_complete_run_that_kept_its_checkpoint_can_be_made_longer_to_the_bits_of_one_that_was_longer(int steps, int more)
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), longer = folder.File("longer"), checkpoint = folder.File("longer/checkpoint.safetensors");
        Assert.Equal(0, Session.Run(Constant(whole, more)).Code);
        Assert.Equal(0, Session.Run(Constant(longer, steps, "--keep-checkpoint")).Code);
        Assert.Equal(steps, TrainingCheckpoint.Load(checkpoint).Step);
        var run = Session.Run("create", "--resume", longer, "--steps", $"{more}", "--threads", "2");
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (string name in s_compared)
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(longer, name)));

        // What was asked for once is kept on.
        Assert.Equal(more, TrainingCheckpoint.Load(checkpoint).Step);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1000)]
    public void An_unfinished_run_can_be_made_longer_too(int more)
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), longer = folder.File("longer");
        Assert.Equal(0, Session.Run(Constant(whole, more)).Code);
        using var source = new CancellationTokenSource();
        CreateRun.Execute(Options(longer) with { Cosine = false }, new CancelAt(137, source), source.Token);
        Assert.Equal(0, Session.Run("create", "--resume", longer, "--steps", $"{more}").Code);
        foreach (string name in s_compared)
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(longer, name)));
    }

    [Theory]
    [InlineData(400, 300, "steps was 400 and is 300 now, but 400 are made")]
    [InlineData(150, 200, "steps was 150 and is 200 now, but step 150 was evaluated as the last one, as it would not have been, "
        + "since only every 100th step is")]
    public void A_run_that_cannot_have_gone_the_same_way_is_refused(int steps, int more, string part)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Session.Run(Constant(folder.Path, steps, "--keep-checkpoint")).Code);
        string path = folder.File(OutputFolder.Checkpoint);
        byte[] before = File.ReadAllBytes(path);
        var run = Session.Run("create", "--resume", folder.Path, "--steps", $"{more}");
        Assert.Equal((1, $"{path}: the checkpoint does not fit this training: {part}."), (run.Code, run.Sentence));
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Settings_that_are_repeated_are_no_other_settings()
    {
        using var folder = new TemporaryFolder();
        string unfinished = Unfinished(folder, 5);
        var run = Session.Run([.. Flags(unfinished), "--resume", unfinished + Path.DirectorySeparatorChar]);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    [Theory]
    [InlineData("--steps 401",
        "--steps was 400 and is 401 now, and with --schedule cosine the learning rate of every step depends on their number")]
    [InlineData("--seed 1", "--seed was 0 and is 1 now")]
    [InlineData("--lr 0.5", "--lr was 0.001 and is 0.5 now")]
    [InlineData("--schedule constant", "--schedule was cosine and is constant now")]
    [InlineData("--device reference", "--device was cpu and is reference now")]
    [InlineData("--class 2", "--class was not given and is 2 now")]
    [InlineData("--size 3x2", "--size was not given and is 3x2 now")]
    public void Other_settings_are_refused_by_name(string flags, string part)
    {
        using var folder = new TemporaryFolder();
        string unfinished = Unfinished(folder, 5), path = Path.Combine(unfinished, OutputFolder.Checkpoint);
        byte[] before = File.ReadAllBytes(path);
        var run = Session.Run(["create", "--resume", unfinished, .. flags.Split(' ')]);
        Assert.Equal((1, "", $"{path}: the run cannot go on with other settings: {part}."), (run.Code, run.Output, run.Sentence));
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Other_data_are_refused_and_the_same_elsewhere_are_not()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 40), unfinished = folder.File("out"), moved = folder.File("moved");
        string[] args = ["create", "--data", mnist, "--first", "30", .. Material.Small];
        Assert.Equal(130, Session.Run(new CancellationToken(true), [.. args, "--out", unfinished]).Code);
        string path = Path.Combine(unfinished, OutputFolder.Checkpoint);

        byte[] pixels = File.ReadAllBytes(Path.Combine(mnist, "train-images-idx3-ubyte")), other = [.. pixels];
        other[^400] ^= 1;
        File.WriteAllBytes(Path.Combine(mnist, "train-images-idx3-ubyte"), other);
        var changed = Session.Run("create", "--resume", unfinished);
        Assert.Equal(1, changed.Code);
        Assert.StartsWith(path + ": the checkpoint does not fit this training: data", changed.Sentence, StringComparison.Ordinal);

        Directory.Move(mnist, moved);
        var missing = Session.Run("create", "--resume", unfinished);
        Assert.Equal(1, missing.Code);
        Assert.StartsWith(mnist, missing.Sentence, StringComparison.Ordinal);

        File.WriteAllBytes(Path.Combine(moved, "train-images-idx3-ubyte"), pixels);
        var run = Session.Run("create", "--resume", unfinished, "--data", moved);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    [Fact]
    public void Where_nothing_is_unfinished_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        string none = folder.File("none"), file = folder.File("file", [1]), finished = folder.File("finished");
        Session.Run(["create", .. Material.Small, "--out", finished]);
        foreach (var (path, sentence) in ((string, string)[])
        [
            (none, $"{none}: there is no such folder."),
            (folder.Path, $"{folder.Path}: there is no unfinished run in it (checkpoint.safetensors is missing)."),
            (file, $"{file} is a file: expected the folder of an unfinished run."),
            (finished, $"{finished}: the run in it is complete, and there is no checkpoint to go on from "
                + "(--keep-checkpoint would have kept it)."),
        ])
        {
            var run = Session.Run("create", "--resume", path);
            Assert.Equal((1, "", sentence), (run.Code, run.Output, run.Sentence));
        }

        Assert.False(Directory.Exists(none));
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_kept()
    {
        using var folder = new TemporaryFolder();
        string unfinished = Unfinished(folder, 5), path = Path.Combine(unfinished, OutputFolder.Checkpoint);
        byte[] good = File.ReadAllBytes(path), torn = good[..^1000], turned = [.. good];
        turned[^1000] ^= 4;
        foreach (byte[] bad in (byte[][])[torn, turned, []])
        {
            File.WriteAllBytes(path, bad);
            var run = Session.Run("create", "--resume", unfinished);
            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.StartsWith(path, run.Sentence, StringComparison.Ordinal);
            Assert.Equal(bad, File.ReadAllBytes(path));
        }
    }
}
