using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;

namespace Kaleido.Tests.Networks;

public class ActivationTests
{
    public static TheoryData<string> Names =>
        ["identity", "relu", "leakyrelu:0.01", "leakyrelu:0.2", "elu:1", "elu:0.30000000000000004", "gelu", "tanh", "sigmoid", "softplus",
            "erf", "sin", "cos", "softmax"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_read_and_written_back(string name)
    {
        var activation = Activation.Parse(name);
        Assert.Equal(name, activation.ToString());
        Assert.Equal(activation, Activation.Parse(activation.ToString()));
    }

    [Fact]
    public void Names_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            // The tests run without culture data: a comma is set by hand.
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("leakyrelu:0.25", Activation.LeakyRelu(0.25).ToString());
            Assert.Equal(0.25, Activation.Parse("leakyrelu:0.25").Alpha);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Parameters_left_out_are_the_usual_ones()
    {
        Assert.Equal(Activation.LeakyRelu(0.01), Activation.Parse("leakyrelu"));
        Assert.Equal(Activation.Elu(1), Activation.Parse("elu"));
        Assert.Equal("identity", default(Activation).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Relu ")]
    [InlineData("relu:1")]
    [InlineData("leakyrelu:")]
    [InlineData("leakyrelu:x")]
    [InlineData("leakyrelu:0,5")]
    [InlineData("leakyrelu:NaN")]
    [InlineData("elu:Infinity")]
    [InlineData("elu:1:2")]
    [InlineData("exp")]
    public void Other_names_are_refused_with_the_known_ones(string name)
    {
        var error = Assert.Throws<FormatException>(() => Activation.Parse(name));
        Assert.Contains($"\"{name}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("leakyrelu:slope", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_parameter_is_a_finite_number(double alpha)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Activation.LeakyRelu(alpha));
        Assert.Throws<ArgumentOutOfRangeException>(() => Activation.Elu(alpha));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_lie_in_the_range_and_equal_the_formula(string name)
    {
        var activation = Activation.Parse(name);
        float[] x = [-3.4e38f, -1e10f, -104, -20, -3, -1, -1e-3f, 0, 1e-30f, 0.5f, 1, 2, 9, 60, 3e20f, 3.4e38f];
        foreach (var device in new[] { Device.Cpu(1), Device.Reference() })
        {
            using var owned = device;
            double[] y = Apply(device, activation, x, 4);
            for (int i = 0; i < x.Length; i++)
            {
                Assert.False(double.IsNaN(y[i]));
                if (activation.Range is { } range) Assert.InRange(y[i], range.Low, range.High);
                double expected = Textbook(name, x, i, 4);
                // Two ulp of float32 (one more for the reference values here); erf and its relations are checked elsewhere.
                if (!double.IsNaN(expected)) Assert.InRange(Math.Abs(y[i] - expected), 0, 4e-7 * Math.Abs(expected) + 1e-37);
            }
        }

        bool bounded = name is "sigmoid" or "softmax" or "tanh" or "erf" or "sin" or "cos";
        Assert.Equal(bounded, activation.Range is not null);
    }

    private static double Textbook(string name, float[] x, int i, int columns)
    {
        double v = x[i], alpha = Activation.Parse(name).Alpha;
        switch (name.Split(':')[0])
        {
            case "identity": return v;
            case "relu": return Math.Max(v, 0);
            case "leakyrelu": return v > 0 ? v : alpha * v;
            case "elu": return v > 0 ? v : v > -1e-2 ? double.NaN : alpha * (Math.Exp(v) - 1);
            case "tanh": return Math.Tanh(v);
            case "sigmoid": return v < -87 ? double.NaN : 1 / (1 + Math.Exp(-v));
            case "softplus": return v < -15 ? double.NaN : v > 40 ? v : Math.Log(1 + Math.Exp(v));
            case "softmax":
                double[] row = [.. x.Skip(i / columns * columns).Take(columns).Select(f => (double)f)];
                double maximum = row.Max();
                // The exponent z - logsumexp is rounded to float32, an error of its size times 2⁻²⁴ or more: compared where it is small.
                return row.Any(f => Math.Abs(f) > 2) ? double.NaN : Math.Exp(v - maximum) / row.Sum(z => Math.Exp(z - maximum));
            default: return double.NaN;
        }
    }

    private static double[] Apply(Device device, Activation activation, float[] x, int columns)
    {
        var graph = new Graph();
        var input = graph.Input("x", columns);
        // The sum keeps the output a computed node for the identity too.
        var output = activation.Apply(input) + graph.Constant(0);
        using var plan = Plan.Compile(graph, device, x.Length / columns, [output]);
        plan.Upload(input, x);
        plan.Run();
        var y = new double[x.Length];
        plan.Download(output, y);
        return y;
    }
}
