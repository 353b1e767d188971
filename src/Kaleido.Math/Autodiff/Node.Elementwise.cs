using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

public sealed partial class Node
{
    /// <summary>x + y, operands repeated where their size is 1.</summary>
    public static Node operator +(Node x, Node y) => Binary(BinaryOperation.Add, x, y);

    /// <summary>x - y.</summary>
    public static Node operator -(Node x, Node y) => Binary(BinaryOperation.Subtract, x, y);

    /// <summary>x·y, element by element; see <see cref="Product"/> for the matrix product.</summary>
    public static Node operator *(Node x, Node y) => Binary(BinaryOperation.Multiply, x, y);

    /// <summary>x / y.</summary>
    public static Node operator /(Node x, Node y) => Binary(BinaryOperation.Divide, x, y);

    /// <summary>x + c.</summary>
    public static Node operator +(Node x, double c) => x + x.Graph.Constant(c);

    /// <summary>c + x.</summary>
    public static Node operator +(double c, Node x) => x.Graph.Constant(c) + x;

    /// <summary>x - c.</summary>
    public static Node operator -(Node x, double c) => x - x.Graph.Constant(c);

    /// <summary>c - x.</summary>
    public static Node operator -(double c, Node x) => x.Graph.Constant(c) - x;

    /// <summary>c·x.</summary>
    public static Node operator *(Node x, double c) => x * x.Graph.Constant(c);

    /// <summary>c·x.</summary>
    public static Node operator *(double c, Node x) => x.Graph.Constant(c) * x;

    /// <summary>x / c.</summary>
    public static Node operator /(Node x, double c) => x / x.Graph.Constant(c);

    /// <summary>c / x.</summary>
    public static Node operator /(double c, Node x) => x.Graph.Constant(c) / x;

    /// <summary>-x.</summary>
    public static Node operator -(Node x) => x.Unary(UnaryOperation.Negate);

    /// <summary>The larger of both; in a tie the gradient goes to this operand.</summary>
    public Node Maximum(Node other) => Binary(BinaryOperation.Maximum, this, other);

    /// <summary>The smaller of both; in a tie the gradient goes to this operand.</summary>
    public Node Minimum(Node other) => Binary(BinaryOperation.Minimum, this, other);

    /// <summary>The value moved into [low, high].</summary>
    public Node Clamp(double low, double high) => Maximum(Graph.Constant(low)).Minimum(Graph.Constant(high));

    /// <summary>1 where this &lt; other, else 0.</summary>
    public Node LessThan(Node other) => Binary(BinaryOperation.Less, this, other);

    /// <summary>1 where this ≤ other, else 0.</summary>
    public Node LessOrEqual(Node other) => Binary(BinaryOperation.LessOrEqual, this, other);

    /// <summary>1 where this &gt; other, else 0.</summary>
    public Node GreaterThan(Node other) => Binary(BinaryOperation.Less, other, this);

    /// <summary>1 where both are equal, else 0.</summary>
    public Node EqualTo(Node other) => Binary(BinaryOperation.Equal, this, other);

    /// <summary><paramref name="whenTrue"/> where this is not 0, else <paramref name="whenFalse"/>.</summary>
    public Node Select(Node whenTrue, Node whenFalse) => Ternary(TernaryOperation.Select, this, whenTrue, whenFalse);

    /// <summary>this·factor + addend with one rounding.</summary>
    public Node FusedMultiplyAdd(Node factor, Node addend) => Ternary(TernaryOperation.FusedMultiplyAdd, this, factor, addend);

    /// <summary>|x|; the derivative at 0 is 0.</summary>
    public Node Abs() => Unary(UnaryOperation.Abs);

    /// <summary>-1, 0 or 1; the derivative is 0.</summary>
    public Node Sign() => Unary(UnaryOperation.Sign);

    /// <summary>√x.</summary>
    public Node Sqrt() => Unary(UnaryOperation.Sqrt);

    /// <summary>x·x.</summary>
    public Node Square() => this * this;

    /// <summary>eˣ.</summary>
    public Node Exp() => Unary(UnaryOperation.Exp);

    /// <summary>eˣ - 1.</summary>
    public Node Expm1() => Unary(UnaryOperation.Expm1);

    /// <summary>ln x.</summary>
    public Node Log() => Unary(UnaryOperation.Log);

    /// <summary>ln(1 + x).</summary>
    public Node Log1p() => Unary(UnaryOperation.Log1p);

    /// <summary>tanh x.</summary>
    public Node Tanh() => Unary(UnaryOperation.Tanh);

    /// <summary>1/(1 + e⁻ˣ).</summary>
    public Node Sigmoid() => Unary(UnaryOperation.Sigmoid);

    /// <summary>ln(1 + eˣ).</summary>
    public Node Softplus() => Unary(UnaryOperation.Softplus);

    /// <summary>The error function.</summary>
    public Node Erf() => Unary(UnaryOperation.Erf);

    /// <summary>Φ(x), the distribution function of the standard normal distribution.</summary>
    public Node NormalCdf() => Unary(UnaryOperation.NormalCdf);

    /// <summary>x·Φ(x).</summary>
    public Node Gelu() => Unary(UnaryOperation.Gelu);

    /// <summary>max(x, 0); the derivative at 0 is 0.</summary>
    public Node Relu() => Unary(UnaryOperation.Relu);

    /// <summary>x for x &gt; 0, else slope·x.</summary>
    public Node LeakyRelu(double slope = 0.01) => Unary(UnaryOperation.LeakyRelu, slope);

    /// <summary>x for x &gt; 0, else alpha·(eˣ - 1).</summary>
    public Node Elu(double alpha = 1) => Unary(UnaryOperation.Elu, alpha);

    /// <summary>sin x.</summary>
    public Node Sin() => Unary(UnaryOperation.Sin);

    /// <summary>cos x.</summary>
    public Node Cos() => Unary(UnaryOperation.Cos);

    /// <summary>x to a constant power.</summary>
    public Node Power(double exponent) => Unary(UnaryOperation.Power, exponent);

    /// <summary>The value, with no derivative.</summary>
    public Node StopGradient() => Graph.Add(new StopGradientOperation(), [this], Shape);

    /// <summary>An elementwise function by its name in <see cref="UnaryOperation"/>.</summary>
    public Node Unary(UnaryOperation function, double alpha = 0) => Graph.Add(new UnaryElementwise(function, alpha), [this], Shape);

    private static Node Binary(BinaryOperation function, Node x, Node y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (!Shape.TryBroadcast(x.Shape, y.Shape, out var shape))
            throw new ArgumentException($"{function}: the shapes {x.Shape} and {y.Shape} do not fit; each size must be equal or 1");
        return x.Graph.Add(new BinaryElementwise(function), [x, y], shape);
    }

    private static Node Ternary(TernaryOperation function, Node x, Node y, Node z)
    {
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(z);
        if (!Shape.TryBroadcast(x.Shape, y.Shape, out var shape) || !Shape.TryBroadcast(shape, z.Shape, out shape))
        {
            throw new ArgumentException(
                $"{function}: the shapes {x.Shape}, {y.Shape} and {z.Shape} do not fit; each size must be equal or 1");
        }

        return x.Graph.Add(new TernaryElementwise(function), [x, y, z], shape);
    }
}
