using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Cuda;
using Kaleido.Data;

namespace Kaleido.Cli;

/// <summary>Options that read numbers the same in every culture and refuse them in one sentence that names the flag.</summary>
internal static class Flags
{
    /// <summary>A whole number in a range; null where it is not given.</summary>
    public static Option<long?> Whole(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                && value >= least && value <= most)
                return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture,
                $"{name} must be a whole number from {least} to {most}, not \"{text}\""));
            return null;
        },
    };

    /// <summary>A finite number, above 0 or from 0 on, at most 1e38 so that a float can hold it; null where it is not given.</summary>
    public static Option<double?> Number(string name, string description, bool zero, double most = 1e38) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value) && (zero ? value >= 0 : value > 0))
            {
                if (value <= most) return value;
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be at most {most:R}, not \"{text}\""));
                return null;
            }

            result.AddError($"{name} must be a number {(zero ? "from 0 on" : "above 0")}, not \"{text}\"");
            return null;
        },
    };

    /// <summary>"28x28" or "32x32x3"; null where it is not given.</summary>
    public static Option<ImageShape?> Shape(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "WxH[xC]",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Sides(text) is { Length: 2 or 3 } sizes && (sizes.Length == 2 || sizes[2] is 1 or 3))
                return new ImageShape(sizes[0], sizes[1], sizes.Length == 2 ? 1 : sizes[2]);
            result.AddError($"{name} must be like 28x28 or 32x32x3 (1 or 3 channels), not \"{text}\"");
            return null;
        },
    };

    /// <summary>"32x32"; null where it is not given.</summary>
    public static Option<ImageSize?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "WxH",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Sides(text) is { Length: 2 } sizes) return new ImageSize(sizes[0], sizes[1]);
            result.AddError($"{name} must be like 32x32, not \"{text}\"");
            return null;
        },
    };

    // The numbers between the x of "32x32x3"; null where one is none, or not from 1 to 16384.
    private static int[]? Sides(string text)
    {
        int[] sizes = [.. text.Split('x').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.All(size => size is > 0 and <= 16384) ? sizes : null;
    }

    /// <summary>How many threads; null where it is not given.</summary>
    public static Option<long?> Threads() => Whole(
        "--threads",
        FormattableString.Invariant(
            $"Threads, at most {ThreadTeam.Limit} (a team has no more); they never change a result [default: as many as there are cores]"),
        1, ThreadTeam.Limit);

    private static readonly string[] Devices = ["cpu", "cuda", "auto", "reference"];

    /// <summary>What to compute on.</summary>
    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device")
        {
            Description = "What to compute on: cpu, cuda (an NVIDIA GPU), auto (cuda if there is one, else cpu), "
                + "or reference (float64 and slow, to check the others) [default: cpu]",
            HelpName = string.Join('|', Devices),
        };
        option.CompletionSources.Add(Devices);
        Demand(option, name => Devices.Contains(name), name => $"--device must be cpu, cuda, auto or reference, not \"{name}\"");
        return option;
    }

    /// <summary>Refuses values of a flag in one sentence.</summary>
    public static void Demand(Option option, Func<string, bool> isGood, Func<string, string> sentence) =>
        option.Validators.Add(result => Judge(result, isGood, sentence));

    /// <summary>Refuses values of an argument in one sentence.</summary>
    public static void Demand(Argument argument, Func<string, bool> isGood, Func<string, string> sentence) =>
        argument.Validators.Add(result => Judge(result, isGood, sentence));

    private static void Judge(SymbolResult result, Func<string, bool> isGood, Func<string, string> sentence)
    {
        if (result.Tokens is [{ Value: var value }] && !isGood(value)) result.AddError(sentence(value));
    }

    /// <summary>"auto" as what it is here: "cuda" or "cpu". Other names stay.</summary>
    public static string? Settle(string? name)
    {
        if (name != "auto") return name;
        bool opened = CudaProvider.Instance.TryOpen(out var device, out _);
        device?.Dispose();
        return opened ? "cuda" : "cpu";
    }

    /// <summary>Opens what <see cref="Device()"/> names.</summary>
    /// <exception cref="DeviceException">There is no such device; the message says why.</exception>
    public static Device Open(string? name, int threads) => name switch
    {
        "reference" => Backends.Device.Reference(),
        "cuda" => CudaProvider.Instance.TryOpen(out var device, out string reason)
            ? device!
            : throw new DeviceException("--device cuda", reason),
        "auto" => Open(Settle(name), threads),
        _ => Backends.Device.Cpu(threads),
    };

    /// <summary>Print JSON.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text" };

    /// <summary>A path; null where it is not given.</summary>
    public static Option<string?> Path(string name, string description, string helpName = "DIR") => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal)) return text;
            result.AddError($"{name} must name a path, not \"\"");
            return null;
        },
    };
}
