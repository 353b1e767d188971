using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>How a folder or a file becomes a <see cref="Dataset"/>.</summary>
internal static class DatasetFiles
{
    /// <summary>Opens a file of samples, with labels from <paramref name="labelsPath"/>, or a folder.</summary>
    public static Dataset Open(string path, string? labelsPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (!Directory.Exists(path))
        {
            return Read(name, path, labelsPath);
        }

        if (labelsPath is not null)
        {
            throw new InvalidDataException($"{path} is a folder: labels can only be named for one file of samples.");
        }

        (string samples, string? labels) = Choose(path);
        return Read(name, samples, labels);
    }

    private static Dataset Read(string name, string path, string? labelsPath)
    {
        IdxArray array = IdxReader.Read(path);
        ReadOnlySpan<int> sizes = array.Dimensions;
        if (sizes.Length == 1 && array.Type is not (IdxType.Float32 or IdxType.Float64))
        {
            throw BadFile.At(path, 3, "samples (rank 2 to 4, or rank 1 of floats)", $"{sizes[0]} whole numbers, which look like labels");
        }

        int[]? labels = labelsPath is null ? null : ReadLabels(labelsPath, path, sizes[0]);
        (float[] values, ImageShape? image) = Values(array, path);
        return Dataset.Own(name, values, values.Length / sizes[0], image, labels);
    }

    /// <summary>The file of samples, train-* first, then by name; and the labels of the same count whose name resembles it most.</summary>
    private static (string Samples, string? Labels) Choose(string folder)
    {
        string[] files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        var samples = new List<(string Path, int Count)>();
        var labels = new List<(string Path, int Count)>();
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            if (LooksLikeIdx(name))
            {
                (_, int[] sizes) = IdxReader.Peek(file);
                (sizes.Length == 1 ? labels : samples).Add((file, sizes[0]));
            }
        }

        if (samples.Count == 0)
        {
            throw new InvalidDataException(
                $"{folder}: expected IDX files of images such as train-images-idx3-ubyte.gz, "
                + $"found {labels.Count} IDX files of labels and {files.Length - labels.Count} other files.");
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

    /// <summary>Files are chosen by name, so that a damaged one is reported instead of passed over.</summary>
    private static bool LooksLikeIdx(string name) =>
        !name.StartsWith('.') && (name.Contains("idx", StringComparison.OrdinalIgnoreCase)
            || name.Contains("ubyte", StringComparison.OrdinalIgnoreCase));

    private static int CommonPrefix(string a, string b) => a.AsSpan().CommonPrefixLength(b);

    private static int[] ReadLabels(string path, string samplesPath, int samples)
    {
        IdxArray array = IdxReader.Read(path);
        if (array.Dimensions.Length != 1 || array.Type is IdxType.Float32 or IdxType.Float64)
        {
            throw BadFile.At(path, 2, "labels: rank 1, whole numbers", $"{BadFile.Sizes(array.Dimensions)} {array.Type}");
        }

        if (array.Count != samples)
        {
            throw BadFile.At(path, 4, $"{samples} labels, one per sample of {samplesPath}", BadFile.Text(array.Count));
        }

        var labels = new int[samples];
        for (int i = 0; i < labels.Length; i++)
        {
            double label = array[i];
            if (label is < 0 or > Dataset.MaximumLabel)
            {
                long offset = 8 + ((long)i * IdxArray.SizeOf(array.Type));
                throw BadFile.At(path, offset, $"a label from 0 to {Dataset.MaximumLabel}", BadFile.Text((long)label));
            }

            labels[i] = (int)label;
        }

        return labels;
    }

    private static (float[] Values, ImageShape? Image) Values(IdxArray array, string path)
    {
        ReadOnlySpan<int> sizes = array.Dimensions;
        float[] values = array.Type == IdxType.UInt8 ? Unit(array.Bytes) : array.ToSingle();
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

        return sizes.Length switch
        {
            3 => (values, new ImageShape(sizes[2], sizes[1], 1)),
            4 when sizes[1] is 1 or 3 => (values, new ImageShape(sizes[3], sizes[2], sizes[1])),
            4 when sizes[3] is 1 or 3 => (Planes(values, sizes[1] * sizes[2], sizes[3]), new ImageShape(sizes[2], sizes[1], sizes[3])),
            _ => (values, null),
        };
    }

    /// <summary>byte / 255, correctly rounded.</summary>
    private static float[] Unit(ReadOnlySpan<byte> bytes)
    {
        Span<float> table = stackalloc float[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = i / 255f;
        }

        var values = new float[bytes.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = table[bytes[i]];
        }

        return values;
    }

    /// <summary>Interleaved channels (last index) become planes, sample by sample.</summary>
    private static float[] Planes(float[] interleaved, int pixels, int channels)
    {
        var planes = new float[interleaved.Length];
        for (int start = 0; start < planes.Length; start += pixels * channels)
        {
            for (int i = 0; i < pixels * channels; i++)
            {
                planes[start + (i % channels * pixels) + (i / channels)] = interleaved[start + i];
            }
        }

        return planes;
    }
}
