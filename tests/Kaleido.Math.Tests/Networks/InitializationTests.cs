using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;

namespace Kaleido.Tests.Networks;

public class InitializationTests
{
    private const int FanIn = 120, FanOut = 180;

    public static TheoryData<Initialization> All => [.. Enum.GetValues<Initialization>()];

    [Theory]
    [InlineData(Initialization.PyTorch, 1.0 / FanIn)]
    [InlineData(Initialization.Glorot, 6.0 / (FanIn + FanOut))]
    [InlineData(Initialization.He, 6.0 / FanIn)]
    public void Uniform_weights_fill_their_bounds(Initialization initialization, double squaredBound)
    {
        float[] weight = Initializer.Weight(initialization, FanIn, FanOut, 3, 4);
        double bound = Math.Sqrt(squaredBound);
        // Of 21,600 numbers the largest misses the bound by a share of 40/21,600 with probability e⁻²⁰.
        Assert.InRange(weight.Max(), bound * (1 - 80.0 / weight.Length), (float)bound);
        Assert.InRange(weight.Min(), (float)-bound, -bound * (1 - 80.0 / weight.Length));
        AssertMoments(weight, squaredBound / 3, Math.Sqrt(0.8));
    }

    [Theory]
    [InlineData(Initialization.LeCun, 1.0 / FanIn)]
    [InlineData(Initialization.NeuralTangent, 1.0)]
    public void Normal_weights_have_their_variance(Initialization initialization, double variance)
    {
        float[] weight = Initializer.Weight(initialization, FanIn, FanOut, 3, 4);
        AssertMoments(weight, variance, Math.Sqrt(2));
        double deviation = Math.Sqrt(variance), share = weight.Count(w => Math.Abs(w) < deviation) / (double)weight.Length;
        Assert.InRange(share, 0.6827 - 5 * 0.4655 / Math.Sqrt(weight.Length), 0.6827 + 5 * 0.4655 / Math.Sqrt(weight.Length));
    }

    // Within five standard errors; relativeError is √(kurtosis - 1), the relative standard error of a variance times √count.
    private static void AssertMoments(float[] values, double variance, double relativeError)
    {
        double root = Math.Sqrt(values.Length), mean = values.Average(v => (double)v), square = values.Average(v => (double)v * v);
        Assert.InRange(Math.Abs(mean), 0, 5 * Math.Sqrt(variance) / root);
        Assert.InRange(square / variance, 1 - 5 * relativeError / root, 1 + 5 * relativeError / root);
    }

    [Theory]
    [InlineData(30, 50)]
    [InlineData(50, 30)]
    [InlineData(40, 40)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns(int rows, int columns)
    {
        float[] weight = Initializer.Weight(Initialization.Orthogonal, columns, rows, 3, 4);
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        float At(int vector, int i) => rows <= columns ? weight[vector * columns + i] : weight[i * columns + vector];
        // Vectors orthonormal in double to 10⁻¹³, each element rounded to float32: |⟨v,w⟩ - δ| ≤ 2u + u², u = 2⁻²⁴.
        double bound = 2 * Math.ScaleB(1, -24) + 1e-13;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = Enumerable.Range(0, length).Sum(k => (double)At(i, k) * At(j, k));
                Assert.InRange(Math.Abs(product - (i == j ? 1 : 0)), 0, bound);
            }
        }
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    public void Identity_weights_copy_the_input_cut_or_filled_up(int inputs, int outputs)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(inputs, 0, 0) { Outputs = outputs, Initialization = Initialization.Identity });
        float[] x = [.. Enumerable.Range(1, inputs).Select(i => i / 8f)];
        Assert.Equal([.. Enumerable.Range(0, outputs).Select(i => i < inputs ? x[i] : 0)], network.Evaluate(x));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void One_seed_gives_one_network_another_seed_another(Initialization initialization)
    {
        using var device = Device.Cpu();
        string Hash(uint seed)
        {
            using var network = Mlp.Create(device, new(5, 6, 2) { Initialization = initialization, Seed = seed });
            return network.WeightsSha256();
        }

        Assert.Equal(Hash(1), Hash(1));
        if (initialization == Initialization.Identity) Assert.Equal(Hash(1), Hash(2));
        else Assert.NotEqual(Hash(1), Hash(2));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_two_parameters_share_random_numbers(Initialization initialization)
    {
        using var device = Device.Cpu();
        using var network = Mlp.Create(device, new(8, 8, 3) { Initialization = initialization, Seed = 9 });
        var seen = new HashSet<float>();
        foreach (var parameter in network.Parameters.Parameters)
        {
            float[] values = network.Parameters[parameter].ToArray();
            bool random = initialization switch
            {
                Initialization.Identity => false,
                Initialization.PyTorch or Initialization.NeuralTangent => true,
                _ => parameter.Name.EndsWith("weight", StringComparison.Ordinal),
            };
            if (!random)
            {
                Assert.All(values, v => Assert.True(v is 0 or 1));
                continue;
            }

            // Of 288 numbers with 24 random bits two are equal by chance once in 400 seeds; this seed has none.
            Assert.All(values, v => Assert.True(seen.Add(v)));
        }
    }

    [Fact]
    public void A_part_of_a_layer_is_drawn_as_in_the_whole()
    {
        float[] small = Initializer.Weight(Initialization.LeCun, 10, 3, 1, 2),
            large = Initializer.Weight(Initialization.LeCun, 10, 8, 1, 2);
        Assert.Equal(small, large[..small.Length]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)] // √2/√2 = 1: the factor of the bias must not be lost with that of the product
    [InlineData(5)]
    public void Neural_tangent_layers_scale_products_and_biases(int fanIn)
    {
        foreach (var device in new[] { Device.Cpu(1), Device.Reference() })
        {
            using var owned = device;
            using var network = Mlp.Create(device,
                new(fanIn, 0, 0) { Outputs = 3, Initialization = Initialization.NeuralTangent, Seed = 5 });
            float[] x = [.. Enumerable.Range(1, fanIn).Select(i => 1f / i)], w = network.Weight(0).ToArray(), b = network.Bias(0).ToArray();
            float[] y = network.Evaluate(x);
            for (int o = 0; o < y.Length; o++)
            {
                double magnitude = 0.1 * Math.Abs(b[o]), expected = 0.1 * b[o];
                for (int i = 0; i < fanIn; i++)
                {
                    double term = Math.Sqrt(2.0 / fanIn) * x[i] * w[o * fanIn + i];
                    (expected, magnitude) = (expected + term, magnitude + Math.Abs(term));
                }

                // Products, factors, sums: fanIn + 4 roundings.
                Assert.InRange(Math.Abs(y[o] - expected), 0, (fanIn + 4) * Math.ScaleB(1, -24) * magnitude);
            }
        }
    }
}
