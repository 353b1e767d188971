using Kaleido.Numerics;

namespace Kaleido.Networks;

/// <summary>
/// How the parameters of a network are drawn. The names are those of the field; PyTorch's own default is the default here.
/// </summary>
public enum Initialization
{
    /// <summary>Weights and biases U(±1/√fan_in): what PyTorch's Linear does.</summary>
    PyTorch,
    /// <summary>Weights N(0, 1/fan_in), biases 0 (Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, 1998).</summary>
    LeCun,
    /// <summary>Weights U(±√(6/(fan_in + fan_out))), biases 0 (X. Glorot, Y. Bengio, AISTATS 2010; PyTorch's xavier_uniform_).</summary>
    Glorot,
    /// <summary>
    /// Weights U(±√(6/fan_in)), biases 0 (K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015; PyTorch's kaiming_uniform_ for ReLU).
    /// </summary>
    He,
    /// <summary>Weights with orthonormal rows or columns, biases 0 (A. Saxe, J. McClelland, S. Ganguli, ICLR 2014).</summary>
    Orthogonal,
    /// <summary>
    /// Weights and biases N(0, 1), but each layer computes √2/√fan_in·Wx + 0.1·b: the scaling of the neural tangent kernel
    /// (A. Jacot, F. Gabriel, C. Hongler, NeurIPS 2018, with σ_w² = 2 and β = 0.1).
    /// </summary>
    NeuralTangent,
    /// <summary>Weights the identity matrix (cut or filled up with zeros), biases 0.</summary>
    Identity,
}

/// <summary>Draws initial parameters: element i of a parameter is a function of (seed, stream, i) alone.</summary>
internal static class Initializer
{
    /// <summary>Factor of Wx and of b in the forward pass.</summary>
    public static (double Weight, double Bias) ForwardScale(Initialization initialization, int fanIn) =>
        initialization == Initialization.NeuralTangent ? (Math.Sqrt(2) / Math.Sqrt(Math.Max(1, fanIn)), 0.1) : (1, 1);

    /// <summary>The weight [fanOut, fanIn], row-major.</summary>
    public static float[] Weight(Initialization initialization, int fanIn, int fanOut, uint seed, uint stream)
    {
        var values = new float[checked(fanIn * fanOut)];
        switch (initialization)
        {
            case Initialization.PyTorch: Uniform(values, 1 / Math.Sqrt(Math.Max(1, fanIn)), seed, stream); break;
            case Initialization.LeCun: PhiloxFill.Normal(seed, stream, 0, 0, 0, 1 / Math.Sqrt(Math.Max(1, fanIn)), values); break;
            case Initialization.Glorot: Uniform(values, Math.Sqrt(6.0 / Math.Max(1, fanIn + fanOut)), seed, stream); break;
            case Initialization.He: Uniform(values, Math.Sqrt(6.0 / Math.Max(1, fanIn)), seed, stream); break;
            case Initialization.NeuralTangent: PhiloxFill.Normal(seed, stream, 0, 0, 0, 1, values); break;
            case Initialization.Orthogonal: Orthogonal(values, fanOut, fanIn, seed, stream); break;
            case Initialization.Identity:
                for (int i = 0; i < Math.Min(fanIn, fanOut); i++) values[i * fanIn + i] = 1;
                break;
            default: throw new ArgumentOutOfRangeException(nameof(initialization), initialization, "unknown initialization");
        }

        return values;
    }

    /// <summary>The bias of a layer.</summary>
    public static float[] Bias(Initialization initialization, int fanIn, int fanOut, uint seed, uint stream)
    {
        var values = new float[fanOut];
        if (initialization == Initialization.PyTorch) Uniform(values, 1 / Math.Sqrt(Math.Max(1, fanIn)), seed, stream);
        if (initialization == Initialization.NeuralTangent) PhiloxFill.Normal(seed, stream, 0, 0, 0, 1, values);
        return values;
    }

    private static void Uniform(float[] values, double bound, uint seed, uint stream) =>
        PhiloxFill.Uniform(seed, stream, 0, 0, (float)-bound, (float)bound, values);

    // Gram-Schmidt, twice for orthogonality to rounding, on the rows (or the columns, where there are fewer of them) of a normal matrix.
    private static void Orthogonal(float[] values, int rows, int columns, uint seed, uint stream)
    {
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var normal = new float[values.Length];
        PhiloxFill.Normal(seed, stream, 0, 0, 0, 1, normal);
        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            var v = vectors[i] = new double[length];
            for (int j = 0; j < length; j++) v[j] = normal[i * length + j];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int k = 0; k < i; k++)
                {
                    double projection = Dot(v, vectors[k]);
                    for (int j = 0; j < length; j++) v[j] -= projection * vectors[k][j];
                }
            }

            double norm = Math.Sqrt(Dot(v, v));
            for (int j = 0; j < length; j++) v[j] /= norm;
        }

        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < length; j++) values[rows <= columns ? i * columns + j : j * columns + i] = (float)vectors[i][j];
        }
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
