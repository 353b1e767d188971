using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Beyond;

/// <summary>What happens to the label between iterations.</summary>
internal enum LabelUse
{
    /// <summary>It is put back after every application.</summary>
    Clamped,

    /// <summary>It is given with the start only; afterwards the network's own output is fed back.</summary>
    AtStart,
}

/// <summary>
/// Chains of a network f on [x, label], the label one of the unit vectors, times a loudness: x_t = the first part of f([z_{t-1}, label]),
/// z_t = x_t + ε·noise,
/// clamped to [0, 1]. H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, Eq. 3, with a condition.
/// </summary>
internal static class LabelledChains
{
    /// <summary>The data with their labels as unit vectors behind each row.</summary>
    /// <param name="values">Row-major [samples, features].</param>
    /// <param name="labels">A label for each sample.</param>
    /// <param name="classes">How many labels there are.</param>
    /// <param name="loudness">What stands where the unit vector has its 1.</param>
    public static float[] Append(ReadOnlySpan<float> values, ReadOnlySpan<int> labels, int classes, float loudness = 1)
    {
        int features = values.Length / labels.Length, width = features + classes;
        var rows = new float[labels.Length * width];
        for (int i = 0; i < labels.Length; i++)
        {
            values.Slice(i * features, features).CopyTo(rows.AsSpan(i * width));
            rows[i * width + features + labels[i]] = loudness;
        }

        return rows;
    }

    /// <summary>
    /// Runs chains from uniform noise; returns the samples (before the
    /// noise) of each iteration, the starts first, row-major without labels.
    /// </summary>
    /// <param name="network">f.</param>
    /// <param name="labels">A label for each chain.</param>
    /// <param name="classes">How many labels there are.</param>
    /// <param name="iterations">Applications of f.</param>
    /// <param name="epsilon">ε of centred uniform noise in [-1, 1].</param>
    /// <param name="seed">The seed of starts and noise.</param>
    /// <param name="use">What happens to the label.</param>
    /// <param name="loudness">The factor of the label in the input.</param>
    public static List<float[]> Run(
        Mlp network, int[] labels, int classes, int iterations, float epsilon, uint seed, LabelUse use = LabelUse.Clamped,
        float loudness = 1)
    {
        int width = network.Inputs, features = width - classes;
        float[] starts = MetricRandom.UniformFloats(seed, BeyondRandom.Starts, 0, labels.Length * features);
        float[] state = Append(starts, labels, classes, loudness);
        var samples = new List<float[]> { First(state, width, features) };
        for (int t = 1; t <= iterations; t++)
        {
            float[] next = network.Evaluate(state);
            samples.Add(First(next, width, features));
            float[] noise = MetricRandom.UniformFloats(seed, BeyondRandom.Noise, (ulong)t, labels.Length * features);
            for (int c = 0; c < labels.Length; c++)
            {
                for (int k = 0; k < features; k++)
                    next[c * width + k] = Math.Clamp(next[c * width + k] + epsilon * (2 * noise[c * features + k] - 1), 0, 1);
                for (int k = c * width + features; k < (c + 1) * width; k++)
                    next[k] = use == LabelUse.Clamped ? state[k] : loudness * next[k];
            }

            state = next;
        }

        return samples;
    }

    private static float[] First(float[] rows, int width, int features)
    {
        var values = new float[rows.Length / width * features];
        for (int i = 0; i < rows.Length / width; i++) rows.AsSpan(i * width, features).CopyTo(values.AsSpan(i * features));
        return values;
    }
}
