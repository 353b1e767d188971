using System.Globalization;
using Kaleido.Data;

namespace Kaleido.Lab.Creation;

/// <summary>Numbers in sentences.</summary>
public static class Wording
{
    /// <summary>The message of an exception on one line, without the name of a parameter.</summary>
    public static string Plain(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        string message = error.Message.ReplaceLineEndings(" ");
        return error is ArgumentException { ParamName: { } parameter }
            ? message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
            : message;
    }

    /// <summary>That the first line of a table was not taken for numbers; null where it was, or where the data are no table.</summary>
    public static string? Header(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        const int Most = 60;
        return data.Header is not { } names ? null
            : $"{data.Name}: the first line holds names, not numbers: {(names.Length <= Most ? names : names[..(Most - 1)] + "…")}";
    }

    /// <summary>"1 sample", "3 samples".</summary>
    public static string Count(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : plural ?? noun + "s")}");
}
