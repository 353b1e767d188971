using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kaleido.DeviceBench;

/// <summary>Who did the work.</summary>
/// <param name="Name">For example "Kaleido CUDA" or "PyTorch captured".</param>
/// <param name="Library">"Kaleido" or "PyTorch".</param>
/// <param name="OnGpu">False: on the processor.</param>
/// <param name="Precision">Of the products: "float32" or "TF32".</param>
/// <param name="Description">The device and its software in words.</param>
internal sealed record Contender(string Name, string Library, bool OnGpu, string Precision, string Description)
{
    /// <summary>Name and precision.</summary>
    public string Title => $"{Name}, {Precision}";
}

/// <summary>How long one piece of work took one contender.</summary>
/// <param name="Work">For example "step 1000".</param>
/// <param name="Contender">The title of the contender.</param>
/// <param name="Milliseconds">Of one call: the median of some rounds of many calls, waited for at the end of each round.</param>
/// <param name="Low">Its lowest round.</param>
/// <param name="High">Its highest round.</param>
internal sealed record Timing(string Work, string Contender, double Milliseconds, double Low, double High)
{
    /// <summary>Making the work ready, before the first call.</summary>
    public double CompileMilliseconds { get; init; } = double.NaN;

    /// <summary>The first call.</summary>
    public double FirstMilliseconds { get; init; } = double.NaN;

    /// <summary>The second call: the one that captures a graph.</summary>
    public double SecondMilliseconds { get; init; } = double.NaN;

    /// <summary>The part of <see cref="Milliseconds"/> until the host had issued everything; if it is all, the host limits.</summary>
    public double IssueMilliseconds { get; init; } = double.NaN;
}

/// <summary>What was not measured, and why.</summary>
internal sealed record Omission(string What, string Reason);

/// <summary>The figures of a run: what <c>measure</c> and bench/peers/device.py write, and <c>table</c> joins.</summary>
internal sealed record DeviceReport(string Date, string Host)
{
    public List<Contender> Contenders { get; init; } = [];

    public List<Timing> Timings { get; init; } = [];

    public List<Omission> Omissions { get; init; } = [];

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="KeyNotFoundException">Something is missing.</exception>
    public static DeviceReport Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new(Text(root, "date"), Text(root, "host"))
        {
            Contenders = [.. root.GetProperty("contenders").EnumerateArray().Select(it => new Contender(
                Text(it, "name"), Text(it, "library"), it.GetProperty("on_gpu").GetBoolean(),
                    Text(it, "precision"), Text(it, "description")))],
            Timings = [.. root.GetProperty("timings").EnumerateArray().Select(it => new Timing(
                Text(it, "work"), Text(it, "contender"), Number(it, "ms"), Number(it, "low_ms"), Number(it, "high_ms"))
            {
                CompileMilliseconds = Number(it, "compile_ms"),
                FirstMilliseconds = Number(it, "first_ms"),
                SecondMilliseconds = Number(it, "second_ms"),
                IssueMilliseconds = Number(it, "issue_ms"),
            })],
            Omissions = [.. root.GetProperty("omissions").EnumerateArray()
                .Select(it => new Omission(Text(it, "what"), Text(it, "reason")))],
        };
    }

    /// <summary>The same from a file.</summary>
    /// <exception cref="InvalidDataException">It holds something else; the sentence names it.</exception>
    public static DeviceReport ReadFile(string path)
    {
        try
        {
            return Read(File.ReadAllText(path));
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(
                $"{path}: expected figures as measure --json or device.py --json writes them, found something else", wrong);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    /// <summary>All of it as JSON, the same whatever the culture.</summary>
    public string Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("date", Date);
            json.WriteString("host", Host);
            json.WriteStartArray("contenders");
            foreach (var it in Contenders)
            {
                json.WriteStartObject();
                json.WriteString("name", it.Name);
                json.WriteString("library", it.Library);
                json.WriteBoolean("on_gpu", it.OnGpu);
                json.WriteString("precision", it.Precision);
                json.WriteString("description", it.Description);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("timings");
            foreach (var it in Timings)
            {
                json.WriteStartObject();
                json.WriteString("work", it.Work);
                json.WriteString("contender", it.Contender);
                Write("ms", it.Milliseconds);
                Write("low_ms", it.Low);
                Write("high_ms", it.High);
                Write("compile_ms", it.CompileMilliseconds);
                Write("first_ms", it.FirstMilliseconds);
                Write("second_ms", it.SecondMilliseconds);
                Write("issue_ms", it.IssueMilliseconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("omissions");
            foreach (var it in Omissions)
            {
                json.WriteStartObject();
                json.WriteString("what", it.What);
                json.WriteString("reason", it.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();

            void Write(string name, double value)
            {
                // Seven digits are more than any clock is worth.
                if (double.IsFinite(value))
                    json.WriteNumber(name, double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            }
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>One report of the figures of several, in their order; a figure that a later one repeats is the later one's.</summary>
    public static DeviceReport Join(IReadOnlyList<DeviceReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var joined = new DeviceReport(
            string.Join("; ", reports.Select(r => r.Date).Distinct()), string.Join("; ", reports.Select(r => r.Host).Distinct()));
        foreach (var report in reports)
        {
            joined.Contenders.RemoveAll(it => report.Contenders.Any(other => other.Title == it.Title));
            joined.Contenders.AddRange(report.Contenders);
            joined.Timings.RemoveAll(it => report.Timings.Any(other => (other.Work, other.Contender) == (it.Work, it.Contender)));
            joined.Timings.AddRange(report.Timings);
            joined.Omissions.AddRange(report.Omissions);
        }

        return joined;
    }
}
