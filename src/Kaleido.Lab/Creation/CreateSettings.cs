using System.Globalization;
using Kaleido.Data;

namespace Kaleido.Lab.Creation;

/// <summary>
/// The settings of a creation as text, by the names of their flags: kept in its checkpoint, so that it can go on without being told again.
/// </summary>
public static class CreateSettings
{
    /// <summary>What stands before a flag in the notes of a checkpoint.</summary>
    public const string Prefix = "create ";

    /// <summary>The value of a flag that was not given and has no default.</summary>
    public const string None = "not given";

    private sealed record Setting(string Flag, Func<CreateOptions, string> Read, Func<CreateOptions, string, CreateOptions> Write);

    private static readonly Setting[] s_all =
    [
        Whole("--samples", o => o.Samples, (o, value) => o with { Samples = checked((int)value) }),
        Whole("--hidden", o => o.Hidden, (o, value) => o with { Hidden = checked((int)value) }),
        Whole("--layers", o => o.HiddenLayers, (o, value) => o with { HiddenLayers = checked((int)value) }),
        Whole("--steps", o => o.Steps, (o, value) => o with { Steps = checked((int)value) }),
        Whole("--batch", o => o.BatchSize, (o, value) => o with { BatchSize = checked((int)value) }),
        Number("--lr", o => o.LearningRate, (o, value) => o with { LearningRate = value }),
        new("--schedule", o => o.Cosine ? "cosine" : "constant", (o, value) => o with { Cosine = value == "cosine" }),
        Number("--noise", o => o.InputNoise, (o, value) => o with { InputNoise = value }),
        Number("--epsilon", o => o.Epsilon, (o, value) => o with { Epsilon = value }),
        Whole("--iterations", o => o.Iterations, (o, value) => o with { Iterations = checked((int)value) }),
        Whole("--chains", o => o.Chains, (o, value) => o with { Chains = checked((int)value) }),
        Optional("--class", o => o.Class, (o, value) => o with { Class = value }),
        Optional("--random", o => o.Random, (o, value) => o with { Random = value }),
        new("--size", o => o.Size is { } size ? FormattableString.Invariant($"{size.Width}x{size.Height}") : None,
            (o, text) => o with { Size = SizeOf(text) }),
        new("--device", o => o.DeviceName, (o, value) => o with { DeviceName = value }),
        Whole("--seed", o => o.Seed, (o, value) => o with { Seed = (uint)value }),
    ];

    private const string Keep = "--keep-checkpoint";

    /// <summary>The settings for a checkpoint.</summary>
    public static Dictionary<string, string> Write(CreateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var notes = s_all.ToDictionary(setting => Prefix + setting.Flag, setting => setting.Read(options), StringComparer.Ordinal);
        if (options.Data is not null) notes[Prefix + "--data"] = Path.GetFullPath(options.Data);
        if (options.KeepCheckpoint) notes[Prefix + Keep] = "yes";
        return notes;
    }

    /// <summary>The settings that a checkpoint holds.</summary>
    /// <exception cref="InvalidDataException">It was not written by a creation.</exception>
    public static CreateOptions Read(IReadOnlyDictionary<string, string> notes, string path)
    {
        ArgumentNullException.ThrowIfNull(notes);
        var options = new CreateOptions
        {
            Data = notes.GetValueOrDefault(Prefix + "--data"), KeepCheckpoint = notes.ContainsKey(Prefix + Keep),
        };
        foreach (var setting in s_all)
        {
            if (!notes.TryGetValue(Prefix + setting.Flag, out string? value))
            {
                throw new InvalidDataException(
                    $"{path}: the checkpoint does not say what {setting.Flag} was, so no creation can go on from it.");
            }
            try
            {
                options = setting.Write(options, value);
            }
            catch (Exception error) when (error is FormatException or OverflowException)
            {
                throw new InvalidDataException($"{path}: the checkpoint says that {setting.Flag} was \"{value}\", which cannot be.", error);
            }
        }

        return options;
    }

    /// <summary>
    /// The first setting in which two creations differ, in words; null if they do not. Where the data lie is no setting, and the number of
    /// steps none where the learning rate does not depend on it.
    /// </summary>
    public static string? Difference(CreateOptions saved, CreateOptions now)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(now);
        foreach (var setting in s_all)
        {
            string before = setting.Read(saved), after = setting.Read(now);
            if (before == after || (setting.Flag == "--steps" && !now.Cosine && !saved.Cosine)) continue;
            return $"{setting.Flag} was {before} and is {after} now" + (setting.Flag == "--steps" && saved.Cosine && now.Cosine
                ? ", and with --schedule cosine the learning rate of every step depends on their number" : "");
        }

        return saved.Data is null == now.Data is null ? null
            : $"--data was {saved.Data ?? "not given"} and is {now.Data ?? "not given"} now";
    }

    private static Setting Whole(string flag, Func<CreateOptions, long> read, Func<CreateOptions, long, CreateOptions> write) =>
        new(flag, o => read(o).ToString(CultureInfo.InvariantCulture),
            (o, text) => write(o, uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)));

    private static Setting Optional(string flag, Func<CreateOptions, int?> read, Func<CreateOptions, int?, CreateOptions> write) =>
        new(flag, o => read(o)?.ToString(CultureInfo.InvariantCulture) ?? None,
            (o, text) => write(o, text == None ? null : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)));

    private static ImageSize? SizeOf(string text)
    {
        if (text == None) return null;
        int[] sizes = [.. text.Split('x').Select(part => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture))];
        return sizes is [var width, var height] ? new(width, height) : throw new FormatException("a size has a width and a height");
    }

    private static Setting Number(string flag, Func<CreateOptions, double> read, Func<CreateOptions, double, CreateOptions> write) =>
        new(flag, o => read(o).ToString("R", CultureInfo.InvariantCulture),
            (o, text) => write(o, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)));
}
