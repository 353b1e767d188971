using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kaleido.Numerics;

namespace Kaleido.Data;

/// <summary>
/// Samples as rows of a [samples, features] matrix of finite floats, in natural units (pictures: byte/255, in [0, 1]), with labels
/// where there are any. Immutable: it may be read from any number of threads.
/// </summary>
public sealed class Dataset
{
    /// <summary>Labels run from 0 to at most this.</summary>
    internal const int MaximumLabel = 999_999;

    private readonly ReadOnlyMemory<float> _values;
    private readonly Lazy<string> _fingerprint;

    private Dataset(
        string name, ReadOnlyMemory<float> values, int features, ImageShape? image, ReadOnlyMemory<int>? labels, int classes,
        IReadOnlyList<string>? classNames)
    {
        Name = name;
        _values = values;
        Features = features;
        Samples = values.Length / features;
        Image = image;
        Labels = labels;
        (Classes, ClassNames) = (classes, classNames);
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>What to call it in reports; not part of the fingerprint.</summary>
    public string Name { get; }

    /// <summary>The number of rows, at least 1.</summary>
    public int Samples { get; }

    /// <summary>The number of columns, at least 1.</summary>
    public int Features { get; }

    /// <summary>The shape of a row where rows are pictures, else null.</summary>
    public ImageShape? Image { get; }

    /// <summary>All values, row-major [samples, features], every one finite.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>One label per sample, from 0 to Classes - 1, or null where the data has none.</summary>
    public ReadOnlyMemory<int>? Labels { get; }

    /// <summary>The number of classes, largest label + 1 of the data this one was taken from; 0 without labels.</summary>
    public int Classes { get; }

    /// <summary>The names of the classes by label where the source has them (CIFAR-10, sub-folders of pictures), else null; not part
    /// of the fingerprint.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The names of the columns, ", " between them and cut to 200 characters, where the first line of a table was taken for
    /// them, else null; not part of the fingerprint.</summary>
    public string? Header { get; private init; }

    /// <summary>
    /// SHA-256 of the contents as 64 lower-case hexadecimal digits: samples, features, width, height, channels (0 where no picture),
    /// 1 or 0 for labels present, each as a little-endian int32, then the values as little-endian binary32, then the labels as int32.
    /// </summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Makes a data set from a copy of rows.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="values">Row-major [samples, features]; at least one row.</param>
    /// <param name="features">Columns, at least 1.</param>
    /// <param name="image">The shape of a row, with Features equal to <paramref name="features"/>; null where rows are no pictures.</param>
    /// <param name="labels">One label from 0 to 999,999 per sample, or empty for none.</param>
    /// <exception cref="ArgumentException">A length does not fit, a label is out of range, or a value is NaN or
    /// infinite (named by sample and feature).</exception>
    public static Dataset FromRows(
        string name, ReadOnlySpan<float> values, int features, ImageShape? image = null, ReadOnlySpan<int> labels = default) =>
        Own(name, values.ToArray(), features, image, labels.IsEmpty ? null : labels.ToArray());

    /// <summary>Opens a file or a folder; what it is, is told by the contents. All samples are kept.</summary>
    /// <inheritdoc cref="Open(string, DatasetOptions)"/>
    public static Dataset Open(string path) => Open(path, new DatasetOptions());

    /// <summary>
    /// Opens a file (IDX plain or gzip-compressed, CIFAR-10 binary, .npy, .npz, CSV) or a folder (IDX files: train-* is preferred,
    /// labels are paired by count; batches of CIFAR-10; pictures, with sub-folders as classes); what it is, is told by the contents.
    /// </summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="options">What to keep, and the size of pictures.</param>
    /// <returns>Bytes become byte/255; other numbers are rounded to float, and so do whole numbers from 0 to 255 of .npy, .npz and CSV
    /// files where one is 128 or more. Rank 3 is [samples, height, width], grey. The rules stand in docs/formats.md.</returns>
    /// <exception cref="InvalidDataException">The contents cannot be used, or are larger than the memory, which is found out
    /// before it is allocated; the message says where and why.</exception>
    /// <exception cref="ArgumentException">No sample has the class, or there are fewer samples than asked for.</exception>
    /// <exception cref="InvalidOperationException">A class is asked for and the data has no labels.</exception>
    /// <exception cref="FileNotFoundException">There is nothing of that name.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    [OverloadResolutionPriority(1)] // so that new() { … } means options
    public static Dataset Open(string path, DatasetOptions options) => DatasetFiles.Open(path, null, options);

    /// <summary>Opens one file of samples (IDX, .npy, .npz or CSV) and one file of their labels.</summary>
    /// <param name="path">The file of samples.</param>
    /// <param name="labelsPath">The file of labels, IDX or .npy: rank 1, whole numbers, as many as there are samples.</param>
    /// <inheritdoc cref="Open(string, DatasetOptions)"/>
    public static Dataset Open(string path, string labelsPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelsPath);
        return DatasetFiles.Open(path, labelsPath, new DatasetOptions());
    }

    /// <summary>One sample.</summary>
    /// <param name="i">0 ≤ i &lt; Samples.</param>
    public ReadOnlySpan<float> Row(int i)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Samples);
        return _values.Span.Slice(i * Features, Features);
    }

    /// <summary>The first samples, sharing memory with this set.</summary>
    /// <param name="count">1 ≤ count ≤ Samples.</param>
    public Dataset First(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Samples);
        if (count == Samples) return this;
        return new(Name, _values[..(count * Features)], Features, Image, Labels?[..count], Classes, ClassNames) { Header = Header };
    }

    /// <summary>The samples at the given places, in that order; a place may occur more than once.</summary>
    /// <param name="indices">At least one, each from 0 to Samples - 1.</param>
    /// <exception cref="ArgumentException">No index, or one out of range.</exception>
    public Dataset Subset(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("Subset: at least one sample is needed.", nameof(indices));
        var values = new float[checked(indices.Length * Features)];
        int[]? labels = Labels is null ? null : new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            int from = indices[i];
            if ((uint)from >= (uint)Samples)
            {
                throw new ArgumentException($"Subset: index {from} at place {i} is outside 0..{Samples - 1}.", nameof(indices));
            }

            Row(from).CopyTo(values.AsSpan(i * Features));
            if (labels is not null) labels[i] = Labels!.Value.Span[from];
        }

        return new(Name, values, Features, Image, Memory(labels), Classes, ClassNames) { Header = Header };
    }

    /// <summary>
    /// Samples drawn without replacement, in the order in which they stand here: the first places of the permutation of all samples that
    /// belongs to the seed (<see cref="FeistelPermutation"/>), sorted. A larger draw of one seed contains every smaller one.
    /// </summary>
    /// <param name="count">1 ≤ count ≤ Samples.</param>
    /// <param name="seed">Which draw.</param>
    public Dataset Random(int count, uint seed)
    {
        int[] places = RandomPlaces(Samples, count, seed);
        return count == Samples ? this : Subset(places);
    }

    /// <summary>All samples with one label, in their order; labels are kept.</summary>
    /// <param name="label">A label that occurs.</param>
    /// <exception cref="InvalidOperationException">The data has no labels.</exception>
    /// <exception cref="ArgumentException">No sample has this label.</exception>
    public Dataset WithClass(int label)
    {
        if (Labels is not { } labels)
        {
            throw new InvalidOperationException($"{Name} has no labels to choose by.");
        }

        var places = new List<int>();
        for (int i = 0; i < Samples; i++)
        {
            if (labels.Span[i] == label)
            {
                places.Add(i);
            }
        }

        return places.Count == Samples ? this : places.Count > 0
            ? Subset(CollectionsMarshal.AsSpan(places))
            : throw new ArgumentException($"{Name} has no sample with label {label}; its classes are 0..{Classes - 1}.", nameof(label));
    }

    /// <summary>The places that <see cref="Random"/> keeps of so many samples, ascending.</summary>
    internal static int[] RandomPlaces(int samples, int count, uint seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, samples);
        var permutation = new FeistelPermutation(samples, seed, RandomStreams.Selection, 0);
        var places = new int[count];
        for (int i = 0; i < count; i++)
        {
            places[i] = permutation[i];
        }

        Array.Sort(places);
        return places;
    }

    /// <summary>As <see cref="FromRows"/>, keeping the arrays instead of copies.</summary>
    internal static Dataset Own(
        string name, float[] values, int features, ImageShape? image, int[]? labels,
        IReadOnlyList<string>? classNames = null, int leastClasses = 0, string? header = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (values.Length == 0 || values.Length % features != 0)
        {
            throw new ArgumentException($"{name}: {values.Length} values are not whole rows of {features} features.", nameof(values));
        }

        if (image is { } shape && !shape.Holds(features))
        {
            throw new ArgumentException(
                $"{name}: {features} features are not a picture of {shape.Width} × {shape.Height} × {shape.Channels}.", nameof(image));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    $"{name}: sample {i / features}, feature {i % features} is {Word(values[i])}; every value must be finite.",
                    nameof(values));
            }
        }

        leastClasses = Math.Max(leastClasses, classNames?.Count ?? 0);
        int classes = labels is null ? 0 : Math.Max(Count(name, labels, values.Length / features), leastClasses);
        return new(name, values, features, image, Memory(labels), classes, classNames) { Header = header };
    }

    /// <summary>"NaN", "+infinity" or "-infinity", in every culture.</summary>
    internal static string Word(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "+infinity" : "-infinity";

    // Without the explicit type a null array would become an empty memory, which is not null.
    private static ReadOnlyMemory<int>? Memory(int[]? labels) => labels is null ? default(ReadOnlyMemory<int>?) : labels;

    private static int Count(string name, int[] labels, int samples)
    {
        if (labels.Length != samples)
        {
            throw new ArgumentException($"{name}: {labels.Length} labels for {samples} samples.", nameof(labels));
        }

        int largest = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] is < 0 or > MaximumLabel)
            {
                throw new ArgumentException(
                    $"{name}: the label of sample {i} is {labels[i]}; labels run from 0 to {MaximumLabel}.", nameof(labels));
            }

            largest = Math.Max(largest, labels[i]);
        }

        return largest + 1;
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ImageShape shape = Image ?? default;
        AppendInts(hash, [Samples, Features, shape.Width, shape.Height, shape.Channels, Labels is null ? 0 : 1]);
        AppendInts(hash, MemoryMarshal.Cast<float, int>(_values.Span));
        if (Labels is { } labels)
        {
            AppendInts(hash, labels.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendInts(IncrementalHash hash, ReadOnlySpan<int> words)
    {
        if (BitConverter.IsLittleEndian)
        {
            hash.AppendData(MemoryMarshal.AsBytes(words));
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (int word in words)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, word);
            hash.AppendData(bytes);
        }
    }
}
