using Kaleido.Data;

namespace Kaleido.Lab.Figures;

/// <summary>A data set that is connected by construction, of pictures like those of another one.</summary>
internal static class ConnectedPictures
{
    /// <summary>
    /// Equally many samples on each edge of a closed polygon through the first samples of a data set, its corners: a blend of two corners
    /// each. Neighbours on it differ by an edge divided by the samples on it, so with more samples the set becomes one piece.
    /// </summary>
    /// <param name="data">Where the corners come from.</param>
    /// <param name="corners">How many, at least 2.</param>
    /// <param name="samples">How many samples in all, at least as many as corners.</param>
    public static Dataset Along(Dataset data, int corners, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(corners, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(corners, data.Samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, corners);
        var values = new float[samples * data.Features];
        for (int i = 0; i < samples; i++)
        {
            double at = (double)i * corners / samples, part = at - Math.Floor(at);
            var from = data.Row((int)at);
            var to = data.Row(((int)at + 1) % corners);
            for (int k = 0; k < data.Features; k++) values[i * data.Features + k] = (float)((1 - part) * from[k] + part * to[k]);
        }

        return Dataset.FromRows($"a closed path through {corners} samples of {data.Name}", values, data.Features, data.Image);
    }
}
