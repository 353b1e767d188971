using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Files of labels: IDX of rank 1, or .npy of rank 1 or [samples, 1], of whole numbers.</summary>
internal static class LabelFiles
{
    /// <summary>Reads the labels of as many samples as stand in <paramref name="samplesPath"/>.</summary>
    public static int[] Read(string path, string samplesPath, int samples)
    {
        using var file = BadFile.Open(path);
        if (DatasetFormats.Of(file) == DatasetFormat.Npy)
        {
            return Of(NpyReader.Read(file, path), samples, (offset, expected, found) => BadFile.At(path, offset, expected, found));
        }

        IdxArray array = IdxReader.Read(file, path);
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

    /// <summary>The labels in an array; <paramref name="bad"/> makes the refusal from offset, expected and found.</summary>
    public static int[] Of(NpyArray array, int samples, Func<long, string, string, Exception> bad)
    {
        ReadOnlySpan<int> shape = array.Shape;
        bool vector = shape.Length == 1 || (shape.Length == 2 && shape[1] == 1);
        if (!vector || !array.IsInteger || shape[0] != samples)
        {
            throw bad(8, $"{samples} labels: whole numbers, one per sample", $"{BadFile.Sizes(shape)} {array.Type}");
        }

        var labels = new int[samples];
        for (int i = 0; i < labels.Length; i++)
        {
            double label = array[i];
            if (label is < 0 or > Dataset.MaximumLabel)
            {
                throw bad(array.OffsetOf(i), $"a label from 0 to {Dataset.MaximumLabel}",
                    label.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
            }

            labels[i] = (int)label;
        }

        return labels;
    }
}
