using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Files of CIFAR-10 as data sets: byte / 255, three planes of 32 × 32, the ten labels with their names.</summary>
internal static class Cifar10Data
{
    private const int Features = Cifar10Reader.PictureLength;

    /// <summary>
    /// The files of a folder that hold batches: *.bin in the order of their names; test_* only where there are no others.
    /// </summary>
    public static List<string> Choose(IEnumerable<string> files)
    {
        List<string> batches = [.. files.Where(f => Path.GetExtension(f).Equals(".bin", StringComparison.OrdinalIgnoreCase))];
        List<string> training = [.. batches.Where(f => !Path.GetFileName(f).StartsWith("test", StringComparison.OrdinalIgnoreCase))];
        return training.Count > 0 ? training : batches;
    }

    /// <summary>Reads files one after the other, keeping all records or those of one label.</summary>
    public static Dataset Read(string name, string path, IReadOnlyList<string> files, int? label, long memoryLimit)
    {
        if (label is < 0 or >= Cifar10Reader.Classes)
        {
            throw new ArgumentException($"{name} has no sample with label {label}; its classes are 0..9.", nameof(label));
        }

        long samples = 0, largest = 0;
        foreach (string file in files)
        {
            using var stream = BadFile.Open(file);
            int kept = Cifar10Reader.Count(stream, file, label);
            (samples, largest) = (samples + kept, Math.Max(largest, kept));
        }

        if (samples == 0)
        {
            throw new ArgumentException($"{name} has no sample with label {label}; its classes are 0..9.", nameof(label));
        }

        MemoryLimit.Check(path, samples, Features, largest * Cifar10Reader.RecordLength, memoryLimit);
        var values = new float[samples * Features];
        var labels = new int[samples];
        int at = 0;
        foreach (string file in files)
        {
            Cifar10Records records = Cifar10Reader.Read(file, label);
            PixelValues.FromBytes(records.Pixels.Span, values.AsSpan(at * Features));
            foreach (byte found in records.Labels.Span)
            {
                labels[at++] = found;
            }
        }

        return Dataset.Own(name, values, Features, new ImageShape(32, 32, 3), labels, Cifar10Reader.ClassNames);
    }
}
