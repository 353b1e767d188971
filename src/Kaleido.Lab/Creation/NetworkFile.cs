using System.Text.Json;
using Kaleido.Data;
using Kaleido.Files;

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
    public static bool IsSafetensors(string path) => File.Exists(path) && SafetensorsFile.IsSafetensors(path);

    /// <summary>
    /// The shape of the pictures that a network was trained on, from the report of the run that wrote it; null where no such report lies
    /// beside it, or it is of other data.
    /// </summary>
    public static ImageShape? ShapeBeside(string path, int features)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        string report = Path.Combine(folder ?? ".", OutputFolder.Report);
        if (!File.Exists(report)) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(report));
            var data = json.RootElement.GetProperty("data");
            var shape = new ImageShape(Size("width"), Size("height"), Size("channels"));
            return shape is { Width: > 0, Height: > 0, Channels: 1 or 3 } && (long)shape.Width * shape.Height * shape.Channels == features
                ? shape : null;

            int Size(string name) => data.GetProperty(name).GetInt32();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null; // somebody else's run.json
        }
    }

    /// <summary>Refuses a file that is clearly something else, and a folder, which <see cref="Find"/> found no network in.</summary>
    /// <exception cref="InvalidDataException">It is no network.</exception>
    public static void Demand(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path}: there is no {OutputFolder.Network} in this folder, as kaleido create writes it.");
        if (File.Exists(path) && !IsSafetensors(path) && !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException(
                $"{path}: expected a network, as kaleido create writes it ({OutputFolder.Network}), found another file.");
    }
}
