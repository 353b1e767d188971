using System.Globalization;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Conversion;

/// <summary>Writes data as an array, a table, pictures or an animation, by the ending of the name.</summary>
public static class DatasetWriter
{
    /// <summary>The endings that are known, for messages.</summary>
    public const string Endings = ".npy, .npz (with labels), .csv (with labels), .png (a grid, or one picture), .gif or .apng (one frame a sample), "
        + "or / (a folder of .png files, one a sample)";

    private const int MaximumFrames = 10_000;

    /// <summary>Writes all samples.</summary>
    /// <exception cref="InvalidDataException">The ending is not known, or the samples are no pictures where pictures are wanted.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Write(string path, Dataset data)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(data);
        if (path.EndsWith('/') || path.EndsWith(Path.DirectorySeparatorChar))
        {
            WriteFolder(path, data);
            return;
        }

        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".npy":
                NpyWriter.Write(path, Values(data));
                break;
            case ".npz":
                List<KeyValuePair<string, NpyArray>> arrays = [new("x", Values(data))];
                if (data.Labels is { } labels) arrays.Add(new("y", NpyArray.From<int>([data.Samples], labels.Span)));
                NpzWriter.Write(path, arrays);
                break;
            case ".csv":
                AtomicFile.Write(path, stream => WriteTable(stream, data));
                break;
            case ".png":
                PngEncoder.Write(path, ImageGrid.Draw(data.Values.Span, KaleidoscopeSheet.ShapeOf(data), new() { Padding = data.Samples == 1 ? 0 : 1 }));
                break;
            case ".gif":
                GifEncoder.Write(path, Pictures(data));
                break;
            case ".apng":
                ApngEncoder.Write(path, Pictures(data));
                break;
            default:
                throw new InvalidDataException($"{path}: what to write is told by the ending: {Endings}.");
        }
    }

    // Samples, rows, columns and channels, as numpy users expect pictures; rows of features else.
    private static NpyArray Values(Dataset data)
    {
        if (data.Image is not { } shape) return NpyArray.From([data.Samples, data.Features], data.Values.Span);
        int[] sizes = shape.Channels == 1 ? [data.Samples, shape.Height, shape.Width] : [data.Samples, shape.Height, shape.Width, shape.Channels];
        return NpyArray.From<float>(sizes, PixelOrder.Interleave(data.Values.Span, shape));
    }

    private static List<Picture> Pictures(Dataset data)
    {
        if (data.Samples > MaximumFrames)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{data.Name}: an animation of {data.Samples} samples is too long (at most {MaximumFrames}); choose some with --first or --random."));
        }

        var shape = KaleidoscopeSheet.ShapeOf(data);
        return [.. Enumerable.Range(0, data.Samples).Select(i => ImageGrid.Draw(data.Row(i), shape, new() { Padding = 0 }))];
    }

    private static void WriteFolder(string folder, Dataset data)
    {
        var shape = KaleidoscopeSheet.ShapeOf(data);
        int digits = Math.Max(5, data.Samples.ToString(CultureInfo.InvariantCulture).Length);
        for (int i = 0; i < data.Samples; i++)
        {
            string place = data.Labels is { } labels ? Path.Combine(folder, ClassName(data, labels.Span[i])) : folder;
            Directory.CreateDirectory(place);
            string name = i.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0') + ".png";
            PngEncoder.Write(Path.Combine(place, name), ImageGrid.Draw(data.Row(i), shape, new() { Padding = 0 }));
        }
    }

    // Names of folders in the order of the labels, so that reading them again gives the same labels.
    private static string ClassName(Dataset data, int label) => data.ClassNames is { } names
        ? names[label]
        : label.ToString(CultureInfo.InvariantCulture).PadLeft((data.Classes - 1).ToString(CultureInfo.InvariantCulture).Length, '0');

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
