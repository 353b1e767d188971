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

        try
        {
            if (IsPipe(path)) throw new InvalidDataException(Endless(path));
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            if (file.CanSeek) return file;
            file.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be read: {Reason(error)}.", error);
        }

        throw new InvalidDataException(Endless(path));
    }

    private static string Endless(string path) => $"{path}: expected a file with a length, found a pipe or a device.";

    /// <summary>What the system says, without the paths that it names, which need not be those that the caller knows.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="missing">What it means that the file is not there.</param>
    public static string Reason(Exception error, string missing = "it is a link to what is not there, or has just gone")
    {
        if (error is UnauthorizedAccessException) return "permission is denied";
        if (error is FileNotFoundException or DirectoryNotFoundException) return missing;
        string message = error.Message.Split('\n', '\r')[0];
        foreach (string before in (string[])[" : '", " in '"])
        {
            int path = message.IndexOf(before, StringComparison.Ordinal);
            if (path > 0) message = message[..path];
        }

        return message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1])
            ? char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.')
            : message.TrimEnd('.');
    }

    /// <summary>
    /// Whether a file is a pipe: to open it for reading would wait, maybe for ever, until somebody opens it for writing. Opened for both
    /// it is there at once.
    /// </summary>
    public static bool IsPipe(string path)
    {
        if (OperatingSystem.IsWindows()) return false;
        FileSystemInfo? target = File.ResolveLinkTarget(path, returnFinalTarget: true);
        if (target is { Exists: false } || new FileInfo(target?.FullName ?? path).Length > 0) return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
            return !file.CanSeek;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
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
