using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>
/// A folder of pictures as a data set. They lie in the folder itself (no labels) or in its sub-folders, one level deep, each of
/// which is a class: labels 0, 1, … in the ordinal order of their names. Within a folder pictures come in the ordinal order of names.
/// </summary>
internal sealed class ImageFolder
{
    private static readonly string[] Extensions = [".png", ".pgm", ".ppm", ".pnm", ".jpg", ".jpeg"];

    private readonly string _path;
    private readonly List<(string Path, int Label)> _files = [];
    private readonly List<string> _classes = [];

    /// <summary>Looks for pictures without reading more than their first bytes.</summary>
    public ImageFolder(string path)
    {
        _path = path;
        foreach (string file in Pictures(path)) _files.Add((file, -1));
        string[] folders = Directory.GetDirectories(path);
        Array.Sort(folders, StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            if (Path.GetFileName(folder).StartsWith('.')) continue;
            List<string> pictures = Pictures(folder);
            if (pictures.Count == 0) continue;
            if (_files.Count > 0 && _files[0].Label < 0)
            {
                throw new InvalidDataException($"{path}: expected pictures in the folder or in its sub-folders, found them in both "
                    + $"({Path.GetFileName(_files[0].Path)} and {Path.GetRelativePath(path, pictures[0])}).");
            }

            foreach (string file in pictures) _files.Add((file, _classes.Count));
            _classes.Add(Path.GetFileName(folder));
        }
    }

    /// <summary>The number of pictures found.</summary>
    public int Count => _files.Count;

    /// <summary>Reads what the options choose, and nothing else.</summary>
    public Dataset Read(string name, DatasetOptions options, long memoryLimit)
    {
        List<(string Path, int Label)> files = options.Class is { } label ? _files.FindAll(f => f.Label == label) : _files;
        if (files.Count == 0)
        {
            throw _classes.Count == 0
                ? new InvalidOperationException($"{name} has no labels to choose by.")
                : new ArgumentException($"{name} has no sample with label {options.Class}; its classes are 0..{_classes.Count - 1}.",
                    nameof(options));
        }

        if (options.First is { } first)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(first, 1, nameof(options));
            Demand(first, "were asked for, but it holds");
            files = files.GetRange(0, first);
        }

        if (options.Random is { } random)
        {
            Demand(random, "were to be drawn, but there are");
            files = [.. Dataset.RandomPlaces(files.Count, random, options.Seed).Select(i => files[i])];
        }

        return Read(name, files, options.Size, memoryLimit);

        void Demand(int wanted, string but)
        {
            if (wanted <= files.Count) return;
            string which = options.Class is null ? "" : $" of class {options.Class}";
            throw new ArgumentException($"{name}: {wanted} samples{which} {but} {files.Count}.", nameof(options));
        }
    }

    private Dataset Read(string name, List<(string Path, int Label)> files, ImageSize? size, long memoryLimit)
    {
        // Grey until the first colour; then what is there already gets three equal planes.
        ImageShape shape = default;
        float[] values = [];
        for (int i = 0; i < files.Count; i++)
        {
            string path = files[i].Path;
            ImageRow image = ImageRow.Read(path);
            bool grey = image.IsGrey;
            if (size is { } wanted) image = image.Resized(wanted);

            if (i == 0)
            {
                shape = image.Shape with { Channels = 1 };
                values = Allocate(files.Count, shape, memoryLimit);
            }
            else if ((image.Shape.Width, image.Shape.Height) != (shape.Width, shape.Height))
            {
                throw BadFile.At(path, 0, $"a picture of {shape.Width} × {shape.Height} like {files[0].Path}, "
                    + "or a size to bring all to (--size, in code DatasetOptions.Size)",
                    $"one of {image.Shape.Width} × {image.Shape.Height}");
            }

            if (!grey && shape.Channels == 1)
            {
                ImageShape colour = shape with { Channels = 3 };
                float[] grown = Allocate(files.Count, colour, memoryLimit);
                for (int j = 0; j < i; j++) Store(values.AsSpan(j * shape.Features, shape.Features), grown.AsSpan(j * colour.Features), 3);
                (shape, values) = (colour, grown);
            }

            Store(image.Values, values.AsSpan(i * shape.Features, shape.Features), image.Shape.Channels == 1 ? shape.Channels : 1);
        }

        int[]? labels = _classes.Count == 0 ? null : [.. files.Select(f => f.Label)];
        return Dataset.Own(name, values, shape.Features, shape, labels, labels is null ? null : _classes);
    }

    private float[] Allocate(int count, ImageShape shape, long memoryLimit)
    {
        long features = (long)shape.Width * shape.Height * shape.Channels;
        MemoryLimit.Check(_path, count, features, 0, memoryLimit);
        return new float[count * features];
    }

    /// <summary>Copies as much of a picture as there is room for, once or (a grey one into three planes) several times.</summary>
    private static void Store(ReadOnlySpan<float> image, Span<float> row, int times)
    {
        image = image[..Math.Min(image.Length, row.Length)];
        for (int i = 0; i < times; i++) image.CopyTo(row[(i * image.Length)..]);
    }

    /// <summary>
    /// Files whose first bytes are those of a picture; one that is called like a picture and is none is reported when it is read.
    /// </summary>
    private static List<string> Pictures(string folder)
    {
        string[] files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        var pictures = new List<string>();
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            if (name.StartsWith('.')) continue;
            if (Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            {
                pictures.Add(file);
                continue;
            }

            if (BadFile.IsPipe(file)) continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            if (stream.CanSeek && ImageRow.IsPicture(stream)) pictures.Add(file);
        }

        return pictures;
    }
}
