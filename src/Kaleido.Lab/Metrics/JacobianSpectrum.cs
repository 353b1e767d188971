using System.Numerics;
using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>How <see cref="JacobianSpectrum"/> is measured.</summary>
public sealed record JacobianSpectrumOptions
{
    /// <summary>
    /// h, how far to each side of a point the Jacobian is taken, in the network's units; above 0. On a float32 device h·u must not be lost
    /// in the rounding of the point, which is 2⁻²⁴ of its coordinates.
    /// </summary>
    public double Step { get; init; } = 1e-4;

    /// <summary>
    /// Directions u, each looked at from both sides x ± hu; 0 for D where D ≤ 16 and 2 above. If there are D or more, the first D are the
    /// coordinate axes; all others are drawn uniformly from the unit sphere.
    /// </summary>
    public int Directions { get; init; }

    /// <summary>The seed of drawn directions and of iterations' starts.</summary>
    public uint Seed { get; init; }

    /// <summary>Up to this D the full Jacobian and all its eigenvalues are computed, above Arnoldi's method is used.</summary>
    public int LargestFullJacobian { get; init; } = 1024;
}

/// <summary>The Jacobian's spectrum about one point.</summary>
/// <param name="SpectralRadius">The two-sided spectral radius: the largest ρ(J) over all sides. No unit.</param>
/// <param name="SmallestSpectralRadius">The smallest ρ(J) over all sides; equal to the largest within O(h) where f is smooth.</param>
/// <param name="SpectralRadiusAtPoint">
/// ρ(J(x)) by automatic differentiation at x itself, where a ReLU's derivative at 0 is taken as 0.
/// </param>
/// <param name="DominantEigenvalue">The eigenvalue of that modulus on the side of the largest radius.</param>
/// <param name="SpectralNorm">The largest ‖J‖₂ over all sides, by power iteration, which comes from below.</param>
/// <param name="Residual">
/// The largest residual of a dominant eigenvalue over all sides and x: 0 from a full Jacobian, else see <see cref="RitzValue"/>.
/// </param>
/// <param name="Sides">How many sides were looked at.</param>
public readonly record struct PointSpectrum(
    double SpectralRadius, double SmallestSpectralRadius, double SpectralRadiusAtPoint, Complex DominantEigenvalue, double SpectralNorm,
    double Residual, int Sides);

/// <summary>
/// Spectral radius ρ(J) = max|λ| and norm ‖J‖₂ of a network's Jacobian J_ij = ∂f_i/∂x_j at points, from both sides of ReLU kinks. A fixed
/// point attracts where ρ &lt; 1 and repels some start where ρ &gt; 1, if f is differentiable there; at a kink ρ on each side is the rate
/// of chains that stay on it.
/// </summary>
/// <remarks>
/// <para>
/// Training moves kinks onto the data, and there automatic differentiation shows one side or none. So J is taken at x ± hu for several
/// directions u, and the two-sided radius is the largest of those ρ. A kink closer than h is seen from both sides along every direction
/// that crosses it; one farther away is not seen. With second derivatives f'' the result is off by O(h‖f''‖) at a smooth point. Sides may
/// lie outside the cube of the data.
/// </para>
/// <para>
/// J comes from batched Jacobian-vector products of the library's graph in the precision of the network's device; everything after that
/// is float64. Its eigenvalues come from <see cref="Eigenvalues"/>, as power iteration fails on complex pairs, for large D the dominant
/// one from <see cref="Arnoldi"/>. Source: S. Strogatz, Nonlinear Dynamics and Chaos, section 10.1, for the criterion; A. Radhakrishnan,
/// M. Belkin, C. Uhler, PNAS 117 (2020), for auto-encoders.
/// </para>
/// </remarks>
public static class JacobianSpectrum
{
    /// <summary>The spectrum about each point.</summary>
    /// <param name="network">f; as many outputs as inputs D, applied without its data scaling.</param>
    /// <param name="points">Row-major [points, D], at least one, finite, in the network's units.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>One entry per point, in order; NaN throughout where a Jacobian is not finite (the network overflows there).</returns>
    /// <exception cref="ArgumentException">
    /// The network is no map of a space to itself, the points are none, not whole or not finite, or an option is out of range.
    /// </exception>
    public static PointSpectrum[] Measure(Mlp network, ReadOnlySpan<float> points, JacobianSpectrumOptions? options = null)
    {
        const string Name = nameof(JacobianSpectrum);
        ArgumentNullException.ThrowIfNull(network);
        NetworkMap.RequireSelfMap(Name, network);
        options ??= new();
        int features = network.Inputs;
        PointSets.RequirePositive(Name, nameof(options.Step), options.Step);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Directions);
        ArgumentOutOfRangeException.ThrowIfNegative(options.LargestFullJacobian);
        double[] x = PointSets.Require(Name, nameof(points), points, features);
        using var products = new JacobianProducts(network);
        double[][] directions = Directions(features, options);
        var found = new PointSpectrum[x.Length / features];
        for (int i = 0; i < found.Length; i++) found[i] = About(x.AsSpan(i * features, features), directions, products, options);
        return found;
    }

    /// <summary>J at one point, row-major [D, D], in the precision of the network's device.</summary>
    /// <param name="network">f; as many outputs as inputs D, applied without its data scaling.</param>
    /// <param name="point">[D], finite, in the network's units.</param>
    /// <exception cref="ArgumentException">
    /// The network is no map of a space to itself, or the point has not D finite coordinates.
    /// </exception>
    public static double[] Jacobian(Mlp network, ReadOnlySpan<float> point)
    {
        const string Name = nameof(JacobianSpectrum);
        ArgumentNullException.ThrowIfNull(network);
        NetworkMap.RequireSelfMap(Name, network);
        double[] x = PointSets.Require(Name, nameof(point), point, network.Inputs, "point's coordinates");
        if (x.Length != network.Inputs)
            throw new ArgumentException($"{Name}: {x.Length} values are not one point of {network.Inputs} features", nameof(point));
        using var products = new JacobianProducts(network);
        var jacobian = new double[x.Length * x.Length];
        products.Jacobian(x, jacobian);
        return jacobian;
    }

    private static double[][] Directions(int features, JacobianSpectrumOptions options)
    {
        int count = options.Directions > 0 ? options.Directions : features <= 16 ? features : 2;
        var directions = new double[count][];
        for (int i = 0; i < count; i++)
        {
            bool axis = count >= features && i < features;
            directions[i] = axis ? new double[features]
                : MetricRandom.UnitVector(options.Seed, MetricRandom.Directions, (ulong)i, features);
            if (axis) directions[i][i] = 1;
        }

        return directions;
    }

    private static PointSpectrum About(
        ReadOnlySpan<double> point, double[][] directions, JacobianProducts products, JacobianSpectrumOptions options)
    {
        var at = At(point.ToArray(), products, options, withNorm: false);
        double largest = -1, smallest = double.PositiveInfinity, norm = 0, residual = at.Residual;
        Complex dominant = default;
        foreach (double[] direction in directions)
        {
            foreach (int sign in new[] { 1, -1 })
            {
                var x = point.ToArray();
                DenseDouble.AddScaled(sign * options.Step, direction, x);
                var side = At(x, products, options, withNorm: true);
                if (double.IsNaN(side.Residual)) residual = double.NaN;
                double radius = Complex.Abs(side.Eigenvalue);
                if (radius > largest) (largest, dominant) = (radius, side.Eigenvalue);
                smallest = Math.Min(smallest, radius);
                (norm, residual) = (Math.Max(norm, side.Norm), Math.Max(residual, side.Residual));
            }
        }

        return double.IsNaN(residual)
            ? new(double.NaN, double.NaN, double.NaN, new(double.NaN, double.NaN), double.NaN, double.NaN, 2 * directions.Length)
            : new(largest, smallest, Complex.Abs(at.Eigenvalue), dominant, norm, residual, 2 * directions.Length);
    }

    // The dominant eigenvalue, its residual (NaN where J is not finite) and the norm at one place.
    private static (Complex Eigenvalue, double Residual, double Norm) At(
        double[] x, JacobianProducts products, JacobianSpectrumOptions options, bool withNorm)
    {
        const double NormTolerance = 1e-5;
        const int NormIterations = 500;
        int size = x.Length;
        var image = new double[size];
        if (size > options.LargestFullJacobian)
        {
            var ritz = Arnoldi.Dominant((v, destination) => products.Apply(x, v, destination), size, 1e-6, seed: options.Seed);
            return (ritz.Value, ritz.Residual, !withNorm ? 0 : Norm((v, destination) =>
            {
                products.Apply(x, v, image);
                products.ApplyTransposed(x, image, destination);
            }));
        }

        var jacobian = new double[size * size];
        products.Jacobian(x, jacobian);
        if (!PointSets.IsFinite(jacobian)) return (default, double.NaN, double.NaN);
        return (Eigenvalues.Of(jacobian, size)[0], 0, !withNorm ? 0 : Norm((v, destination) =>
        {
            DenseDouble.Apply(jacobian, v, image);
            DenseDouble.ApplyTransposed(jacobian, image, destination);
        }));

        // The Rayleigh quotient's error is of second order in the residual.
        double Norm(Action<double[], double[]> gram) =>
            Math.Sqrt(Math.Max(0, SpectralNorm.PowerIteration(gram, size, NormTolerance, NormIterations, options.Seed).Theta));
    }
}
