using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Reference;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Autodiff;

/// <summary>Contract rule 17: derivatives of activations as a plan computes them in float32, |d̂ - d| ≤ 2⁻²² max|f'|.</summary>
public sealed class DerivativeAccuracyTests
{
    private const double InverseRootTwoPi = 0.3989422804014327, Bound = 1.0 / (1 << 22);

    // The derivative in double from a form of its own, and the largest value it takes.
    private static (Func<Node, Node> Function, Func<double, double> Derivative, double Largest) Activation(string name) => name switch
    {
        "tanh" => (x => x.Tanh(), x => 1 / Square(Math.Cosh(Math.Min(Math.Abs(x), 300))), 1),
        "sigmoid" => (x => x.Sigmoid(), x => 1 / Square(2 * Math.Cosh(Math.Min(Math.Abs(x), 300) / 2)), 0.25),
        "relu" => (x => x.Relu(), x => x > 0 ? 1 : 0, 1),
        "leaky_relu" => (x => x.LeakyRelu(0.01), x => x > 0 ? 1 : 0.01, 1),
        "elu" => (x => x.Elu(), x => x > 0 ? 1 : Math.Exp(x), 1),
        "elu 1.5" => (x => x.Elu(1.5), x => x > 0 ? 1 : 1.5 * Math.Exp(x), 1.5),
        "softplus" => (x => x.Softplus(), x => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x)), 1),
        "gelu" => (x => x.Gelu(), x => ReferenceFunctions.NormalCdf(x) + x * InverseRootTwoPi * Math.Exp(-0.5 * x * x), 1.1289),
        "normal cdf" => (x => x.NormalCdf(), x => InverseRootTwoPi * Math.Exp(-0.5 * x * x), InverseRootTwoPi),
        "erf" => (x => x.Erf(), x => 1.1283791670955126 * Math.Exp(-x * x), 1.1283791670955126),
        "sin" => (x => x.Sin(), Math.Cos, 1),
        "cos" => (x => x.Cos(), x => -Math.Sin(x), 1),
        _ => throw new NotSupportedException(name),
    };

    public static TheoryData<string> Names =>
        ["tanh", "sigmoid", "relu", "leaky_relu", "elu", "elu 1.5", "softplus", "gelu", "normal cdf", "erf", "sin", "cos"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_derivative_of_an_activation_is_within_2_to_the_minus_22_of_its_largest(string name)
    {
        var (function, derivative, largest) = Activation(name);
        var x = Sweep();
        var actual = Derivatives(function, x);
        double worst = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Math.Abs(actual[i] - derivative(x[i]));
            if (!(error <= Bound * largest)) Assert.Fail($"{name}'({x[i]:g9}) = {actual[i]:g9}, not {derivative(x[i]):g9}");
            worst = Math.Max(worst, error);
        }

        Assert.True(worst > 0 || name is "relu", "a derivative without any rounding was not computed in float32");
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("sigmoid")]
    [InlineData("relu")]
    [InlineData("gelu")]
    [InlineData("softplus")]
    [InlineData("elu")]
    [InlineData("leaky_relu")]
    [InlineData("sin")]
    [InlineData("cos")]
    public void The_derivative_agrees_with_the_golden_values(string name)
    {
        var file = GoldenFile.Open("elementwise_f64.safetensors");
        var x = file.Float32("x");
        var golden = file.Float64(name + ".derivative");
        var (function, _, largest) = Activation(name);
        var actual = Derivatives(function, x);
        for (int i = 0; i < x.Length; i++)
        {
            if (!(Math.Abs(actual[i] - golden[i]) <= Bound * largest))
                Assert.Fail($"{name}'({x[i]:g9}) = {actual[i]:g9}, not {golden[i]:g9}");
        }
    }

    private static float[] Derivatives(Func<Node, Node> function, float[] values)
    {
        using var device = Device.Cpu(1);
        var graph = new Graph();
        var x = graph.Input("x", 1);
        var gradient = function(x).Sum().Differentiate(x)[0];
        using var plan = Plan.Compile(graph, device, values.Length, [gradient]);
        plan.Upload(x, values);
        plan.Run();
        var result = new float[values.Length];
        plan.Download(gradient, result);
        return result;
    }

    // Every 7919th float32 number up to 100 in magnitude, of both signs, and an even grid where activations bend.
    private static float[] Sweep()
    {
        var x = new List<float>();
        for (uint bits = 0; bits < BitConverter.SingleToUInt32Bits(100f); bits += 7919)
        {
            x.Add(BitConverter.UInt32BitsToSingle(bits));
            x.Add(-x[^1]);
        }

        for (int i = -150_000; i <= 150_000; i++) x.Add(i / 12_345f);
        return [.. x];
    }

    private static double Square(double x) => x * x;
}
