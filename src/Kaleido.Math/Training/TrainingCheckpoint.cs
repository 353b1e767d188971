using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Kaleido.Files;

namespace Kaleido.Training;

/// <summary>
/// A training at one moment, complete: parameters, moments, best parameters, losses, evaluations, the number of steps (from which
/// minibatch,
/// noise and learning rate follow), and the settings and the data it belongs to. A training that goes on from it ends with the bits of one
/// that was never stopped.
/// </summary>
/// <remarks>
/// Kept as a safetensors file (docs/formats.md) that carries a SHA-256 over everything in it; it is written to a temporary file, flushed to
/// the disk and renamed, so under its name there is always a whole one.
/// </remarks>
public sealed class TrainingCheckpoint
{
    private const string Format = "kaleido-checkpoint-1", Setting = "setting.", Note = "note.", Checksum = "sha256";

    internal TrainingCheckpoint(
        long step, TimeSpan elapsed, Arenas state, ReadOnlyMemory<float> losses, IReadOnlyList<Evaluation> evaluations,
        IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> notes) =>
        (Step, Elapsed, State, MinibatchLosses, Evaluations, Settings, Notes) =
            (step, elapsed, state, losses, evaluations, settings, notes);

    /// <summary>Completed steps.</summary>
    public long Step { get; }

    /// <summary>Time spent so far.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>The loss of each step's minibatch, before its update.</summary>
    public ReadOnlyMemory<float> MinibatchLosses { get; }

    /// <summary>The evaluations so far.</summary>
    public IReadOnlyList<Evaluation> Evaluations { get; }

    /// <summary>What decides the training's bits, by name: sizes, seeds, rates, the SHA-256 of the data.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>What the caller noted (<see cref="Checkpointing.Notes"/>).</summary>
    public IReadOnlyDictionary<string, string> Notes { get; }

    internal Arenas State { get; }

    /// <summary>What lies in four arenas of the same length: float32, or float64 from a device that computes in it.</summary>
    internal sealed record Arenas(
        SafetensorsTensor Parameters, SafetensorsTensor Moment1, SafetensorsTensor Moment2, SafetensorsTensor Best)
    {
        public IEnumerable<SafetensorsTensor> All => [Parameters, Moment1, Moment2, Best];
    }

    /// <summary>Writes it; the file of that name, if any, stays until this one is complete.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Save(string path)
    {
        var evaluations = new double[3 * Evaluations.Count];
        for (int i = 0; i < Evaluations.Count; i++)
        {
            var e = Evaluations[i];
            (evaluations[3 * i], evaluations[3 * i + 1], evaluations[3 * i + 2]) = (e.Step, e.Loss, e.Spread);
        }

        SafetensorsTensor[] tensors =
        [
            .. State.All,
            new("losses", [MinibatchLosses.Length], MinibatchLosses),
            new("evaluations", [Evaluations.Count, 3], evaluations),
        ];
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["step"] = Step.ToString(CultureInfo.InvariantCulture),
            ["elapsed_ticks"] = Elapsed.Ticks.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in Settings) metadata[Setting + name] = value;
        foreach (var (name, value) in Notes) metadata[Note + name] = value;
        metadata[Checksum] = Sha256(tensors, metadata);
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no whole checkpoint; one sentence says what is wrong with it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TrainingCheckpoint Load(string path)
    {
        var file = SafetensorsFile.Read(path);
        if (file.Metadata.GetValueOrDefault("format") is var format && format != Format)
            throw Bad($"the metadata's \"format\" is \"{format}\", expected \"{Format}\"");
        SafetensorsTensor parameters = Get("parameters"), losses = Get("losses"), evaluations = Get("evaluations");
        var state = new Arenas(parameters, Like("moment1"), Like("moment2"), Like("best"));
        string found = Sha256([.. state.All, losses, evaluations], file.Metadata);
        if (file.Metadata.GetValueOrDefault(Checksum) is var expected && expected != found)
            throw Bad($"its contents have SHA-256 {found}, but the metadata's \"{Checksum}\" is {expected ?? "missing"}: it was damaged");
        long step = Whole("step");
        if (losses.Type != SafetensorsType.F32 || losses.Count != step) throw Bad($"it holds {losses.Count} losses for {step} steps");
        if (evaluations.Type != SafetensorsType.F64 || evaluations.Shape is not [_, 3])
            throw Bad($"the tensor \"evaluations\" is {BadFile.Sizes(evaluations.Shape)}, expected rows of 3 in F64");
        var rows = evaluations.Doubles.ToArray().Chunk(3).Select(row => new Evaluation((long)row[0], row[1], row[2])).ToArray();
        return new(step, TimeSpan.FromTicks(Whole("elapsed_ticks")), state, losses.Singles, rows, Prefixed(Setting), Prefixed(Note));

        SafetensorsTensor Get(string name) => file.Find(name) ?? throw Bad($"the tensor \"{name}\" is missing");

        SafetensorsTensor Like(string name)
        {
            var tensor = Get(name);
            return tensor.Count == parameters.Count && tensor.Type == parameters.Type ? tensor
                : throw Bad($"the tensor \"{name}\" has {tensor.Count} numbers in {tensor.Type}, "
                    + $"\"parameters\" {parameters.Count} in {parameters.Type}");
        }

        long Whole(string key) =>
            long.TryParse(file.Metadata.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
                : throw Bad($"the metadata's \"{key}\" is \"{file.Metadata.GetValueOrDefault(key)}\", expected a whole number from 0 on");

        Dictionary<string, string> Prefixed(string prefix) => file.Metadata.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(p => p.Key[prefix.Length..], p => p.Value, StringComparer.Ordinal);

        InvalidDataException Bad(string what) => new($"{path}: no checkpoint: {what}.");
    }

    // Over names, sizes and numbers of all tensors and over the metadata but the sum itself.
    private static string Sha256(IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            Add(FormattableString.Invariant($"{tensor.Name} {tensor.Type} {tensor.Count}"));
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Singles.Span));
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Doubles.Span));
        }

        foreach (var (key, value) in metadata.Where(p => p.Key != Checksum).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Add(key);
            Add(value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
