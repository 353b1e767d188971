namespace Kaleido.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("--hidden 0", "--hidden must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("--hidden -5", "--hidden must be a whole number from 1 to 2147483647, not \"-5\".")]
    [InlineData("--layers 0", "--layers must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("--steps 1.5", "--steps must be a whole number from 1 to 2147483647, not \"1.5\".")]
    [InlineData("--steps 99999999999999999999", "--steps must be a whole number from 1 to 2147483647, not \"99999999999999999999\".")]
    [InlineData("--batch none", "--batch must be a whole number from 1 to 2147483647, not \"none\".")]
    [InlineData("--iterations 0", "--iterations must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("--chains 0", "--chains must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("--samples 0", "--samples must be a whole number from 1 to 2147483647, not \"0\".")]
    [InlineData("--seed -1", "--seed must be a whole number from 0 to 4294967295, not \"-1\".")]
    [InlineData("--threads 0", "--threads must be a whole number from 1 to 64, not \"0\".")]
    [InlineData("--threads 65", "--threads must be a whole number from 1 to 64, not \"65\".")]
    [InlineData("--lr 0", "--lr must be a number above 0, not \"0\".")]
    [InlineData("--lr -0.1", "--lr must be a number above 0, not \"-0.1\".")]
    [InlineData("--lr NaN", "--lr must be a number above 0, not \"NaN\".")]
    [InlineData("--lr Infinity", "--lr must be a number above 0, not \"Infinity\".")]
    [InlineData("--lr 1e999", "--lr must be a number above 0, not \"1e999\".")]
    [InlineData("--lr 0,1", "--lr must be a number above 0, not \"0,1\".")]
    [InlineData("--epsilon -1", "--epsilon must be a number from 0 on, not \"-1\".")]
    [InlineData("--noise NaN", "--noise must be a number from 0 on, not \"NaN\".")]
    [InlineData("--schedule linear", "--schedule must be constant or cosine, not \"linear\".")]
    public void A_value_out_of_range_is_a_usage_error_that_names_the_flag(string flags, string sentence)
    {
        var run = Session.Run(["create", .. flags.Split(' ')]);
        Assert.Equal((2, "", sentence), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("create --colour red", "--colour")]
    [InlineData("create extra", "extra")]
    [InlineData("create --hidden", "--hidden")]
    [InlineData("create --hidden 3 --hidden 4", "--hidden")]
    [InlineData("paint", "paint")]
    [InlineData("figure nine", "there is no figure \"nine\"; there are 2, 3, 1d, 4, 5a, 5b, 6, ")]
    [InlineData("figure 2 --seeds 0", "--seeds")]
    [InlineData("", "A command is missing: create, sample, info, convert, figure, bench, verify, completion; see --help.")]
    [InlineData("info", "info takes either a FILE or --devices.")]
    [InlineData("info some.file --devices", "info takes either a FILE or --devices.")]
    public void What_is_not_understood_is_a_usage_error_that_names_it(string line, string part)
    {
        var run = Session.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(part, run.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--out")]
    public void An_empty_path_is_a_usage_error(string flag)
    {
        var run = Session.Run("create", flag, "");
        Assert.Equal((2, $"{flag} must name a path, not \"\"."), (run.Code, run.Sentence));
    }

    [Fact]
    public void Help_shows_the_default_of_every_flag_of_create()
    {
        var run = Session.Run("create", "--help");
        Assert.Equal((0, ""), (run.Code, run.Error));
        string[] flags =
        [
            "--data", "--samples", "--hidden", "--layers", "--steps", "--batch", "--lr", "--schedule", "--noise", "--epsilon",
            "--iterations", "--chains",
            "--seed", "--threads", "--out", "--class", "--random", "--size", "--device",
            "--resume", "--checkpoint-steps", "--checkpoint-seconds",
        ];
        string[] lines = run.Output.Split('\n');
        foreach (string flag in flags)
        {
            string line = Assert.Single(lines,
                l => l.TrimStart().StartsWith("--", StringComparison.Ordinal) && l.Contains(flag + " <", StringComparison.Ordinal));
            Assert.Contains("[default: ", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("info --help")]
    [InlineData("create -h")]
    [InlineData("create --hidden 0 --help")]
    public void Help_is_never_an_error(string line)
    {
        var run = Session.Run(line.Split(' '));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_tells_both_versions()
    {
        var run = Session.Run("--version");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"^kaleido 0\.1\.0(\+[0-9a-f]+)?, numerics version 2\r?\n$", run.Output);
    }
}
