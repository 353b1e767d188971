using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>IDX files as data sets: one of samples, alone or with one of labels, or a folder of them.</summary>
internal static class IdxData
{
    /// <summary>One file of samples, with labels from <paramref name="labelsPath"/> unless it is null.</summary>
    public static Dataset Read(string name, string path, string? labelsPath, long memoryLimit)
    {
        (IdxType type, int[] claimed) = IdxReader.Peek(path);
        long values = 1;
        foreach (int size in claimed) values *= size;
        MemoryLimit.Check(path, claimed[0], values / claimed[0], values * IdxArray.SizeOf(type), memoryLimit);
        IdxArray array = IdxReader.Read(path);
        ReadOnlySpan<int> sizes = array.Dimensions;
        if (sizes.Length == 1 && array.Type is not (IdxType.Float32 or IdxType.Float64))
        {
            throw BadFile.At(path, 3, "samples (rank 2 to 4, or rank 1 of floats)", $"{sizes[0]} whole numbers, which look like labels");
        }

        int[]? labels = labelsPath is null ? null : LabelFiles.Read(labelsPath, path, sizes[0]);
        (float[] shaped, ImageShape? image) = Values(array, path);
        return Dataset.Own(name, shaped, shaped.Length / sizes[0], image, labels);
    }

    /// <summary>Files are chosen by name, so that a damaged one is reported instead of passed over.</summary>
    public static bool LooksLikeIdx(string path)
    {
        string name = Path.GetFileName(path);
        return !name.StartsWith('.') && (name.Contains("idx", StringComparison.OrdinalIgnoreCase)
            || name.Contains("ubyte", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The file of samples, train-* first, then by name; and the labels of the same count whose name resembles it most.</summary>
    /// <returns>Null where there are only labels.</returns>
    public static (string Samples, string? Labels)? Choose(IEnumerable<string> files)
    {
        var samples = new List<(string Path, int Count)>();
        var labels = new List<(string Path, int Count)>();
        foreach (string file in files)
        {
            (_, int[] sizes) = IdxReader.Peek(file);
            (sizes.Length == 1 ? labels : samples).Add((file, sizes[0]));
        }

        if (samples.Count == 0)
        {
            return null;
        }

        int chosen = samples.FindIndex(s => Path.GetFileName(s.Path).StartsWith("train", StringComparison.OrdinalIgnoreCase));
        (string path, int count) = samples[Math.Max(chosen, 0)];
        if (labels.Count == 0)
        {
            return (path, null);
        }

        string? best = labels.Where(l => l.Count == count).Select(l => l.Path).MaxBy(l => CommonPrefix(l, path));
        return best is not null
            ? (path, best)
            : throw new InvalidDataException(
                $"{path}, offset 4: expected as many images as there are labels "
                + $"({labels[0].Count} in {Path.GetFileName(labels[0].Path)}), found {count}.");
    }

    private static int CommonPrefix(string a, string b) => a.AsSpan().CommonPrefixLength(b);

    private static (float[] Values, ImageShape? Image) Values(IdxArray array, string path)
    {
        ReadOnlySpan<int> sizes = array.Dimensions;
        float[] values;
        if (array.Type == IdxType.UInt8)
        {
            values = new float[array.Count];
            PixelValues.FromBytes(array.Bytes, values);
        }
        else
        {
            values = array.ToSingle();
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                int features = values.Length / sizes[0];
                long offset = 4 + (4 * sizes.Length) + ((long)i * IdxArray.SizeOf(array.Type));
                throw BadFile.At(path, offset, "a finite float",
                    $"{Dataset.Word(values[i])} in sample {i / features}, feature {i % features}");
            }
        }

        return PixelValues.Shaped(values, sizes);
    }
}
