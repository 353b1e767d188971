namespace Kaleido.Cuda.Interop;

/// <summary>One argument of a kernel in a slot of eight bytes, of which the kernel reads as many as its parameter has.</summary>
internal readonly struct KernelArgument
{
    private readonly ulong _bits;

    private KernelArgument(ulong bits) => _bits = bits;

    // Signed numbers are extended, so that an int serves a 32-bit and a 64-bit parameter.
    public static implicit operator KernelArgument(ulong value) => new(value);

    public static implicit operator KernelArgument(long value) => new((ulong)value);

    public static implicit operator KernelArgument(int value) => new((ulong)value);

    public static implicit operator KernelArgument(uint value) => new(value);

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));

    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value));
}

/// <summary>How many blocks of how many threads a kernel is launched with.</summary>
internal readonly record struct Geometry(uint GridX, uint GridY, uint BlockX, uint BlockY);

/// <summary>The names of the kernels by what they compute (Kernels/README.md lists them with their parameters).</summary>
internal static class KernelNames
{
    /// <summary>By <see cref="Kaleido.Backends.UnaryOperation"/>.</summary>
    public static readonly string[] Unary =
    [
        "unary_negate", "unary_abs", "unary_sign", "unary_sqrt", "unary_exp", "unary_expm1", "unary_log", "unary_log1p", "unary_tanh",
        "unary_sigmoid", "unary_softplus", "unary_erf", "unary_normal_cdf", "unary_gelu", "unary_relu", "unary_leaky_relu", "unary_elu",
        "unary_sin", "unary_cos", "unary_power", "unary_identity",
    ];

    /// <summary>By <see cref="Kaleido.Backends.BinaryOperation"/>.</summary>
    public static readonly string[] Binary =
    [
        "binary_add", "binary_subtract", "binary_multiply", "binary_divide", "binary_maximum", "binary_minimum", "binary_less",
        "binary_less_or_equal", "binary_equal",
    ];

    /// <summary>By <see cref="Kaleido.Backends.TernaryOperation"/>.</summary>
    public static readonly string[] Ternary = ["ternary_select", "ternary_fused_multiply_add"];

    /// <summary>By <see cref="Kaleido.Backends.OptimizerKind"/>.</summary>
    public static readonly string[] Update = ["update_sgd", "update_adagrad", "update_rmsprop", "update_adam"];

    /// <summary>F(x + bias) by F, or null where there is no such kernel.</summary>
    public static string? Bias(Kaleido.Backends.UnaryOperation function) => function switch
    {
        Kaleido.Backends.UnaryOperation.Relu => BiasRelu,
        Kaleido.Backends.UnaryOperation.LeakyRelu => "bias_leaky_relu",
        Kaleido.Backends.UnaryOperation.Elu => "bias_elu",
        Kaleido.Backends.UnaryOperation.Tanh => "bias_tanh",
        Kaleido.Backends.UnaryOperation.Sigmoid => "bias_sigmoid",
        Kaleido.Backends.UnaryOperation.Softplus => "bias_softplus",
        Kaleido.Backends.UnaryOperation.Gelu => "bias_gelu",
        _ => null,
    };

    public const string BiasIdentity = "bias_identity", BiasRelu = "bias_relu", ReluGradient = "relu_gradient",
        ReluGradientColumnSum = "relu_gradient_column_sum";

    public const string Product = "product", ProductBias = "product_bias", ProductBiasRelu = "product_bias_relu",
        ProductReluGradient = "product_relu_gradient";

    public const string Copy = "copy", RowSum = "row_sum", RowMaximum = "row_maximum", RowArgMaximum = "row_arg_maximum",
        RowLogSumExp = "row_log_sum_exp", ColumnSum = "column_sum", Transpose = "transpose", GatherRows = "gather_rows",
        ScatterAddRows = "scatter_add_rows", OneHot = "one_hot", NoiseUniform = "noise_uniform", NoiseNormal = "noise_normal",
        MinibatchIndices = "minibatch_indices", OptimizerScalars = "optimizer_scalars", Record = "record", Advance = "advance";
}
