using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Tests.Numerics;

public sealed class ElementwiseGoldenTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tanh")]
    [InlineData("sigmoid")]
    [InlineData("gelu")]
    [InlineData("softplus")]
    [InlineData("elu")]
    [InlineData("sin")]
    [InlineData("cos")]
    [InlineData("exp")]
    public void Values_of_an_independent_library_are_met_within_two_units(string name)
    {
        GoldenFile golden = GoldenFile.Open("elementwise_f64.safetensors");
        float[] x = golden.Float32("x"), y = new float[x.Length];
        double[] exact = golden.Float64(name + ".value");
        Assert.Equal([54], golden.Shape(name + ".value"));
        FunctionCases.Named(name).Span(x, y);
        double worst = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Ulp.Error(y[i], exact[i]);
            worst = Math.Max(worst, error);
            Assert.True(error <= 2, $"{name}({x[i]:R}) = {y[i]:R}, golden {exact[i]:R}");
        }

        output.WriteLine($"{name}: {worst:F4} ulp");
    }
}
