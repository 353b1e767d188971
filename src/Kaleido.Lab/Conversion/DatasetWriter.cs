using System.Globalization;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Conversion;

/// <summary>Writes data as an array, a table, pictures or an animation, by the ending of the name: all of it or nothing.</summary>
public static class DatasetWriter
{
    /// <summary>The endings that are known, for messages.</summary>
    public const string Endings =
        ".npy, .npz (with labels), .csv (with labels), .png (a grid, or one picture), .gif or .apng (one frame a sample), "
        + "or / (a folder of .png files, one a sample, in sub-folders by label)";

    private const int MaximumFrames = 10_000, MaximumBytes = 1 << 30;

    /// <summary>What is written under a name.</summary>
    private enum Kind { Unknown, Npy, Npz, Csv, Grid, Animation, Folder }

    /// <summary>Whether the name says what to write: by its ending, or because it is a folder.</summary>
    public static bool IsKnown(string path) => KindOf(path) != Kind.Unknown;

    /// <summary>Whether labels are written too where there are some.</summary>
    public static bool KeepsLabels(string path) => KindOf(path) is Kind.Npz or Kind.Csv or Kind.Folder;

    /// <summary>Refuses, before any work, a name that cannot be written to.</summary>
    /// <exception cref="InvalidDataException">The ending is not known.</exception>
    /// <exception cref="IOException">The folder does not exist, or the folder to write exists and is not empty.</exception>
    public static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (KindOf(path))
        {
            case Kind.Unknown:
                throw new InvalidDataException($"{path}: what to write is told by the ending: {Endings}.");
            case Kind.Folder when File.Exists(Path.TrimEndingDirectorySeparator(path)):
                throw new IOException($"{path}: cannot be a folder to write to, because it is a file.");
            case Kind.Folder when Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any():
                throw new IOException(
                    $"{path}: the folder is not empty, and what is in it would be mixed with the pictures; name another one.");
            case not Kind.Folder when Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder):
                throw new DirectoryNotFoundException($"{path}: its folder does not exist.");
            case not Kind.Folder:
                OutputFolder.Demand(path);
                break;
        }
    }

    /// <summary>Writes all samples.</summary>
    /// <exception cref="InvalidDataException">The ending is not known, or the samples are not what it needs: pictures, values
    /// in [0, 1].</exception>
    /// <exception cref="IOException">See <see cref="Check"/>, or the disk refused.</exception>
    public static void Write(string path, Dataset data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Check(path);
        var kind = KindOf(path);
        if (kind is Kind.Grid or Kind.Animation or Kind.Folder)
            DataSource.DemandUnitRange(data.Name, data, "pictures hold values in [0, 1]");
        switch (kind)
        {
            case Kind.Npy:
                NpyWriter.Write(path, Values(data));
                break;
            case Kind.Npz:
                List<KeyValuePair<string, NpyArray>> arrays = [new("x", Values(data))];
                if (data.Labels is { } labels) arrays.Add(new("y", NpyArray.From<int>([data.Samples], labels.Span)));
                NpzWriter.Write(path, arrays);
                break;
            case Kind.Csv:
                AtomicFile.Write(path, stream => WriteTable(stream, data));
                break;
            case Kind.Grid:
                PngEncoder.Write(path, Grid(data));
                break;
            case Kind.Animation when path.EndsWith(".gif", StringComparison.OrdinalIgnoreCase):
                GifEncoder.Write(path, Pictures(data));
                break;
            case Kind.Animation:
                ApngEncoder.Write(path, Pictures(data));
                break;
            default:
                PictureFolder.Write(path, data, cancellation);
                break;
        }
    }

    private static Kind KindOf(string path) => path.EndsWith('/') || path.EndsWith(Path.DirectorySeparatorChar) || Directory.Exists(path)
        ? Kind.Folder
        : Path.GetFileNameWithoutExtension(path).Length == 0 ? Kind.Unknown
        : Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => Kind.Npy,
            ".npz" => Kind.Npz,
            ".csv" => Kind.Csv,
            ".png" => Kind.Grid,
            ".gif" or ".apng" => Kind.Animation,
            _ => Kind.Unknown,
        };

    private static NpyArray Values(Dataset data) => data.Image is { } shape
        ? PixelOrder.ToArray(data.Values.Span, shape)
        : NpyArray.From([data.Samples, data.Features], data.Values.Span);

    private static Picture Grid(Dataset data)
    {
        var shape = KaleidoscopeSheet.ShapeOf(data);
        double tiles = data.Samples + 2 * Math.Sqrt(data.Samples) + 1;
        Demand(data, tiles * (shape.Width + 1.0) * (shape.Height + 1.0) * shape.Channels, "a grid");
        return ImageGrid.Draw(data.Values.Span, shape, new() { Padding = data.Samples == 1 ? 0 : 1 });
    }

    private static List<Picture> Pictures(Dataset data)
    {
        var shape = KaleidoscopeSheet.ShapeOf(data);
        Demand(data, data.Samples > MaximumFrames ? double.PositiveInfinity : (double)data.Samples * shape.Features, "an animation");
        return [.. Enumerable.Range(0, data.Samples).Select(i => ImageGrid.Draw(data.Row(i), shape, new() { Padding = 0 }))];
    }

    private static void Demand(Dataset data, double bytes, string what)
    {
        if (bytes <= MaximumBytes) return;
        throw new InvalidDataException(
            $"{data.Name}: {what} of {Wording.Count(data.Samples, "sample")} of {Wording.Count(data.Features, "feature")} is too large; "
            + "choose some with --first or --random.");
    }

    // A header line; the label, if there is one, in the last column.
    private static void WriteTable(Stream stream, Dataset data)
    {
        using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', Enumerable.Range(0, data.Features).Select(i => FormattableString.Invariant($"x{i}")))
            + (data.Labels is null ? "" : ",label"));
        for (int i = 0; i < data.Samples; i++)
        {
            var row = data.Row(i);
            for (int j = 0; j < row.Length; j++)
            {
                if (j > 0) text.Write(',');
                text.Write(row[j].ToString("R", CultureInfo.InvariantCulture));
            }

            text.WriteLine(data.Labels is { } labels ? FormattableString.Invariant($",{labels.Span[i]}") : "");
        }
    }
}
