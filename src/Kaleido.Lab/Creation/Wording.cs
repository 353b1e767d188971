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

    /// <summary>Widths of layers: "784-400-400-784", and "784-100×2000-784" where more than ten in a row are equal.</summary>
    public static string Sizes(IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        const int Most = 10;
        var parts = new List<string>();
        for (int i = 0, end; i < sizes.Count; i = end)
        {
            for (end = i + 1; end < sizes.Count && sizes[end] == sizes[i];) end++;
            string size = sizes[i].ToString(CultureInfo.InvariantCulture);
            if (end - i > Most) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{size}×{end - i}"));
            else parts.AddRange(Enumerable.Repeat(size, end - i));
        }

        return string.Join('-', parts);
    }

    /// <summary>A path as it is typed in a shell: in single quotes where it holds a blank or what a shell may read otherwise.</summary>
    public static string Typed(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.All(c => char.IsLetterOrDigit(c) || "/\\._-+:,@%=".Contains(c, StringComparison.Ordinal)) ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>"1 sample", "3 samples".</summary>
    public static string Count(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : plural ?? noun + "s")}");
}
