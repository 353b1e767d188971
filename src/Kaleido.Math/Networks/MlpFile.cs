using System.Globalization;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Numerics;

namespace Kaleido.Networks;

/// <summary>A network as a safetensors file: parameters by name, shape and scaling in the metadata (docs/formats.md).</summary>
internal static class MlpFile
{
    private const string Format = "kaleido-mlp-1";

    public static void Save(Mlp network, string path)
    {
        var o = network.Options;
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["numerics_version"] = NumericsVersion.Current.ToString(CultureInfo.InvariantCulture),
            ["sizes"] = string.Join(',', o.Sizes().Select(s => s.ToString(CultureInfo.InvariantCulture))),
            ["hidden_activation"] = o.HiddenActivation.ToString(),
            ["output_activation"] = o.Output.ToString(),
            ["initialization"] = o.Initialization.ToString(),
            ["residual"] = o.Residual ? "true" : "false",
            ["seed"] = o.Seed.ToString(CultureInfo.InvariantCulture),
            ["input_scaling"] = Text(network.InputScaling),
            ["output_scaling"] = Text(network.OutputScaling),
            ["weights_sha256"] = network.WeightsSha256(),
        };
        bool doubles = network.Device.Backend.BytesPerNumber == sizeof(double);
        SafetensorsFile.Write(path, network.Parameters.Parameters.Select(p => Tensor(network, p, doubles)), metadata);
    }

    private static SafetensorsTensor Tensor(Mlp network, Parameter parameter, bool doubles)
    {
        int[] shape = parameter.Rows == 1 && parameter.Name.EndsWith("bias", StringComparison.Ordinal)
            ? [parameter.Columns]
            : [parameter.Rows, parameter.Columns];
        var view = network.Parameters[parameter];
        if (!doubles) return new(parameter.Name, shape, view.ToArray());
        var values = new double[parameter.Count];
        view.Download(values);
        return new(parameter.Name, shape, values);
    }

    private static string Text(DataScaling scaling) => string.Create(CultureInfo.InvariantCulture, $"{scaling.Offset:R},{scaling.Scale:R}");

    public static Mlp Load(Device device, string path)
    {
        ArgumentNullException.ThrowIfNull(device);
        var file = SafetensorsFile.Read(path);
        string format = Get("format");
        if (format != Format) throw Bad($"the metadata's \"format\" is \"{format}\", expected \"{Format}\"");
        int[] sizes = [.. Get("sizes").Split(',').Select(Size)];
        if (sizes.Length < 2) throw Bad($"the metadata's \"sizes\" has {sizes.Length} entries, expected at least 2");
        MlpOptions options;
        try
        {
            options = new MlpOptions(sizes[0], 0, 0)
            {
                HiddenWidths = sizes[1..^1],
                Outputs = sizes[^1],
                HiddenActivation = Activation.Parse(Get("hidden_activation")),
                Output = Activation.Parse(Get("output_activation")),
                Initialization = Enum.TryParse(Get("initialization"), out Initialization known) && Enum.IsDefined(known)
                    ? known
                    : throw Bad($"the metadata's \"initialization\" \"{Get("initialization")}\" is not known"),
                Residual = Get("residual") switch
                {
                    "true" => true,
                    "false" => false,
                    string other => throw Bad($"the metadata's \"residual\" is \"{other}\", expected \"true\" or \"false\""),
                },
                Seed = uint.TryParse(Get("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out uint seed)
                    ? seed
                    : throw Bad($"the metadata's \"seed\" \"{Get("seed")}\" is not a number from 0 to {uint.MaxValue}"),
            };
        }
        catch (FormatException e)
        {
            throw Bad(e.Message);
        }

        CheckTensors(file, sizes, path);
        var (inputScaling, outputScaling) = (Scaling("input_scaling"), Scaling("output_scaling"));
        var network = Mlp.CreateEmpty(device, options);
        (network.InputScaling, network.OutputScaling) = (inputScaling, outputScaling);
        foreach (var parameter in network.Parameters.Parameters)
            network.Parameters[parameter].Upload(file[parameter.Name].ToDoubles());
        // Files from elsewhere need not have the hash; where it is, it finds damage that leaves the layout whole.
        string found = network.WeightsSha256();
        if (file.Metadata.TryGetValue("weights_sha256", out string? expected) && expected != found)
        {
            network.Dispose();
            throw Bad($"the weights have SHA-256 {found}, but the metadata's \"weights_sha256\" is {expected}");
        }

        return network;

        InvalidDataException Bad(string what) => new($"{path}: not a Kaleido network: {what}");

        string Get(string key) => file.Metadata.TryGetValue(key, out string? value) ? value : throw Bad($"the metadata lacks \"{key}\"");

        int Size(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0
            ? size
            : throw Bad($"the metadata's \"sizes\" contains \"{text}\", expected a positive number");

        DataScaling Scaling(string key)
        {
            string[] parts = Get(key).Split(',');
            return parts.Length == 2
                && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double offset)
                && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
                && double.IsFinite(offset) && double.IsFinite(scale) && scale != 0
                ? new DataScaling(offset, scale)
                : throw Bad($"the metadata's \"{key}\" is \"{Get(key)}\", expected two finite numbers \"offset,scale\", scale not 0");
        }
    }

    // Every tensor is checked against the sizes before the network allocates what they claim.
    private static void CheckTensors(SafetensorsFile file, int[] sizes, string path)
    {
        for (int layer = 0; layer < sizes.Length - 1; layer++)
        {
            Check(FormattableString.Invariant($"layer{layer}.weight"), [sizes[layer + 1], sizes[layer]]);
            Check(FormattableString.Invariant($"layer{layer}.bias"), [sizes[layer + 1]]);
        }

        int expected = 2 * (sizes.Length - 1);
        if (file.Tensors.Count != expected)
        {
            throw new InvalidDataException(
                $"{path}: not a Kaleido network: {file.Tensors.Count} tensors, expected {expected} for its sizes");
        }

        void Check(string name, ReadOnlySpan<int> shape)
        {
            var tensor = file.Find(name)
                ?? throw new InvalidDataException($"{path}: not a Kaleido network: the tensor \"{name}\" is missing");
            if (!tensor.Shape.SequenceEqual(shape))
            {
                throw new InvalidDataException($"{path}: not a Kaleido network: the tensor \"{name}\" has shape "
                    + $"[{string.Join(", ", tensor.Shape.ToArray())}], expected [{string.Join(", ", shape.ToArray())}]");
            }
        }
    }
}
