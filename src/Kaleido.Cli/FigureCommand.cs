using System.CommandLine;
using System.Diagnostics;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Figures;

namespace Kaleido.Cli;

/// <summary><c>kaleido figure</c>: a figure of the paper, or a question beyond it, as an experiment with its verdicts.</summary>
internal static class FigureCommand
{
    private const string Everything = "all", List = "list", DefaultFolder = "kaleido-figures";

    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        string[] names = [.. Experiment.All.Select(figure => figure.Name), Everything, List];
        var name = new Argument<string>("NAME") { Description = $"Which: {string.Join(", ", names)}" };
        name.CompletionSources.Add(names);
        name.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (!names.Contains(text)) result.AddError($"there is no figure \"{text}\"; there are {string.Join(", ", names)}");
        });
        string without = string.Join(" and ", Experiment.All.Where(figure => !figure.HasSeeds).Select(figure => figure.Name));
        var seeds = Flags.Whole(
            "--seeds", $"Seeds 0 … N-1, but for {without} [default: the figure's own number, mostly 50; 8 with --quick]", 1, 10_000);
        var quick = new Option<bool>("--quick")
        {
            Description = "Few seeds: where an acceptance counts seeds, it fails only if a binomial test rejects it at 1 %",
        };
        var folder = Flags.Path("--out", $"Folder for pictures and numbers [default: {DefaultFolder}]");
        var data = Flags.Path("--data", "Folder of the data sets mnist and cifar10, a sub-folder each [default: KALEIDO_DATA]");
        var threads = Flags.Threads();
        var command = new Command("figure", "Reproduce figures of the paper, and go beyond them: train, measure, judge.")
        {
            name, seeds, quick, folder, data, threads,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(seeds) is not null && Experiment.Find(result.GetValue(name) ?? "") is { HasSeeds: false } figure)
                result.AddError($"figure {figure.Name} trains one network of one seed, so --seeds has nothing to say");
        });
        command.SetAction(result =>
        {
            string wanted = result.GetValue(name)!;
            if (wanted == List) return Show(terminal);
            var status = new StatusLine(terminal);
            var options = new FigureOptions((int)(result.GetValue(seeds) ?? 0), result.GetValue(quick), (int)(result.GetValue(threads) ?? 0))
            {
                Data = result.GetValue(data), Report = status.Show,
            };
            string output = result.GetValue(folder) ?? DefaultFolder;
            bool made = !Directory.Exists(output);
            OutputFolder.Prepare(output, [.. names.SelectMany(FilesOf), VerdictTable.File]);
            try
            {
                return Run(wanted, options, output, terminal, status, cancellation);
            }
            finally
            {
                if (made && !Directory.EnumerateFileSystemEntries(output).Any()) Directory.Delete(output);
            }
        });
        return command;
    }

    private static string[] FilesOf(string figure) => [$"figure-{figure}.png", $"figure-{figure}.json"];

    private static int Show(Terminal terminal)
    {
        foreach (var figure in Experiment.All)
            terminal.Output.WriteLine($"{figure.Name,-12}  {figure.Title}{(figure.DataSet is { } set ? $" (needs {set})" : "")}");
        return ExitCode.Success;
    }

    private static int Run(
        string wanted, FigureOptions options, string folder, Terminal terminal, StatusLine status, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var results = new List<FigureResult>();
        foreach (var figure in Experiment.All.Where(figure => wanted is Everything || figure.Name == wanted))
        {
            if (figure.DataSet is { } set)
            {
                if (wanted is Everything && options.FindData(set) is null)
                {
                    terminal.Output.WriteLine($"figure {figure.Name}: left out, since the data set {set} is not at hand (see --data)");
                    continue;
                }

                options.RequireData(set);
            }

            try
            {
                status.Begin($"figure {figure.Name}");
                results.Add(Run(figure, options, folder, terminal, status, cancellation));
            }
            catch (OperationCanceledException)
            {
                status.Clear();
                terminal.Fail($"cancelled in figure {figure.Name}; nothing of it was written.");
                return ExitCode.Cancelled;
            }
        }

        if (wanted is Everything)
        {
            terminal.Output.WriteLine(FormattableString.Invariant(
                $"{VerdictTable.Count(results)} in {clock.Elapsed.TotalSeconds:f0} s; all in {VerdictTable.Write(folder, results)}"));
        }

        return results.TrueForAll(result => result.IsAccepted) ? ExitCode.Success : ExitCode.Failed;
    }

    private static FigureResult Run(
        Experiment figure, FigureOptions options, string folder, Terminal terminal, StatusLine status, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = figure.Run(options, cancellation);
        status.Clear();
        var written = FigureFiles.Write(folder, result, options);
        terminal.Output.WriteLine(FormattableString.Invariant($"figure {result.Name}: {result.Title} ({clock.Elapsed.TotalSeconds:f1} s)"));
        foreach (var (name, value) in result.Numbers) terminal.Output.WriteLine(FormattableString.Invariant($"  {name}: {value:g4}"));
        foreach (var verdict in result.Verdicts) terminal.Output.WriteLine($"  {verdict.Word,-9}  {verdict.Statement} ({verdict.Seen})");
        terminal.Output.WriteLine($"  wrote {string.Join(", ", written)}");
        if (!result.IsAccepted) terminal.Fail($"figure {result.Name} is not reproduced: an acceptance failed.");
        return result;
    }
}
