using System.CommandLine;

namespace Kaleido.Cli;

/// <summary>What somebody may have meant by a word that is not understood.</summary>
internal static class Suggestion
{
    private const int LeastPrefix = 3;

    /// <summary>The refusal of a word, with the flag or the command that is nearest to it, where one is near.</summary>
    public static string Refuse(Command command, string word)
    {
        string? near = Near(command, word);
        return near is null ? $"\"{word}\" is not understood; see --help" : $"\"{word}\" is not understood: perhaps {near}; see --help";
    }

    private static string? Near(Command command, string word)
    {
        var flags = command.Options.Where(option => !option.Hidden).SelectMany(option => (string[])[option.Name, .. option.Aliases]);
        if (word.StartsWith("--", StringComparison.Ordinal)) return Nearest(flags, word);
        if (command.Subcommands.Count > 0)
            return Nearest([.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name), "--help"], word);

        // A path where a command takes none.
        return flags.Contains("--data") && Path.Exists(word) ? $"--data {word}" : flags.Contains($"--{word}") ? $"--{word}" : null;
    }

    private static string? Nearest(IEnumerable<string> names, string word) => names
        .Select(name => (Name: name, Edits: IsPrefix(name, word) ? 0 : Edits(name.TrimStart('-'), word.TrimStart('-'))))
        .Where(it => it.Edits <= (word.TrimStart('-').Length > LeastPrefix ? 2 : 1))
        .OrderBy(it => it.Edits).ThenBy(it => it.Name, StringComparer.Ordinal).Select(it => it.Name).FirstOrDefault();

    private static bool IsPrefix(string name, string word) =>
        word.TrimStart('-').Length >= LeastPrefix && name.StartsWith(word, StringComparison.Ordinal);

    // Levenshtein's distance: the fewest letters added, left out or changed; one row of the table at a time.
    private static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
