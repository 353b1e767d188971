using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kaleido.Lab.Creation;

/// <summary>How JSON is written everywhere: for people too, one value a line.</summary>
public static class ReadableJson
{
    /// <summary>Indented, LF; texts as they are (it is not for HTML), so that a path with ü and a sentence with ≤ can be read.</summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
