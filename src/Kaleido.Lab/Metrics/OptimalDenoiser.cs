namespace Kaleido.Lab.Metrics;

/// <summary>
/// The best denoiser of finitely many points under normal noise: the r that minimises E‖r(x + σε) - x‖², x drawn from the points with equal
/// chances, ε standard normal. r(y) = E[x | y] = Σ softmax(-‖y - x_i‖²/2σ²) x_i, and (r(y) - y)/σ² = ∇ log p_σ(y), the score of the points
/// smoothed by the noise.
/// </summary>
/// <remarks>
/// Source: for the score, G. Alain, Y. Bengio, "What regularized auto-encoders learn from the data-generating distribution", JMLR 15, 2014,
/// and P. Vincent, "A connection between score matching and denoising autoencoders", Neural Computation 23, 2011. Computed in double; the
/// largest exponent is taken out first, so that no sum underflows to 0.
/// </remarks>
public sealed class OptimalDenoiser
{
    private readonly double[] _data;
    private readonly int _features;

    /// <summary>The denoiser of a set of points.</summary>
    /// <param name="data">x_i, row-major [points, features], at least one, finite.</param>
    /// <param name="features">Coordinates of a point, D.</param>
    /// <param name="sigma">σ, the noise's standard deviation on each axis, in the units of the data, above 0.</param>
    /// <exception cref="ArgumentException">The data are empty, not whole
    /// points or not finite, or σ is not a finite number above 0.</exception>
    public OptimalDenoiser(ReadOnlySpan<float> data, int features, double sigma)
    {
        _data = PointSets.Require(nameof(OptimalDenoiser), nameof(data), data, features);
        PointSets.RequirePositive(nameof(OptimalDenoiser), nameof(sigma), sigma);
        (_features, Sigma) = (features, sigma);
    }

    /// <summary>σ.</summary>
    public double Sigma { get; }

    /// <summary>r(y) of each row.</summary>
    /// <param name="points">y, row-major [rows, features].</param>
    /// <param name="destination">r(y), of the same size; may be the source.</param>
    /// <exception cref="ArgumentException">The sizes differ or are not whole points.</exception>
    public void Apply(ReadOnlySpan<double> points, Span<double> destination)
    {
        if (points.Length % _features != 0 || points.Length != destination.Length)
        {
            throw new ArgumentException(
                $"OptimalDenoiser: {points.Length} values into {destination.Length} are not equally many whole points "
                + $"of {_features} features");
        }

        var weights = new double[_data.Length / _features];
        for (int at = 0; at < points.Length; at += _features)
        {
            Weigh(points.Slice(at, _features), weights);
            double total = weights.Sum();
            for (int k = 0; k < _features; k++)
            {
                double sum = 0;
                for (int i = 0; i < weights.Length; i++) sum += weights[i] * _data[i * _features + k];
                destination[at + k] = sum / total;
            }
        }
    }

    /// <summary>log p_σ(y) = log (1/points · Σ N(y; x_i, σ²I)), the density of the noisy points.</summary>
    /// <param name="point">y, of D coordinates.</param>
    /// <exception cref="ArgumentException">It has another number of coordinates.</exception>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        if (point.Length != _features)
            throw new ArgumentException($"OptimalDenoiser: a point of {point.Length} coordinates, not of {_features}", nameof(point));
        var weights = new double[_data.Length / _features];
        double largest = Weigh(point, weights);
        return largest + Math.Log(weights.Sum() / weights.Length) - _features * Math.Log(Sigma * Math.Sqrt(2 * Math.PI));
    }

    // exp(e_i - max e), e_i = -‖y - x_i‖²/2σ²; returns the maximum.
    private double Weigh(ReadOnlySpan<double> point, double[] weights)
    {
        double largest = double.NegativeInfinity;
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = -PointSets.SquaredDistance(point, _data.AsSpan(i * _features, _features)) / (2 * Sigma * Sigma);
            largest = Math.Max(largest, weights[i]);
        }

        for (int i = 0; i < weights.Length; i++) weights[i] = Math.Exp(weights[i] - largest);
        return largest;
    }
}
