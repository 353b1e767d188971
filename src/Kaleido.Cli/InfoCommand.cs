using System.CommandLine;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Creation;
using Kaleido.Networks;

namespace Kaleido.Cli;

/// <summary><c>kaleido info</c>: what a file is, or what there is to compute on.</summary>
internal static class InfoCommand
{
    public static Command Build(Terminal terminal)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A network (.safetensors), an IDX file, or a folder with IDX files",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var devices = new Option<bool>("--devices") { Description = "Show the devices that can compute, and stop" };
        var command = new Command("info", "Tell what is in a network or a data set, or which devices there are.") { file, devices };
        command.Validators.Add(result =>
        {
            bool named = result.GetValue(file) is { Length: > 0 };
            if (named == result.GetValue(devices)) result.AddError("info takes either a FILE or --devices");
        });
        command.SetAction(result =>
        {
            var lines = result.GetValue(devices) ? Devices() : Describe(result.GetValue(file)!);
            foreach (string line in lines) terminal.Output.WriteLine(line);
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<string> Devices()
    {
        using var device = Device.Cpu();
        yield return device.Description;
        foreach (var (name, value) in HostEnvironment.Describe())
            yield return string.Create(CultureInfo.InvariantCulture, $"  {name}: {value}");
    }

    private static List<string> Describe(string path) => IsSafetensors(path) ? Network(path) : Data(path);

    // By what it is called or by what is in it: a safetensors file has its JSON header behind eight bytes of length.
    private static bool IsSafetensors(string path)
    {
        if (Directory.Exists(path) || !File.Exists(path) || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return !Directory.Exists(path) && path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    private static List<string> Network(string path)
    {
        var metadata = SafetensorsFile.Read(path).Metadata;
        using var device = Device.Cpu();
        using var network = Mlp.Load(device, path);
        string hash = network.WeightsSha256();
        var options = network.Options;
        return
        [
            $"{path}: a network",
            $"  sizes: {string.Join("-", options.Sizes().Select(size => size.ToString(CultureInfo.InvariantCulture)))}",
            string.Create(CultureInfo.InvariantCulture, $"  parameters: {network.ParameterCount}"),
            $"  hidden activation: {options.HiddenActivation}",
            $"  output activation: {options.Output}",
            $"  initialization: {options.Initialization}",
            string.Create(CultureInfo.InvariantCulture, $"  seed: {options.Seed}"),
            $"  scaling: x * {Text(network.InputScaling.Scale)} + {Text(network.InputScaling.Offset)}",
            $"  numerics version: {metadata.GetValueOrDefault("numerics_version", "not given")}",
            $"  weights_sha256: {hash}",
        ];
    }

    private static List<string> Data(string path)
    {
        var data = Dataset.Open(path);
        string shape = data.Image is { } image
            ? string.Create(CultureInfo.InvariantCulture,
                $" ({image.Width} x {image.Height}, {image.Channels} channel{(image.Channels == 1 ? "" : "s")})")
            : "";
        return
        [
            $"{path}: a data set",
            string.Create(CultureInfo.InvariantCulture, $"  samples: {data.Samples}"),
            string.Create(CultureInfo.InvariantCulture, $"  features: {data.Features}{shape}"),
            data.Labels is null ? "  classes: no labels" : string.Create(CultureInfo.InvariantCulture, $"  classes: {data.Classes}"),
            $"  fingerprint: {data.Fingerprint}",
        ];
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
