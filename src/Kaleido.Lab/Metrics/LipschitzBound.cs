using Kaleido.Networks;

namespace Kaleido.Lab.Metrics;

/// <summary>
/// A bound of a network's Lipschitz constant in the Euclidean norm, the product over layers of slope(φ_l)·‖W_l‖₂: q = ¼∏‖W_l‖₂ for ReLU
/// layers and a sigmoid output, q = ∏‖W_l‖₂ for tanh. q &lt; 1 proves one attractor x*, and ‖f^k z - x*‖ ≤ q^k ‖z - x*‖ (S. Banach, 1922).
/// </summary>
/// <remarks>
/// Source: C. Szegedy et al., "Intriguing properties of neural networks", ICLR 2014, section 4.3. slope(φ) is the largest |φ'|: ReLU,
/// tanh, softplus, sine, cosine and identity 1, sigmoid ¼, erf 2/√π, GELU 1.12890415, leaky ReLU and ELU max(1, |α|); softmax ½ (its
/// Jacobian diag(p) - ppᵀ). A residual layer counts 1 + slope·‖W‖₂, and the scaling of the neural tangent kernel counts with its weight.
/// The bound is about the exact function with these weights, in the network's units; float32 evaluation adds rounding.
/// </remarks>
public sealed class LipschitzBound
{
    // Every product below rounds a few times; this much a layer covers it.
    private const double Outward = 1 + 16 * 1.1102230246251565e-16;

    private LipschitzBound(SpectralNormBounds[] layers, double upper, double estimate)
        => (Layers, Upper, Estimate) = (layers, upper, estimate);

    /// <summary>The norms of the weights, layer by layer, as the network applies them.</summary>
    public IReadOnlyList<SpectralNormBounds> Layers { get; }

    /// <summary>q from the proved upper bounds: Lip(f) is not above.</summary>
    public double Upper { get; }

    /// <summary>q from the lower bounds of the norms: how far <see cref="Upper"/> could fall at most. No bound of Lip(f) itself.</summary>
    public double Estimate { get; }

    /// <summary>Whether q &lt; 1 is proved, so that f contracts R^D.</summary>
    public bool IsContraction => Upper < 1;

    /// <summary>Bounds a network.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static LipschitzBound Of(Mlp network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var layers = new SpectralNormBounds[network.Layers];
        double upper = 1, estimate = 1;
        for (int layer = 0; layer < layers.Length; layer++)
        {
            var weight = network.Weight(layer);
            var values = new double[weight.Count];
            weight.Download(values);
            double scale = network.Options.Initialization == Initialization.NeuralTangent ? Math.Sqrt(2) / Math.Sqrt(weight.Columns) : 1;
            var norm = SpectralNorm.Of(values, weight.Rows, weight.Columns);
            layers[layer] = new(norm.Lower * scale / Outward, norm.Upper * scale * Outward, norm.Residual * scale * scale, norm.Iterations);
            bool last = layer == layers.Length - 1;
            double slope = Slope(last ? network.Options.Output : network.Options.HiddenActivation);
            double skip = network.Options.Residual && !last && weight.Rows == weight.Columns ? 1 : 0;
            upper *= (skip + slope * layers[layer].Upper) * Outward;
            estimate *= (skip + slope * layers[layer].Lower) / Outward;
        }

        return new(layers, upper, estimate);
    }

    private static double Slope(Activation activation)
    {
        if (activation == Activation.Sigmoid) return 0.25;
        if (activation == Activation.Softmax) return 0.5;
        // 2/√π, rounded up.
        if (activation == Activation.Erf) return 1.1283791670955128;
        // Φ(√2) + √2·φ(√2) at the zero x = √2 of the second derivative, rounded up.
        if (activation == Activation.Gelu) return 1.12890415;
        // Alpha is 0 but for leaky ReLU and ELU.
        return Math.Max(1, Math.Abs(activation.Alpha));
    }
}
