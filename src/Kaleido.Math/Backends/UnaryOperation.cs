namespace Kaleido.Backends;

/// <summary>Elementwise functions of one operand. Each is within 2 ulp of the exact result (docs/numerics.md).</summary>
public enum UnaryOperation
{
    /// <summary>-x.</summary>
    Negate,
    /// <summary>|x|.</summary>
    Abs,
    /// <summary>-1, 0 or 1; 0 for both zeros.</summary>
    Sign,
    /// <summary>√x.</summary>
    Sqrt,
    /// <summary>eˣ.</summary>
    Exp,
    /// <summary>eˣ - 1.</summary>
    Expm1,
    /// <summary>ln x.</summary>
    Log,
    /// <summary>ln(1 + x).</summary>
    Log1p,
    /// <summary>tanh x.</summary>
    Tanh,
    /// <summary>1/(1 + e⁻ˣ).</summary>
    Sigmoid,
    /// <summary>ln(1 + eˣ).</summary>
    Softplus,
    /// <summary>The error function 2/√π ∫₀ˣ e^(-t²) dt.</summary>
    Erf,
    /// <summary>Φ(x), the distribution function of the standard normal distribution.</summary>
    NormalCdf,
    /// <summary>x·Φ(x).</summary>
    Gelu,
    /// <summary>max(x, 0), NaN propagates.</summary>
    Relu,
    /// <summary>x for x &gt; 0, else alpha·x.</summary>
    LeakyRelu,
    /// <summary>x for x &gt; 0, else alpha·(eˣ - 1).</summary>
    Elu,
    /// <summary>sin x, x in radians.</summary>
    Sin,
    /// <summary>cos x, x in radians.</summary>
    Cos,
    /// <summary>x to the power alpha.</summary>
    Power,
    /// <summary>x.</summary>
    Identity,
}

/// <summary>Elementwise functions of two operands, each repeated along rows or columns where its size there is 1.</summary>
public enum BinaryOperation
{
    /// <summary>x + y.</summary>
    Add,
    /// <summary>x - y.</summary>
    Subtract,
    /// <summary>x·y.</summary>
    Multiply,
    /// <summary>x / y.</summary>
    Divide,
    /// <summary>The larger; NaN propagates; +0 is larger than -0 (IEEE 754-2019 maximum).</summary>
    Maximum,
    /// <summary>The smaller; NaN propagates; -0 is smaller than +0 (IEEE 754-2019 minimum).</summary>
    Minimum,
    /// <summary>1 where x &lt; y, else 0.</summary>
    Less,
    /// <summary>1 where x ≤ y, else 0.</summary>
    LessOrEqual,
    /// <summary>1 where x = y, else 0.</summary>
    Equal,
}

/// <summary>Elementwise functions of three operands, repeated like those of a <see cref="BinaryOperation"/>.</summary>
public enum TernaryOperation
{
    /// <summary>y where x ≠ 0 (a NaN counts as not zero), else z.</summary>
    Select,
    /// <summary>x·y + z with one rounding.</summary>
    FusedMultiplyAdd,
}

/// <summary>Reductions; their order of additions is fixed (docs/numerics.md, rule 2).</summary>
public enum ReduceOperation
{
    /// <summary>Sum of each row: [r, c] → [r, 1].</summary>
    RowSum,
    /// <summary>Sum of each column: [r, c] → [1, c].</summary>
    ColumnSum,
    /// <summary>Sum of all elements: [r, c] → [1, 1].</summary>
    FullSum,
    /// <summary>Largest element of each row; NaN propagates: [r, c] → [r, 1].</summary>
    RowMaximum,
    /// <summary>Index of the first largest element of each row (the first NaN, if any): [r, c] → [r, 1].</summary>
    RowArgMaximum,
    /// <summary>ln Σ eˣ of each row, computed from the row's maximum: [r, c] → [r, 1].</summary>
    RowLogSumExp,
}

/// <summary>Distributions that a device can draw from.</summary>
public enum NoiseDistribution
{
    /// <summary>Uniform; the two parameters are the lower and the upper end.</summary>
    Uniform,
    /// <summary>Normal; the two parameters are the mean and the standard deviation.</summary>
    Normal,
}
