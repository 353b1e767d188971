using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Sampling;

/// <summary>A distribution of numbers: uniform (first parameter low, second high) or normal (mean, standard deviation).</summary>
/// <param name="Distribution">Which.</param>
/// <param name="First">Lower end, or mean.</param>
/// <param name="Second">Upper end, or standard deviation.</param>
public readonly record struct Noise(NoiseDistribution Distribution, double First, double Second)
{
    /// <summary>Uniform in [low, high].</summary>
    public static Noise Uniform(double low, double high) => new(NoiseDistribution.Uniform, low, high);

    /// <summary>Normal.</summary>
    public static Noise Normal(double mean, double deviation) => new(NoiseDistribution.Normal, mean, deviation);

    /// <summary>
    /// What the paper's published code adds between iterations instead of zero-mean noise: (high - low)·rand + high, uniform in
    /// [high, 2·high - low], so biased by 1.5 on [0, 1] and by 2 on [-1, 1]. For reproducing its pictures.
    /// </summary>
    public static Noise Reference(double low, double high) => Uniform(high, 2 * high - low);

    /// <summary>The mean.</summary>
    public double Mean => Distribution == NoiseDistribution.Uniform ? (First + Second) / 2 : First;

    /// <summary>The noise multiplied by a factor.</summary>
    public Noise Scaled(double factor) => new(Distribution, First * factor, Second * Math.Abs(factor));

    /// <summary>A draw as a node.</summary>
    internal Node Draw(Graph graph, Shape shape, uint seed, uint stream) => Distribution == NoiseDistribution.Uniform
        ? graph.UniformNoise(shape, First, Second, seed, stream)
        : graph.NormalNoise(shape, First, Second, seed, stream);

    /// <summary>Refuses parameters that make no distribution.</summary>
    internal void Validate(string name)
    {
        bool ordered = Distribution == NoiseDistribution.Uniform ? First <= Second : Second >= 0;
        if (!ordered || !double.IsFinite(First) || !double.IsFinite(Second))
        {
            throw new ArgumentOutOfRangeException(
                name, ToString(), "uniform noise needs low ≤ high, normal noise a deviation ≥ 0, both finite");
        }
    }

    /// <summary>For example "Uniform(-1, 1)".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Distribution}({First}, {Second})");
}

/// <summary>What happens to a state that noise pushed out of the range of the network's output.</summary>
public enum Boundary
{
    /// <summary>It is moved to the nearest end, as in the paper's code; noise at the border is then one-sided.</summary>
    Clamp,
    /// <summary>It is mirrored at the end, and clamped if it is still outside.</summary>
    Reflect,
}
