using System.Numerics.Tensors;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// The pre-activation of a ReLU network, z_L with h_0 = x, z_l = W_l h_{l-1} + b_l, h_l = max(z_l, 0), in float64 from its float32 weights
/// (exactly representable), in the network's units.
/// </summary>
internal sealed class ReluMap
{
    /// <summary>u = 2⁻⁵³, half a unit in the last place of 1.</summary>
    public const double Roundoff = 1.1102230246251565e-16;

    // Column-major: a product adds columns, so that each element is one ascending chain, whatever the width of vectors.
    private readonly double[][] _columns, _magnitudes, _bias;
    private readonly double[] _first, _second;

    private ReluMap(double[][] columns, double[][] bias)
    {
        (_columns, _bias) = (columns, bias);
        _magnitudes = [.. columns.Select(layer => Array.ConvertAll(layer, Math.Abs))];
        int widest = bias.Max(b => b.Length);
        (_first, _second) = (new double[widest], new double[widest]);
    }

    /// <summary>The linear maps; one more than hidden layers.</summary>
    public int Layers => _bias.Length;

    public int Inputs => _columns[0].Length / _bias[0].Length;

    public int Outputs => _bias[^1].Length;

    /// <summary>All hidden neurons.</summary>
    public int Neurons => _bias[..^1].Sum(bias => bias.Length);

    /// <summary>Outputs of a linear map.</summary>
    public int Width(int layer) => _bias[layer].Length;

    public ReadOnlySpan<double> Bias(int layer) => _bias[layer];

    /// <summary>The weights of a network with plain ReLU layers.</summary>
    /// <exception cref="ArgumentException">Its hidden layers are not ReLU, are residual or scaled, or a weight is not finite.</exception>
    public static ReluMap Of(string what, Mlp network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var options = network.Options;
        if (options.HiddenActivation != Activation.Relu || options.Residual || options.Initialization == Initialization.NeuralTangent)
        {
            throw new ArgumentException($"{what}: the hidden layers must be plain ReLU layers (no other activation, no residual layers, no "
                + "neural-tangent scaling), as only these make polygons", nameof(network));
        }

        var (columns, bias) = (new double[network.Layers][], new double[network.Layers][]);
        for (int layer = 0; layer < columns.Length; layer++)
        {
            var weight = network.Weight(layer);
            var rows = new double[weight.Count];
            weight.Download(rows);
            bias[layer] = new double[weight.Rows];
            network.Bias(layer).Download(bias[layer]);
            columns[layer] = new double[rows.Length];
            for (int i = 0; i < weight.Rows; i++)
            {
                for (int j = 0; j < weight.Columns; j++) columns[layer][j * weight.Rows + i] = rows[i * weight.Columns + j];
            }

            if (!rows.All(double.IsFinite) || !bias[layer].All(double.IsFinite))
                throw new ArgumentException($"{what}: a weight of the network is not finite (it has diverged)", nameof(network));
        }

        return new(columns, bias);
    }

    /// <summary>The map s ↦ z(origin + Σ s_k axis_k), its first layer rounded to float64.</summary>
    public ReluMap OnSlice(ReadOnlySpan<double> origin, params ReadOnlySpan<double[]> axes)
    {
        int width = Width(0);
        var (columns, bias) = ((double[][])_columns.Clone(), (double[][])_bias.Clone());
        columns[0] = new double[axes.Length * width];
        for (int k = 0; k < axes.Length; k++) Add(_columns[0], width, axes[k], columns[0].AsSpan(k * width, width));
        bias[0] = (double[])_bias[0].Clone();
        Add(_columns[0], width, origin, bias[0]);
        return new(columns, bias);
    }

    /// <summary>The same network for another thread.</summary>
    public ReluMap Share() => new(_columns, _bias);

    /// <summary>z = W_l h + b_l.</summary>
    public void Apply(int layer, ReadOnlySpan<double> h, Span<double> z)
    {
        _bias[layer].CopyTo(z);
        Add(_columns[layer], Width(layer), h, z);
    }

    /// <summary>z = W_l h.</summary>
    public void Multiply(int layer, ReadOnlySpan<double> h, Span<double> z)
    {
        z[..Width(layer)].Clear();
        Add(_columns[layer], Width(layer), h, z);
    }

    /// <summary>z = |W_l| h, times a factor that covers its own rounding for h ≥ 0.</summary>
    public void MultiplyMagnitudes(int layer, ReadOnlySpan<double> h, Span<double> z)
    {
        z = z[..Width(layer)];
        z.Clear();
        Add(_magnitudes[layer], z.Length, h, z);
        TensorPrimitives.Multiply(z, 1 + 4 * Gamma(h.Length), z);
    }

    /// <summary>γ_k = k·u/(1 - k·u) for the k + 2 roundings of a chain of k products and a sum around it.</summary>
    public static double Gamma(int terms) => (terms + 2) * Roundoff / (1 - (terms + 2) * Roundoff);

    /// <summary>z_l at a point, layer = 0 … Layers-1. Not for two threads at once.</summary>
    public void PreActivation(ReadOnlySpan<double> x, int layer, Span<double> z)
    {
        var (h, next) = (_first, _second);
        if (layer == 0)
        {
            Apply(0, x, z);
            return;
        }

        Apply(0, x, h);
        for (int l = 1; l <= layer; l++)
        {
            var active = h.AsSpan(0, Width(l - 1));
            TensorPrimitives.Max(active, 0, active);
            if (l == layer) Apply(l, active, z);
            else Apply(l, active, next);
            (h, next) = (next, h);
        }
    }

    // Half of the units of a ReLU network are 0 at a point: their columns are left out.
    private static void Add(double[] columns, int rows, ReadOnlySpan<double> h, Span<double> z)
    {
        z = z[..rows];
        for (int j = 0; j < h.Length; j++)
        {
            if (h[j] != 0) TensorPrimitives.FusedMultiplyAdd(columns.AsSpan(j * rows, rows), h[j], z, z);
        }
    }
}
