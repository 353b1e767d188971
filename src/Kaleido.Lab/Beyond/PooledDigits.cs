using Kaleido.Data;

namespace Kaleido.Lab.Beyond;

/// <summary>Drawn digits made smaller.</summary>
internal static class PooledDigits
{
    /// <summary>The side of a drawn digit.</summary>
    public const int Side = 28;

    /// <summary>Each picture of 28 × 28 as the means of squares of side <paramref name="pool"/>, which divides 28.</summary>
    public static Dataset Create(int samples, uint seed, int pool)
    {
        var drawn = EmbeddedDigits.Create(samples, seed);
        int small = Side / pool;
        var values = new float[samples * small * small];
        for (int i = 0; i < samples; i++)
        {
            var row = drawn.Row(i);
            for (int p = 0; p < row.Length; p++)
                values[i * small * small + p / Side / pool * small + p % Side / pool] += row[p] / (pool * pool);
        }

        return Dataset.FromRows(drawn.Name, values, small * small, new(small, small, 1), drawn.Labels!.Value.Span);
    }
}
