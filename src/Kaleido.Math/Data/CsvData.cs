using System.Runtime.InteropServices;
using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Tables of text as data sets.</summary>
internal static class CsvData
{
    /// <summary>A CSV file, with labels from another file unless <paramref name="labelsPath"/> is null.</summary>
    public static Dataset Read(string name, string path, string? labelsPath, long memoryLimit)
    {
        using var file = BadFile.Open(path);
        CsvTable table = CsvReader.Read(file, path, (rows, columns) => MemoryLimit.Check(path, rows, columns, 0, memoryLimit));
        int[]? labels = labelsPath is not null ? LabelFiles.Read(labelsPath, path, table.Rows) : table.Labels?.ToArray();

        // The reader has just made the array for us.
        float[] values = MemoryMarshal.TryGetArray(table.Values, out ArraySegment<float> segment) && segment.Offset == 0
            && segment.Array!.Length == segment.Count ? segment.Array : table.Values.ToArray();
        PixelValues.ScaleIfBytes(values);
        return Dataset.Own(name, values, table.Columns, null, labels, header: table.Header);
    }
}
