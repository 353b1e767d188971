using System.Globalization;
using System.Text;
using System.Text.Json;
using Kaleido.Lab.Creation;

namespace Kaleido.Cli;

/// <summary>What a command prints with --json: one object.</summary>
internal static class JsonText
{
    public static string Of(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, ReadableJson.Options))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A text, a number, a truth value, a list of texts or whole numbers, or null.</summary>
    public static void Value(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(name);
                break;
            case bool truth:
                writer.WriteBoolean(name, truth);
                break;
            case float number:
                if (float.IsFinite(number)) writer.WriteNumber(name, number);
                else writer.WriteNull(name);
                break;
            case double number:
                Number(writer, name, number);
                break;
            case IReadOnlyList<int> numbers:
                writer.WriteStartArray(name);
                foreach (int number in numbers) writer.WriteNumberValue(number);
                writer.WriteEndArray();
                break;
            case IReadOnlyList<string> texts:
                writer.WriteStartArray(name);
                foreach (string text in texts) writer.WriteStringValue(text);
                writer.WriteEndArray();
                break;
            case int or long or uint:
                writer.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>A number, or null where there is none or it is not finite.</summary>
    public static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }
}
