using System.Globalization;
using System.Text.Json;
using Kaleido.Files;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Training;

namespace Kaleido.Lab.Creation;

/// <summary>
/// A run as JSON: settings, figures, environment. Numbers are the shortest that read back the same; one that is NaN or infinite is null,
/// and a text of the same name with "_text" behind it says which.
/// </summary>
public static class RunReport
{
    /// <summary>The value of "format".</summary>
    public const string Format = "kaleido-run-1";

    /// <summary>Writes the report of a finished run.</summary>
    public static void Write(string path, CreateResult result, Mlp network)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(network);
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, ReadableJson.Options);
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("version", HostEnvironment.Version);
            json.WriteNumber("numerics_version", NumericsVersion.Current);
            json.WriteString("date_utc", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("stop_reason", Name(result.StopReason));
            json.WriteString("weights_sha256", result.Fit.LastWeightsSha256);
            json.WriteString("best_weights_sha256", result.Fit.BestWeightsSha256);
            WriteSettings(json, result.Options);
            WriteData(json, result);
            WriteNetwork(json, network);
            WriteTraining(json, result.Fit, result.Data.Samples);
            WriteSampling(json, result);
            WriteMemorization(json, result.Memorization);
            WriteEnvironment(json, result.Options, network);
            Number(json, "seconds", result.Elapsed.TotalSeconds);
            json.WriteEndObject();
        });
    }

    /// <summary>A reason as it is written: "completed", "target_reached", "patience_exhausted", …</summary>
    public static string Name(StopReason reason) => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());

    private static void WriteSettings(Utf8JsonWriter json, CreateOptions options)
    {
        json.WriteStartObject("settings");
        json.WriteString("data", options.Data);
        json.WriteNumber("samples", options.Samples);
        if (options.Class is { } label) json.WriteNumber("class", label);
        if (options.Random is { } drawn) json.WriteNumber("random", drawn);
        if (options.Size is { } size) json.WriteString("size", FormattableString.Invariant($"{size.Width}x{size.Height}"));
        json.WriteString("device", options.DeviceName);
        json.WriteNumber("hidden", options.Hidden);
        json.WriteNumber("layers", options.HiddenLayers);
        json.WriteNumber("steps", options.Steps);
        json.WriteNumber("batch", options.BatchSize);
        Number(json, "lr", options.LearningRate);
        json.WriteString("schedule", options.Cosine ? "cosine" : "constant");
        Number(json, "noise", options.InputNoise);
        Number(json, "epsilon", options.Epsilon);
        json.WriteNumber("iterations", options.Iterations);
        json.WriteNumber("chains", options.Chains);
        json.WriteNumber("seed", options.Seed);
        json.WriteNumber("threads", options.Threads);
        json.WriteString("out", options.Output);
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, CreateResult result)
    {
        var data = result.Data;
        json.WriteStartObject("data");
        json.WriteString("name", data.Name);
        json.WriteNumber("samples", data.Samples);
        json.WriteNumber("features", data.Features);
        json.WriteNumber("classes", data.Classes);
        json.WriteNumber("width", data.Image?.Width ?? 0);
        json.WriteNumber("height", data.Image?.Height ?? 0);
        json.WriteNumber("channels", data.Image?.Channels ?? 0);
        json.WriteString("header", data.Header);
        json.WriteString("fingerprint", data.Fingerprint);
        json.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter json, Mlp network)
    {
        var options = network.Options;
        json.WriteStartObject("network");
        json.WriteStartArray("sizes");
        foreach (int size in options.Sizes()) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteNumber("parameters", network.ParameterCount);
        json.WriteString("hidden_activation", options.HiddenActivation.ToString());
        json.WriteString("output_activation", options.Output.ToString());
        json.WriteString("initialization", options.Initialization.ToString());
        Number(json, "step_flops_per_sample", network.StepFlops);
        json.WriteEndObject();
    }

    private static void WriteTraining(Utf8JsonWriter json, FitResult fit, int samples)
    {
        json.WriteStartObject("training");
        json.WriteString("stop_reason", Name(fit.StopReason));
        json.WriteString("optimizer", "adam, beta1 0.9, beta2 0.999, epsilon 1e-8");
        json.WriteNumber("steps", fit.Steps);
        Number(json, "best_loss", fit.Loss);
        json.WriteNumber("best_step", fit.BestStep);
        Number(json, "last_minibatch_loss", fit.MinibatchLosses.IsEmpty ? double.NaN : fit.MinibatchLosses.Span[^1]);
        Number(json, "last_evaluation_loss", fit.Evaluations[^1].Loss);
        json.WriteBoolean("is_dead", fit.IsDead);
        if (fit.DivergedAtStep is { } step) json.WriteNumber("diverged_at_step", step);
        else json.WriteNull("diverged_at_step");
        Number(json, "seconds", fit.Elapsed.TotalSeconds);
        Number(json, "steps_per_second", fit.Steps / fit.Elapsed.TotalSeconds);
        var defaults = new TrainingOptions();
        json.WriteNumber("evaluation_interval", defaults.EvaluationInterval);
        json.WriteNumber("evaluation_samples", Math.Min(defaults.EvaluationSamples, samples));
        json.WriteNumber("loss_csv_interval", LossTable.Interval(fit.Steps));
        json.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter json, CreateResult result)
    {
        json.WriteStartObject("sampling");
        json.WriteNumber("chains", result.Options.Chains);
        json.WriteString("start", "Uniform(-1, 1)");
        json.WriteString("noise", "Uniform(-1, 1) times epsilon");
        json.WriteString("boundary", "clamp");
        json.WriteNumber("iterations", result.Iterations);
        json.WriteStartArray("frames");
        foreach (int frame in result.Frames) json.WriteNumberValue(frame);
        json.WriteEndArray();
        if (result.BurnIn is { } burnIn) json.WriteNumber("burn_in", burnIn);
        else json.WriteNull("burn_in");
        json.WriteBoolean("is_cycle", result.IsCycle);
        Number(json, "median_step", result.MedianStep);
        Number(json, "seconds", result.SamplingTime.TotalSeconds);
        json.WriteEndObject();
    }

    private static void WriteMemorization(Utf8JsonWriter json, Memorization? memorization)
    {
        if (memorization is null)
        {
            json.WriteNull("memorization");
            return;
        }

        json.WriteStartObject("memorization");
        Number(json, "threshold", Memorization.Threshold);
        Number(json, "memorized_share", memorization.MemorizedShare);
        Number(json, "median_ratio", memorization.MedianRatio);
        Number(json, "median_distance", memorization.MedianDistance);
        json.WriteNumber("distinct_samples", memorization.DistinctSamples);
        json.WriteNumber("classes_that_occur", memorization.ClassesThatOccur);
        if (memorization.ClassCounts is { } counts)
        {
            Number(json, "class_entropy_bits", memorization.ClassEntropy);
            json.WriteStartArray("class_counts");
            foreach (int count in counts) json.WriteNumberValue(count);
            json.WriteEndArray();
        }

        json.WriteStartArray("ratios");
        foreach (var neighbour in memorization.Neighbours) Value(json, neighbour.Ratio);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEnvironment(Utf8JsonWriter json, CreateOptions options, Mlp network)
    {
        json.WriteStartObject("environment");
        foreach (var (name, value) in HostEnvironment.Describe())
        {
            switch (value)
            {
                case int number: json.WriteNumber(name, number); break;
                case bool truth: json.WriteBoolean(name, truth); break;
                default: json.WriteString(name, (string)value); break;
            }
        }

        json.WriteNumber("threads", options.Threads);
        json.WriteString("device", network.Device.Description);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        Value(json, value);
        if (!double.IsFinite(value)) json.WriteString($"{name}_text", double.IsNaN(value) ? "NaN" : value > 0 ? "+infinity" : "-infinity");
    }

    private static void Value(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteNullValue();
    }
}
