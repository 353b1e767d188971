using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Creation;

/// <summary>Samples as a file: a picture, an animation, or an array, by the ending of its name.</summary>
public static class SampleFiles
{
    /// <summary>The name where none is given.</summary>
    public const string Default = "kaleidoscope.png";

    /// <summary>The endings that are known, for messages.</summary>
    public const string Endings = ".png (chosen iterations side by side), .gif or .apng (an animation), .npy or .npz (the last samples)";

    /// <summary>Refuses a name that says nothing about what to write, and a folder that is not there, before any work.</summary>
    /// <exception cref="InvalidDataException">The ending is not known.</exception>
    /// <exception cref="IOException">The folder does not exist, or the name is that of a folder.</exception>
    public static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!IsKnown(path))
            throw new InvalidDataException($"{path}: what to write is told by the ending: {Endings}.");
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder, so no file of that name can be written.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{path}: its folder does not exist.");
        OutputFolder.Demand(path);
    }

    /// <summary>Whether the ending says what to write.</summary>
    public static bool IsKnown(string path) =>
        Ending(path) is ".png" or ".gif" or ".apng" or ".npy" or ".npz" && Path.GetFileNameWithoutExtension(path).Length > 0;

    /// <summary>Whether the ending is that of an animation.</summary>
    public static bool IsAnimation(string path) => Ending(path) is ".gif" or ".apng";

    /// <summary>Writes the samples.</summary>
    /// <exception cref="InvalidDataException">The ending is not known.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Write(string path, SampleResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Check(path);
        switch (Ending(path))
        {
            case ".png":
                PngEncoder.Write(path, KaleidoscopeSheet.Draw(result.Frames, result.Shape));
                break;
            case ".npy":
                NpyWriter.Write(path, Last(result));
                break;
            case ".npz":
                NpzWriter.Write(path, [new("samples", Last(result))]);
                break;
            default:
                WriteAnimation(path, result.Frames, result.Shape);
                break;
        }
    }

    /// <summary>Writes frames as an animation, .gif or .apng: the first chains as a grid, the start and the end shown longer.</summary>
    public static void WriteAnimation(string path, IReadOnlyList<(int Iteration, float[] Samples)> frames, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var pictures = frames.Select(frame => KaleidoscopeSheet.DrawGrid(frame.Samples, shape)).ToList();
        var options = new AnimationOptions
        {
            Delays = [.. frames.Select((_, i) => i == frames.Count - 1 ? 2000 : i == 0 ? 600 : 100)],
        };
        if (Ending(path) == ".gif") GifEncoder.Write(path, pictures, options);
        else ApngEncoder.Write(path, pictures, options);
    }

    private static NpyArray Last(SampleResult result) => PixelOrder.ToArray(result.Frames[^1].Samples, result.Shape);

    private static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();
}
