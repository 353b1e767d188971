namespace Kaleido.Files;

/// <summary>Records of CIFAR-10 as the binary files store them.</summary>
/// <param name="Labels">One label from 0 to 9 per picture.</param>
/// <param name="Pixels">Per picture 3072 bytes: the red, the green and the blue plane, each 32 rows of 32 bytes from the top.</param>
public sealed record Cifar10Records(ReadOnlyMemory<byte> Labels, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>The number of pictures.</summary>
    public int Count => Labels.Length;
}

/// <summary>Reads the binary version of CIFAR-10: records of 3073 bytes, a label and a picture of 32 × 32 in three planes.</summary>
/// <remarks>
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and "The CIFAR-10 dataset", binary version.
/// A file has no header: it is one where its length is a multiple of 3073 and every label is at most 9.
/// </remarks>
public static class Cifar10Reader
{
    /// <summary>Bytes of a record.</summary>
    public const int RecordLength = 1 + PictureLength;

    /// <summary>Bytes of a picture.</summary>
    public const int PictureLength = 3 * 32 * 32;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    /// <summary>The names of the labels 0 to 9.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads a whole file, or the records of one label.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">The label to keep, from 0 to 9; null for all. The result may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of CIFAR-10.</exception>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset, expected, found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static Cifar10Records Read(string path, int? label = null)
    {
        using var file = BadFile.Open(path);
        return Read(file, path, label);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <param name="label">The label to keep, from 0 to 9; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of CIFAR-10.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string, int?)"/>.</exception>
    public static Cifar10Records Read(Stream stream, string path, int? label = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        if (label is { } wanted)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(wanted, nameof(label));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wanted, Classes, nameof(label));
        }

        int kept = Count(stream, path, label);
        byte[] labels = new byte[kept], pixels = new byte[kept * PictureLength];
        int records = (int)(stream.Length / RecordLength);
        stream.Position = 0;
        for (int i = 0, to = 0; i < records; i++)
        {
            int found = stream.ReadByte();
            if (label is not null && found != label)
            {
                stream.Position += PictureLength;
                continue;
            }

            labels[to] = (byte)found;
            stream.ReadExactly(pixels, to++ * PictureLength, PictureLength);
        }

        return new Cifar10Records(labels, pixels);
    }

    /// <summary>Checks the length and every label, and counts the records that would be kept.</summary>
    internal static int Count(Stream stream, string path, int? label = null)
    {
        long records = stream.Length / RecordLength;
        if (records == 0 || records * RecordLength != stream.Length || records * PictureLength > Array.MaxLength)
        {
            throw BadFile.At(path, records * RecordLength,
                $"records of {RecordLength} bytes, from 1 to {Array.MaxLength / PictureLength} of them",
                $"a file of {BadFile.Text(stream.Length)} bytes");
        }

        int kept = 0;
        for (long i = 0; i < records; i++)
        {
            stream.Position = i * RecordLength;
            int found = stream.ReadByte();
            if (found is < 0 or >= Classes)
            {
                throw BadFile.At(path, i * RecordLength, "a label from 0 to 9", BadFile.Text(found));
            }

            kept += label is null || found == label ? 1 : 0;
        }

        return kept;
    }
}
