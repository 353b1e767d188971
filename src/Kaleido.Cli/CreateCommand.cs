using System.CommandLine;
using System.Globalization;
using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Training;

namespace Kaleido.Cli;

/// <summary><c>kaleido create</c>: from data, or from nothing, to a picture.</summary>
internal sealed class CreateCommand
{
    private static readonly CreateOptions Digits = CreateOptions.ForEmbeddedDigits, Own = CreateOptions.ForData;

    private readonly Option<string?> _data = Flags.Path("--data",
        $"What to learn, values in [0, 1]: {DataFlags.Sources} [default: digits that the program draws itself]", "PATH");

    private readonly Option<long?> _samples = Flags.Whole("--samples",
        $"How many samples: digits drawn, or the first ones of --data (of --class) [default: {Digits.Samples}; with --data: all]",
        1, int.MaxValue);

    private readonly Option<long?> _hidden = Whole("--hidden", "Width of every hidden layer", o => o.Hidden);
    private readonly Option<long?> _layers = Whole("--layers", "Hidden layers", o => o.HiddenLayers);
    private readonly Option<long?> _steps = Whole("--steps", "Optimiser steps (Adam)", o => o.Steps);
    private readonly Option<long?> _batch = Whole("--batch", "Samples of a step, all of them if there are fewer", o => o.BatchSize);

    private readonly Option<double?> _lr =
        Flags.Number("--lr", "Learning rate" + Default(o => Text(o.LearningRate)), zero: false);

    private readonly Option<string?> _schedule = new("--schedule")
    {
        Description = "The learning rate over the steps: constant, or cosine, which falls to a hundredth" + Default(ScheduleOf),
        HelpName = "constant|cosine",
    };

    private readonly Option<double?> _noise = Flags.Number("--noise",
        "Standard deviation of noise on the inputs while training, in [-1, 1] units: it makes samples attract"
            + Default(o => Text(o.InputNoise)),
        zero: true);

    private readonly Option<double?> _epsilon = Flags.Number("--epsilon",
        "Uniform noise of ±X between iterations" + Default(o => Text(o.Epsilon)), zero: true);

    private readonly Option<long?> _iterations = Whole("--iterations", "How often the network is applied", o => o.Iterations);
    private readonly Option<long?> _chains = Whole("--chains", "Chains, each from noise of its own; the picture shows the first 100",
        o => o.Chains);

    private readonly Option<long?> _seed = Flags.Whole("--seed",
        $"Seed of all that is drawn: digits, --random, weights, minibatches, noise, chains [default: {Digits.Seed}]", 0, uint.MaxValue);

    private readonly Option<long?> _threads = Flags.Threads();

    private readonly Option<string?> _device = Flags.Device();

    private readonly Option<bool> _json = Flags.Json();

    private readonly DataFlags _selection;

    private readonly Option<string?> _out = Flags.Path("--out",
        $"Folder for {string.Join(", ", OutputFolder.Files)}; those of an earlier run are replaced "
            + $"[default: {CreateOptions.DefaultFolder}]");

    private readonly Option<string?> _resume = Flags.Path("--resume",
        "Go on with the unfinished run in this folder: it ends with the same bits as if it had never stopped. Its settings need not be "
            + "repeated; a greater --steps makes it longer, unless its --schedule is cosine [default: begin anew]");

    private readonly Option<bool> _keep = new("--keep-checkpoint")
    {
        Description = $"Keep {OutputFolder.Checkpoint} (four networks large) when the run is complete, so that it can be made longer",
    };

    private readonly Option<long?> _checkpointSteps = Flags.Whole("--checkpoint-steps",
        $"Also write {OutputFolder.Checkpoint} after every N steps [default: only by time]", 1, int.MaxValue);

    private readonly Option<double?> _checkpointSeconds = Flags.Number("--checkpoint-seconds",
        $"Write {OutputFolder.Checkpoint} every X seconds of training, and when cancelled; 0: only when cancelled [default: 30]",
        zero: true, most: int.MaxValue);

    private CreateCommand()
    {
        _samples.Aliases.Add("--first");
        _selection = new(_samples, _seed);
        _schedule.CompletionSources.Add("constant", "cosine");
        _schedule.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("constant" or "cosine"))
                result.AddError($"--schedule must be constant or cosine, not \"{result.Tokens[0].Value}\"");
        });
    }

    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        var flags = new CreateCommand();
        var command = new Command("create", "Train a network on pictures, iterate it from noise, and draw what appears.")
        {
            flags._data, flags._samples,
        };
        flags._selection.AddTo(command);
        foreach (var option in new Option[]
        {
            flags._hidden, flags._layers, flags._steps, flags._batch, flags._lr, flags._schedule, flags._noise, flags._epsilon,
            flags._iterations, flags._chains, flags._seed, flags._threads, flags._out, flags._resume, flags._checkpointSteps,
            flags._checkpointSeconds, flags._keep, flags._device, flags._json,
        }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var selection = flags._selection;
            if (result.GetResult(flags._data) is null && result.GetResult(flags._resume) is null && selection.IsGiven(result))
                result.AddError("--class, --random and --size need --data, whose samples they choose");
            // By their tokens: the value of a flag that is refused cannot be asked for.
            if (Word(flags._resume) is { Length: > 0 } resumed && Word(flags._out) is { Length: > 0 } other
                && FullPath(other) != FullPath(resumed))
                result.AddError($"--resume {resumed} goes on in that folder; --out {other} cannot be another one");
            static string FullPath(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            string? Word(Option option) => result.GetResult(option)?.Tokens is [var token] ? token.Value : null;
        });
        command.SetAction(result => Run(flags.Read(result), result.GetValue(flags._json), terminal, cancellation));
        return command;
    }

    private CreateOptions Read(ParseResult result)
    {
        string? resumed = result.GetValue(_resume);
        var defaults = resumed is not null ? CreateRun.ReadUnfinished(resumed) : result.GetValue(_data) is null ? Digits : Own;
        var selection = _selection.Read(result);
        // A run is resumed on the device it began on, which auto does not name.
        string device = Flags.Settle(result.GetValue(_device)) ?? defaults.DeviceName;
        int threads = (int)(result.GetValue(_threads) ?? 0);
        return defaults with
        {
            Class = selection.Class ?? defaults.Class,
            Random = selection.Random ?? defaults.Random,
            Size = selection.Size ?? defaults.Size,
            DeviceName = device,
            OpenDevice = () => Flags.Open(device, threads),
            Data = result.GetValue(_data) ?? defaults.Data,
            Samples = (int)(result.GetValue(_samples) ?? defaults.Samples),
            Hidden = (int)(result.GetValue(_hidden) ?? defaults.Hidden),
            HiddenLayers = (int)(result.GetValue(_layers) ?? defaults.HiddenLayers),
            Steps = (int)(result.GetValue(_steps) ?? defaults.Steps),
            BatchSize = (int)(result.GetValue(_batch) ?? defaults.BatchSize),
            LearningRate = result.GetValue(_lr) ?? defaults.LearningRate,
            Cosine = (result.GetValue(_schedule) ?? ScheduleOf(defaults)) == "cosine",
            InputNoise = result.GetValue(_noise) ?? defaults.InputNoise,
            Epsilon = result.GetValue(_epsilon) ?? defaults.Epsilon,
            Iterations = (int)(result.GetValue(_iterations) ?? defaults.Iterations),
            Chains = (int)(result.GetValue(_chains) ?? defaults.Chains),
            Seed = (uint)(result.GetValue(_seed) ?? defaults.Seed),
            Threads = threads,
            Output = resumed ?? result.GetValue(_out) ?? CreateOptions.DefaultFolder,
            CheckpointSteps = (int)(result.GetValue(_checkpointSteps) ?? 0),
            CheckpointSeconds = result.GetValue(_checkpointSeconds) ?? defaults.CheckpointSeconds,
            KeepCheckpoint = result.GetValue(_keep) || defaults.KeepCheckpoint,
            Resume = resumed is not null,
        };
    }

    private static int Run(CreateOptions options, bool json, Terminal terminal, CancellationToken cancellation)
    {
        CreateResult result;
        using (var status = new StatusLine(terminal, json))
        {
            status.Show(options.Data is null ? "drawing the digits" : $"reading {options.Data}");
            result = CreateRun.Execute(options, new ProgressDisplay(terminal, status, json), cancellation);
        }

        if (json) terminal.Output.WriteLine(File.ReadAllText(Path.Combine(options.Output, OutputFolder.Report)).TrimEnd());
        else terminal.Output.WriteLine(Summary(result));
        if (!json)
            terminal.Output.WriteLine($"wrote {string.Join(", ", OutputFolder.Files.Select(name => Path.Combine(options.Output, name)))}");
        switch (result.StopReason)
        {
            case StopReason.Cancelled:
                terminal.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"cancelled after {Wording.Count(result.Fit.Steps, "step")} and {Wording.Count(result.Iterations, "iteration")}; "
                    + $"what was reached is in {options.Output}; kaleido create --resume {Wording.Typed(options.Output)} goes on."));
                return ExitCode.Cancelled;
            case StopReason.Diverged:
                terminal.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"the training diverged at step {result.Fit.DivergedAtStep}: try a smaller --lr; "
                    + $"the best network before is in {options.Output}."));
                return ExitCode.Failed;
            case StopReason.Dead:
                terminal.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"the network gives the same output for every input since step {result.Fit.BestStep}: "
                    + $"try another --seed or fewer --layers."));
                return ExitCode.Failed;
            default:
                return ExitCode.Success;
        }
    }

    private static string Summary(CreateResult result)
    {
        string burnIn = result.BurnIn is { } iteration
            ? string.Create(CultureInfo.InvariantCulture, $"settled {(result.IsCycle ? "on cycles " : "")}after {iteration}")
            : "not settled yet";
        string sampled = string.Create(CultureInfo.InvariantCulture,
            $"sampled {Wording.Count(result.Options.Chains, "chain")}, {Wording.Count(result.Iterations, "iteration")} "
            + $"in {result.SamplingTime.TotalSeconds:F1} s, {burnIn}");
        if (result.Memorization is not { } found || result.Fit.StopReason == StopReason.Cancelled) return sampled;
        if (AllEqual(result.Data))
            return $"{sampled}\nall samples are equal, so it cannot be told whether a chain ends at one rather than at another";
        string classes = found.ClassCounts is { } counts
            ? string.Create(CultureInfo.InvariantCulture,
                $"; {found.ClassesThatOccur} of {Wording.Count(counts.Count, "class", "classes")} "
                + $"{(found.ClassesThatOccur == 1 ? "occurs" : "occur")}")
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{sampled}\n{100 * found.MemorizedShare:F0} % of the chains end at a training sample "
            + $"(nearest / second nearest distance <= {Kaleido.Lab.Metrics.Memorization.Threshold}), "
            + $"at {found.DistinctSamples} different {(found.DistinctSamples == 1 ? "one" : "ones")} of {result.Data.Samples}{classes}");
    }

    private static bool AllEqual(Dataset data)
    {
        for (int i = 1; i < data.Samples; i++)
        {
            if (!data.Row(i).SequenceEqual(data.Row(0))) return false;
        }

        return true;
    }

    private static Option<long?> Whole(string name, string description, Func<CreateOptions, long> value) =>
        Flags.Whole(name, description + Default(o => value(o).ToString(CultureInfo.InvariantCulture)), 1, int.MaxValue);

    private static string Default(Func<CreateOptions, string> text) =>
        text(Digits) == text(Own) ? $" [default: {text(Digits)}]" : $" [default: {text(Digits)}; with --data: {text(Own)}]";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string ScheduleOf(CreateOptions options) => options.Cosine ? "cosine" : "constant";
}
