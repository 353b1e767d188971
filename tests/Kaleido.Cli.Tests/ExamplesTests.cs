using System.Text.RegularExpressions;
using Kaleido.Cli.Tests.Support;
using Kaleido.Lab.Creation;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>Every example that a --help shows does what it says.</summary>
public sealed partial class ExamplesTests(ExamplesTests.Workshop workshop) : IClassFixture<ExamplesTests.Workshop>
{
    private static readonly string[] s_commands = ["", "create", "sample", "info", "convert", "bench", "verify", "figure", "completion"];

    /// <summary>A folder with everything that the examples name.</summary>
    public sealed class Workshop : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Workshop()
        {
            Material.Idx(At("mnist"), 1200);
            Material.Cifar(At("cifar"), 5001);
            Material.Photos(At("photos"), 5);
            Assert.Equal(0, Session.Run(["create", .. Material.Small, "--out", At("kaleido-out")]).Code);
            string[] cancelled = ["create", "--data", At("mnist"), .. Material.Small, "--out", At("mnist-out")];
            Assert.Equal(130, Session.Run(new CancellationToken(true), cancelled).Code);
            Assert.Equal(0, Session.Run("convert", At("mnist"), At("digits.npz"), "--first", "50").Code);
        }

        public string At(string name) => Path.Combine(_folder.Path, name);

        public void Dispose() => _folder.Dispose();
    }

    /// <summary>The lines as people read them.</summary>
    public static TheoryData<string> Lines()
    {
        var lines = new TheoryData<string>();
        var seen = new HashSet<string>(); // the program's own help repeats some
        foreach (string command in s_commands)
        {
            string help = Session.Run(command.Length == 0 ? ["--help"] : [command, "--help"]).Output;
            string[] examples = help.ReplaceLineEndings("\n").Split("\nExamples:\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(examples);
            foreach (string example in examples)
            {
                var match = ExampleLine().Match(example);
                Assert.True(match.Success, example);
                Assert.True(example.Length <= 120, example);
                if (seen.Add(match.Groups[1].Value.Trim())) lines.Add(match.Groups[1].Value.Trim());
            }
        }

        return lines;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_example_of_the_help_works(string line)
    {
        string[] args = line.StartsWith("figure", StringComparison.Ordinal) ? line.Split(' ') : [.. line.Split(' ').Select(Place)];
        if (args[0] is "bench" or "verify" || args is ["figure", "all", ..])
        {
            // They take too long here; their own tests run them.
            Assert.Empty(CommandLine.Build(new(TextWriter.Null, TextWriter.Null, false), CancellationToken.None).Parse(args).Errors);
            return;
        }

        bool help = args.Contains("--help"), resume = args.Contains("--resume");
        if (args[0] == "create" && !help && !resume) args = [.. args, .. Material.Small];
        if (args[0] == "create" && !help && !resume && !args.Contains("--out")) args = [.. args, "--out", workshop.At("new")];
        if (args[0] == "figure" && args[1] != "list") args = [.. args, "--seeds", "2", "--out", workshop.At("figures")];
        if (args[0] == "sample") args = [.. args, "--iterations", "20"];
        if (args[0] == "sample" && !args.Contains("--out")) args = [.. args, "--out", workshop.At(SampleFiles.Default)];
        if (resume && !File.Exists(Path.Combine(args[2], OutputFolder.Checkpoint)))
            args = ["create", "--data", workshop.At("mnist"), .. Material.Small, "--out", args[2]];
        var run = Session.Run(args);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.NotEmpty(run.Output);
        foreach (string output in Outputs(args)) Assert.True(File.Exists(output) || Directory.Exists(output), output);
    }

    // What is named like a file or a folder lies in the workshop.
    private string Place(string word, int i) =>
        i > 0 && !word.StartsWith('-') && !int.TryParse(word, out _) && !SizeWord().IsMatch(word) && word is not ("bash" or "zsh" or "fish")
            ? workshop.At(word)
            : word;

    private static IEnumerable<string> Outputs(string[] args)
    {
        for (int i = 1; i < args.Length; i++)
        {
            if (args[i - 1] is "--out" or "--picture" || (args[0] == "convert" && i == 2)) yield return args[i];
        }
    }

    [GeneratedRegex(@"^  kaleido (.+?) +# .+$")]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^\d+x\d+$")]
    private static partial Regex SizeWord();
}
