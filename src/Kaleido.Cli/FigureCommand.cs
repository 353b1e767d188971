using System.CommandLine;
using Kaleido.Lab.Figures;

namespace Kaleido.Cli;

/// <summary><c>kaleido figure</c>: a figure of the paper as an experiment, with its verdicts.</summary>
internal static class FigureCommand
{
    private const string Everything = "all", DefaultFolder = "kaleido-figures";

    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        string[] names = [.. PaperFigure.All.Select(figure => figure.Name), Everything];
        var name = new Argument<string>("NAME") { Description = $"Which: {string.Join(", ", names)}" };
        name.CompletionSources.Add(names);
        name.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (!names.Contains(text)) result.AddError($"there is no figure \"{text}\"; there are {string.Join(", ", names)}");
        });
        var seeds = Flags.Whole("--seeds", "Seeds 0 … N-1 [default: the figure's own number, 50; 8 with --quick]", 1, 10_000);
        var quick = new Option<bool>("--quick") { Description = "Few seeds: an acceptance fails only where a binomial test rejects it at 1 %" };
        var folder = Flags.Path("--out", $"Folder for the numbers [default: {DefaultFolder}]");
        var threads = Flags.Threads();
        var command = new Command("figure", "Reproduce figures of the paper: train, measure, judge.") { name, seeds, quick, folder, threads };
        command.SetAction(result =>
        {
            string wanted = result.GetValue(name)!;
            var options = new FigureOptions((int)(result.GetValue(seeds) ?? 0), result.GetValue(quick), (int)(result.GetValue(threads) ?? 0));
            bool accepted = true;
            foreach (var figure in PaperFigure.All.Where(figure => wanted is Everything || figure.Name == wanted))
            {
                try
                {
                    accepted &= Run(figure, options, result.GetValue(folder) ?? DefaultFolder, terminal, cancellation);
                }
                catch (OperationCanceledException)
                {
                    terminal.Fail($"cancelled in figure {figure.Name}; nothing of it was written.");
                    return ExitCode.Cancelled;
                }
            }

            return accepted ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static bool Run(PaperFigure figure, FigureOptions options, string folder, Terminal terminal, CancellationToken cancellation)
    {
        var result = figure.Run(options, cancellation);
        var written = FigureFiles.Write(folder, result);
        terminal.Output.WriteLine($"figure {result.Name}: {result.Title}");
        foreach (var (name, value) in result.Numbers) terminal.Output.WriteLine(FormattableString.Invariant($"  {name}: {value:g4}"));
        foreach (var verdict in result.Verdicts) terminal.Output.WriteLine($"  {verdict.Word,-9}  {verdict.Statement} ({verdict.Seen})");
        terminal.Output.WriteLine($"  wrote {string.Join(", ", written)}");
        if (!result.IsAccepted) terminal.Fail($"figure {result.Name} is not reproduced: an acceptance failed.");
        return result.IsAccepted;
    }
}
