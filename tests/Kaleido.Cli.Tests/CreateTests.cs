using System.Globalization;
using System.Text.Json;
using Kaleido.Files;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Tests.Support;
using Kaleido.Tests.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

public sealed class CreateTests
{
    private static JsonElement Report(string folder) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, OutputFolder.Report))).RootElement;

    private static IEnumerable<string?> Names(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static readonly string[] Files = [.. OutputFolder.Files.Order(StringComparer.Ordinal)];

    [Fact]
    public void Create_writes_its_files_and_says_so()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "new", "out");
        var run = Session.Run(Session.SmallCreate(path));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(Files, Names(path));
        foreach (string file in Files) Assert.Contains(Path.Combine(path, file), run.Output, StringComparison.Ordinal);
        Assert.Single(run.Output.Split('\n'), line => line.StartsWith("trained 120 steps in ", StringComparison.Ordinal)
            && line.TrimEnd().EndsWith(" (on the training samples, without noise)", StringComparison.Ordinal));
        Assert.Matches(@" at \d+ different ones? of 20; \d+ of 10 classes occurs?\r?\n", run.Output);
        Assert.DoesNotContain('\r', run.Output.ReplaceLineEndings("\n"));
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.StartsWith("step,minibatch_loss,evaluation_loss\n0,,", File.ReadAllText(Path.Combine(path, "loss.csv")),
            StringComparison.Ordinal);
        var png = new Lab.Tests.Support.PngReader(File.ReadAllBytes(Path.Combine(path, "kaleidoscope.png")));
        Assert.Contains((byte)255, png.Pixels);
    }

    [Fact]
    public void Every_flag_reaches_the_run()
    {
        using var folder = new TemporaryFolder();
        Session.Run("create", "--samples", "13", "--hidden", "7", "--layers", "3", "--steps", "5", "--batch", "4", "--lr", "0.002",
            "--schedule", "constant", "--noise", "0.25", "--epsilon", "0.125", "--iterations", "2", "--chains", "3", "--seed", "4294967295",
            "--threads", "3",
            "--out", folder.Path);
        var settings = Report(folder.Path).GetProperty("settings");
        Assert.Equal("13 cpu 7 3 5 4 0.002 constant 0.25 0.125 2 3 4294967295 3",
            string.Join(' ', settings.EnumerateObject().Where(p => p.Name is not ("data" or "out")).Select(p => p.Value.ToString())));
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("data").ValueKind);
        Assert.Contains("3 threads", Report(folder.Path).GetProperty("environment").GetProperty("device").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_gives_one_result_for_any_number_of_threads()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        Session.Run(Session.SmallCreate(one.Path, "--seed", "5"));
        string[] args = Session.SmallCreate(two.Path, "--seed", "5");
        args[Array.IndexOf(args, "--threads") + 1] = "2";
        Session.Run(args);
        Assert.Equal(Report(one.Path).GetProperty("weights_sha256").GetString(),
            Report(two.Path).GetProperty("weights_sha256").GetString());
        Assert.Equal(new Lab.Tests.Support.PngReader(File.ReadAllBytes(Path.Combine(one.Path, "kaleidoscope.png"))).Pixels,
            new Lab.Tests.Support.PngReader(File.ReadAllBytes(Path.Combine(two.Path, "kaleidoscope.png"))).Pixels);
    }

    [Fact]
    public void An_earlier_run_is_replaced()
    {
        using var folder = new TemporaryFolder();
        Session.Run(Session.SmallCreate(folder.Path, "--seed", "1"));
        string before = Report(folder.Path).GetProperty("weights_sha256").GetString()!;
        Assert.Equal(0, Session.Run(Session.SmallCreate(folder.Path, "--seed", "2")).Code);
        Assert.NotEqual(before, Report(folder.Path).GetProperty("weights_sha256").GetString());
        Assert.Equal(Files, Names(folder.Path));
    }

    [Fact]
    public void A_file_of_rows_that_are_no_pictures_is_drawn_too()
    {
        using var folder = new TemporaryFolder();
        string data = folder.File("rows-idx2-ubyte", IdxBytes.Make(IdxType.UInt8, [30, 12], IdxBytes.Ramp(360))),
            path = Path.Combine(folder.Path, "out");
        var run = Session.Run(Session.SmallCreate(path, "--data", data));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(Files, Names(path));
        Assert.Equal(20, Report(path).GetProperty("data").GetProperty("samples").GetInt32());
    }

    [Fact]
    public void Unusable_data_is_one_sentence_and_leaves_nothing()
    {
        byte[] good = IdxBytes.Make(IdxType.UInt8, [20, 2, 2], IdxBytes.Ramp(80));
        byte[] lying = [.. good];
        lying[7] = 200;
        byte[] floats = IdxBytes.Make(IdxType.Float32, [20, 2], [.. Enumerable.Range(0, 40).Select(i => i == 31 ? double.NaN : 0.5)]);
        byte[] large = IdxBytes.Make(IdxType.Float32, [20, 2], [.. Enumerable.Range(0, 40).Select(i => i == 31 ? 1.5 : 0.5)]);
        foreach (var (name, contents, part) in ((string, byte[]?, string)[])
        [
            ("missing-idx3-ubyte", null, "there is no such file"),
            ("truncated-idx3-ubyte", good[..^3], "expected"),
            ("lying-idx3-ubyte", lying, "expected"),
            ("nan-idx2-float", floats, "found NaN in sample 15, feature 1"),
            ("large-idx2-float", large, "sample 15, feature 1 is 1.5; all values must lie in [0, 1]"),
            ("few-idx3-ubyte", IdxBytes.Make(IdxType.UInt8, [3, 2, 2], IdxBytes.Ramp(12)), "20 samples were asked for, but it holds 3"),
            ("empty", [], "expected"),
        ])
        {
            using var folder = new TemporaryFolder();
            string data = folder.File(name, contents), path = Path.Combine(folder.Path, "out");
            var run = Session.Run(Session.SmallCreate(path, "--data", data));
            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.StartsWith(data, run.Sentence, StringComparison.Ordinal);
            Assert.Contains(part, run.Sentence, StringComparison.Ordinal);
            Assert.Empty(Names(path));
        }
    }

    [Fact]
    public void A_folder_without_data_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        using var empty = new TemporaryFolder();
        var run = Session.Run(Session.SmallCreate(folder.Path, "--data", empty.Path));
        Assert.Equal(1, run.Code);
        Assert.StartsWith(empty.Path + ": expected pictures", run.Sentence, StringComparison.Ordinal);
        var missing = Session.Run(Session.SmallCreate(folder.Path, "--data", Path.Combine(empty.Path, "not", "there")));
        Assert.Equal(1, missing.Code);
        Assert.StartsWith(Path.Combine(empty.Path, "not", "there"), missing.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_one_sentence_before_any_work()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("file", [1]), path = Path.Combine(file, "out");
        var run = Session.Run(Session.SmallCreate(path));
        Assert.Equal((1, "", $"{path}: cannot be a folder to write to, because {file} is a file."), (run.Code, run.Output, run.Sentence));
        Directory.CreateDirectory(Path.Combine(folder.Path, "run.json"));
        var occupied = Session.Run(Session.SmallCreate(folder.Path));
        Assert.Equal((1, "", $"{Path.Combine(folder.Path, "run.json")} is a folder, so no file of that name can be written."),
            (occupied.Code, occupied.Output, occupied.Sentence));
    }

    [Fact]
    public void More_than_the_memory_holds_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run("create", "--chains", "2000000000", "--out", folder.Path);
        Assert.Equal(1, run.Code);
        Assert.Contains("GB of it for 2000000000 chains", run.Sentence, StringComparison.Ordinal);
        Assert.Empty(Names(folder.Path));
    }

    [Fact]
    public void A_diverged_training_fails_with_its_files_written()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run(Session.SmallCreate(folder.Path, "--lr", "1e38", "--schedule", "constant"));
        Assert.Equal(1, run.Code);
        Assert.StartsWith("the training diverged at step ", run.Sentence, StringComparison.Ordinal);
        Assert.Equal(Files, Names(folder.Path));
        Assert.Equal("diverged", Report(folder.Path).GetProperty("stop_reason").GetString());
    }

    [Fact]
    public void A_cancelled_run_says_so_and_saves_what_was_reached()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run(new CancellationToken(true), Session.SmallCreate(folder.Path));
        Assert.Equal(130, run.Code);
        Assert.Equal($"cancelled after 0 steps and 1 iteration; what was reached is in {folder.Path}; "
            + $"kaleido create --resume {folder.Path} goes on.", run.Sentence);
        Assert.Equal([OutputFolder.Checkpoint, .. Files], Names(folder.Path));
        Assert.DoesNotContain("NaN", run.Output, StringComparison.Ordinal);
        Assert.Equal("cancelled", Report(folder.Path).GetProperty("stop_reason").GetString());
    }

    [Fact]
    public void Of_many_samples_it_is_told_which_are_evaluated()
    {
        using var folder = new TemporaryFolder();
        string table = folder.File("t.csv");
        File.WriteAllLines(table, Enumerable.Range(0, 1200).Select(i => $"0.{i},0.5"));
        var run = Session.Run([.. "create --steps 2 --hidden 4 --layers 1 --iterations 1 --chains 2 --threads 1".Split(' '),
            "--data", table, "--out", folder.File("out")]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("(on the first 1000 of the training samples, without noise)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_to_be_typed_can_be_typed_and_many_layers_are_one_word()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("it's here");
        var run = Session.Run(new CancellationToken(true), [.. "create --layers 300 --hidden 3 --threads 1 --out".Split(' '), path]);
        Assert.Equal(130, run.Code);
        Assert.EndsWith($"what was reached is in {path}; kaleido create --resume '{folder.Path}/it'\\''s here' goes on.", run.Sentence,
            StringComparison.Ordinal);
        Assert.Contains("network 784-3×300-784, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("sizes: 784-3×300-784\n", Session.Run("info", path).Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_gets_one_line_that_is_rewritten()
    {
        using var folder = new TemporaryFolder();
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(Session.SmallCreate(folder.Path), new Terminal(output, error, IsInteractive: true),
            CancellationToken.None);
        Assert.Equal(0, code);
        Assert.Contains("\rstep 120/120", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public void A_progress_line_tells_step_loss_speed_and_time_left()
    {
        var progress = new Training.TrainingProgress(300, 3000, 0.0123, 0.01, 0.01, TimeSpan.FromSeconds(2), 160, 5e8);
        Assert.Equal("step 300/3000  loss 0.0123  160 steps/s  80 GFLOP/s  18 s left", ProgressDisplay.Line(progress));
    }

    [FactIfMnist]
    public void Real_digits_are_read_from_their_folder()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run(Session.SmallCreate(folder.Path, "--data", SharedData.Mnist!, "--samples", "100", "--steps", "10")[..]);
        Assert.Equal(2, run.Code); // A flag given twice is not understood.
        string[] args = Session.SmallCreate(folder.Path, "--data", SharedData.Mnist!);
        run = Session.Run(args);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(10, Report(folder.Path).GetProperty("data").GetProperty("classes").GetInt32());
        Assert.Equal(20.ToString(CultureInfo.InvariantCulture),
            Report(folder.Path).GetProperty("settings").GetProperty("samples").ToString());
    }
}
