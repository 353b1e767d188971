using System.Globalization;
using Kaleido.Data;
using Kaleido.Lab.Creation;

namespace Kaleido.Lab.Conversion;

/// <summary>Data as a person names them: every refusal is one sentence that begins with the path.</summary>
public static class DataSource
{
    /// <summary>Opens a file or a folder and chooses from it.</summary>
    /// <exception cref="InvalidDataException">The contents cannot be used, or there is no such choice.</exception>
    /// <exception cref="IOException">There is nothing of that name, or it cannot be read.</exception>
    public static Dataset Open(string path, DatasetOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return Dataset.Open(path, options);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // A data set calls itself by the last part of its path, and an ArgumentException adds the name of a parameter.
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            string message = Wording.Plain(error);
            if (message.StartsWith(path, StringComparison.Ordinal)) throw new InvalidDataException(message, error);
            throw new InvalidDataException(
                message.StartsWith(name, StringComparison.Ordinal) ? path + message[name.Length..] : $"{path}: {message}", error);
        }
    }

    /// <summary>Refuses values outside [0, 1], naming the first.</summary>
    /// <param name="path">What to call the data.</param>
    /// <param name="data">The data.</param>
    /// <param name="why">The second half of the sentence.</param>
    /// <exception cref="InvalidDataException">A value is outside.</exception>
    public static void DemandUnitRange(string path, Dataset data, string why)
    {
        ArgumentNullException.ThrowIfNull(data);
        int place = data.Values.Span.IndexOfAnyExceptInRange(0f, 1f);
        if (place < 0) return;
        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
            $"{path}: sample {place / data.Features}, feature {place % data.Features} is {data.Values.Span[place]:R}; {why}."));
    }
}
