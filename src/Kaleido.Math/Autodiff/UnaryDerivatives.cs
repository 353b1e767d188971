using Kaleido.Backends;

namespace Kaleido.Autodiff;

/// <summary>The derivative of each elementwise function of one operand, times a gradient or a tangent (the Jacobian is diagonal).</summary>
internal static class UnaryDerivatives
{
    private const double TwoOverRootPi = 1.1283791670955126, InverseRootTwoPi = 0.3989422804014327;

    /// <summary>g·f'(x), or null if f' is zero everywhere.</summary>
    public static Node? Times(Node y, UnaryElementwise operation, Node g)
    {
        var x = y.Operand(0);
        var zero = g.Graph.Constant(0);
        double alpha = operation.Alpha;
        return operation.Function switch
        {
            UnaryOperation.Negate => -g,
            UnaryOperation.Abs => x.EqualTo(zero).Select(zero, x.LessThan(zero).Select(-g, g)),
            UnaryOperation.Sign => null,
            UnaryOperation.Sqrt => g * 0.5 / y,
            UnaryOperation.Exp => g * y,
            UnaryOperation.Expm1 => g * x.Exp(),
            UnaryOperation.Log => g / x,
            UnaryOperation.Log1p => g / (1 + x),
            UnaryOperation.Tanh => g * (-y).FusedMultiplyAdd(y, g.Graph.Constant(1)),
            UnaryOperation.Sigmoid => g * (y * (1 - y)),
            UnaryOperation.Softplus => g * x.Sigmoid(),
            UnaryOperation.Erf => g * (TwoOverRootPi * (-(x * x)).Exp()),
            UnaryOperation.NormalCdf => g * NormalDensity(x),
            UnaryOperation.Gelu => g * x.FusedMultiplyAdd(NormalDensity(x), x.NormalCdf()),
            UnaryOperation.Relu => zero.LessThan(y).Select(g, zero),
            UnaryOperation.LeakyRelu => zero.LessThan(x).Select(g, alpha * g),
            UnaryOperation.Elu => zero.LessThan(x).Select(g, g * (y + alpha)),
            UnaryOperation.Sin => g * x.Cos(),
            UnaryOperation.Cos => -(g * x.Sin()),
            UnaryOperation.Power => alpha == 0 ? null : g * (alpha * x.Power(alpha - 1)),
            UnaryOperation.Identity => g,
            _ => throw new NotSupportedException($"{operation.Function} has no derivative"),
        };
    }

    private static Node NormalDensity(Node x) => InverseRootTwoPi * (x * x * -0.5).Exp();
}
