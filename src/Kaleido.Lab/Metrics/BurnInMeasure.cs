using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>
/// Burn-in against the data: B(τ) = the first iteration after which a share (90 % for B90) of the chains is within τ of a datum, min_x ‖z
/// - x‖₂ ≤ τ. Feed it the chains' states iteration by iteration (a frame's samples, say), or let <see cref="Measure"/> iterate a network.
/// </summary>
/// <remarks>
/// Source: burn-in B of H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, section 3, which leaves it to the eye. The
/// other view, <see cref="PotentialScaleReduction"/>, needs no data. A data-free detector works inside <see cref="Sampling.Kaleidoscope"/>.
/// </remarks>
public sealed class BurnInMeasure
{
    private readonly double[] _data;
    private readonly List<double> _shares = [];
    private readonly List<double[]> _states = [];
    private readonly int _features, _firstIteration;
    private readonly bool _keepsStates;

    /// <summary>A measure that has seen nothing.</summary>
    /// <param name="data">X, row-major [points, features], at least one point, finite, in the units of the states.</param>
    /// <param name="features">Coordinates of a point.</param>
    /// <param name="tolerance">τ, a Euclidean distance in the same units, above 0.</param>
    /// <param name="share">The share of the chains, in (0, 1].</param>
    /// <param name="firstIteration">
    /// The iteration of the first states observed: 0 if they are the starts, 1 if the starts are left out.
    /// </param>
    /// <param name="keepsStates">True to keep all states, chains·features doubles per iteration, which R̂ needs.</param>
    /// <exception cref="ArgumentException">The data are empty, not whole points or not finite, or a number is out of range.</exception>
    public BurnInMeasure(
        ReadOnlySpan<float> data, int features, double tolerance, double share = 0.9, int firstIteration = 0, bool keepsStates = false)
    {
        _data = PointSets.Require(nameof(BurnInMeasure), nameof(data), data, features);
        PointSets.RequirePositive(nameof(BurnInMeasure), nameof(tolerance), tolerance);
        if (!(share > 0 && share <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "BurnInMeasure: the share must lie in (0, 1]");
        ArgumentOutOfRangeException.ThrowIfNegative(firstIteration);
        (_features, Tolerance, Share, _firstIteration, _keepsStates) = (features, tolerance, share, firstIteration, keepsStates);
    }

    /// <summary>τ.</summary>
    public double Tolerance { get; }

    /// <summary>The share asked for.</summary>
    public double Share { get; }

    /// <summary>The number of chains; 0 before the first states.</summary>
    public int Chains { get; private set; }

    /// <summary>Per observed iteration the share of the chains within τ of a datum, [iterations].</summary>
    public IReadOnlyList<double> Shares => _shares;

    /// <summary>B(τ), the first iteration whose share reaches <see cref="Share"/>; null where none has.</summary>
    public int? BurnIn { get; private set; }

    /// <summary>Takes in the states after one more iteration.</summary>
    /// <param name="states">Row-major [chains, features]; a state that is not finite counts as away from the data.</param>
    /// <exception cref="ArgumentException">They are no whole points, none, or of another number than before.</exception>
    public void Observe(ReadOnlySpan<float> states)
    {
        var copy = new double[states.Length];
        for (int i = 0; i < copy.Length; i++) copy[i] = states[i];
        Observe(copy);
    }

    private void Observe(double[] states)
    {
        if (states.Length == 0 || states.Length % _features != 0)
            throw new ArgumentException($"BurnInMeasure: {states.Length} values are not whole states of {_features} features",
                nameof(states));
        int chains = states.Length / _features;
        if (Chains != 0 && chains != Chains)
            throw new ArgumentException($"BurnInMeasure: {chains} chains, expected {Chains} as before", nameof(states));
        Chains = chains;
        int near = PointSets.Nearest(states, _data, _features).Distance.Count(distance => distance <= Tolerance);
        double share = near / (double)chains;
        if (BurnIn is null && share >= Share) BurnIn = _firstIteration + _shares.Count;
        _shares.Add(share);
        if (_keepsStates) _states.Add(states);
    }

    /// <summary>Applies a network again and again, without noise, to starts, and observes starts and states.</summary>
    /// <param name="network">f; as many outputs as inputs D, applied without its data scaling.</param>
    /// <param name="starts">Row-major [chains, D], at least one, finite, in the network's units.</param>
    /// <param name="data">X, row-major [points, D], in the network's units.</param>
    /// <param name="tolerance">τ, in the network's units.</param>
    /// <param name="iterations">Applications of f; <see cref="Shares"/> then has one entry more, the first for the starts.</param>
    /// <param name="share">The share of the chains, in (0, 1].</param>
    /// <param name="keepsStates">True to keep the states for R̂.</param>
    /// <exception cref="ArgumentException">
    /// The network is no map of a space to itself, or an argument is refused as by the constructor.
    /// </exception>
    public static BurnInMeasure Measure(
        Mlp network, ReadOnlySpan<float> starts, ReadOnlySpan<float> data, double tolerance, int iterations, double share = 0.9,
        bool keepsStates = false)
    {
        using var map = new NetworkMap(nameof(BurnInMeasure), network);
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        var measure = new BurnInMeasure(data, map.Features, tolerance, share, keepsStates: keepsStates);
        double[] states = PointSets.Require(nameof(BurnInMeasure), nameof(starts), starts, map.Features);
        measure.Observe(states);
        for (int i = 0; i < iterations; i++)
        {
            var next = new double[states.Length];
            map.Apply(states, next);
            measure.Observe(next);
            states = next;
        }

        return measure;
    }

    /// <summary>
    /// The largest R̂ over the features, from the later half of the states observed, as Gelman and Rubin take it. Near 1: the chains
    /// cannot be told apart. Chains that have come to rest at different attractors give infinity, all at one 1.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The states were not kept, or there are fewer than two chains or four iterations.
    /// </exception>
    public double MaximumPotentialScaleReduction()
    {
        if (!_keepsStates || Chains < 2 || _states.Count < 4)
            throw new InvalidOperationException("BurnInMeasure: R̂ needs kept states of at least two chains and four iterations");
        int first = _states.Count / 2, draws = _states.Count - first;
        var values = new double[Chains * draws];
        double largest = 0;
        for (int feature = 0; feature < _features; feature++)
        {
            for (int chain = 0; chain < Chains; chain++)
                for (int t = 0; t < draws; t++) values[chain * draws + t] = _states[first + t][chain * _features + feature];
            double reduction = PotentialScaleReduction(values, Chains);
            if (double.IsNaN(reduction)) return double.NaN;
            largest = Math.Max(largest, reduction);
        }

        return largest;
    }

    /// <summary>
    /// The potential scale reduction R̂ = √(((n-1)/n·W + B/n)/W) of m chains of n draws each: W is the mean of the chains' variances, B/n
    /// the variance of their means (both with the divisor count - 1). No unit. W = 0 gives 1 where B = 0 and infinity otherwise.
    /// </summary>
    /// <remarks>
    /// Source: A. Gelman, D. Rubin, "Inference from iterative simulation using multiple sequences",
    /// Statistical Science 7 (1992), section 2, without its factor for degrees of freedom, as in
    /// Bayesian Data Analysis, 3rd edition, equation 11.4. A value that is not finite gives NaN.
    /// </remarks>
    /// <param name="values">Row-major [chains, draws].</param>
    /// <param name="chains">m, at least 2.</param>
    /// <exception cref="ArgumentException">There are fewer than two chains or two draws, or the values are not whole chains.</exception>
    public static double PotentialScaleReduction(ReadOnlySpan<double> values, int chains)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chains, 2);
        int draws = values.Length / chains;
        if (draws < 2 || values.Length != chains * draws)
        {
            throw new ArgumentException(
                $"BurnInMeasure: {values.Length} values are not {chains} chains of at least two draws each", nameof(values));
        }

        var means = new double[chains];
        double within = 0;
        for (int chain = 0; chain < chains; chain++)
        {
            (means[chain], double variance) = Moments(values.Slice(chain * draws, draws));
            within += variance / chains;
        }

        double between = Moments(means).Variance;
        if (within == 0) return between == 0 ? 1 : double.PositiveInfinity;
        return Math.Sqrt(((draws - 1.0) / draws * within + between) / within);
    }

    // The mean is taken about the first value, so that equal values have exactly that mean and variance 0.
    private static (double Mean, double Variance) Moments(ReadOnlySpan<double> values)
    {
        double shift = 0, squares = 0;
        foreach (double value in values) shift += value - values[0];
        double mean = values[0] + shift / values.Length;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, squares / (values.Length - 1));
    }
}
