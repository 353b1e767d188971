using System.Globalization;
using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Says that data are larger than the memory before any of it is allocated.</summary>
internal static class MemoryLimit
{
    /// <summary>What this process may use, by the garbage collector's account (the machine's memory, or the container's limit).</summary>
    public static long OfThisProcess
    {
        get
        {
            long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            return bytes > 0 ? bytes : long.MaxValue;
        }
    }

    /// <summary>Refuses data whose floats, with the bytes of their file, exceed a limit.</summary>
    /// <param name="path">The name to use in messages.</param>
    /// <param name="samples">Rows, at least 0.</param>
    /// <param name="features">Columns, at least 0.</param>
    /// <param name="fileBytes">Bytes that are held while the floats are made.</param>
    /// <param name="limit">Bytes there are.</param>
    public static void Check(string path, long samples, long features, long fileBytes, long limit)
    {
        Int128 values = (Int128)samples * features, bytes = (values * sizeof(float)) + fileBytes;
        string size = $"{BadFile.Text(samples)} samples × {BadFile.Text(features)} features";
        if (bytes > limit)
        {
            throw BadFile.At(path, 0, $"data that take at most the {Text(limit)} of memory there are",
                $"{size}, which take {Text(bytes)} with their file");
        }

        if (values > Array.MaxLength)
        {
            throw BadFile.At(path, 0, $"at most {BadFile.Text(Array.MaxLength)} values in one data set", size);
        }
    }

    private static string Text(Int128 bytes) => bytes < 10_000_000
        ? bytes.ToString(CultureInfo.InvariantCulture) + " bytes"
        : ((double)bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB";
}
