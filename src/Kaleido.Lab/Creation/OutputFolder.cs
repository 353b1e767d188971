namespace Kaleido.Lab.Creation;

/// <summary>The folder a run writes to: made, and tried out, before any work is done.</summary>
public static class OutputFolder
{
    /// <summary>The trained network.</summary>
    public const string Network = "network.safetensors";

    /// <summary>The picture.</summary>
    public const string Picture = "kaleidoscope.png";

    /// <summary>The picture in motion.</summary>
    public static IReadOnlyList<string> Animations { get; } = ["kaleidoscope.gif", "kaleidoscope.apng"];

    /// <summary>The losses, step by step.</summary>
    public const string Losses = "loss.csv";

    /// <summary>Settings, figures and environment. Written last: where it stands, the others are complete.</summary>
    public const string Report = "run.json";

    /// <summary>The checkpoint of a training; gone when the run is complete, unless it was asked for.</summary>
    public const string Checkpoint = "checkpoint.safetensors";

    /// <summary>The checkpoint of another unfinished run that was in the folder when this one began.</summary>
    public const string EarlierCheckpoint = "checkpoint.earlier.safetensors";

    /// <summary>All of them but the checkpoints, in the order they are written.</summary>
    public static IReadOnlyList<string> Files { get; } = [Network, Losses, Picture, .. Animations, Report];

    /// <summary>Makes the folder where it is missing and makes sure that files can be written there under all their names.</summary>
    /// <exception cref="IOException">It cannot be written to; the message is one sentence that names it and says why.</exception>
    public static void Prepare(string folder) => Prepare(folder, Files);

    /// <summary>The same for files of other names.</summary>
    /// <inheritdoc cref="Prepare(string)"/>
    public static void Prepare(string folder, IReadOnlyList<string> files)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            for (string? above = Path.GetFullPath(folder); above is not null; above = Path.GetDirectoryName(above))
            {
                if (File.Exists(above)) throw new IOException($"{folder}: cannot be a folder to write to, because {above} is a file.");
            }

            Directory.CreateDirectory(folder);
            foreach (string name in files)
            {
                string path = Path.Combine(folder, name);
                if (Directory.Exists(path)) throw new IOException($"{path} is a folder, so no file of that name can be written.");
            }

            // What a run that was killed while it wrote left behind.
            foreach (string name in files.Append(Checkpoint))
                foreach (string leftOver in Directory.EnumerateFiles(folder, $".{name}.*.tmp")) File.Delete(leftOver);

            Probe(folder);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new IOException($"{folder}: cannot be written to: {Reason(error)}", error);
        }
        catch (IOException error) when (!error.Message.StartsWith(folder, StringComparison.Ordinal))
        {
            throw new IOException($"{folder}: cannot be written to: {Reason(error)}", error);
        }
    }

    /// <summary>Makes a file in a folder and takes it away: that it could be made is all there is to know.</summary>
    internal static void Probe(string folder)
    {
        string probe = Path.Combine(folder, $".kaleido.{Guid.NewGuid():N}.tmp");
        using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
            // It goes as it is closed.
        }
    }

    /// <summary>Refuses a file whose folder cannot be written to.</summary>
    /// <exception cref="IOException">It cannot; the message is one sentence.</exception>
    internal static void Demand(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Probe(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written: {Reason(error, "the system makes no file there")}.", error);
        }
    }

    // What .NET says of these tells of a search, which nobody asked for.
    internal static string Reason(Exception error, string missing = "the system makes no folder there") => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => missing,
        UnauthorizedAccessException => "permission is denied",
        _ => error.Message.Split('\n', '\r')[0].Split(" : '")[0] is var message && message.Length > 1 && char.IsLower(message[1])
            ? char.ToLowerInvariant(message[0]) + message[1..]
            : message,
    };
}
