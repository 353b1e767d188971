using System.Globalization;

namespace Kaleido.Files;

/// <summary>The one form in which every reader here refuses a file: where, what was expected, what was found.</summary>
internal static class BadFile
{
    /// <summary>"{path}, offset {offset}: expected {expected}, found {found}."</summary>
    public static InvalidDataException At(string path, long offset, string expected, string found, Exception? cause = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}, offset {offset}: expected {expected}, found {found}."), cause);

    /// <summary>Opens a file for sequential reading; a missing one is refused by a sentence that says which part is missing.</summary>
    /// <exception cref="FileNotFoundException">The folder is there, the file is not.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    public static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new FileNotFoundException($"{path} is a folder: expected a file.", path);
        }

        if (!File.Exists(path))
        {
            string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
            throw folder is null || Directory.Exists(folder)
                ? new FileNotFoundException($"{path}: there is no such file.", path)
                : new DirectoryNotFoundException($"{path}: its folder does not exist.");
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (!file.CanSeek)
        {
            file.Dispose();
            throw new InvalidDataException($"{path}: expected a file with a length, found a pipe or a device.");
        }

        return file;
    }

    /// <summary>Invariant text of a list of sizes: "60000 × 28 × 28".</summary>
    public static string Sizes(ReadOnlySpan<int> sizes)
    {
        var text = new System.Text.StringBuilder();
        foreach (int size in sizes)
        {
            text.Append(text.Length == 0 ? "" : " × ").Append(size.ToString(CultureInfo.InvariantCulture));
        }

        return text.Length == 0 ? "a scalar" : text.ToString();
    }

    /// <summary>Invariant text of a whole number.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
