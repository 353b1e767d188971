using System.Numerics;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>The derivative of a map at a point, as J = B·K through the last hidden layer.</summary>
/// <param name="Value">f(x).</param>
/// <param name="Left">B = diag(φ'(z)) W_L, row-major [D, H]; H is the width of the last hidden layer.</param>
/// <param name="Right">K, the Jacobian of that layer's activations, row-major [H, D].</param>
/// <param name="KinkDistance">
/// The least |pre-activation| / ‖its gradient‖₂ over all hidden neurons: the distance to the border of the linear piece, where that lies
/// within reach; +∞ where no gradient differs from 0.
/// </param>
internal sealed record Linearization(double[] Value, double[] Left, double[] Right, double KinkDistance)
{
    public int Features => Value.Length;

    public int Hidden => Right.Length / Value.Length;

    /// <summary>J, row-major [D, D].</summary>
    public double[] Jacobian()
    {
        int features = Features, hidden = Hidden;
        var jacobian = new double[features * features];
        for (int i = 0; i < features; i++)
        {
            var row = jacobian.AsSpan(i * features, features);
            for (int k = 0; k < hidden; k++) DenseDouble.AddScaled(Left[i * hidden + k], Right.AsSpan(k * features, features), row);
        }

        return jacobian;
    }

    /// <summary>K·B, row-major [H, H]: it has J's eigenvalues but for zeros.</summary>
    public double[] Core()
    {
        int features = Features, hidden = Hidden;
        var core = new double[hidden * hidden];
        for (int i = 0; i < hidden; i++)
        {
            var row = core.AsSpan(i * hidden, hidden);
            for (int k = 0; k < features; k++) DenseDouble.AddScaled(Right[i * features + k], Left.AsSpan(k * hidden, hidden), row);
        }

        return core;
    }

    /// <summary>ρ(J), from the smaller of J and its core.</summary>
    public double SpectralRadius() => Hidden < Features
        ? Eigenvalues.SpectralRadius(Core(), Hidden)
        : Eigenvalues.SpectralRadius(Jacobian(), Features);

    /// <summary>
    /// ρ(J_k … J_1) of the Jacobians along an orbit by Arnoldi's method on J = BK, which is never formed, to a residual of 1e-4.
    /// </summary>
    public static double DominantRadius(params Linearization[] along)
    {
        int features = along[0].Features;
        var (hidden, state) = (new double[along[0].Hidden], new double[features]);
        var found = Arnoldi.Dominant(
            (v, image) =>
            {
                v.CopyTo(state, 0);
                foreach (var at in along)
                {
                    DenseDouble.Apply(at.Right, state, hidden);
                    DenseDouble.Apply(at.Left, hidden, state);
                }

                state.CopyTo(image, 0);
            },
            features, 1e-4);
        return Complex.Abs(found.Value);
    }

    /// <summary>
    /// (I - J)⁻¹ y, or null where it does not exist; by (I - BK)⁻¹ = I + B(I - KB)⁻¹K where the hidden layer is the narrower one.
    /// </summary>
    public double[]? SolveIdentityMinusJacobian(double[] y)
    {
        int features = Features, hidden = Hidden;
        if (hidden >= features) return Solve(Jacobian(), y);
        var image = new double[hidden];
        DenseDouble.Apply(Right, y, image);
        if (Solve(Core(), image) is not { } inner) return null;
        var result = new double[features];
        DenseDouble.Apply(Left, inner, result);
        for (int i = 0; i < features; i++) result[i] += y[i];
        return result;
    }

    /// <summary>The sign of det(I - J), the index of a fixed point; 0 where it is degenerate.</summary>
    public int Index() => System(Hidden < Features ? Core() : Jacobian(), Math.Min(Hidden, Features)).Sign;

    private static double[]? Solve(double[] matrix, double[] y) =>
        System(matrix, y.Length) is { IsSingular: false } system ? system.Solve(y) : null;

    private static LinearSystem System(double[] matrix, int size)
    {
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) matrix[i * size + j] = (i == j ? 1 : 0) - matrix[i * size + j];
        return LinearSystem.Of(matrix, size);
    }
}

/// <summary>
/// A network with ReLU layers as a map of R^D to itself in float64, with its float32 weights as they are and without its data scaling. Not
/// for several threads at once.
/// </summary>
public sealed class ReluSelfMap
{
    private readonly double[][] _weights, _biases, _layers;

    private ReluSelfMap(double[][] weights, double[][] biases, Activation output)
    {
        (_weights, _biases, Output) = (weights, biases, output);
        _layers = [.. biases.Select(bias => new double[bias.Length])];
    }

    /// <summary>D, the features of a point.</summary>
    public int Features => _biases[^1].Length;

    /// <summary>The number of linear maps, one more than hidden layers.</summary>
    public int Layers => _weights.Length;

    /// <summary>The output activation: sigmoid, tanh or identity.</summary>
    public Activation Output { get; }

    /// <summary>Takes a network's weights.</summary>
    /// <param name="network">ReLU in at least one hidden layer, no residual layers; as many outputs as inputs.</param>
    /// <exception cref="ArgumentException">The network has another form, or a weight that is not finite.</exception>
    public static ReluSelfMap Of(Mlp network)
    {
        ArgumentNullException.ThrowIfNull(network);
        NetworkMap.RequireSelfMap(nameof(ReluSelfMap), network);
        var shape = network.Options;
        bool known = shape.Output == Activation.Sigmoid || shape.Output == Activation.Tanh || shape.Output == Activation.Identity;
        if (network.Layers < 2 || shape.Residual || shape.HiddenActivation != Activation.Relu || !known
            || shape.Initialization == Initialization.NeuralTangent)
        {
            throw new ArgumentException("ReluSelfMap: needs ReLU layers without skips or scaling, and a sigmoid, tanh or identity output",
                nameof(network));
        }

        var weights = new double[network.Layers][];
        var biases = new double[network.Layers][];
        for (int layer = 0; layer < weights.Length; layer++)
        {
            weights[layer] = new double[network.Weight(layer).Count];
            biases[layer] = new double[network.Bias(layer).Count];
            network.Weight(layer).Download(weights[layer]);
            network.Bias(layer).Download(biases[layer]);
            if (!PointSets.IsFinite(weights[layer]) || !PointSets.IsFinite(biases[layer]))
                throw new ArgumentException("ReluSelfMap: a weight is not finite", nameof(network));
        }

        return new(weights, biases, shape.Output);
    }

    /// <summary>f(x).</summary>
    /// <param name="x">[D].</param>
    /// <param name="destination">[D]; may be <paramref name="x"/>.</param>
    public void Apply(ReadOnlySpan<double> x, Span<double> destination)
    {
        for (int layer = 0; layer < _weights.Length; layer++)
        {
            double[] y = _layers[layer];
            DenseDouble.Apply(_weights[layer], layer == 0 ? x : _layers[layer - 1], y);
            bool last = layer == _weights.Length - 1;
            for (int i = 0; i < y.Length; i++)
            {
                double z = y[i] + _biases[layer][i];
                y[i] = !last ? (z > 0 ? z : 0) : Activate(z);
            }
        }

        _layers[^1].CopyTo(destination);
    }

    /// <summary>f and its derivative at x; a ReLU's derivative at 0 counts as 0.</summary>
    internal Linearization Linearize(ReadOnlySpan<double> x)
    {
        int features = Features;
        double[] jacobian = _weights[0], activation = x.ToArray();
        double distance = double.PositiveInfinity;
        for (int layer = 0; layer < _weights.Length; layer++)
        {
            double[] bias = _biases[layer], z = new double[bias.Length];
            DenseDouble.Apply(_weights[layer], activation, z);
            for (int i = 0; i < z.Length; i++) z[i] += bias[i];
            if (layer == _weights.Length - 1)
            {
                var left = (double[])_weights[layer].Clone();
                for (int i = 0; i < z.Length; i++) DenseDouble.Scale(Slope(z[i]), left.AsSpan(i * activation.Length, activation.Length));
                return new([.. z.Select(Activate)], left, jacobian, distance);
            }

            if (layer > 0) jacobian = Multiply(_weights[layer], activation, jacobian, features);
            else jacobian = (double[])jacobian.Clone();
            for (int i = 0; i < z.Length; i++)
            {
                var row = jacobian.AsSpan(i * features, features);
                double norm = DenseDouble.Norm(row);
                if (norm > 0) distance = Math.Min(distance, Math.Abs(z[i]) / norm);
                if (z[i] > 0) continue;
                z[i] = 0;
                row.Clear();
            }

            activation = z;
        }

        throw new InvalidOperationException();
    }

    internal double[] Weight(int layer) => _weights[layer];

    internal double[] Bias(int layer) => _biases[layer];

    /// <summary>φ(z).</summary>
    internal double Activate(double z) =>
        Output == Activation.Sigmoid ? 1 / (1 + Math.Exp(-z)) : Output == Activation.Tanh ? Math.Tanh(z) : z;

    /// <summary>φ'(z).</summary>
    internal double Slope(double z)
    {
        double y = Activate(z);
        return Output == Activation.Sigmoid ? y * (1 - y) : Output == Activation.Tanh ? 1 - y * y : 1;
    }

    /// <summary>{φ(z)}.</summary>
    internal Interval Activate(Interval z) => Output == Activation.Sigmoid ? z.Sigmoid() : Output == Activation.Tanh ? z.Tanh() : z;

    /// <summary>{φ'(z)}: both slopes are even and fall with |z|, so the ends come from the least and the greatest |z|.</summary>
    internal Interval Slope(Interval z)
    {
        if (Output == Activation.Identity) return 1;
        Interval least = At(z.Magnitude), most = At(z.Mignitude);
        return new(Math.Max(0, least.Low), Math.Min(Output == Activation.Sigmoid ? 0.25 : 1, most.High));

        Interval At(double magnitude)
        {
            if (double.IsInfinity(magnitude)) return 0;
            // 1 - σ(z) = σ(-z), without cancellation.
            if (Output == Activation.Sigmoid) return new Interval(magnitude).Sigmoid() * new Interval(-magnitude).Sigmoid();
            return 1 - new Interval(magnitude).Tanh().Square();
        }
    }

    private static double[] Multiply(double[] weight, double[] activation, double[] jacobian, int features)
    {
        int inner = activation.Length, rows = weight.Length / inner;
        var product = new double[rows * features];
        for (int i = 0; i < rows; i++)
        {
            var row = product.AsSpan(i * features, features);
            for (int k = 0; k < inner; k++)
            {
                // Rows of inactive neurons are zero.
                if (activation[k] > 0) DenseDouble.AddScaled(weight[i * inner + k], jacobian.AsSpan(k * features, features), row);
            }
        }

        return product;
    }
}
