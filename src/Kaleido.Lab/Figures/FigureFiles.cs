using System.Globalization;
using Kaleido.Files;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Figures;

/// <summary>
/// Writes what a figure came to: its picture as PNG, what moves as GIF, its numbers and verdicts as JSON, its tables as CSV; each file
/// complete or not at all.
/// </summary>
public static class FigureFiles
{
    /// <summary>
    /// Writes <c>figure-NAME.png</c>, <c>figure-NAME.gif</c> where there is an animation, <c>figure-NAME.json</c> and
    /// <c>figure-NAME-TABLE.csv</c>; returns the paths.
    /// </summary>
    /// <param name="folder">Where to; made where it is missing.</param>
    /// <param name="result">What the figure came to.</param>
    /// <param name="options">How it was made: the JSON has whether in the quick form, and the seeds asked for, or null.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static IReadOnlyList<string> Write(string folder, FigureResult result, FigureOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(folder);
        var written = new List<string>();
        foreach (var table in result.Tables)
        {
            string path = Path.Combine(folder, $"figure-{result.Name}-{table.Name}.csv");
            AtomicFile.Write(path, stream => WriteTable(stream, table));
            written.Add(path);
        }

        string picture = Path.Combine(folder, $"figure-{result.Name}.png");
        PngEncoder.Write(picture, result.Picture);
        written.Add(picture);
        if (result.Animation is { } frames)
        {
            string animation = Path.Combine(folder, $"figure-{result.Name}.gif");
            GifEncoder.Write(animation, frames, result.Timing);
            written.Add(animation);
        }

        string json = Path.Combine(folder, $"figure-{result.Name}.json");
        AtomicFile.Write(json, stream => FigureReport.Write(stream, result, options));
        written.Add(json);
        return written;
    }

    private static void WriteTable(Stream stream, FigureTable table)
    {
        using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', table.Columns));
        foreach (double[] row in table.Rows)
            text.WriteLine(string.Join(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
    }
}
