using System.Globalization;
using System.Text.Json;
using Kaleido.Lab.Creation;
using Kaleido.Numerics;

namespace Kaleido.Lab.Figures;

/// <summary>Numbers and verdicts of a figure as JSON, for <c>figure-NAME.json</c> and for <c>kaleido figure --json</c>.</summary>
public static class FigureReport
{
    /// <summary>Writes <c>figure-NAME.json</c>: who wrote it, and what <see cref="WriteFigure"/> writes.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="result">What the figure came to.</param>
    /// <param name="options">How it was made.</param>
    public static void Write(Stream stream, FigureResult result, FigureOptions options)
    {
        using var json = new Utf8JsonWriter(stream, ReadableJson.Options);
        json.WriteStartObject();
        WriteOrigin(json, "kaleido-figure-1");
        WriteFigure(json, result, options);
        json.WriteEndObject();
    }

    /// <summary>Format and versions, as keys of an object that is begun.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="format">The format's name.</param>
    public static void WriteOrigin(Utf8JsonWriter json, string format)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteString("format", format);
        json.WriteString("version", HostEnvironment.Version);
        json.WriteNumber("numerics_version", NumericsVersion.Current);
    }

    /// <summary>A figure's name, title, form, numbers and verdicts, as keys of an object that is begun.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="result">What the figure came to.</param>
    /// <param name="options">How it was made: whether in the quick form, and the seeds asked for, or null.</param>
    public static void WriteFigure(Utf8JsonWriter json, FigureResult result, FigureOptions options)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        json.WriteString("figure", result.Name);
        json.WriteString("title", result.Title);
        json.WriteBoolean("quick", options.Quick);
        if (options.Seeds > 0) json.WriteNumber("seeds", options.Seeds);
        else json.WriteNull("seeds");
        json.WriteBoolean("accepted", result.IsAccepted);
        json.WriteStartObject("numbers");
        foreach (var (name, value) in result.Numbers) WriteNumber(json, name, value);
        json.WriteEndObject();
        json.WriteStartArray("verdicts");
        foreach (var verdict in result.Verdicts)
        {
            json.WriteStartObject();
            json.WriteString("kind", verdict.Kind.ToString().ToLowerInvariant());
            json.WriteString("statement", verdict.Statement);
            json.WriteString("verdict", verdict.Word);
            json.WriteString("seen", verdict.Seen);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // JSON has no such numbers: their names are texts, those of JsonNumberHandling.AllowNamedFloatingPointLiterals.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
    }
}
