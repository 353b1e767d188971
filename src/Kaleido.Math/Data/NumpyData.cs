using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Arrays of NumPy as data sets.</summary>
internal static class NumpyData
{
    private static readonly string[] DataNames = ["x", "x_train", "data", "images", "arr_0"];
    private static readonly string[] LabelNames = ["y", "y_train", "labels", "label"];

    /// <summary>A refusal of one array, from the offset in it, what was expected and what was found.</summary>
    private delegate Exception Bad(long offset, string expected, string found);

    /// <summary>A .npy file, with labels from another file unless <paramref name="labelsPath"/> is null.</summary>
    public static Dataset ReadNpy(string name, string path, string? labelsPath, long memoryLimit)
    {
        Bad bad = (offset, expected, found) => BadFile.At(path, offset, expected, found);
        NpyHeader header = NpyReader.Peek(path);
        Check(header, path, memoryLimit, bad);
        NpyArray array = NpyReader.Read(path);
        int[]? labels = labelsPath is null ? null : LabelFiles.Read(labelsPath, path, header.Shape[0]);
        return Make(name, array, labels, bad);
    }

    /// <summary>A .npz file; which array is what stands in docs/formats.md.</summary>
    public static Dataset ReadNpz(string name, string path, string? labelsPath, long memoryLimit)
    {
        using var file = BadFile.Open(path);
        List<ZipEntry> entries = NpzReader.Directory(file, path);
        ZipEntry? labelEntry = Named(entries, LabelNames);
        ZipEntry data = Named(entries, DataNames) ?? OnlyTable(file, path, entries, labelEntry);
        NpyHeader header = NpzReader.Peek(file, path, data);
        Check(header, path, memoryLimit, In(path, data));
        NpyArray array = NpzReader.ReadEntry(file, path, data);
        int[]? labels = labelsPath is not null ? LabelFiles.Read(labelsPath, path, header.Shape[0])
            : labelEntry is not null
                ? LabelFiles.Of(NpzReader.ReadEntry(file, path, labelEntry), header.Shape[0], (o, e, f) => In(path, labelEntry)(o, e, f))
            : null;
        return Make(name, array, labels, In(path, data));
    }

    private static Bad In(string path, ZipEntry entry) =>
        (offset, expected, found) => NpzReader.Bad(path, entry, $"offset {BadFile.Text(offset)}: expected {expected}, found {found}");

    private static ZipEntry? Named(List<ZipEntry> entries, string[] names)
    {
        foreach (string name in names)
        {
            if (entries.Find(e => NpzReader.NameOf(e).Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found) return found;
        }

        return null;
    }

    /// <summary>The only array of rank 2 to 4 beside the labels.</summary>
    private static ZipEntry OnlyTable(Stream file, string path, List<ZipEntry> entries, ZipEntry? labels)
    {
        List<ZipEntry> tables = [.. entries.Where(e => e != labels && NpzReader.Peek(file, path, e).Shape.Length is >= 2 and <= 4)];
        return tables.Count == 1
            ? tables[0]
            : throw BadFile.At(path, 0, $"an array called {string.Join(", ", DataNames)}, or only one of rank 2 to 4",
                entries.Count == 0 ? "no array" : string.Join(", ", entries.Take(8).Select(e => ZipDirectory.Quote(NpzReader.NameOf(e)))));
    }

    private static void Check(NpyHeader header, string path, long memoryLimit, Bad bad)
    {
        int[] shape = header.Shape;
        if (shape.Length is < 1 or > 4)
        {
            throw bad(8, "samples (rank 2 to 4, or rank 1 of floats)", $"an array of rank {shape.Length}");
        }

        if (shape.Length == 1 && header.Type is not (NpyType.Float16 or NpyType.Float32 or NpyType.Float64))
        {
            throw bad(8, "samples (rank 2 to 4, or rank 1 of floats)", $"{shape[0]} whole numbers, which look like labels");
        }

        int count = header.Bytes / NpyArray.SizeOf(header.Type);
        if (count == 0)
        {
            throw bad(8, "at least one number", $"the shape {BadFile.Sizes(shape)}");
        }

        MemoryLimit.Check(path, shape[0], count / shape[0], header.Bytes, memoryLimit);
    }

    private static Dataset Make(string name, NpyArray array, int[]? labels, Bad bad)
    {
        ReadOnlySpan<int> shape = array.Shape;
        float[] values;
        if (array.Type == NpyType.UInt8)
        {
            values = new float[array.Count];
            PixelValues.FromBytes(array.Bytes, values);
        }
        else
        {
            values = array.ToSingles();
            for (int i = 0; i < values.Length; i++)
            {
                if (float.IsFinite(values[i])) continue;
                int features = values.Length / shape[0];
                throw bad(array.OffsetOf(i), "a finite float",
                    $"{Dataset.Word(values[i])} in sample {i / features}, feature {i % features}");
            }

            PixelValues.ScaleIfBytes(values);
        }

        (float[] shaped, ImageShape? image) = PixelValues.Shaped(values, shape);
        return Dataset.Own(name, shaped, shaped.Length / shape[0], image, labels);
    }
}
