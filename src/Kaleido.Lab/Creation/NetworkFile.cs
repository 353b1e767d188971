namespace Kaleido.Lab.Creation;

/// <summary>A network as a person names it: its file, or the folder that a creation wrote.</summary>
public static class NetworkFile
{
    /// <summary>The file that is meant: of a folder with a <see cref="OutputFolder.Network"/> in it, that; else the path itself.</summary>
    public static string Find(string path) => IsFolderOfRun(path) ? Path.Combine(path, OutputFolder.Network) : path;

    /// <summary>Whether it is a folder with a network in it.</summary>
    public static bool IsFolderOfRun(string path) => Directory.Exists(path) && File.Exists(Path.Combine(path, OutputFolder.Network));

    /// <summary>Whether a file can be a network, by its contents: a JSON header stands behind eight bytes of length.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsSafetensors(string path)
    {
        if (!File.Exists(path)) return false;
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    /// <summary>Refuses a file that is clearly something else.</summary>
    /// <exception cref="InvalidDataException">It is no network.</exception>
    public static void Demand(string path)
    {
        if (File.Exists(path) && !IsSafetensors(path) && !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException(
                $"{path}: expected a network, as kaleido create writes it ({OutputFolder.Network}), found another file.");
    }
}
