using System.Globalization;
using System.Text;
using Kaleido.Files;

namespace Kaleido.Lab.Figures;

/// <summary>The verdicts of several figures as one table in Markdown.</summary>
public static class VerdictTable
{
    /// <summary>The table's file.</summary>
    public const string File = "verdicts.md";

    private static readonly string[] s_words = ["accepted", "undecided", "failed", "confirmed", "refuted"];

    /// <summary>A header and a line for each verdict; a bar in a text is escaped.</summary>
    public static string Of(IReadOnlyList<FigureResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var text = new StringBuilder("| figure | statement | seen | verdict |\n|---|---|---|---|\n");
        foreach (var result in results)
        {
            foreach (var verdict in result.Verdicts)
                text.Append(CultureInfo.InvariantCulture,
                    $"| {result.Name} | {Cell(verdict.Statement)} | {Cell(verdict.Seen)} | {verdict.Word} |\n");
        }

        return text.ToString();
    }

    /// <summary>Writes the table as <c>verdicts.md</c>; returns its path.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static string Write(string folder, IReadOnlyList<FigureResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, File);
        byte[] text = Encoding.UTF8.GetBytes(Of(results));
        AtomicFile.Write(path, stream => stream.Write(text));
        return path;
    }

    /// <summary>"31 accepted, 2 undecided, 0 failed, 12 confirmed, 5 refuted".</summary>
    public static string Count(IReadOnlyList<FigureResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var words = results.SelectMany(result => result.Verdicts).ToLookup(verdict => verdict.Word);
        return string.Join(", ", s_words.Select(word => $"{words[word].Count()} {word}"));
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
