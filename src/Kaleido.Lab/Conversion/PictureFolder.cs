using System.Globalization;
using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Conversion;

/// <summary>
/// A data set as a folder of .png files, one a sample: in the folder itself, or, where there are labels, in a sub-folder for each.
/// </summary>
internal static class PictureFolder
{
    /// <summary>
    /// Writes it. Everything is written into a hidden folder beside it, which gets the name when it is complete: a failure leaves nothing.
    /// </summary>
    /// <param name="folder">A folder that does not exist, or an empty one.</param>
    /// <param name="data">Pictures, or rows that can be drawn, in [0, 1].</param>
    /// <param name="cancellation">Ends it between two pictures.</param>
    public static void Write(string folder, Dataset data, CancellationToken cancellation)
    {
        var shape = KaleidoscopeSheet.ShapeOf(data);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string above = Path.GetDirectoryName(full) ?? throw new IOException($"{folder} is no folder to write to.");
        Directory.CreateDirectory(above);
        string staging = Path.Combine(above, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(staging);
            int digits = Math.Max(5, (data.Samples - 1).ToString(CultureInfo.InvariantCulture).Length);
            for (int i = 0; i < data.Samples; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                string place = data.Labels is { } labels ? Path.Combine(staging, ClassName(data, labels.Span[i])) : staging;
                Directory.CreateDirectory(place);
                string name = i.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0') + ".png";
                File.WriteAllBytes(Path.Combine(place, name), PngEncoder.Encode(ImageGrid.Draw(data.Row(i), shape, new() { Padding = 0 })));
            }

            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(staging, full);
        }
        catch (Exception error)
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
            if (error is IOException or UnauthorizedAccessException && error.Message.Contains(staging, StringComparison.Ordinal))
                throw new IOException($"{folder}: cannot be written to: {OutputFolder.Reason(error)}.", error);
            throw;
        }
    }

    // Numbers with leading zeros, so that the order of names is that of the labels.
    private static string ClassName(Dataset data, int label) => data.ClassNames is { } names
        ? names[label]
        : label.ToString(CultureInfo.InvariantCulture).PadLeft((data.Classes - 1).ToString(CultureInfo.InvariantCulture).Length, '0');
}
