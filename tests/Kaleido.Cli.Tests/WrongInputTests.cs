using Kaleido.Cli.Tests.Support;
using Kaleido.Files;
using Kaleido.Tests.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>One sentence for everything that cannot be, and nothing written: 2 where the line is wrong, 1 where the files are.</summary>
public sealed class WrongInputTests
{
    private const string Images =
        ".npy, .npz (with labels), .csv (with labels), .png (a grid, or one picture), .gif or .apng (one frame a sample), "
        + "or / (a folder of .png files, one a sample, in sub-folders by label)";

    private const string Samples = ".png (chosen iterations side by side), .gif or .apng (an animation), .npy or .npz (the last samples)";

    [Theory]
    [InlineData("create --class 3", "--class, --random and --size need --data, whose samples they choose.")]
    [InlineData("create --random 3", "--class, --random and --size need --data, whose samples they choose.")]
    [InlineData("create --size 3x3", "--class, --random and --size need --data, whose samples they choose.")]
    [InlineData("create --data x --class -1", "--class must be a whole number from 0 to 2147483647, not \"-1\".")]
    [InlineData("create --data x --class five", "--class must be a whole number from 0 to 2147483647, not \"five\".")]
    [InlineData("create --data x --random 0", "--random must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("create --data x --first 0", "--samples must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("create --data x --size 32", "--size must be like 32x32, not \"32\".")]
    [InlineData("create --data x --size 0x3", "--size must be like 32x32, not \"0x3\".")]
    [InlineData("create --data x --size 3x-3", "--size must be like 32x32, not \"3x-3\".")]
    [InlineData("create --data x --size 3x3x3", "--size must be like 32x32, not \"3x3x3\".")]
    [InlineData("create --data x --size 99999x1", "--size must be like 32x32, not \"99999x1\".")]
    [InlineData("create --device gpu", "--device must be cpu, cuda, auto or reference, not \"gpu\".")]
    [InlineData("create --checkpoint-steps 0", "--checkpoint-steps must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("create --checkpoint-seconds -1", "--checkpoint-seconds must be a number from 0 on, not \"-1\".")]
    [InlineData("create --checkpoint-seconds 1e10", "--checkpoint-seconds must be at most 2147483647, not \"1e10\".")]
    [InlineData("create --epsilon 1e300", "--epsilon must be at most 1E+38, not \"1e300\".")]
    [InlineData("create --noise 1e39", "--noise must be at most 1E+38, not \"1e39\".")]
    [InlineData("create --lr 1e39", "--lr must be at most 1E+38, not \"1e39\".")]
    [InlineData("sample net --epsilon 1e39", "--epsilon must be at most 1E+38, not \"1e39\".")]
    [InlineData("create --resume a --out b", "--resume a goes on in that folder; --out b cannot be another one.")]
    [InlineData("create --device cuda:7", "--device must be cpu, cuda, auto or reference, not \"cuda:7\".")]
    [InlineData("create --steps", "--steps lacks its value; see --help.")]
    [InlineData("create --out", "--out lacks its value; see --help.")]
    [InlineData("create --batch 5 --batch 6", "--batch is given 2 times; once is enough.")]
    [InlineData("info x --picture .png", "--picture must name a .png file, not \".png\".")]
    [InlineData("sample", "sample lacks its NETWORK; see --help.")]
    [InlineData("sample net --chains 0", "--chains must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("sample net --iterations 0", "--iterations must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("sample net --epsilon x", "--epsilon must be a number from 0 on, not \"x\".")]
    [InlineData("sample net --seed -1", "--seed must be a whole number from 0 to 4294967295, not \"-1\".")]
    [InlineData("sample net --shape 28", "--shape must be like 28x28 or 32x32x3 (1 or 3 channels), not \"28\".")]
    [InlineData("sample net --shape 8x8x2", "--shape must be like 28x28 or 32x32x3 (1 or 3 channels), not \"8x8x2\".")]
    [InlineData("sample net --device tpu", "--device must be cpu, cuda, auto or reference, not \"tpu\".")]
    [InlineData("sample net --out x.jpg", $"--out tells by its ending what to write: {Samples}; not \"x.jpg\".")]
    [InlineData("sample net --out .png", $"--out tells by its ending what to write: {Samples}; not \".png\".")]
    [InlineData("info x --picture y.jpg", "--picture must name a .png file, not \"y.jpg\".")]
    [InlineData("info x --first -2", "--first must be a whole number from 1 to 2147483647, not \"-2\".")]
    [InlineData("convert x", "convert lacks its TO; see --help.")]
    [InlineData("convert x y", $"TO tells by its ending what to write: {Images}; not \"y\".")]
    [InlineData("convert x y.idx", $"TO tells by its ending what to write: {Images}; not \"y.idx\".")]
    [InlineData("convert x .csv", $"TO tells by its ending what to write: {Images}; not \".csv\".")]
    [InlineData("figure 7 --seeds 3", "figure 7 trains one network of one seed, so --seeds has nothing to say.")]
    [InlineData("figure 8 --quick --seeds 3", "figure 8 trains one network of one seed, so --seeds has nothing to say.")]
    [InlineData("completion tcsh", "SHELL must be bash, zsh or fish, not \"tcsh\".")]
    public void A_wrong_line_is_a_usage_error(string line, string sentence)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", sentence), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--resume")]
    public void An_empty_path_beside_other_flags_is_a_usage_error(string flag)
    {
        var run = Session.Run("create", flag, "", "--class", "3");
        Assert.Equal((2, $"{flag} must name a path, not \"\"."), (run.Code, run.Sentence));
    }

    [Theory]
    [InlineData("--class 10", "mnist has no sample with label 10; its classes are 0..9.")]
    [InlineData("--first 21", "mnist: 21 samples were asked for, but it holds 20.")]
    [InlineData("--random 21", "mnist: 21 samples were to be drawn, but there are 20.")]
    [InlineData("--class 4 --first 3", "mnist: 3 samples of class 4 were asked for, but it holds 2.")]
    [InlineData("--class 4 --random 3", "mnist: 3 samples of class 4 were to be drawn, but there are 2.")]
    [InlineData("--first 5 --random 6", "mnist: 6 samples were to be drawn, but there are 5.")]
    public void A_choice_that_is_not_there_is_one_sentence_in_every_command(string flags, string sentence)
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 20), array = folder.File("x.npy"),
            expected = folder.Path + Path.DirectorySeparatorChar + sentence;
        Session[] runs =
        [
            Session.Run(["info", mnist, .. flags.Split(' ')]),
            Session.Run(["convert", mnist, array, .. flags.Split(' ')]),
            Session.Run(["create", "--data", mnist, .. Material.Small, "--out", folder.File("out"), .. flags.Split(' ')]),
        ];
        Assert.All(runs, run => Assert.Equal((1, "", expected), (run.Code, run.Output, run.Sentence)));
        Assert.False(File.Exists(array));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("out")));
    }

    [Fact]
    public void Data_that_lack_what_is_asked_for_are_one_sentence()
    {
        using var folder = new TemporaryFolder();
        string table = folder.File("t.csv"), photos = Material.Photos(folder.File("photos"), 3),
            cifar = Material.Cifar(folder.File("cifar"), 5);
        File.WriteAllText(table, "0.5,0.25\n1,0\n");
        foreach (var (args, sentence) in ((string[], string)[])
        [
            (["info", table, "--size", "2x2"], $"{table}: expected pictures to bring to 2 × 2, found samples that are none."),
            (["info", table, "--class", "1"], $"{table} has no labels to choose by."),
            (["info", photos, "--class", "1", "--size", "2x2"], $"{photos} has no labels to choose by."),
            (["info", cifar, "--class", "5"], $"{cifar} has no sample with label 5; its classes are 0..9."),
            (["info", photos],
                $"{Path.Combine(photos, "photo01.png")}, offset 0: expected a picture of 20 × 17 "
                + $"like {Path.Combine(photos, "photo00.png")}, "
                + "or a size to bring all to (--size, in code DatasetOptions.Size), found one of 23 × 19."),
            (["info", folder.File("none")], $"{folder.File("none")}: there is no such file."),
            (["convert", folder.File("no/ne"), folder.File("x.npy")], $"{folder.File("no/ne")}: its folder does not exist."),
            (["convert", table, folder.File("no/x.npy")], $"{folder.File("no/x.npy")}: its folder does not exist."),
            (["convert", table, table + "/"], $"{table}/: cannot be a folder to write to, because it is a file."),
            (["info", photos, "--first", "4", "--size", "2x2"], $"{photos}: 4 samples were asked for, but it holds 3."),
            (["info", photos, "--random", "4", "--size", "2x2"], $"{photos}: 4 samples were to be drawn, but there are 3."),
            (["bench", "--rivals", folder.File("none")], $"{folder.File("none")}: there is no such file."),
            (["info", table, "--picture", folder.File("no/x.png")],
                $"{folder.File("no/x.png")}: its folder does not exist, so nothing was written."),
        ])
        {
            var run = Session.Run(args);
            Assert.Equal((1, "", sentence), (run.Code, run.Output, run.Sentence));
        }

        Assert.False(File.Exists(folder.File("x.npy")));
    }

    [LinuxFact]
    public void Files_that_are_none_are_one_sentence_and_nobody_waits_for_them()
    {
        using var folder = new TemporaryFolder();
        string pipe = folder.File("pipe"), link = folder.File("link.png"), loop = folder.File("loop"), text = folder.File("t.csv");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe])) make.WaitForExit();
        File.CreateSymbolicLink(link, folder.File("nowhere"));
        File.CreateSymbolicLink(loop, loop);
        File.WriteAllText(text, "a,b\n0.5,1\n", System.Text.Encoding.Unicode);
        string pipes = $"{pipe}: expected a file with a length, found a pipe or a device.", loops =
            $"{loop}: cannot be read: too many levels of symbolic links.";
        foreach (var (args, sentence) in ((string[], string)[])
        [
            (["info", pipe], pipes),
            (["info", pipe, "--first", "2"], pipes),
            (["convert", pipe, folder.File("x.npy")], pipes),
            (["sample", pipe, "--out", folder.File("x.png")], pipes),
            (["create", "--data", pipe, "--out", folder.File("out")], pipes),
            (["info", link], $"{link}: cannot be read: it is a link to what is not there, or has just gone."),
            (["info", loop], loops),
            (["info", loop, "--first", "2"], loops),
            (["info", text], $"{text}, offset 0: expected data (IDX, CIFAR-10, .npy, .npz, CSV or a folder of pictures), "
                + "found text in UTF-16: a table must be saved as UTF-8."),
            (["sample", folder.Path, "--out", "/proc/x.png"], "/proc/x.png: cannot be written: the system makes no file there."),
            (["convert", text, "/proc/x.npy"], "/proc/x.npy: cannot be written: the system makes no file there."),
        ])
        {
            var run = Session.Run(args);
            Assert.Equal((1, "", sentence), (run.Code, run.Output, run.Sentence));
        }

        // In a folder of pictures it is passed over, as are other files that are none.
        string photos = Material.Photos(folder.File("photos"), 1);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(photos, "pipe")])) make.WaitForExit();
        Assert.Equal(0, Session.Run("info", photos).Code);
    }

    [Fact]
    public void What_cannot_be_sampled_is_one_sentence_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        string array = folder.File("a.npy"), picture = folder.File("x.png"),
            network = folder.File("network.safetensors"), run = folder.File("run"),
            empty = Directory.CreateDirectory(folder.File("empty")).FullName;
        NpyWriter.Write(array, NpyArray.From<float>([2, 2], [0, 1, 1, 0]));
        using (var device = Backends.Device.Cpu(1))
        using (var unbounded = Networks.Mlp.Create(device, new(6, 5, 1))) unbounded.Save(network);
        Session.Run(["create", .. Material.Small, "--out", run]);
        Session.Run(new CancellationToken(true), ["create", .. Material.Small, "--out", folder.File("unfinished")]);
        foreach (var (args, part) in ((string[], string)[])
        [
            (["sample", folder.File("none"), "--out", picture], "none: there is no such file"),
            (["sample", array, "--out", picture],
                "a.npy: expected a network, as kaleido create writes it (network.safetensors), found another file"),
            (["sample", empty, "--out", picture], "empty: there is no network.safetensors in this folder, as kaleido create writes it"),
            (["sample", network, "--out", picture], "a kaleidoscope needs as many outputs as inputs and a bounded output activation"),
            (["sample", folder.File("unfinished/checkpoint.safetensors"), "--out", picture], "checkpoint.safetensors"),
            (["sample", run, "--shape", "3x3", "--out", picture], "its samples have 784 features, but 3 x 3 x 1 is 9"),
            (["sample", run, "--out", folder.File("no/x.png")], "no/x.png: its folder does not exist"),
            (["sample", run, "--chains", "2000000000", "--out", picture], "memory"),
            (["info", run, "--picture", picture], "a network has no samples to draw; kaleido sample"),
        ])
        {
            var session = Session.Run(args);
            Assert.Equal((1, ""), (session.Code, session.Output));
            Assert.Contains(part, session.Sentence, StringComparison.Ordinal);
            Assert.False(File.Exists(picture));
        }
    }

    [Fact]
    public void Damaged_data_are_one_sentence_for_convert_too()
    {
        using var folder = new TemporaryFolder();
        byte[] good = IdxBytes.Make(IdxType.UInt8, [20, 2, 2], IdxBytes.Ramp(80));
        string data = folder.File("x-idx3-ubyte", good[..^3]), target = folder.File("x.npy");
        var run = Session.Run("convert", data, target);
        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith(data + ", offset", run.Sentence, StringComparison.Ordinal);
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void A_figure_that_is_not_there_names_those_that_are()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run("figure", "twelve", "--out", folder.File("out"));
        string names = string.Join(", ", Lab.Figures.Experiment.All.Select(figure => figure.Name));
        Assert.Equal((2, "", $"there is no figure \"twelve\"; there are {names}, all, list."), (run.Code, run.Output, run.Sentence));
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Theory]
    [InlineData("7", "mnist")]
    [InlineData("8", "cifar10")]
    public void A_figure_without_its_data_is_one_sentence(string figure, string set)
    {
        using TemporaryFolder folder = new(), empty = new();
        foreach (var (data, sentence) in ((string, string)[])
        [
            (empty.Path, $"the data set {set} is not there: {empty.Path} has no folder {set}."),
            (empty.File("none"), $"the data set {set} is not there: {empty.File("none")} has no folder {set}."),
        ])
        {
            var run = Session.Run("figure", figure, "--quick", "--data", data, "--out", folder.File("out"));
            Assert.Equal((1, "", sentence), (run.Code, run.Output, run.Sentence));
        }

        Directory.CreateDirectory(empty.File(set));
        var nothing = Session.Run("figure", figure, "--quick", "--data", empty.Path, "--out", folder.File("out"));
        Assert.Equal((1, ""), (nothing.Code, nothing.Output));
        Assert.StartsWith(empty.File(set), nothing.Sentence, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Fact]
    public void A_folder_that_figures_cannot_be_written_to_is_one_sentence_before_any_work()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a"), taken = folder.File("taken");
        File.WriteAllText(file, "");
        Directory.CreateDirectory(Path.Combine(taken, "figure-2.json"));
        foreach (var (output, sentence) in ((string, string)[])
        [
            (file, $"{file}: cannot be a folder to write to, because {file} is a file."),
            (Path.Combine(file, "sub"), $"{file}/sub: cannot be a folder to write to, because {file} is a file."),
            (taken, $"{taken}/figure-2.json is a folder, so no file of that name can be written."),
        ])
        {
            // Cancelled from the start: had any work begun, it would say so.
            var run = Session.Run(new CancellationToken(true), "figure", "2", "--quick", "--out", output);
            Assert.Equal((1, "", sentence), (run.Code, run.Output, run.Sentence));
        }
    }

    [Fact]
    public void A_cancelled_figure_writes_nothing()
    {
        using TemporaryFolder folder = new(), data = new();
        string mnist = Material.Idx(data.File("mnist"), 20);
        File.Copy(Path.Combine(mnist, "train-images-idx3-ubyte"), Path.Combine(mnist, "t10k-images-idx3-ubyte"));
        Material.Cifar(data.File("cifar10"), 40);
        foreach (string figure in (string[])["2", "7", "8", "depth"])
        {
            var run = Session.Run(new CancellationToken(true),
                "figure", figure, "--quick", "--data", data.Path, "--out", folder.File("out"));
            Assert.Equal((130, "", $"cancelled in figure {figure}; nothing of it was written."), (run.Code, run.Output, run.Sentence));
            Assert.False(Directory.Exists(folder.File("out")));
        }
    }
}
