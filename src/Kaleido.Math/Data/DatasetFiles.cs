using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>How a folder or a file becomes a <see cref="Dataset"/>: which reader serves is told by the contents.</summary>
internal static class DatasetFiles
{
    /// <summary>Opens a file of samples, with labels from <paramref name="labelsPath"/>, or a folder, and makes the choices.</summary>
    public static Dataset Open(string path, string? labelsPath, DatasetOptions options) =>
        Open(path, labelsPath, options, MemoryLimit.OfThisProcess);

    /// <summary>The same with a limit of memory in bytes.</summary>
    internal static Dataset Open(string path, string? labelsPath, DatasetOptions options, long memoryLimit)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size is { Width: < 1 } or { Height: < 1 })
        {
            throw new ArgumentException($"Pictures of {options.Size.Value.Width} × {options.Size.Value.Height} cannot be made.",
                nameof(options));
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (!Directory.Exists(path))
        {
            return Choose(File(name, path, labelsPath, options, memoryLimit), options, path, memoryLimit);
        }

        return labelsPath is null
            ? Folder(name, path, options, memoryLimit)
            : throw new InvalidDataException($"{path} is a folder: labels can only be named for one file of samples.");
    }

    private static Dataset File(string name, string path, string? labelsPath, DatasetOptions options, long memoryLimit)
    {
        DatasetFormat format;
        Span<byte> start = stackalloc byte[4];
        using (var file = BadFile.Open(path))
        {
            format = DatasetFormats.Of(file);
            file.Position = 0;
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }

        return format switch
        {
            DatasetFormat.Idx => IdxData.Read(name, path, labelsPath, memoryLimit),
            DatasetFormat.Npy => NumpyData.ReadNpy(name, path, labelsPath, memoryLimit),
            DatasetFormat.Npz => NumpyData.ReadNpz(name, path, labelsPath, memoryLimit),
            DatasetFormat.Csv => CsvData.Read(name, path, labelsPath, memoryLimit),
            DatasetFormat.Cifar10 when labelsPath is null => Cifar10Data.Read(name, path, [path], options.Class, memoryLimit),
            DatasetFormat.Cifar10 => throw BadFile.At(path, 0, "samples without labels, as a file of labels is named",
                "CIFAR-10, which has its own"),
            DatasetFormat.Safetensors => throw BadFile.At(path, 0, "data (IDX, CIFAR-10, .npy, .npz, CSV or a folder of pictures)",
                "safetensors, a network and no data: Mlp.Load opens it"),
            DatasetFormat.Picture => throw BadFile.At(path, 0, "data (IDX, CIFAR-10, .npy, .npz, CSV or a folder of pictures)",
                "a single picture: open the folder that holds it"),
            _ => throw BadFile.At(path, 0, "data (IDX, CIFAR-10, .npy, .npz, CSV or a folder of pictures)",
                start.IsEmpty ? "an empty file"
                : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
                ? "text in UTF-16: a table must be saved as UTF-8"
                : $"a file that begins with the bytes 0x{Convert.ToHexString(start)}"),
        };
    }

    /// <summary>IDX files by name first, then batches of CIFAR-10, then pictures.</summary>
    private static Dataset Folder(string name, string path, DatasetOptions options, long memoryLimit)
    {
        string[] files = Directory.GetFiles(path);
        Array.Sort(files, StringComparer.Ordinal);
        List<string> idx = [.. files.Where(IdxData.LooksLikeIdx)];
        if (idx.Count > 0 && IdxData.Choose(idx) is var (samples, labels))
        {
            return Choose(IdxData.Read(name, samples, labels, memoryLimit), options, path, memoryLimit);
        }

        List<string> batches = Cifar10Data.Choose(files);
        if (batches.Count > 0)
        {
            return Choose(Cifar10Data.Read(name, path, batches, options.Class, memoryLimit), options, path, memoryLimit);
        }

        if (new ImageFolder(path) is { Count: > 0 } pictures)
        {
            // Chosen before they are read.
            return pictures.Read(name, options, memoryLimit);
        }

        throw new InvalidDataException(
            $"{path}: expected pictures (PNG, PGM, PPM), IDX files of images such as train-images-idx3-ubyte.gz or batches of CIFAR-10, "
            + $"found {Found(path, files, idx.Count)}.");
    }

    /// <summary>What lies in a folder without data, and what may have been meant.</summary>
    private static string Found(string path, string[] files, int labels)
    {
        string? EndingWith(params string[] endings) =>
            Array.Find(files, file => endings.Contains(Path.GetExtension(file).ToLowerInvariant()));

        if (labels > 0) return $"IDX files of labels alone ({labels})";
        if (files.Length == 0)
        {
            return Directory.GetDirectories(path).Length == 0 ? "an empty folder"
                : "folders alone: pictures may lie in it or in its sub-folders, which are their classes, but no deeper";
        }

        if (EndingWith(".safetensors") is { } network)
            return $"{Path.GetFileName(network)}: a network or a checkpoint holds no data";
        if (EndingWith(".npy", ".npz", ".csv", ".tsv") is { } table)
            return $"{Path.GetFileName(table)}: such a file is opened by its own name";
        return EndingWith(".bmp", ".webp", ".tif", ".tiff", ".gif", ".heic") is { } picture
            ? $"{Path.GetFileName(picture)}: pictures of that format must be made PNG first"
            : $"{files.Length} other {(files.Length == 1 ? "file" : "files")}, {Path.GetFileName(files[0])} the first";
    }

    /// <summary>Class, then the first ones, then random ones, then their size.</summary>
    private static Dataset Choose(Dataset data, DatasetOptions options, string path, long memoryLimit)
    {
        if (options.Class is { } label) data = data.WithClass(label);
        string which = options.Class is null ? "" : $" of class {options.Class}";
        if (options.First is { } first)
        {
            if (first > data.Samples)
            {
                throw new ArgumentException(
                    $"{path}: {first} samples{which} were asked for, but it holds {data.Samples}.", nameof(options));
            }
            data = data.First(first);
        }

        if (options.Random is { } random)
        {
            if (random > data.Samples)
            {
                throw new ArgumentException(
                    $"{path}: {random} samples{which} were to be drawn, but there are {data.Samples}.", nameof(options));
            }
            data = data.Random(random, options.Seed);
        }

        return options.Size is { } size ? ImageRow.Resized(data, size, path, memoryLimit) : data;
    }
}
