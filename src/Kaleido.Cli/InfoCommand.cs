using System.CommandLine;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Cuda;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Pictures;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Cli;

/// <summary><c>kaleido info</c>: what a file is, or what there is to compute on.</summary>
internal sealed class InfoCommand
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Description = $"A network (.safetensors, or a folder that create wrote), or data: {DataFlags.Sources}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _devices = new("--devices") { Description = "Tell what there is to compute on" };

    private readonly Option<string?> _picture = new("--picture")
    {
        Description = $"Draw the first samples of the data, at most {KaleidoscopeSheet.MaximumTiles}, into this .png file",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = Flags.Json();

    private readonly DataFlags _selection = new();

    public static Command Build(Terminal terminal)
    {
        var flags = new InfoCommand();
        var command = new Command("info", "Tell what is in a network or in data, or which devices there are.")
        {
            flags._file, flags._picture,
        };
        flags._selection.AddTo(command);
        command.Options.Add(flags._devices);
        command.Options.Add(flags._json);
        Flags.Demand(flags._picture, path => Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase)
            && Path.GetFileNameWithoutExtension(path).Length > 0,
            path => $"--picture must name a .png file, not \"{path}\"");
        command.Validators.Add(result =>
        {
            bool named = result.GetValue(flags._file) is { Length: > 0 };
            if (named == result.GetValue(flags._devices)) result.AddError("info takes either a FILE or --devices");
            else if (!named && (flags._selection.IsAnyGiven(result) || result.GetResult(flags._picture) is not null))
                result.AddError("--devices tells what there is to compute on: --picture and flags that choose samples are for data");
            else if (named && flags._selection.IsAnyGiven(result) && IsNetwork(result.GetValue(flags._file)!))
                result.AddError($"{result.GetValue(flags._file)} is a network: flags that choose samples are for data");
        });
        command.SetAction(result => flags.Run(result, terminal));
        return command;
    }

    private int Run(ParseResult result, Terminal terminal)
    {
        string? path = result.GetValue(_file), picture = result.GetValue(_picture);
        Facts facts;
        if (result.GetValue(_devices)) facts = Devices();
        else if (!IsNetwork(path!))
        {
            using var status = new StatusLine(terminal, result.GetValue(_json));
            status.Show($"reading {path}");
            facts = Data(path!, _selection.Read(result), picture);
        }
        else if (picture is null) facts = Network(NetworkFile.Find(path!));
        else throw new InvalidDataException($"{path}: a network has no samples to draw; kaleido sample {Wording.Typed(path!)} makes some.");
        if (result.GetValue(_json)) terminal.Output.WriteLine(facts.Json());
        else foreach (string line in facts.Lines()) terminal.Output.WriteLine(line);
        return ExitCode.Success;
    }

    private static Facts Devices()
    {
        using var device = Device.Cpu();
        bool opened = CudaProvider.Instance.TryOpen(out var gpu, out string reason);
        string? cuda = gpu?.Description;
        gpu?.Dispose();
        return new(device.Description,
        [
            new("kind", "devices", ""), new("device", device.Description),
            new("cuda", cuda), new("no_cuda", opened ? null : reason),
            .. HostEnvironment.Describe().Select(fact => new Facts.Fact(fact.Name, fact.Value)),
        ]);
    }

    // By what it is called or by what is in it.
    private static bool IsNetwork(string path) => Directory.Exists(path)
        ? NetworkFile.IsFolderOfRun(path)
        : path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || NetworkFile.IsSafetensors(path);

    private static Facts Network(string path)
    {
        var metadata = SafetensorsFile.Read(path).Metadata;
        if (metadata.GetValueOrDefault("format", "").StartsWith("kaleido-checkpoint", StringComparison.Ordinal)) return Checkpoint(path);
        using var device = Device.Cpu();
        using var network = Mlp.Load(device, path);
        var options = network.Options;
        var (scale, offset) = (network.InputScaling.Scale, network.InputScaling.Offset);
        int[] sizes = [.. options.Sizes()];
        return new($"{path}: a network",
        [
            new("kind", "network", ""),
            new("path", path, ""),
            new("sizes", sizes, Wording.Sizes(sizes)),
            new("parameters", network.ParameterCount),
            new("hidden_activation", options.HiddenActivation.ToString()),
            new("output_activation", options.Output.ToString()),
            new("initialization", options.Initialization.ToString()),
            new("seed", options.Seed),
            new("input_scale", scale,
                string.Create(CultureInfo.InvariantCulture, $"x * {scale:R} {(offset < 0 ? '-' : '+')} {Math.Abs(offset):R}")),
            new("input_offset", offset, ""),
            new("numerics_version", int.TryParse(
                metadata.GetValueOrDefault("numerics_version"), CultureInfo.InvariantCulture, out int version) ? version : null),
            new("weights_sha256", network.WeightsSha256()),
        ]);
    }

    private static Facts Checkpoint(string path)
    {
        var checkpoint = TrainingCheckpoint.Load(path);
        string? folder = Path.GetFileName(path) != OutputFolder.Checkpoint ? null
            : Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        string more = folder is null ? "" : $"; kaleido create --resume {Wording.Typed(folder)} goes on";
        return new($"{path}: a checkpoint of a training{more}",
        [
            new("kind", "checkpoint", ""),
            new("path", path, ""),
            new("step", checkpoint.Step),
            new("seconds", checkpoint.Elapsed.TotalSeconds, checkpoint.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)),
            .. checkpoint.Notes.Where(note => note.Key.StartsWith(CreateSettings.Prefix + "--", StringComparison.Ordinal))
                .OrderBy(note => note.Key, StringComparer.Ordinal)
                .Select(note => new Facts.Fact(note.Key[(CreateSettings.Prefix.Length + 2)..],
                    note.Value == CreateSettings.None ? null : note.Value)),
        ]);
    }

    private static Facts Data(string path, DatasetOptions selection, string? picture)
    {
        var data = DataSource.Open(path, selection);
        if (picture is not null) PngEncoder.Write(picture, KaleidoscopeSheet.DrawGrid(data.Values.Span, KaleidoscopeSheet.ShapeOf(data)));
        var (low, high) = Range(data.Values.Span);
        var image = data.Image;
        return new($"{path}: {(image is null ? "a data set" : "a data set of pictures")}",
        [
            new("kind", "data", ""),
            new("path", path, ""),
            new("header", data.Header, data.Header is { } names ? $"the first line holds names, not numbers: {names}" : ""),
            new("samples", data.Samples),
            new("features", data.Features),
            new("width", image?.Width),
            new("height", image?.Height),
            new("channels", image?.Channels),
            new("minimum", low),
            new("maximum", high),
            new("classes", data.Labels is null ? null : data.Classes, data.Labels is null ? "no labels" : null),
            new("class_names", data.ClassNames),
            new("samples_of_each_class", data.Labels is { } labels ? Counts(labels.Span, data.Classes) : null),
            new("fingerprint", data.Fingerprint),
            new("picture", picture,
                picture is null ? "" : $"the first {Math.Min(data.Samples, KaleidoscopeSheet.MaximumTiles)} in {picture}"),
        ]);
    }

    private static (float Low, float High) Range(ReadOnlySpan<float> values)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return (low, high);
    }

    private static int[] Counts(ReadOnlySpan<int> labels, int classes)
    {
        var counts = new int[classes];
        foreach (int label in labels) counts[label]++;
        return counts;
    }
}
