using System.CommandLine;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Pictures;
using Kaleido.Networks;

namespace Kaleido.Cli;

/// <summary><c>kaleido info</c>: what a file is, or what there is to compute on.</summary>
internal sealed class InfoCommand
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Description = $"A network (.safetensors), or data: {DataFlags.Sources}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _devices = new("--devices") { Description = "Show the devices that can compute, and stop" };

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
            flags._file, flags._devices, flags._picture, flags._json,
        };
        flags._selection.AddTo(command);
        command.Validators.Add(result =>
        {
            bool named = result.GetValue(flags._file) is { Length: > 0 };
            if (named == result.GetValue(flags._devices)) result.AddError("info takes either a FILE or --devices");
            if (result.GetValue(flags._picture) is { } picture && !picture.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
                result.AddError($"--picture must name a .png file, not \"{picture}\"");
        });
        command.SetAction(result => flags.Run(result, terminal));
        return command;
    }

    private int Run(ParseResult result, Terminal terminal)
    {
        string? path = result.GetValue(_file), picture = result.GetValue(_picture);
        Facts facts;
        if (result.GetValue(_devices)) facts = Devices();
        else if (!IsSafetensors(path!)) facts = Data(path!, _selection.Read(result), picture);
        else if (picture is null) facts = Network(path!);
        else throw new InvalidDataException($"{path}: a network has no samples to draw; kaleido sample {path} makes some.");
        if (result.GetValue(_json)) terminal.Output.WriteLine(facts.Json());
        else foreach (string line in facts.Lines()) terminal.Output.WriteLine(line);
        return ExitCode.Success;
    }

    /// <summary>What is told: a heading, then names with numbers, texts or truth values.</summary>
    private sealed record Facts(string Heading, (string Name, object? Value)[] Values)
    {
        public IEnumerable<string> Lines() =>
            Values.Where(value => value.Value is not null).Select(value => string.Create(CultureInfo.InvariantCulture, $"  {value.Name}: {value.Value}")).Prepend(Heading);

        public string Json() => JsonText.Of(writer =>
        {
            foreach (var (name, value) in Values) JsonText.Value(writer, name.Replace(' ', '_'), value);
        });
    }

    private static Facts Devices()
    {
        using var device = Device.Cpu();
        return new(device.Description, [("device", device.Description), .. HostEnvironment.Describe().Select(fact => (fact.Name, (object?)fact.Value))]);
    }

    // By what it is called or by what is in it: a safetensors file has its JSON header behind eight bytes of length.
    private static bool IsSafetensors(string path)
    {
        if (Directory.Exists(path) || !File.Exists(path) || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return !Directory.Exists(path) && path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    private static Facts Network(string path)
    {
        var metadata = SafetensorsFile.Read(path).Metadata;
        using var device = Device.Cpu();
        using var network = Mlp.Load(device, path);
        var options = network.Options;
        return new($"{path}: a network",
        [
            ("sizes", string.Join("-", options.Sizes().Select(size => size.ToString(CultureInfo.InvariantCulture)))),
            ("parameters", network.ParameterCount),
            ("hidden activation", options.HiddenActivation.ToString()),
            ("output activation", options.Output.ToString()),
            ("initialization", options.Initialization.ToString()),
            ("seed", options.Seed),
            ("scaling", $"x * {Text(network.InputScaling.Scale)} + {Text(network.InputScaling.Offset)}"),
            ("numerics version", metadata.GetValueOrDefault("numerics_version", "not given")),
            ("weights_sha256", network.WeightsSha256()),
        ]);
    }

    private static Facts Data(string path, DatasetOptions selection, string? picture)
    {
        var data = Dataset.Open(path, selection);
        if (picture is not null)
        {
            PngEncoder.Write(picture, KaleidoscopeSheet.DrawGrid(data.Values.Span, KaleidoscopeSheet.ShapeOf(data)));
        }

        var (low, high) = Range(data.Values.Span);
        string? counts = data.Labels is { } labels ? string.Join(", ", Counts(labels.Span, data.Classes)) : null;
        return new($"{path}: a data set",
        [
            ("samples", data.Samples),
            ("features", data.Features),
            ("picture size", data.Image is { } image ? FormattableString.Invariant($"{image.Width} x {image.Height} x {image.Channels}") : null),
            ("range", FormattableString.Invariant($"{low} to {high}")),
            ("classes", data.Labels is null ? "no labels" : data.Classes),
            ("class names", data.ClassNames is { } names ? string.Join(", ", names) : null),
            ("samples of each class", counts),
            ("fingerprint", data.Fingerprint),
            ("first samples drawn to", picture),
        ]);
    }

    private static (float Low, float High) Range(ReadOnlySpan<float> values)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return (low, high);
    }

    private static IEnumerable<string> Counts(ReadOnlySpan<int> labels, int classes)
    {
        var counts = new int[classes];
        foreach (int label in labels) counts[label]++;
        return counts.Select(count => count.ToString(CultureInfo.InvariantCulture));
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
