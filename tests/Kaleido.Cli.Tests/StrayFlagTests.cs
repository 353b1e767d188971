using Kaleido.Lab.Figures;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>Flags that are misspelt, lack their value or say nothing are refused before anything is made.</summary>
public sealed class StrayFlagTests
{
    [Theory]
    [InlineData("figure 2 --out --quick", "--out lacks its value: \"--quick\" is a flag; see --help.")]
    [InlineData("figure 2 --data --json", "--data lacks its value: \"--json\" is a flag; see --help.")]
    [InlineData("figure 2 --out --help", "--out lacks its value: \"--help\" is a flag; see --help.")]
    [InlineData("figure 2 --out -h", "--out lacks its value: \"-h\" is a flag; see --help.")]
    [InlineData("create --hidden --layers 3", "--hidden lacks its value: \"--layers\" is a flag; see --help.")]
    [InlineData("create --data --out x", "--data lacks its value: \"--out\" is a flag; see --help.")]
    [InlineData("create --resume --threads 1", "--resume lacks its value: \"--threads\" is a flag; see --help.")]
    [InlineData("sample net --out --json", "--out lacks its value: \"--json\" is a flag; see --help.")]
    [InlineData("info x --picture --json", "--picture lacks its value: \"--json\" is a flag; see --help.")]
    [InlineData("bench --rivals --json", "--rivals lacks its value: \"--json\" is a flag; see --help.")]
    [InlineData("figure --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("figure 2 --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("figure --quick --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("info --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("info --devices --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("sample --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("convert --bogus x.npy", "\"--bogus\" is not understood; see --help.")]
    [InlineData("bench --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("verify --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("completion --bogus", "\"--bogus\" is not understood; see --help.")]
    [InlineData("--bogus", "\"--bogus\" is not understood; see --help.")]
    public void A_flag_is_never_taken_for_a_value(string line, string sentence)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", sentence), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("create --dat x", "--dat", "--data")]
    [InlineData("create --stesp 3", "--stesp", "--steps")]
    [InlineData("create --iter 3", "--iter", "--iterations")]
    [InlineData("create --sample 3", "--sample", "--samples")]
    [InlineData("figure 2 --quikc", "--quikc", "--quick")]
    [InlineData("bench quick", "quick", "--quick")]
    [InlineData("creat", "creat", "create")]
    [InlineData("figures 2", "figures", "figure")]
    [InlineData("help", "help", "--help")]
    [InlineData("--versoin", "--versoin", "--version")]
    [InlineData("create .", ".", "--data .")]
    public void What_may_have_been_meant_is_said(string line, string word, string meant)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", $"\"{word}\" is not understood: perhaps {meant}; see --help."), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("train", "train")]
    [InlineData("create --xy 3", "--xy")]
    [InlineData("create no-such-file", "no-such-file")]
    [InlineData("verify .", ".")]
    public void Where_nothing_is_near_nothing_is_guessed(string line, string word)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", $"\"{word}\" is not understood; see --help."), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("sample", "sample lacks its NETWORK; see --help.")]
    [InlineData("convert", "convert lacks its FROM; see --help.")]
    [InlineData("convert x.npy", "convert lacks its TO; see --help.")]
    [InlineData("figure", "figure lacks its NAME; see --help.")]
    public void A_word_that_is_missing_is_named(string line, string sentence)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", sentence), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("./--x")]
    [InlineData("-- --x")]
    [InlineData("-")]
    public void A_path_can_still_begin_with_dashes(string path)
    {
        var run = Session.Run(["info", .. path.Split(' ')]);
        Assert.Equal((1, "", $"{path.Split(' ')[^1]}: there is no such file."), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("info --devices --picture a.png")]
    [InlineData("info --devices --size 3x3")]
    [InlineData("info --devices --first 3")]
    [InlineData("info --devices --seed 3")]
    public void Devices_have_no_samples_to_choose_or_draw(string line)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((2, "", "--devices tells what there is to compute on: --picture and flags that choose samples are for data."),
            (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("--seeds 3", "--seeds")]
    [InlineData("--quick", "--quick")]
    [InlineData("--out x", "--out")]
    [InlineData("--threads 2 --json", "--threads")]
    public void The_list_of_figures_takes_no_settings(string flags, string named)
    {
        var run = Session.Run(["figure", "list", .. flags.Split(' ')]);
        Assert.Equal((2, "", $"figure list only tells what there is, so {named} has nothing to say."),
            (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("LIST", 0)]
    [InlineData("5B", 130)]
    public void A_figure_is_found_whatever_the_case(string name, int code)
    {
        using var folder = new TemporaryFolder();
        string[] more = name == "LIST" ? [] : ["--quick", "--out", folder.File("out")];
        var run = Session.Run(new CancellationToken(true), ["figure", name, .. more]);
        Assert.Equal(code, run.Code);
        if (code != 0) Assert.Equal("cancelled in figure 5b; nothing of it was written.", run.Sentence);
    }

    [Fact]
    public void The_usage_line_of_figure_is_short_and_the_names_are_told_once()
    {
        var run = Session.Run("figure", "--help");
        Assert.Contains(" figure <NAME> [options]", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.Output.Split(string.Join(", ", Experiment.All.Select(figure => figure.Name))[..30]).Length - 1);
        Assert.DoesNotContain("|", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_is_named_before_what_is_told_of_it()
    {
        var told = new List<string>();
        new FigureOptions { Report = told.Add }.For("case 1 of 2").Report!("step 3");
        Assert.Equal(["case 1 of 2: step 3"], told);
        Assert.Null(new FigureOptions().For("case 1 of 2").Report);
    }

    [LinuxFact]
    public void A_folder_that_the_system_does_not_make_is_a_plain_sentence()
    {
        var run = Session.Run(new CancellationToken(true), "figure", "2", "--quick", "--out", "/proc/x");
        Assert.Equal((1, "", "/proc/x: cannot be written to: the system makes no folder there."), (run.Code, run.Output, run.Sentence));
    }
}

/// <summary>A fact about Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null! : "There is no /proc.";
}
