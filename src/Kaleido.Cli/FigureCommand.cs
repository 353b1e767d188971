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
        var name = new Argument<string>("NAME")
        {
            Description = $"Which: {string.Join(", ", names)}", HelpName = "NAME",
        };
        name.CompletionSources.Add(names);
        name.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (Named(text) is null) result.AddError($"there is no figure \"{text}\"; there are {string.Join(", ", names)}");
        });
        string without = string.Join(" and ", Experiment.All.Where(figure => !figure.HasSeeds).Select(figure => figure.Name));
        var seeds = Flags.Whole(
            "--seeds",
            $"Seeds 0 … N-1, but for {without}; radius: at most each family's own number "
                + "[default: the figure's own number, mostly 50; 8 with --quick]",
            1, 10_000);
        var quick = new Option<bool>("--quick")
        {
            Description = "Few seeds: where an acceptance counts seeds, it fails only if a binomial test rejects it at 1 %",
        };
        var folder = Flags.Path("--out", $"Folder for pictures and numbers [default: {DefaultFolder}]");
        var data = Flags.Path("--data", "Folder of the data sets mnist and cifar10, a sub-folder each [default: KALEIDO_DATA]");
        var threads = Flags.Threads();
        var json = Flags.Json();
        var command = new Command("figure", "Reproduce figures of the paper, and go beyond them: train, measure, judge.")
        {
            name, seeds, quick, folder, data, threads, json,
        };
        command.Validators.Add(result =>
        {
            string? wanted = Named(result.GetValue(name) ?? "");
            if (wanted == List && new Option[] { seeds, quick, folder, data, threads }.FirstOrDefault(Given) is { } idle)
                result.AddError($"figure list only tells what there is, so {idle.Name} has nothing to say");
            else if (Given(seeds) && Experiment.Find(wanted ?? "") is { HasSeeds: false } figure)
                result.AddError($"figure {figure.Name} trains one network of one seed, so --seeds has nothing to say");

            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        });
        command.SetAction(result =>
        {
            string wanted = Named(result.GetValue(name)!)!;
            bool asJson = result.GetValue(json);
            if (wanted == List) return Show(asJson, terminal);
            using var status = new StatusLine(terminal, asJson);
            var options = new FigureOptions
            {
                Seeds = (int)(result.GetValue(seeds) ?? 0), Quick = result.GetValue(quick), Threads = (int)(result.GetValue(threads) ?? 0),
                Data = result.GetValue(data), Report = text => status.Show(text),
            };
            string output = result.GetValue(folder) ?? DefaultFolder;
            bool made = !Directory.Exists(output);
            OutputFolder.Prepare(output, [.. names.SelectMany(FilesOf), VerdictTable.File]);
            try
            {
                return Run(wanted, options, output, asJson, terminal, status, cancellation);
            }
            finally
            {
                if (made && !Directory.EnumerateFileSystemEntries(output).Any()) Directory.Delete(output);
            }
        });
        return command;

        // As it is called here, whatever the case: 5B is 5b.
        string? Named(string text) => names.FirstOrDefault(it => it.Equals(text, StringComparison.OrdinalIgnoreCase));
    }

    private static string[] FilesOf(string figure) => [$"figure-{figure}.png", $"figure-{figure}.json"];

    private static int Show(bool json, Terminal terminal)
    {
        if (json) terminal.Output.WriteLine(FigureJson.List(Experiment.All));
        foreach (var figure in json ? [] : Experiment.All)
            terminal.Output.WriteLine($"{figure.Name,-12}  {figure.Title}{(figure.DataSet is { } set ? $" (needs {set})" : "")}");
        return ExitCode.Success;
    }

    private static int Run(
        string wanted, FigureOptions options, string folder, bool json, Terminal terminal, StatusLine status,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var made = new List<FigureMade>();
        var leftOut = new List<Experiment>();
        string? cancelledIn = null, verdicts = null;
        foreach (var figure in Experiment.All.Where(figure => wanted is Everything || figure.Name == wanted))
        {
            if (figure.DataSet is { } set)
            {
                if (wanted is Everything && options.FindData(set) is null)
                {
                    leftOut.Add(figure);
                    if (!json)
                        terminal.Output.WriteLine($"figure {figure.Name}: left out, since the data set {set} is not at hand (see --data)");
                    continue;
                }

                options.RequireData(set);
            }

            try
            {
                status.Begin($"figure {figure.Name}");
                made.Add(Make(figure, options, folder, status, cancellation));
            }
            catch (OperationCanceledException)
            {
                status.Clear();
                cancelledIn = figure.Name;
                break;
            }

            if (!json) Print(made[^1], terminal);
            if (!made[^1].Result.IsAccepted) terminal.Fail($"figure {figure.Name} is not reproduced: an acceptance failed.");
        }

        var results = made.ConvertAll(figure => figure.Result);
        if (wanted is Everything && cancelledIn is null)
        {
            verdicts = VerdictTable.Write(folder, results);
            if (!json)
            {
                terminal.Output.WriteLine(FormattableString.Invariant(
                    $"{VerdictTable.Count(results)} in {clock.Elapsed.TotalSeconds:f0} s; all in {verdicts}"));
            }
        }

        if (json)
        {
            terminal.Output.WriteLine(
                FigureJson.Of(made, leftOut, options, cancelledIn is not null, verdicts, clock.Elapsed.TotalSeconds));
        }

        if (cancelledIn is not null)
        {
            terminal.Fail($"cancelled in figure {cancelledIn}; nothing of it was written.");
            return ExitCode.Cancelled;
        }

        return results.TrueForAll(result => result.IsAccepted) ? ExitCode.Success : ExitCode.Failed;
    }

    private static FigureMade Make(
        Experiment figure, FigureOptions options, string folder, StatusLine status, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = figure.Run(options, cancellation);
        status.Clear();
        var written = FigureFiles.Write(folder, result, options);
        return new(result, clock.Elapsed.TotalSeconds, written);
    }

    private static void Print(FigureMade made, Terminal terminal)
    {
        var result = made.Result;
        terminal.Output.WriteLine(FormattableString.Invariant($"figure {result.Name}: {result.Title} ({made.Seconds:f1} s)"));
        foreach (var (name, value) in result.Numbers) terminal.Output.WriteLine(FormattableString.Invariant($"  {name}: {value:g4}"));
        foreach (var verdict in result.Verdicts) terminal.Output.WriteLine($"  {verdict.Word,-9}  {verdict.Statement} ({verdict.Seen})");
        terminal.Output.WriteLine($"  wrote {string.Join(", ", made.Files)}");
    }
}
