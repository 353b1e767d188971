namespace Kaleido.Cli.Tests;

/// <summary>One run of the command line inside the test: its exit code and what it wrote.</summary>
internal sealed record Session(int Code, string Output, string Error)
{
    /// <summary>A creation that takes a moment.</summary>
    public static string[] SmallCreate(string folder, params string[] more) =>
    [
        "create", "--samples", "20", "--hidden", "24", "--layers", "2", "--steps", "120", "--batch", "12", "--chains", "6",
        "--iterations", "5",
        "--threads", "1", "--out", folder, .. more,
    ];

    public static Session Run(params string[] args) => Run(CancellationToken.None, args);

    public static Session Run(CancellationToken cancellation, params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(args, new Terminal(output, error, IsInteractive: false), cancellation);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The one line on the error stream.</summary>
    public string Sentence
    {
        get
        {
            Assert.EndsWith("." + Environment.NewLine, Error, StringComparison.Ordinal);
            string line = Error[..^Environment.NewLine.Length];
            Assert.DoesNotContain('\n', line);
            Assert.StartsWith("kaleido: ", line, StringComparison.Ordinal);
            return line["kaleido: ".Length..];
        }
    }
}
