using System.CommandLine;
using System.CommandLine.Parsing;

namespace Kaleido.Cli;

/// <summary>
/// Words that begin with "--" (or ask for help, as "-h") and were taken for a value: flags that are misspelt, or that follow a flag
/// which lacks its value. A path of such a name is written ./--name, or stands behind a "--" of its own.
/// </summary>
internal static class StrayFlags
{
    /// <summary>The first of them in a sentence; null where there is none.</summary>
    public static string? Find(ParseResult result)
    {
        var escaped = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        foreach (var child in result.CommandResult.Children)
        {
            string? stray = child.Tokens.Select(token => token.Value).FirstOrDefault(IsFlag);
            if (stray is null) continue;
            if (child is OptionResult option) return $"{option.Option.Name} lacks its value: \"{stray}\" is a flag; see --help";
            if (child is ArgumentResult && !escaped.Contains(stray)) return Suggestion.Refuse(result.CommandResult.Command, stray);
        }

        return null;
    }

    private static bool IsFlag(string text) =>
        text.Length > 2 && text.StartsWith("--", StringComparison.Ordinal) || text is "-h" or "-?";
}
