using System.Globalization;
using System.Text.Json;
using Kaleido.Lab.Creation;
using Kaleido.Numerics;

namespace Kaleido.Lab.Benchmarking;

/// <summary>Results as JSON; contenders are written and read in the same form. A figure that is not known is null.</summary>
public static class BenchmarkReport
{
    /// <summary>The value of "format".</summary>
    public const string Format = "kaleido-bench-1";

    /// <summary>Writes a result and its rivals.</summary>
    public static void Write(Stream stream, BenchmarkResult result, IReadOnlyList<BenchmarkResult> rivals)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(rivals);
        using var json = new Utf8JsonWriter(stream, ReadableJson.Options);
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("version", HostEnvironment.Version);
        json.WriteNumber("numerics_version", NumericsVersion.Current);
        json.WriteString("date_utc", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("processor", HostEnvironment.Processor);
        json.WriteString("instruction_set", Backends.Cpu.CpuBackend.InstructionSet);
        WriteFigures(json, result);
        json.WriteStartArray("rivals");
        foreach (var rival in rivals)
        {
            json.WriteStartObject();
            WriteFigures(json, rival);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, BenchmarkResult result)
    {
        json.WriteString("name", result.Name);
        json.WriteNumber("threads", result.Threads);
        Number(json, "peak_gflops", result.PeakGflops);
        Number(json, "peak_gflops_all_threads", result.PeakGflopsAllThreads);
        json.WriteStartArray("products");
        foreach (var product in result.Products)
        {
            json.WriteStartObject();
            json.WriteString("shape", product.Shape);
            json.WriteNumber("threads", product.Threads);
            Number(json, "gflops", product.Gflops);
            Number(json, "percent_of_peak", product.PercentOfPeak);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Number(json, "step_ms", result.StepMilliseconds);
        Number(json, "step_ms_one_thread", result.StepMillisecondsOneThread);
        Number(json, "sampling_ms", result.SamplingMilliseconds);
        Number(json, "tiny_steps_per_second", result.TinyStepsPerSecond);
        Number(json, "ensemble_net_steps_per_second", result.EnsembleNetworkStepsPerSecond);
        Number(json, "bytes_per_step", result.BytesPerStep);
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, Math.Round(value, 4));
        else json.WriteNull(name);
    }

    /// <summary>Reads the rivals of a file: an array of results, or a report, whose own figures and rivals are then all rivals.</summary>
    /// <exception cref="InvalidDataException">It is not of that form; the message names the file and the place.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<BenchmarkResult> ReadRivals(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file.", path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array) return [.. root.EnumerateArray().Select(Read)];
            IEnumerable<JsonElement> rivals = root.TryGetProperty("rivals", out var more) ? more.EnumerateArray() : [];
            return [Read(root), .. rivals.Select(Read)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{path}: not the figures of a benchmark, as bench --json or peers.py --json prints them: "
                + (error is KeyNotFoundException ? "a key is missing." : error.Message), error);
        }
    }

    private static BenchmarkResult Read(JsonElement json) => new()
    {
        Name = json.GetProperty("name").GetString() ?? throw new FormatException("a name is null"),
        Threads = json.GetProperty("threads").GetInt32(),
        PeakGflops = Number(json, "peak_gflops"),
        PeakGflopsAllThreads = Number(json, "peak_gflops_all_threads"),
        Products = json.TryGetProperty("products", out var products)
            ? [.. products.EnumerateArray().Select(p => new ProductSpeed(
                ProductShape.Parse(p.GetProperty("shape").GetString() ?? "").ToString(), p.GetProperty("threads").GetInt32(),
                Number(p, "gflops"), Number(p, "percent_of_peak")))]
            : [],
        StepMilliseconds = Number(json, "step_ms"),
        StepMillisecondsOneThread = Number(json, "step_ms_one_thread"),
        SamplingMilliseconds = Number(json, "sampling_ms"),
        TinyStepsPerSecond = Number(json, "tiny_steps_per_second"),
        EnsembleNetworkStepsPerSecond = Number(json, "ensemble_net_steps_per_second"),
        BytesPerStep = Number(json, "bytes_per_step"),
    };

    private static double Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetDouble() : double.NaN;
}
